// The function that proves that points of the Mandelbrot set never escape, long before their orbits repeat: it looks
// for an attracting cycle of z^2 + c by Newton's method and proves that it exists, for two points at a time. The
// starting point comes from an orbit (period.ts) or from the cycle of a nearby point (discs.ts).
//
// Why that suffices, also for the doubles of the plain kernel (for the named theorems see Milnor, Dynamics in One
// Complex Variable, and Pommerenke, Boundary Behaviour of Conformal Maps). Let u = 2^-53.
// 1. Suppose f^q maps a disc B(m, r) into B(m, (1 - k) r). Then there is a cycle with a point w in the smaller disc.
//    Its multiplier is at most 1 - k in modulus (Schwarz, Pick), and the disc is in U, the component of its basin that
//    contains w.
// 2. The components of the basin around the cycle contain the critical point 0 (Fatou), so that in the hyperbolic
//    metric 2|dz| / (1 - |z|^2) of discs f is a Blaschke product of degree 2 around the cycle. If its multiplier has
//    modulus a, the critical point is at distance R from w with e^2R = (1 + a) / (1 - a), and no point of its orbit is
//    farther from its point of the cycle, since f increases no distance. The cycle's period may be a divisor of q:
//    a <= 1 - k / q.
// 3. The conformal radius C of U around w is at least k r. From one point of the cycle to the next it grows at least by
//    the factor |2w| (Schwarz, Pick), and a point at distance h from w is at least C / 4 e^-2h from the boundary of U
//    (Koebe). So an orbit of doubles at distance R + h, h <= 1/2, is at least D = C k / (22 q) from it.
// 4. A step in doubles errs by at most 12 u where |z|, |c| and |f(z)| are at most 2, as they are in U. That moves a
//    point by at most 2 * 12 u / (7/8 D) in the metric, whose density is at most 2 / distance, if 12 u <= D / 8. So
//    after n steps h <= 28 n u / D, which is below 1/2 where C k >= 2^-42 n q: then no double has left the basin. The
//    whole basin is in |z| < 2 - D / 2, whose squares are below 4 in doubles too.
// The result of Newton's method is not trusted: condition 1 is checked with discs that bound every rounding error.
// Where possible, all of this is proved for every c + d with |d| <= rho at once: z is then within m + D d + e with
// |e| <= spread (model.ts has such models of any step), and the disc of 1 moves with d, around m + D d.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { emitKeepDisc } from './discs.js';
import { inflation } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';
import { isSquare } from './square.js';
import { stepEmitter } from './step.js';

/**
 * The parameters of the function: for two points, where a point of each one's cycle may be, best the one nearest to 0;
 * their c; a mask of the points to examine; the period; and the address of the discs (discs.ts). Returns the mask of
 * those that never escape, and keeps a disc around each for which one could be proved.
 */
export const cycleParameters = [v128, v128, v128, v128, v128, i32, i32] as const;

const newtonSteps = 3;
/** If the first estimate of the multiplier is larger than this, an attracting cycle nearby is unlikely. */
const steepest = 1.25;
/**
 * A bound of the error of a step in doubles where |z|^2 and |f(z)|^2 are at most `largestSquare`, which is below 16 u,
 * plus rho times the error of D: below sqrt(5) u 2|z||D| + u |D'|, which is another 16 u where |D| rho and rho are at
 * most 1.
 */
const stepError = 2 ** -47;
const largestSquare = 4.9;
/** How far the points of a disc may move a cycle, in radii of 1: tuned on the Mandelbrot set and on a minibrot. */
const shifting = 0.7;

/** Whether a job's orbits are those of the critical point of z^2 + c, and no point escapes within |z| <= 2. */
export function hasCycles({ step, c, z0, escape }: KernelJob): boolean {
  if (!isSquare(step) || c !== 'p') return false;
  const isCritical = z0 === 'p' || (z0[0] === 0 && z0[1] === 0);
  const isOutside = escape === 'overflow' || (typeof escape === 'number' && escape >= 2);
  return isCritical && isOutside;
}

