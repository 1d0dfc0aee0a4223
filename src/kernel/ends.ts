// The channels of a point, as straight-line code on the end of its orbit: the single definition that both the compiled
// way (shade.ts) and the slow oracle (trace.ts) run. Sources: the continuous count is by Peitgen and Richter (1986) and
// Vepstas (1997), from the potential log|z_k| / d^k; the distance estimate by Milnor and Thurston, in Peitgen and Saupe
// (1988), appendix D; orbit traps by Pickover. Channels are estimates, of which only the bytes are exact: logarithms
// and angles are estimates.ts's.
import type { Complex } from '../scene/complex.js';
import type { Trap } from '../scene/scene.js';
import type { Code, Parts } from './code.js';
import { binaryLogarithm, turns } from './estimates.js';
import { realFunctions } from './functions.js';
import { isHolomorphic } from './lower.js';
import type { KernelJob } from './reference.js';
import { levelOf, type Shading } from './shading.js';

/** Channels of each point besides its count, row after row; those that were requested are present. */
export interface Channels {
  /** The continuous count: continuous across dwell bands. Equal to `iterations` where the point never escapes. */
  readonly smooth?: Float64Array;
  /** Exterior distance estimate, in spacings of the sample points; 0 where the point never escapes. */
  readonly distance?: Float32Array;
  /** Direction in which points escape sooner (gradient of the potential), in turns from 0 up to 1. */
  readonly slope?: Float32Array;
  /** The argument of the z at which the orbit ended, in turns from 0 up to 1 (decomposition). */
  readonly angle?: Float32Array;
  /** The least distance of the orbit from the trap, in the plane's units. */
  readonly trap?: Float32Array;
  /** The period of the attracting cycle of a point that does not escape; 0: escaped, or none found. */
  readonly period?: Uint16Array;
  /** The fixed point to which the orbit converged (escape rule: convergence), from 1 on; 0: none. */
  readonly basin?: Uint8Array;
}
export type ChannelName = keyof Channels;

/** The fixed points found; the k-th is that of basin k + 1. */
export interface BasinMap {
  readonly fixedPoints: readonly Complex[];
  /** How far from its fixed point an orbit may end, relative to 1 or to the fixed point's modulus. */
  readonly tolerance: number;
}

/** The inputs of a job's channels, besides its counts. */
export interface ShadeJob {
  readonly kernel: KernelJob;
  readonly wanted: readonly ChannelName[];
  /** Distance between adjacent sample points, in the plane's units. */
  readonly spacing: number;
  readonly shading: Shading;
  readonly trap: Trap;
  readonly basins: BasinMap | undefined;
}

/** Positions of channels in code. */
export type EndCode = ReadonlyMap<ChannelName, number>;

/**
 * The channels of a point that has escaped, in `code`. Inputs: `count`; the end of its orbit, zRe, zIm, its slopes dRe,
 * dIm, gRe, gIm, and the steps `taken` until there; the next z, nextRe and nextIm, where it grows; `least` of the trap.
 */
export function leftChannels(code: Code, job: ShadeJob): EndCode {
  const { wanted, shading } = job;
  const { hasGrowth, isMonic, degree, bailoutLevel } = shading;
  const z = pair(code, 'z');
  const size = sizeOf(code, z, shading);
  const channels = new Map<ChannelName, number>();

  /** The next z is nearly a z^d, whatever a is: so log|z| + log|a| / (d - 1) grows d-fold a step. */
  function potentialOf(): number {
    const own = size.level();
    if (!hasGrowth || isMonic) return own;
    const grown = code.real('subtract', sizeOf(code, pair(code, 'next'), shading).level(), own);
    const next = code.real('divide', grown, code.constant(degree - 1));
    return code.select(isPositive(code, next, shading), next, own);
  }

  function continuousCount(potential: number): number {
    const count = code.input('count');
    const perBand = realFunctions.log(2) / realFunctions.log(degree);
    const bands = code.product(binaryLogarithm(code, potential), code.constant(perBand));
    const first = realFunctions.log(bailoutLevel) / realFunctions.log(degree);
    const value = code.real('subtract', code.sum(code.input('taken'), code.constant(first)), bands);
    const next = code.real('add', count, code.constant(1));
    const kept = hasGrowth ? value : code.real('larger', count, code.real('smaller', next, value));
    return code.select(isPositive(code, potential, shading), kept, count);
  }

  // Made only where needed, because everything in the code is computed.
  if (wanted.includes('smooth')) channels.set('smooth', continuousCount(potentialOf()));
  if (wantsShape(wanted)) {
    const direction = gradient(code, size.z, slopeInputs(code, job, ''));
    addShape(code, job, channels, wanted.includes('distance') ? potentialOf() : undefined, direction, size);
  }
  addEnd(code, job, channels, z);
  return channels;
}

