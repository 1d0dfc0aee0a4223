// What channels say of a point, as straight-line code of what its orbit ends with: the one definition that the compiled
// way (shade.ts) and the slow oracle (trace.ts) both run. Sources: the continuous count is by Peitgen and Richter (1986)
// and Vepstas (1997), from the potential log|z_k| / d^k; the distance estimate by Milnor and Thurston, in Peitgen and
// Saupe (1988), appendix D; orbit traps by Pickover. They are estimates, of which only the bytes are exact: no engine's
// own logarithm takes part.
import type { Expression } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';
import type { Trap } from '../scene/scene.js';
import { overflowBounds, stepsBelow } from './bounds.js';
import type { Code, Parts } from './code.js';
import { realFunctions } from './functions.js';
import { rangeOf, type SamplePoints } from './points.js';
import type { KernelJob } from './reference.js';

/** What is known of each point besides its count, row after row; what is there was asked for. */
export interface Channels {
  /** The continuous count: continuous across dwell bands. Equal to `iterations` where the point never escapes. */
  readonly smooth?: Float64Array;
  /** Exterior distance estimate, in spacings of the sample points; 0 where the point never escapes. */
  readonly distance?: Float32Array;
  /** Direction in which points escape ever sooner (gradient of the potential), in turns from 0 up to 1. */
  readonly slope?: Float32Array;
  /** The argument of the z at which the orbit was left, in turns from 0 up to 1 (decomposition). */
  readonly angle?: Float32Array;
  /** How near the orbit came to the trap, in the plane's units. */
  readonly trap?: Float32Array;
  /** The period of the cycle to which a point that does not escape is drawn; 0: escaped, or none found. */
  readonly period?: Uint16Array;
  /** To which fixed point its orbit has come (escape rule: convergence), from 1 on; 0: to none. */
  readonly basin?: Uint8Array;
}
export type ChannelName = keyof Channels;

/** The fixed points that were found; the k-th is that of basin k + 1. */
export interface BasinMap {
  readonly fixedPoints: readonly Complex[];
  /** How far from a fixed point an orbit that belongs to it may end, relative to 1 or to the fixed point's modulus. */
  readonly tolerance: number;
}

/** What the channels of a job are made with, besides its counts. */
export interface ShadeJob {
  readonly kernel: KernelJob;
  readonly wanted: readonly ChannelName[];
  /** From a sample point to the next, in the plane's units. */
  readonly spacing: number;
  readonly shading: Shading;
  readonly trap: Trap;
  readonly basins: BasinMap | undefined;
}

/** |z| beyond which the potential is read: the next z differs from its leading term by a millionth. */
const leastShadingRadius = 2 ** 20;
/** Steps after the escape in which that radius should be reached. */
const mostShadingSteps = 64;

/** How far orbits of a job are followed, and how their ends are read. */
export type Shading = ReturnType<typeof shadingOf>;

export function shadingOf(kernel: KernelJob, points: SamplePoints) {
  const { step, escape } = kernel;
  const growth = growthOf(step);
  const hasGrowth = growth !== undefined && growth >= 2;
  const degree = hasGrowth ? growth : 2;
  const rule = typeof escape === 'object' ? escape.bailout : escape;
  const bailout = typeof rule === 'number' ? rule : Number.MAX_VALUE;
  const { reach } = rangeOf(points);
  const bounds = hasGrowth && overflowBounds({ ...kernel, reach });
  const thresholds = bounds ? bounds.thresholds.length : 0;
  const far = bounds && thresholds > 0 ? Math.sqrt(bounds.trigger) : 0;
  const radius = Math.max(far, leastShadingRadius, rule === 'overflow' || !rule ? 0 : rule);
  const logBailout = realFunctions.log(bailout > 1.1 ? bailout : radius);
  const mostAfter = hasGrowth ? mostShadingSteps : 0;
  // A count of 0 says nothing of the first z.
  const first = kernel.z0 === 'p' ? reach : Math.hypot(...kernel.z0);
  const below =
    typeof rule === 'number' ? stepsBelow({ ...kernel, reach }, Math.max(rule, first), radius, mostAfter) : 0;
  return {
    hasGrowth,
    degree,
    bailout,
    /** |z| at which an orbit is left that grows. */
    radius,
    logBailout,
    /** Steps after which an orbit overflows at the latest once it is beyond `far`; 0: that is not known. */
    thresholds,
    /** How many steps beyond the first that is past the escape may be taken. */
    mostAfter,
    /** How many of them surely are, because the radius is not reached before. */
    sureAfter: below,
  };
}

