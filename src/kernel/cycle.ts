// The function that proves of points of the Mandelbrot set that they never escape, long before their orbits repeat: it
// looks for an attracting cycle of z^2 + c by Newton's method, and proves that there is one. For two points at a time.
//
// Why that is enough, for the doubles of the plain kernel too (what is named is in Milnor, Dynamics in One Complex
// Variable, and Pommerenke, Boundary Behaviour of Conformal Maps). Let u = 2^-53.
// 1. Say f^q takes a disc B(m, r) into B(m, (1 - k) r). Then there is a cycle with a point w in the smaller disc. Its
//    multiplier is at most 1 - k in modulus (Schwarz, Pick), and the disc is in U, the component of its basin with w.
// 2. The basin's components by the cycle hold the critical point 0 (Fatou), so that with the hyperbolic metric
//    2|dz| / (1 - |z|^2) of discs f is a Blaschke product of degree 2 around the cycle. If its multiplier has modulus a,
//    the critical point is at R from w with e^2R = (1 + a) / (1 - a), and no point of its orbit is farther from its
//    point of the cycle, since f increases no distance. The cycle's period may be a part of q: a <= 1 - k / q.
// 3. The conformal radius C of U around w is at least k r, from one point of the cycle to the next it grows at least by
//    |2w| (Schwarz, Pick), and what is at h from w is at least C / 4 e^-2h from the boundary of U (Koebe). So an orbit
//    of doubles that is at R + h, h <= 1/2, is at least D = C k / (22 q) from it.
// 4. A step in doubles errs by at most 12 u where |z|, |c| and |f(z)| are at most 2, as they are in U. That moves a
//    point by at most 2 * 12 u / (7/8 D) in the metric, whose density is at most 2 / distance, if 12 u <= D / 8. So
//    after n steps h <= 28 n u / D, which is below 1/2 where C k >= 2^-42 n q: then no double has left the basin.
//    All of it is in |z| < 2 - D / 2, whose squares are below 4 in doubles too.
// What Newton's method finds is not relied upon: 1 is held against discs that bound every rounding.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { inflation } from './model.js';
import type { KernelJob } from './reference.js';
import { stepEmitter } from './step.js';

/**
 * The parameters of the function: two points' z and c; the square of how near z must come back for a number of steps to
 * be tried as a period; and a mask of the points to look at. Gives the mask of those that never escape.
 */
export const cycleParameters = [v128, v128, v128, v128, v128, v128] as const;

/** Periods that are looked for. */
const longestPeriod = 60;
const newtonSteps = 3;
/** Where the multiplier seems larger than this at first, there is hardly an attracting cycle nearby. */
const steepest = 1.25;
/** More than a step of doubles errs where |z|^2 and |f(z)|^2 are at most `largestSquare`, which is below 16 u. */
const stepError = 2 ** -47;
const largestSquare = 4.9;

/** Whether the orbits of a job are those of the critical point of z^2 + c, which may not escape within |z| <= 2. */
export function hasCycles({ step, c, z0, escape }: KernelJob): boolean {
  if (step.kind !== 'add' || step.left.kind !== 'power' || step.right.kind !== 'variable' || c !== 'p')
    return false;
  const isSquare =
    step.left.exponent === 2 && step.left.base.kind === 'variable' && step.left.base.name === 'z';
  const isCritical = z0 === 'p' || (z0[0] === 0 && z0[1] === 0);
  const isOutside = escape === 'overflow' || (typeof escape === 'number' && escape >= 2);
  return isSquare && (step.right.name === 'c' || step.right.name === 'p') && isCritical && isOutside;
}