/**
 * The channels of a point that has converged and not escaped, in `code`. Inputs as of `leftChannels`, after its last
 * step; z and its slopes after the step before (secondRe, secondDRe, ...); and z after the one before that (firstRe,
 * firstIm).
 */
export function convergedChannels(code: Code, job: ShadeJob): EndCode {
  const { kernel, wanted, basins } = job;
  const { converged } = kernel.escape as { readonly converged: number };
  const z = pair(code, 'z');
  const second = pair(code, 'second');
  const channels = new Map<ChannelName, number>();
  const moved = sizeOf(code, code.without(z, second), { isModerate: true });

  /** The fraction of the last step at which the logarithm of the step's size, falling, reached that of `converged`. */
  function shareBefore(): number {
    const level = moved.level();
    const before = code.select(
      code.real('less', code.constant(0), code.input('count')),
      sizeOf(code, code.without(second, pair(code, 'first')), { isModerate: true }).level(),
      code.constant(0),
    );
    const above = code.real('subtract', before, code.constant(levelOf(converged)));
    const share = code.real('divide', above, code.real('subtract', before, level));
    const isShare = code.real(
      'and',
      code.real('atMost', code.constant(0), share),
      code.real('atMost', share, code.constant(1)),
    );
    const isStill = code.real('less', level, code.constant(-1000));
    return code.select(isStill, code.constant(0), code.select(isShare, share, code.constant(1)));
  }

  if (wanted.includes('smooth')) channels.set('smooth', code.real('add', code.input('count'), shareBefore()));
  if (wantsShape(wanted)) {
    const before = slopeInputs(code, job, 'second');
    const after = slopeInputs(code, job, '');
    const slopes = { d: code.without(after.d, before.d), g: code.without(after.g, before.g) };
    const away = gradient(code, moved.z, slopes);
    const potential = wanted.includes('distance') ? code.minus(moved.level()) : undefined;
    addShape(code, job, channels, potential, code.negated(away), moved);
  }
  if (wanted.includes('basin')) channels.set('basin', basinOf(code, basins, z));
  addEnd(code, job, channels, z);
  return channels;
}

/** Whether distances or directions are wanted, for which orbits need slopes. */
export const wantsShape = (wanted: readonly ChannelName[]) =>
  wanted.includes('distance') || wanted.includes('slope');

/**
 * Distance and direction, from a potential that is 0 at the boundary. The numerator of its gradient is `gradient`, that
 * of log|z|, and the denominator is |z|^2.
 */
function addShape(
  code: Code,
  { wanted, spacing, shading }: ShadeJob,
  channels: Map<ChannelName, number>,
  potential: number | undefined,
  gradient: Parts,
  { square, scale }: Size,
): void {
  if (potential !== undefined) {
    const inSpacings = code.constant(realFunctions.log(2) / 2 / spacing);
    const above = code.product(code.product(potential, inSpacings), square());
    const scaled = scale === undefined ? above : code.product(above, scale);
    const distance = code.real('divide', scaled, code.root(squareOf(code, gradient)));
    const isAway = code.real(
      'and',
      code.real('less', code.constant(0), distance),
      isPositive(code, potential, shading),
    );
    channels.set('distance', code.select(isAway, distance, code.constant(0)));
  }
  if (wanted.includes('slope')) channels.set('slope', turns(code, gradient));
}

function addEnd(code: Code, { wanted, trap }: ShadeJob, channels: Map<ChannelName, number>, z: Parts): void {
  if (wanted.includes('angle')) channels.set('angle', turns(code, z));
  if (wanted.includes('trap')) channels.set('trap', trapChannel(code, trap));
}

/** The trap's channel, from the least value of `trapDistance`. */
export function trapChannel(code: Code, trap: Trap): number {
  const least = code.input('least');
  return 'point' in trap ? code.root(least) : least;
}