/** The degree of z -> step in z, far out; undefined where it grows like no power. */
export function growthOf(step: Expression): number | undefined {
  switch (step.kind) {
    case 'constant':
      return 0;
    case 'variable':
      return step.name === 'z' ? 1 : 0;
    case 'negate':
      return growthOf(step.operand);
    case 'power': {
      const base = growthOf(step.base);
      return base === undefined ? base : base * step.exponent;
    }
    case 'call': {
      const inner = growthOf(step.operand);
      if (inner === 0 || ['conj', 're', 'im', 'abs'].includes(step.name)) return inner;
      return step.name === 'sqrt' && inner !== undefined ? inner / 2 : undefined;
    }
    default: {
      const [left, right] = [growthOf(step.left), growthOf(step.right)];
      if (left === undefined || right === undefined) return undefined;
      if (step.kind === 'multiply') return left + right;
      return step.kind === 'divide' ? left - right : Math.max(left, right);
    }
  }
}

/** Positions of channels in code. */
export type EndCode = ReadonlyMap<ChannelName, number>;

/**
 * The channels of a point that has left, in `code`. Inputs: `count`; where its orbit ended, zRe, zIm, its slopes dRe, dIm,
 * gRe, gIm, and the steps `taken` there; the next z, nextRe and nextIm, where it grows; `least` of the trap.
 */
export function leftChannels(code: Code, job: ShadeJob): EndCode {
  const { wanted, shading } = job;
  const { hasGrowth, degree, logBailout } = shading;
  const z = pair(code, 'z');
  const channels = new Map<ChannelName, number>();

  /** The next z is a z^d, but for little, whatever a is: so log|z| + log|a| / (d - 1) is what doubles, or the like. */
  function potentialOf(): number {
    const size = code.apply('log', modulus(code, z));
    if (!hasGrowth) return size;
    const grown = code.real('subtract', code.apply('log', modulus(code, pair(code, 'next'))), size);
    const next = code.real('divide', grown, code.constant(degree - 1));
    return code.select(isPositive(code, next), next, size);
  }

  function continuousCount(potential: number): number {
    const count = code.input('count');
    const part = code.apply('log', code.real('divide', potential, code.constant(logBailout)));
    const bands = code.real('divide', part, code.constant(realFunctions.log(degree)));
    const value = code.real('subtract', code.input('taken'), bands);
    const next = code.real('add', count, code.constant(1));
    const kept = hasGrowth ? value : code.real('maximum', count, code.real('minimum', next, value));
    return code.select(isPositive(code, potential), kept, count);
  }

  // Made only where it is needed: what stands in the code is computed.
  if (wanted.includes('smooth')) channels.set('smooth', continuousCount(potentialOf()));
  if (wantsShape(wanted)) {
    const direction = gradient(code, z, slopeInputs(code, ''));
    addShape(code, job, channels, wanted.includes('distance') ? potentialOf() : undefined, direction);
  }
  addEnd(code, job, channels, z);
  return channels;
}

/**
 * The channels of a point that has converged, in `code`, and has not left instead. Inputs as of `leftChannels`, after its last step, and z and its slopes after the step before (secondRe, secondDRe, ...) and after that
 * before (firstRe, firstIm).
 */
export function convergedChannels(code: Code, job: ShadeJob): EndCode {
  const { kernel, wanted, basins } = job;
  const { converged } = kernel.escape as { readonly converged: number };
  const z = pair(code, 'z');
  const second = pair(code, 'second');
  const channels = new Map<ChannelName, number>();
  const moved = code.without(z, second);
  const size = code.apply('log', modulus(code, moved));

  /** Which share of a step was left when the logarithm of its size, falling, came to that of `converged`. */
  function shareBefore(): number {
    const before = code.select(
      code.real('less', code.constant(0), code.input('count')),
      code.apply('log', modulus(code, code.without(second, pair(code, 'first')))),
      code.constant(0),
    );
    const above = code.real('subtract', before, code.constant(realFunctions.log(converged)));
    const share = code.real('divide', above, code.real('subtract', before, size));
    const isShare = code.real(
      'and',
      code.real('atMost', code.constant(0), share),
      code.real('atMost', share, code.constant(1)),
    );
    const isStill = code.real('less', size, code.constant(-Number.MAX_VALUE));
    return code.select(isStill, code.constant(0), code.select(isShare, share, code.constant(1)));
  }

  if (wanted.includes('smooth')) channels.set('smooth', code.real('add', code.input('count'), shareBefore()));
  if (wantsShape(wanted)) {
    const before = slopeInputs(code, 'second');
    const after = slopeInputs(code, '');
    const slopes = { d: code.without(after.d, before.d), g: code.without(after.g, before.g) };
    const { re, im } = gradient(code, moved, slopes);
    const potential = wanted.includes('distance') ? code.minus(size) : undefined;
    addShape(code, job, channels, potential, { re: code.minus(re!), im: code.minus(im!) });
  }
  if (wanted.includes('basin')) channels.set('basin', basinOf(code, basins, z));
  addEnd(code, job, channels, z);
  return channels;
}

