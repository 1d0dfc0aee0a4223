// Finds the nucleus of the lowest period in a view of the parameter plane, where the orbit of the critical point z0 returns
// to it, and proves it. Search: the first n for which the image of the view under z_n, to first order, contains z0
// (R. Munafo, "Newton-Raphson zooming"; C. Heiland-Allen, 2013), from which Newton's method converges. Proof, with balls
// (balls.ts): with A near z_n'(c), D all z_n' on the ball B of radius rho around c, and w = z_n(c) - z0,
//   |w| / |A| + rho |1 - D / A| < rho
// makes c -> c - w(c) / A a contraction of B into itself, so that B has exactly one nucleus (Krawczyk, 1969); and where no
// z_k with k dividing n returns on B, its period is n. Size: near the nucleus z_n(z, c) = z0 + k L (z - z0)^d + b (c - c0),
// L = f'(z_1) ... f'(z_n-1), b = dz_n/dc, is u^d + C with C = (k L)^(1 / (d - 1)) b (c - c0).
import { NucleusError } from '../errors.js';
import { differentiate } from '../formula/differentiate.js';
import { add, type Expression, p as point, power, z as variable } from '../formula/expression.js';
import { evaluateIn } from './algebra.js';
import { type Ball, BallArithmetic, modulusAbove, modulusBelow, type Pair, Pole, quotient } from './balls.js';
import { decimalOf, scientific } from './decimals.js';
import { bitLength, type Dyadic, dyadicToFixed, exponentOf } from './dyadic.js';
import { pause } from './reference.js';
import { type DecimalPair, pairToFixed, type ReadView, reachExponent } from './view.js';

export interface Nucleus {
  readonly period: number;
  /** The nucleus, in decimals. */
  readonly center: readonly [re: string, im: string];
  /** Within this distance of `center` there is exactly one nucleus, of this period: proved. */
  readonly radius: string;
  /** The size of its minibrot: an estimate, relative to the whole set; and its rotation in degrees. */
  readonly size: string;
  readonly rotation: number;
  /** The width of a view of the same shape that frames it. */
  readonly width: string;
  /** How many petals the whole set has less one: 2 for z^2 + c. */
  readonly degree: number;
  /** The centre of the minibrot as the whole set's is (-0.65 for z^2 + c), in decimals. */
  readonly middle: readonly [re: string, im: string];
}

interface Options {
  readonly signal?: AbortSignal | undefined;
  /** Called at intervals with the number of steps searched. */
  readonly onProgress?: ((steps: number) => void) | undefined;
}

/** A step and its derivatives, and its constant c. */
interface Trees {
  readonly constant: DecimalPair;
  readonly step: Expression;
  readonly byZ: Expression;
  readonly byP: Expression;
}

const mostAttempts = 40;
const mostDegree = 16;
/** Bits beyond those of the minibrot's size. */
const guardBits = 80;
/** The proof's ball is smaller than the minibrot by at least this many bits. */
const smallerBits = 20;
/** Where the whole set of z^2 + c has its middle. */
const middleOfWhole = -0.65;
/** How wide a view of the whole set is, so that it is high enough too. */
const widthOfWhole = (shape: number) => Math.max(3.5, 2.6 * shape);

function treesOf({ view, z0, c }: ReadView): Trees {
  if (view.plane !== 'parameter')
    throw new NucleusError(
      'the sample point is the first z; find needs the plane of c: set c to p and z0 to a number',
    );
  const step = view.step ?? add(power(variable, 2), point);
  const [byZ, byP] = [differentiate(step, 'z'), differentiate(step, 'p')];
  if (!byZ || !byP || JSON.stringify(step).includes('"previous"'))
    throw new NucleusError(
      'the formula has conj, re, im, abs or previous, and no derivative; give another formula',
    );
  const trees = { step, byZ, byP, constant: c };
  if (!isCritical(trees, pairToFixed(z0, 256), 256))
    throw new NucleusError('z0 is not a critical point of the formula for every c; give one as z0');
  return trees;
}

const exact = (bits: number) => new BallArithmetic(bits, []);