/** The parameters' indices. */
const parameters = { wRe: 0, wIm: 1, pRe: 2, pIm: 3, wanted: 4, period: 5, discs: 6 } as const;
const vectors = [
  ...(['x', 'y', 'dRe', 'dIm', 'size', 'slope', 'curve', 'first', 'second', 'square'] as const),
  ...(['result', 'radius', 'spread', 'least', 'periods', 'stretch', 'told', 'rho', 'off'] as const),
  // The derivative of the cycle's point w by c.
  ...(['shiftRe', 'shiftIm'] as const),
];
type Local = keyof typeof parameters | (typeof vectors)[number];

/** The function being emitted, with its parameters and local variables. */
interface Cycle extends Readonly<Record<Local, number>> {
  readonly body: FunctionBody;
  readonly step: ReturnType<typeof stepEmitter>;
  readonly left: number;
  readonly pass: number;
  /** The least C k for each step of the period, from condition 4. */
  readonly leastProduct: number;
}

function cycleOf(body: FunctionBody, job: KernelJob): Cycle {
  const step = stepEmitter(body, job, new Map());
  const [left, pass] = [body.local(i32), body.local(i32)];
  const locals = Object.fromEntries(vectors.map((name) => [name, body.local(v128)]));
  const named = { ...parameters, ...locals } as Record<Local, number>;
  return { ...named, body, step, left, pass, leastProduct: job.iterations * 2 ** -42 };
}

export function emitCycle(body: FunctionBody, job: KernelJob): void {
  /** The least rho that covers the exact point (proof.ts). */
  const margin = job.proof?.off ?? 0;
  const cycle = cycleOf(body, job);
  const {
    leastProduct,
    wRe,
    wIm,
    pRe,
    pIm,
    wanted,
    period,
    discs,
    pass,
    slope,
    curve,
    first,
    result,
    radius,
    periods,
    told,
    rho,
    shiftRe,
    shiftIm,
  } = cycle;

  body.get(period).splatInteger(4).op('f64x2.convert_low_i32x4_u').set(periods).i32(newtonSteps).set(pass);
  body.loop((again) => {
    improve(cycle);
    body.get(slope).f64x2(steepest).op('f64x2.lt').get(first).op('v128.and').get(wanted);
    body.op('v128.and', 'v128.any_true');
    body.get(pass).i32(-1).op('i32.add').tee(pass).i32(0).op('i32.ne', 'i32.and');
    again();
  });
  // Near w, f^q(w + x) is about w + slope x + curve x^2, so that k is about 3/4 (1 - slope) with this radius. It gives
  // a larger rho than the radius that maximises the product of 3.
  body.f64x2(1).get(slope).op('f64x2.sub').tee(first).get(curve).f64x2(4).op('f64x2.mul', 'f64x2.div');
  body.set(radius);
  product(cycle, first, first)
    .get(radius)
    .op('f64x2.mul')
    .f64x2(9 / 16)
    .op('f64x2.mul');
  body.get(periods).f64x2(leastProduct).op('f64x2.mul', 'f64x2.ge').get(wanted).op('v128.and').set(wanted);
  body.get(radius).f64x2(shifting).op('f64x2.mul');
  pushModulus(cycle, shiftRe, shiftIm).op('f64x2.div').f64x2(1).op('f64x2.min');
  if (margin > 0) body.f64x2(margin).op('f64x2.max');
  body.get(wanted).op('v128.and').set(rho);
  body
    .i32(2)
    .set(pass)
    .get(wanted)
    .op('v128.any_true')
    .if(() =>
      body.loop((again) => {
        prove(cycle);
        body.get(told, result).op('v128.or').set(told);
        // Where a disc cannot be proved, the point alone perhaps can.
        body.get(rho);
        if (margin > 0) body.f64x2(margin).get(result).op('v128.bitselect');
        else body.get(result).op('v128.and');
        body.set(rho);
        body.get(wanted, told).op('v128.andnot', 'v128.any_true');
        body.get(pass).i32(-1).op('i32.add').tee(pass).op('i32.and');
        again();
      }),
    );
  if (margin > 0)
    body.get(rho).f64x2(margin).op('f64x2.sub').get(told).op('v128.and').f64x2(0).op('f64x2.max').set(rho);
  emitKeepDisc(body, discs, { pRe, pIm, rho, wRe, wIm, shiftRe, shiftIm, period });
  body.get(told);
}