/** Whether distances or directions are wanted, which orbits need slopes for. */
export const wantsShape = (wanted: readonly ChannelName[]) =>
  wanted.includes('distance') || wanted.includes('slope');

/** Distance and direction, from a potential that is 0 at the boundary and the gradient of its logarithm's like. */
function addShape(
  code: Code,
  { wanted, spacing }: ShadeJob,
  channels: Map<ChannelName, number>,
  potential: number | undefined,
  gradient: Parts,
): void {
  if (potential !== undefined) {
    const inPlane = code.real('divide', potential, modulus(code, gradient));
    const distance = code.real('divide', inPlane, code.constant(spacing));
    const isAway = code.real('less', code.constant(0), distance);
    channels.set('distance', code.select(isAway, distance, code.constant(0)));
  }
  if (wanted.includes('slope')) channels.set('slope', turns(code, gradient));
}

function addEnd(code: Code, { wanted, trap }: ShadeJob, channels: Map<ChannelName, number>, z: Parts): void {
  if (wanted.includes('angle')) channels.set('angle', turns(code, z));
  if (wanted.includes('trap')) channels.set('trap', trapChannel(code, trap));
}

/** The trap's channel, from the least that `trapDistance` gave. */
export function trapChannel(code: Code, trap: Trap): number {
  const least = code.input('least');
  return 'point' in trap ? code.root(least) : least;
}

/** How far z is from a trap; from a point, the square of that. */
export function trapDistance(code: Code, trap: Trap, z: Required<Parts>): number {
  const kind = 'point' in trap ? trap.point : 'line' in trap ? trap.line : trap.circle;
  const x = code.real('subtract', z.re!, code.constant(kind[0]));
  const y = code.real('subtract', z.im!, code.constant(kind[1]));
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

/** The number of the nearest fixed point within the tolerance, from 1 on; 0 where there is none. */
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
const slopeInputs = (code: Code, name: '' | 'second') =>
  name === ''
    ? { d: pair(code, 'd'), g: pair(code, 'g') }
    : { d: pair(code, `${name}D`), g: pair(code, `${name}G`) };

const isPositive = (code: Code, x: number) =>
  code.real('and', code.real('less', code.constant(0), x), code.real('less', x, code.constant(Infinity)));

const squareOf = (code: Code, { re, im }: Parts) => code.sum(code.product(re!, re!), code.product(im!, im!));

/** |z|, of large and small numbers too. */
function modulus(code: Code, { re, im }: Parts): number {
  const size = code.real('maximum', code.absolute(re!), code.absolute(im!));
  const scaled = squareOf(code, {
    re: code.real('divide', re!, size),
    im: code.real('divide', im!, size),
  });
  return code.select(isPositive(code, size), code.product(size, code.root(scaled)), size);
}

/** The gradient of log|z| by the sample point: the conjugate of D/z, plus G/z. */
function gradient(code: Code, z: Parts, { d, g }: { readonly d: Parts; readonly g: Parts }): Parts {
  const size = code.real('maximum', code.absolute(z.re!), code.absolute(z.im!));
  const [x, y] = [code.real('divide', z.re!, size), code.real('divide', z.im!, size)];
  const square = code.product(code.sum(code.product(x, x), code.product(y, y)), size);
  const times = (a: number | undefined, b: number) => code.product(a!, b);
  const re = [times(d.re, x), times(d.im, y), times(g.re, x), times(g.im, y)].reduce((a, b) =>
    code.sum(a, b),
  );
  const least = code.real('subtract', times(d.re, y), times(d.im, x));
  const im = code.real('subtract', code.sum(least, times(g.im, x)), times(g.re, y));
  return { re: code.real('divide', re, square), im: code.real('divide', im, square) };
}

/** The argument in turns, from 0 up to 1 as a float of 32 bits; 0 where there is none. */
function turns(code: Code, { re, im }: Parts): number {
  const all = code.real('divide', code.real('atan2', im!, re!), code.constant(2 * Math.PI));
  const isNegative = code.real('less', all, code.constant(0));
  const positive = code.single(code.select(isNegative, code.real('add', all, code.constant(1)), all));
  return code.select(code.real('less', positive, code.constant(1)), positive, code.constant(0));
}