export function emitCycle(body: FunctionBody, job: KernelJob): void {
  const [startRe, startIm, pRe, pIm, nearSquare, wanted] = [0, 1, 2, 3, 4, 5];
  const step = stepEmitter(body, job, new Map());
  const [period, left, pass] = [body.local(i32), body.local(i32), body.local(i32)];
  const vector = () => body.local(v128);
  const [x, y, wRe, wIm, dRe, dIm, size, slope] = [
    ...[vector(), vector(), vector(), vector()],
    ...[vector(), vector(), vector(), vector()],
  ] as Eight;
  const [curve, first, second, square, result, radius, spread, least] = [
    ...[vector(), vector(), vector(), vector()],
    ...[vector(), vector(), vector(), vector()],
  ] as Eight;
  const [periods, stretch] = [vector(), vector()];
  /** C k for each step of the period, by 4. */
  const leastProduct = job.iterations * 2 ** -42;

  findPeriod();
  body
    .get(first)
    .op('i64x2.all_true')
    .if(() => {
      body.get(startRe).set(wRe).get(startIm).set(wIm).i32(newtonSteps).set(pass);
      body.loop((again) => {
        improve();
        body.get(slope).f64x2(steepest).op('f64x2.lt').get(first).op('v128.and').get(wanted);
        body.op('v128.and', 'v128.any_true');
        body.get(pass).i32(-1).op('i32.add').tee(pass).i32(0).op('i32.ne', 'i32.and');
        again();
      });
      // Near w, f^q(w + x) is about w + slope x + curve x^2: this radius makes the product of 3 largest, which is then
      // about 4/9 (1 - slope)^2 radius.
      body.f64x2(1).get(slope).op('f64x2.sub').tee(first).get(curve).f64x2(3).op('f64x2.mul', 'f64x2.div');
      body.set(radius);
      product(first, first).get(radius).op('f64x2.mul');
      body
        .get(periods)
        .f64x2((9 / 4) * leastProduct)
        .op('f64x2.mul', 'f64x2.ge');
      body.get(wanted).op('v128.and').tee(result);
      body.op('v128.any_true').if(prove);
    });
  body.get(result);

  /** The first number of steps after which all wanted points are near again: `first` is ones then. */
  function findPeriod() {
    body.get(startRe).set(x).get(startIm).set(y);
    body.loop((again) => {
      takeStep();
      body.get(period).i32(1).op('i32.add').set(period);
      body.get(periods).f64x2(1).op('f64x2.add').set(periods);
      distanceSquare(startRe, startIm).get(nearSquare).op('f64x2.le');
      body.get(wanted).op('v128.not', 'v128.or').tee(first).op('i64x2.all_true', 'i32.eqz');
      body.get(period).i32(longestPeriod).op('i32.lt_u', 'i32.and');
      again();
    });
  }

  function takeStep() {
    step.emit({ zRe: x, zIm: y, pRe, pIm });
  }

  /** |z - other|^2. */
  function distanceSquare(re: number, im: number) {
    body.get(x, re).op('f64x2.sub').tee(second).get(second).op('f64x2.mul');
    return body.get(y, im).op('f64x2.sub').tee(second).get(second).op('f64x2.mul', 'f64x2.add');
  }

  function product(a: number, b: number) {
    return body.get(a, b).op('f64x2.mul');
  }

  /** Takes the steps of the period from w, and does something before each, where `square` and `size` are z's. */
  function follow(inside: () => void) {
    body.get(wRe).set(x).get(wIm).set(y).get(period).set(left);
    body.loop((again) => {
      product(x, x);
      product(y, y).op('f64x2.add').tee(square).op('f64x2.sqrt').set(size);
      inside();
      takeStep();
      body.get(left).i32(-1).op('i32.add').tee(left);
      again();
    });
  }

  /**
   * A step of Newton's method for f^q(w) = w; also |derivative| of f^q, and a bound of half the second one. `first`:
   * ones where the step was still too long.
   */
  function improve() {
    body.f64x2(1).tee(dRe).set(slope).f64x2(0).tee(dIm).set(curve);
    follow(() => {
      body.get(size, size).op('f64x2.add').tee(size).get(curve).op('f64x2.mul');
      product(slope, slope).op('f64x2.add').set(curve);
      product(slope, size).set(slope);
      product(x, dRe);
      product(y, dIm).op('f64x2.sub').tee(first).get(first).op('f64x2.add');
      product(x, dIm);
      product(y, dRe).op('f64x2.add').tee(first).get(first).op('f64x2.add').set(dIm).set(dRe);
    });
    body.get(dRe).f64x2(1).op('f64x2.sub').set(dRe);
    body.get(x, wRe).op('f64x2.sub').set(x).get(y, wIm).op('f64x2.sub').set(y);
    product(dRe, dRe);
    product(dIm, dIm).op('f64x2.add').set(square);
    // Whether this is still much where f^q contracts by 1 - slope in a radius of (1 - slope) / curve.
    product(x, x);
    product(y, y)
      .op('f64x2.add', 'f64x2.sqrt')
      .f64x2(24)
      .op('f64x2.mul')
      .get(curve)
      .op('f64x2.mul')
      .set(first);
    body.f64x2(1).get(slope).op('f64x2.sub').tee(second).get(second).op('f64x2.mul').get(first);
    body.op('f64x2.lt').set(first);
    body.get(wRe);
    product(x, dRe);
    product(y, dIm).op('f64x2.add').get(square).op('f64x2.div', 'f64x2.sub').set(wRe);
    body.get(wIm);
    product(y, dRe);
    product(x, dIm).op('f64x2.sub').get(square).op('f64x2.div', 'f64x2.sub').set(wIm);
  }

  /** Keeps in `result` the points for which 1 and the condition of 4 hold. */
  function prove() {
    body.get(radius).set(spread).f64x2(1).tee(stretch).set(least);
    follow(() => {
      // The least conformal radius so far, from that of the first disc; the last disc is the first again.
      body.get(least, stretch).op('f64x2.min').set(least);
      body
        .get(size)
        .f64x2(2 - inflation)
        .op('f64x2.mul')
        .get(spread)
        .op('f64x2.sub');
      body
        .f64x2(2 * (2 - inflation))
        .op('f64x2.mul')
        .get(stretch)
        .op('f64x2.mul')
        .f64x2(0);
      body.op('f64x2.max').set(stretch);
      // |(m + d)^2 - m^2| <= |d| (2|m| + |d|).
      body.get(size, size).op('f64x2.add').get(spread).op('f64x2.add').get(spread).op('f64x2.mul');
      body.f64x2(stepError).op('f64x2.add').f64x2(inflation).op('f64x2.mul').set(spread);
      keep(() => body.get(square).f64x2(largestSquare).op('f64x2.lt'));
    });
    keep(() => {
      product(x, x);
      product(y, y).op('f64x2.add').f64x2(largestSquare).op('f64x2.lt');
    });
    // k r, rounded down.
    body.get(radius);
    distanceSquare(wRe, wIm).op('f64x2.sqrt').get(spread).op('f64x2.add').f64x2(inflation).op('f64x2.mul');
    body.f64x2(stepError).op('f64x2.add', 'f64x2.sub').set(first);
    keep(() => body.get(first).f64x2(0).op('f64x2.ge'));
    // C k = (k r)^2 / r * least.
    keep(() => {
      product(first, first)
        .get(least)
        .op('f64x2.mul')
        .f64x2(2 - inflation)
        .op('f64x2.mul');
      product(radius, periods).f64x2(leastProduct).op('f64x2.mul', 'f64x2.ge');
    });
  }

  /** Keeps the points of a mask. */
  function keep(push: () => void) {
    push();
    body.get(result).op('v128.and').set(result);
  }
}

type Eight = [number, number, number, number, number, number, number, number];