/** Whether the derivative by z is 0 at z, for two values of p. */
function isCritical(trees: Trees, z: Pair, bits: number): boolean {
  return [3n, 5n].every((k) => {
    const balls = exact(bits);
    const p = balls.ball([(k << BigInt(bits)) / 8n, -(1n << BigInt(bits - 2))], 0n);
    const value = evaluateIn(balls, trees.byZ, inputsOf(trees, balls, balls.ball(z, 0n), p));
    return value.center.every((part) => part === 0n);
  });
}

const inputsOf = ({ constant }: Trees, balls: BallArithmetic, z: Ball, p: Ball) => ({
  z,
  p,
  c: balls.ball(pairToFixed(constant, balls.bits), 3n),
  previous: balls.ball([0n, 0n], 0n),
});

/** The orbit of the critical point at c and its derivative by c, in fixed point: `visit` ends it by true. */
async function follow(
  trees: Trees,
  start: Pair,
  c: Pair,
  bits: number,
  most: number,
  { signal, onProgress }: Options,
  visit: (n: number, z: Pair, d: Pair) => boolean,
): Promise<void> {
  const { step, byZ, byP } = trees;
  const balls = exact(bits);
  const p = balls.ball(c, 0n);
  let [z, d]: [Ball, Ball] = [balls.ball(start, 0n), balls.ball([0n, 0n], 0n)];
  const every = Math.max(16, Math.round(2 ** 17 / bits));
  for (let n = 1; n <= most; n++) {
    const inputs = inputsOf(trees, balls, z, p);
    const slope = evaluateIn(balls, byZ, inputs);
    d = balls.add(balls.multiply(slope, d), evaluateIn(balls, byP, inputs));
    z = evaluateIn(balls, step, inputs);
    // Centres alone: the proof comes later.
    [z, d] = [balls.ball(z.center, 0n), balls.ball(d.center, 0n)];
    if (visit(n, z.center, d.center)) return;
    if (n % every === 0) {
      signal?.throwIfAborted();
      onProgress?.(n);
      await pause();
    }
  }
}

const difference = ([a, b]: Pair, [c, d]: Pair): Pair => [a - c, b - d];

/** Newton's method for the nucleus of period n; undefined where it leaves the view's surroundings. */
async function newton(
  trees: Trees,
  start: Pair,
  from: Pair,
  n: number,
  bits: number,
  reach: bigint,
  options: Options,
): Promise<Pair | undefined> {
  let [c, before] = [from, reach];
  for (let i = 0; i < 60; i++) {
    let end: [Pair, Pair] | undefined;
    await follow(trees, start, c, bits, n, options, (k, z, d) => {
      if (k === n) end = [z, d];
      return false;
    });
    const move = quotient(difference(end![0], start), end![1], bits);
    if (!move) return undefined;
    c = difference(c, move);
    if (modulusAbove(difference(c, from)) > reach) return undefined;
    const moved = modulusAbove(move);
    // Where it moves no less than before, it has reached what these bits resolve, or finds nothing.
    if (moved < 1n << 24n) return c;
    if (i > 3 && moved > before >> 1n) return moved < reach >> 16n ? c : undefined;
    before = moved;
  }
  return undefined;
}

/** Proves the nucleus; returns the ball's radius in units, or undefined where these bits do not suffice. */
function proofOf(trees: Trees, start: Pair, c: Pair, n: number, bits: number): bigint | undefined {
  const { step, byZ, byP } = trees;
  const run = (error: bigint) => {
    let [z, d]: [Pair, Pair] = [start, [0n, 0n]];
    let [zError, dError] = [0n, 0n];
    const returns: number[] = [];
    for (let k = 1; k <= n; k++) {
      const balls = new BallArithmetic(bits, [zError, dError, error]);
      const inputs = inputsOf(trees, balls, balls.input(z, 0), balls.input(c, 2));
      const slope = evaluateIn(balls, byZ, inputs);
      const next = balls.add(balls.multiply(slope, balls.input(d, 1)), evaluateIn(balls, byP, inputs));
      const moved = evaluateIn(balls, step, inputs);
      [z, d] = [moved.center, next.center];
      [zError, dError] = [balls.spread(moved), balls.spread(next)];
      if (zError >> BigInt(bits) > 0n) return undefined;
      if (k < n && n % k === 0 && modulusBelow(difference(z, start)) <= zError) returns.push(k);
    }
    return { z, d, zError, dError, returns };
  };
  try {
    const at = run(0n);
    const least = at ? modulusBelow(at.d) - at.dError : 0n;
    if (!at || least <= 0n) return undefined;
    const left = modulusAbove(difference(at.z, start)) + at.zError;
    const unit = 1n << BigInt(bits);
    const radius = (4n * left * unit) / least + (1n << 10n);
    const around = run(radius);
    if (!around || around.returns.length > 0) return undefined;
    const slope = modulusBelow(around.d);
    // In units: left / slope + radius dError / slope < radius; and the nucleus is within radius / 2 of c.
    const isHalf = 4n * left * unit <= radius * slope && 2n * around.dError <= slope;
    return isHalf && left * unit + radius * around.dError < radius * slope ? radius : undefined;
  } catch (error) {
    if (error instanceof Pole) return undefined;
    throw error;
  }
}