function takeStep(cycle: Cycle) {
  const { step, pRe, pIm, x, y } = cycle;
  step.emit({ zRe: x, zIm: y, pRe, pIm });
}

function product(cycle: Cycle, a: number, b: number) {
  const { body } = cycle;
  return body.get(a, b).op('f64x2.mul');
}

function pushModulus(cycle: Cycle, re: number, im: number) {
  product(cycle, re, re);
  return product(cycle, im, im).op('f64x2.add', 'f64x2.sqrt');
}

/** Multiplies a derivative by f' = 2z and adds `plus`. */
function derive(cycle: Cycle, re: number, im: number, plus: 0 | 1) {
  const { body, x, y, first } = cycle;
  product(cycle, x, re);
  product(cycle, y, im).op('f64x2.sub').tee(first).get(first).op('f64x2.add');
  if (plus === 1) body.f64x2(1).op('f64x2.add');
  product(cycle, x, im);
  product(cycle, y, re).op('f64x2.add').tee(first).get(first).op('f64x2.add').set(im).set(re);
}

/** Takes the steps of the period from w; before each, calls `inside` with z's values in `square` and `size`. */
function follow(cycle: Cycle, inside: () => void) {
  const { body, wRe, wIm, period, left, x, y, size, square } = cycle;
  body.get(wRe).set(x).get(wIm).set(y).get(period).set(left);
  body.loop((again) => {
    product(cycle, x, x);
    product(cycle, y, y).op('f64x2.add').tee(square).op('f64x2.sqrt').set(size);
    inside();
    takeStep(cycle);
    body.get(left).i32(-1).op('i32.add').tee(left);
    again();
  });
}

/**
 * A step of Newton's method for f^q(w) = w. Also computes |derivative| of f^q, a bound of half the second derivative,
 * and the derivative of w by c. `first`: ones where the step was still too long.
 */
function improve(cycle: Cycle) {
  const { body, wRe, wIm, x, y, dRe, dIm, size, slope, curve, first, second, square, shiftRe, shiftIm } =
    cycle;
  body.f64x2(1).tee(dRe).set(slope).f64x2(0).tee(dIm).tee(shiftRe).tee(shiftIm).set(curve);
  follow(cycle, () => {
    body.get(size, size).op('f64x2.add').tee(size).get(curve).op('f64x2.mul');
    product(cycle, slope, slope).op('f64x2.add').set(curve);
    product(cycle, slope, size).set(slope);
    derive(cycle, dRe, dIm, 0);
    derive(cycle, shiftRe, shiftIm, 1);
  });
  body.get(dRe).f64x2(1).op('f64x2.sub').set(dRe);
  body.get(x, wRe).op('f64x2.sub').set(x).get(y, wIm).op('f64x2.sub').set(y);
  product(cycle, dRe, dRe);
  product(cycle, dIm, dIm).op('f64x2.add').set(square);
  // Whether the step is still too long: f^q contracts by 1 - slope within a radius of (1 - slope) / curve.
  pushModulus(cycle, x, y).f64x2(24).op('f64x2.mul').get(curve).op('f64x2.mul').set(first);
  body.f64x2(1).get(slope).op('f64x2.sub').tee(second).get(second).op('f64x2.mul').get(first);
  body.op('f64x2.lt').set(first);
  divide(cycle, x, y);
  body.get(wRe, x).op('f64x2.sub').set(wRe).get(wIm, y).op('f64x2.sub').set(wIm);
  // w' = shift + f^q' w' there.
  divide(cycle, shiftRe, shiftIm);
  body.get(shiftRe).op('f64x2.neg').set(shiftRe).get(shiftIm).op('f64x2.neg').set(shiftIm);
}