/** The distance of z from a trap; for a point trap, its square. */
export function trapDistance(code: Code, trap: Trap, z: Required<Parts>): number {
  const kind = 'point' in trap ? trap.point : 'line' in trap ? trap.line : trap.circle;
  // Subtracting 0 would change nothing.
  const away = (part: number, from: number) =>
    from === 0 ? part : code.real('subtract', part, code.constant(from));
  const [x, y] = [away(z.re, kind[0]), away(z.im, kind[1])];
  if ('line' in trap) {
    const angle = 2 * Math.PI * trap.line[2];
    const [cos, sin] = [realFunctions.cos(angle), realFunctions.sin(angle)];
    const across = [code.product(y, code.constant(cos)), code.product(x, code.constant(sin))] as const;
    return code.absolute(code.real('subtract', ...across));
  }
  const square = squareOf(code, { re: x, im: y });
  if ('point' in trap) return square;
  return code.absolute(code.real('subtract', code.root(square), code.constant(trap.circle[2])));
}

/** The number of the nearest fixed point within the tolerance, from 1 on; 0 if there is none. */
function basinOf(code: Code, basins: BasinMap | undefined, z: Parts): number {
  let [found, least] = [code.constant(0), code.constant(Infinity)];
  for (const [i, [x, y]] of (basins?.fixedPoints ?? []).entries()) {
    const away = squareOf(code, code.without(z, { re: code.constant(x), im: code.constant(y) }));
    const { tolerance } = basins!;
    const isNear = code.real(
      'and',
      code.real('less', away, least),
      code.real('atMost', away, code.constant(tolerance * tolerance * Math.max(1, x * x + y * y))),
    );
    found = code.select(isNear, code.constant(i + 1), found);
    least = code.select(isNear, away, least);
  }
  return found;
}

const pair = (code: Code, name: string): Required<Parts> => ({
  re: code.input(`${name}Re`),
  im: code.input(`${name}Im`),
});
/** Slopes by the sample point and, for steps that are not holomorphic, by its conjugate. */
function slopeInputs(code: Code, { kernel }: ShadeJob, name: '' | 'second') {
  const [d, g] = name === '' ? ['d', 'g'] : ['secondD', 'secondG'];
  return { d: pair(code, d!), g: isHolomorphic(kernel.step) ? {} : pair(code, g!) };
}

const isPositive = (code: Code, x: number, { isModerate }: Pick<Shading, 'isModerate'>) =>
  code.real(
    'and',
    code.real('less', code.constant(0), x),
    code.real('less', x, code.constant(isModerate ? 1024 : 2048)),
  );

const squareOf = (code: Code, { re, im }: Parts) => code.sum(code.product(re!, re!), code.product(im!, im!));

/** The size of a complex number, itself or scaled so that its square is finite; methods add code when called. */
interface Size {
  readonly z: Required<Parts>;
  readonly scale: number | undefined;
  readonly square: () => number;
  /** log2|z|^2 of the unscaled z. */
  readonly level: () => number;
}

function sizeOf(code: Code, { re, im }: Parts, { isModerate }: Pick<Shading, 'isModerate'>): Size {
  if (isModerate) {
    const square = () => squareOf(code, { re, im });
    return {
      z: { re: re!, im: im! },
      scale: undefined,
      square,
      level: () => binaryLogarithm(code, square()),
    };
  }
  const scale = code.real('larger', code.absolute(re!), code.absolute(im!));
  const z = { re: code.real('divide', re!, scale), im: code.real('divide', im!, scale) };
  const square = () => squareOf(code, z);
  const level = () => {
    const half = binaryLogarithm(code, scale);
    return code.sum(binaryLogarithm(code, square()), code.sum(half, half));
  };
  return { z, scale, square, level };
}

/** The gradient of log|z| by the sample point, times |z|^2: the conjugate of D/z, plus G/z. */
function gradient(code: Code, z: Parts, { d, g }: { readonly d: Parts; readonly g: Parts }): Parts {
  const { re: x, im: y } = z;
  const times = (a: number | undefined, b: number | undefined) => code.product(a, b);
  const along = code.sum(times(d.re, x), times(d.im, y));
  const across = code.difference(times(d.re, y), times(d.im, x));
  return {
    re: code.sum(along, code.sum(times(g.re, x), times(g.im, y))),
    im: code.sum(across, code.difference(times(g.im, x), times(g.re, y))),
  };
}