/** Finds and proves the nucleus of the lowest period in a view. Throws NucleusError. */
export async function findNucleus(read: ReadView, options: Options = {}): Promise<Nucleus> {
  options.signal?.throwIfAborted();
  const trees = treesOf(read);
  const { view, center, z0 } = read;
  const reach = reachExponent(read);
  let bits = Math.max(128, 96 - reach);
  const startOf = (at: number) => pairToFixed(z0, at);
  const inView = dyadicToFixed({ m: 1n, e: reach }, bits);
  const middle = pairToFixed(center, bits);
  const candidates: number[] = [];
  const limit = BigInt(Math.ceil(view.radius * 4)) << BigInt(bits);
  await follow(trees, startOf(bits), middle, bits, view.iterations, options, (n, z, d) => {
    const away = modulusAbove(difference(z, startOf(bits)));
    if (away << BigInt(bits) <= modulusAbove(d) * inView) candidates.push(n);
    return candidates.length >= mostAttempts || away > limit;
  });
  for (const n of candidates) {
    let c = await newton(trees, startOf(bits), middle, n, bits, 4n * inView, options);
    if (!c || !isInside(read, difference(c, middle), bits)) continue;
    for (let tries = 0; tries < 6; tries++) {
      const measured = await measure(trees, startOf(bits), c, n, bits, options);
      const wanted = guardBits - exponentOf(measured.size);
      if (bits >= wanted) {
        const proved = proofOf(trees, startOf(bits), c, n, bits);
        const isSmall = proved && bitLength(proved) - bits < exponentOf(measured.size) - smallerBits;
        if (proved && isSmall) return described(n, c, proved, bits, measured, view);
      }
      const more = Math.max(Math.ceil(bits / 3), wanted - bits);
      const wide: Pair = [c[0] << BigInt(more), c[1] << BigInt(more)];
      bits += more;
      const again = await newton(trees, startOf(bits), wide, n, bits, inView << BigInt(more + 2), options);
      if (!again) break;
      c = again;
    }
    bits = Math.max(128, 96 - reach);
  }
  throw new NucleusError(
    `no nucleus of a period up to ${view.iterations} was found in the view; give a wider one, another centre or more iterations`,
  );
}

/** Whether an offset from the centre is inside the view's rectangle. */
function isInside({ view, spacing }: ReadView, [x, y]: Pair, bits: number): boolean {
  const turn = (-view.rotation * Math.PI) / 180;
  const cell = dyadicToFixed(spacing, bits);
  if (cell <= 0n) return false;
  // In spacings; rotated back.
  const [a, b] = [x, y].map((part) => Number((part << 10n) / cell) / 1024) as [number, number];
  const [across, up] = [a * Math.cos(turn) - b * Math.sin(turn), a * Math.sin(turn) + b * Math.cos(turn)];
  return Math.abs(across) <= view.columns / 2 && Math.abs(up) <= view.rows / 2;
}

/** A complex number of doubles with its own exponent of 2. */
interface Wide {
  readonly re: number;
  readonly im: number;
  readonly e: number;
}