/** Divides by dRe + i dIm, whose squared modulus is in `square`. */
function divide(cycle: Cycle, re: number, im: number) {
  const { dRe, dIm, square } = cycle;
  product(cycle, re, dRe);
  product(cycle, im, dIm).op('f64x2.add').get(square).op('f64x2.div');
  product(cycle, im, dRe);
  product(cycle, re, dIm).op('f64x2.sub').get(square).op('f64x2.div').set(im).set(re);
}

/** Sets `result` to the points for which 1 and the condition of 4 hold within rho. */
function prove(cycle: Cycle) {
  const {
    body,
    leastProduct,
    wRe,
    wIm,
    wanted,
    x,
    y,
    dRe,
    dIm,
    size,
    first,
    square,
    result,
    radius,
    spread,
    least,
    periods,
    stretch,
    rho,
    off,
    shiftRe,
    shiftIm,
  } = cycle;
  body.get(wanted).set(result).get(radius).set(spread).f64x2(1).tee(stretch).set(least);
  body.get(shiftRe).set(dRe).get(shiftIm).set(dIm);
  follow(cycle, () => {
    // An upper bound of |D d|.
    pushModulus(cycle, dRe, dIm).get(rho).op('f64x2.mul').f64x2(inflation).op('f64x2.mul').set(off);
    // The least conformal radius so far, relative to that of the first disc; the last disc is the first again.
    body.get(least, stretch).op('f64x2.min').set(least);
    body
      .get(size)
      .f64x2(2 - inflation)
      .op('f64x2.mul')
      .get(spread, off)
      .op('f64x2.add', 'f64x2.sub');
    body
      .f64x2(2 * (2 - inflation))
      .op('f64x2.mul')
      .get(stretch)
      .op('f64x2.mul')
      .f64x2(0);
    body.op('f64x2.max').set(stretch);
    // |(m + D d + e)^2 - m^2 - 2 m D d| <= |D d|^2 + |e| (2 (|m| + |D d|) + |e|).
    body.get(size, off).op('f64x2.add').tee(size).get(size, spread).op('f64x2.add', 'f64x2.add');
    body.get(spread).op('f64x2.mul');
    product(cycle, off, off).op('f64x2.add');
    body.f64x2(stepError).op('f64x2.add').f64x2(inflation).op('f64x2.mul').set(spread);
    derive(cycle, dRe, dIm, 1);
    keep(cycle, () => {
      body.get(square).f64x2(largestSquare).op('f64x2.lt');
      return body.get(off).f64x2(1).op('f64x2.lt', 'v128.and');
    });
  });
  keep(cycle, () => {
    product(cycle, x, x);
    return product(cycle, y, y).op('f64x2.add').f64x2(largestSquare).op('f64x2.lt');
  });
  body.get(dRe, shiftRe).op('f64x2.sub').set(dRe).get(dIm, shiftIm).op('f64x2.sub').set(dIm);
  // k r, rounded down.
  body.get(x, wRe).op('f64x2.sub').set(x).get(y, wIm).op('f64x2.sub').set(y);
  body.get(radius);
  pushModulus(cycle, x, y).get(spread).op('f64x2.add');
  pushModulus(cycle, dRe, dIm).get(rho).op('f64x2.mul', 'f64x2.add').f64x2(inflation).op('f64x2.mul');
  body.f64x2(stepError).op('f64x2.add', 'f64x2.sub').set(first);
  keep(cycle, () => body.get(first).f64x2(0).op('f64x2.ge'));
  // C k = (k r)^2 / r * least.
  keep(cycle, () => {
    product(cycle, first, first)
      .get(least)
      .op('f64x2.mul')
      .f64x2(2 - inflation)
      .op('f64x2.mul');
    return product(cycle, radius, periods).f64x2(leastProduct).op('f64x2.mul', 'f64x2.ge');
  });
}

/** Keeps only the points of a mask. */
function keep(cycle: Cycle, push: () => unknown) {
  const { body, result } = cycle;
  push();
  body.get(result).op('v128.and').set(result);
}