/** A pair of fixed point, to its leading bits. */
function wideOf(pair: Pair, bits: number): Wide {
  const by = Math.max(bitLength(pair[0]), bitLength(pair[1])) - 60;
  const [re, im] = pair.map((part) => Number(by >= 0 ? part >> BigInt(by) : part << BigInt(-by)) * 2 ** -60);
  return { re: re!, im: im!, e: by + 60 - bits };
}
function wideProduct(v: Wide, w: Wide): Wide {
  const [re, im] = [v.re * w.re - v.im * w.im, v.re * w.im + v.im * w.re];
  const by = Math.ceil(Math.log2(Math.max(Math.abs(re), Math.abs(im), 2 ** -900)));
  return { re: re * 2 ** -by, im: im * 2 ** -by, e: v.e + w.e + by };
}
const logOf = ({ re, im, e }: Wide) => Math.log2(Math.hypot(re, im)) + e;
const turnsOf = ({ re, im }: Wide) => Math.atan2(im, re) / (2 * Math.PI);

interface Measured {
  readonly size: Dyadic;
  readonly turns: number;
  readonly degree: number;
}

/** The size of the minibrot of a nucleus. */
async function measure(
  trees: Trees,
  start: Pair,
  c: Pair,
  n: number,
  bits: number,
  options: Options,
): Promise<Measured> {
  const balls = exact(bits);
  const at = (expression: Expression, z: Pair) =>
    evaluateIn(balls, expression, inputsOf(trees, balls, balls.ball(z, 0n), balls.ball(c, 0n))).center;
  let product: Wide = { re: 1, im: 0, e: 0 };
  let slope: Pair = [0n, 0n];
  await follow(trees, start, c, bits, n, options, (k, z, d) => {
    if (k < n) product = wideProduct(product, wideOf(at(trees.byZ, z), bits));
    slope = d;
    return false;
  });
  // k = f^(d)(z0) / d!, the first derivative that is not 0.
  let [degree, tree, factorial] = [1, trees.byZ, 1n];
  let leading: Pair = [0n, 0n];
  while (degree < mostDegree && leading.every((part) => part === 0n)) {
    tree = differentiate(tree, 'z') ?? tree;
    degree++;
    factorial *= BigInt(degree);
    const [re, im] = at(tree, start);
    leading = [re / factorial, im / factorial];
  }
  const grown = wideProduct(product, wideOf(leading, bits));
  const b = wideOf(slope, bits);
  const power = -(logOf(grown) / (degree - 1) + logOf(b));
  const whole = Math.floor(power);
  return {
    size: { m: BigInt(Math.round(2 ** (power - whole + 40))), e: whole - 40 },
    turns: -(turnsOf(grown) / (degree - 1) + turnsOf(b)),
    degree,
  };
}

function described(
  period: number,
  c: Pair,
  radius: bigint,
  bits: number,
  measured: Measured,
  { columns, rows }: ReadView['view'],
): Nucleus {
  const { size, turns, degree } = measured;
  const dyadic = (m: bigint): Dyadic => ({ m, e: -bits });
  // As many digits as the radius has meaning for.
  const places = Math.ceil((bits - bitLength(radius) + 4) * Math.log10(2));
  const decimals = ([x, y]: Pair) => [decimalOf(dyadic(x), places), decimalOf(dyadic(y), places)] as const;
  const away = degree === 2 ? middleOfWhole : 0;
  const moved = c.map((part, i) => {
    const factor = away * (i === 0 ? Math.cos(2 * Math.PI * turns) : Math.sin(2 * Math.PI * turns));
    return part + dyadicToFixed({ m: size.m * BigInt(Math.round(factor * 2 ** 20)), e: size.e - 20 }, bits);
  }) as [bigint, bigint];
  const degrees = (((turns % 1) + 1.5) % 1) * 360 - 180;
  return {
    period,
    center: decimals(c),
    // Written in decimals the centre is within 0.1 radius of c: the nucleus is in this ball, and the ball in the proved one.
    radius: scientific(dyadic((7n * radius) / 10n), 2),
    size: scientific(size, 4),
    width: scientific(
      { m: size.m * BigInt(Math.ceil(widthOfWhole(columns / rows) * 1024)), e: size.e - 10 },
      4,
    ),
    rotation: Math.round(degrees * 1e6) / 1e6,
    degree,
    middle: decimals(moved),
  };
}
