// Counts of z^2 + c that are proved for exact points in real arithmetic, by doubles with a bound of their error. A job
// with a `proof` has sample points p in doubles; each exact point c is within `off` of its p. Points that this cannot
// decide get the count `open`; src/exact/ counts them otherwise. Let u = 2^-53 and z~ what the kernel computes.
// 1. A bound e of |z~ - z|. The step of z~ rounds two squares, their difference and the sum with Re c, a product and the
//    sum with Im c: at most u (5 |z~|^2 + 2 |c|) in all. With v = u (6 R'^2 + 2 |c|) + off for |z~| <= R',
//      z~^2 - z^2 = (z~ - z) (2 z~ - (z~ - z)),   e' = (2 |z~| + e) e + v.
//    E = e^2 needs no roots: (a + b)^2 <= (1 + k) a^2 + (1 + 1/k) b^2 for any k > 0, twice, gives
//      E' = (1 + k) ((1 + k) 4 |z~|^2 + (1 + 1/k) E) E + (1 + 1/k) v^2.
//    The kernel has F = s E with s = (1 + k) (1 + 1/k): F' = (4 (1 + k)^2 |z~|^2 + F) F + s (1 + 1/k) v^2. Its own six
//    roundings are covered by `inflation` in each of the three terms. From z_0 = 0, F is 0 at first.
// 2. Blocks. Where R >= 2, |z| > R and |z| >= |c|, |z^2 + c| >= |z| (|z| - 1) > |z|: no orbit returns, so that the end of
//    a block of steps decides for all of them. From z_0 = 0 this includes |c| > R, since z_1 = c. v is valid up to
//    R' = (1 + 2^-10) R. Beyond, |z~'| >= |z~|^2 (1 - 6 u) - |c| (1 + 2 u) >= |z~|: then the end of the block is beyond, too.
//    (|z~| + e)^2 <= (1 + 2^-12) |z~|^2 + (1 + 2^12) E, so that |z~|^2 + 2^12 E <= R^2 (1 - 2^-11) is surely inside.
//    Other blocks are repeated step by step: inside if |z~| + e + t <= R, outside if |z~| - e - t > R, where t covers
//    the roundings of |z~|; otherwise, or if e has grown too large, the point is open.
// 3. Whole tiles and cycles. The models of enclosure.ts and cycle.ts contain the images in real arithmetic of every
//    point within rho of the middle, not only those of doubles: with rho greater by `off` they contain the exact
//    points'. A tile that returns into itself, or a disc that f^q maps into itself and that holds an attracting cycle,
//    proves that no exact point of it escapes. An orbit of doubles that repeats bit for bit proves nothing here.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { KernelJob } from './reference.js';

/** Locals of a vector of two points: z and F, now and before the block, and the counts. */
interface Bounded {
  readonly x: number;
  readonly y: number;
  readonly pRe: number;
  readonly pIm: number;
  readonly error: number;
  readonly beforeX: number;
  readonly beforeY: number;
  readonly beforeError: number;
  readonly count: number;
}

/** The largest escape radius: v is meant for the largest |z|. */
export const largestProved = 8;
/** The steps of a block. */
const blockSteps = 4;
/** k: the noise of n steps is bounded by about max(n, 1 / k) times that of one, the sum of errors by (1 + k)^n. */
const k = 2 ** -11;
const inflation = 1 + 2 ** -47;
/** s: F = s e^2. */
export const scale = (1 + k) * (1 + 1 / k) * inflation;
/** Points whose e^2 is above this are open. */
const mostSquare = 2 ** -10;

/** The count of points that are not decided. */
export const openCount = ({ iterations }: KernelJob): number => iterations + 1;

export const provedBounds = { block: blockSteps, trigger: Infinity, thresholds: [] } as const;

/**
 * Emits the parts of steps and escape tests that a proof changes; undefined for jobs without a proof. `isDoubled`: whether
 * doubling adds 1 to the exponent (square.ts).
 */
export function proofEmitter(body: FunctionBody, job: KernelJob, isDoubled: boolean) {
  const { proof } = job;
  if (!proof) return undefined;
  const radius = job.escape as number;
  const most = BigInt(job.iterations);

  const noise = 2 ** -53 * (6 * ((1 + 2 ** -10) * radius) ** 2 + 2 * proof.reach) + proof.off;
  const [growth, added] = [4 * (1 + k) ** 2 * inflation, scale * (1 + 1 / k) * noise ** 2 * inflation];
  const [x, y, error, inside, was, root, slack, open] = Array.from({ length: 8 }, () =>
    body.local(v128),
  ) as Eight;
  const left = body.local(i32);

  function pushSquare(re: number, im: number) {
    return body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  }

  return {
    /** Takes z and F through a step; the squares serve both. */
    step({ x, y, error, pRe, pIm }: Pick<Bounded, 'x' | 'y' | 'error' | 'pRe' | 'pIm'>): void {
      body.get(x, x).op('f64x2.mul').set(root).get(y, y).op('f64x2.mul').set(slack);
      body.get(root, slack).op('f64x2.add').f64x2(growth).op('f64x2.mul').get(error).op('f64x2.add');
      body.get(error).op('f64x2.mul').f64x2(added).op('f64x2.add').set(error);
      if (isDoubled)
        body
          .get(x)
          .i64x2(1n << 52n)
          .op('i64x2.add');
      else body.get(x, x).op('f64x2.add');
      body.get(y).op('f64x2.mul').get(pIm).op('f64x2.add').set(y);
      body.get(root, slack).op('f64x2.sub').get(pRe).op('f64x2.add').set(x);
    },

    /** Pushes ones where z is surely inside. */
    pushInside(lanes: Bounded): void {
      pushSquare(lanes.x, lanes.y)
        .get(lanes.error)
        .f64x2(2 ** 12 / scale);
      body
        .op('f64x2.mul', 'f64x2.add')
        .f64x2(radius * radius * (1 - 2 ** -11))
        .op('f64x2.le');
    },

    /**
     * Repeats the block of the points in `hit`, whose ages at its end are on the stack. Sets the counts of those that
     * are not inside at its end, and removes the others from `hit`; `steps` is scratch. Points that are open after all
     * iterations are inside.
     */
    settle<T extends Bounded>(lanes: T, hit: number, steps: number, emitStep: (lanes: T) => void): void {
      body.i64x2(BigInt(blockSteps)).op('i64x2.sub').set(steps).i64x2(0n).set(open).get(hit).set(inside);
      body.get(lanes.beforeX).set(x).get(lanes.beforeY).set(y).get(lanes.beforeError).set(error);
      body.i32(blockSteps).set(left);
      body.loop((again) => {
        emitStep({ ...lanes, x, y, error });
        pushSquare(x, y).op('f64x2.sqrt').tee(root);
        body
          .f64x2(2 ** -49)
          .op('f64x2.mul')
          .get(error);
        body.f64x2((1 + 2 ** -40) / scale).op('f64x2.mul', 'f64x2.sqrt');
        body
          .f64x2(1 + 2 ** -40)
          .op('f64x2.mul', 'f64x2.add')
          .set(slack);
        body.get(inside).tee(was);
        body.get(root, slack).op('f64x2.add').f64x2(radius).op('f64x2.le', 'v128.and');
        body
          .get(error)
          .f64x2(mostSquare * scale)
          .op('f64x2.le', 'v128.and')
          .set(inside);
        body.get(root, slack).op('f64x2.sub').f64x2(radius).op('f64x2.gt').get(inside).op('v128.or');
        body.set(slack).get(was, slack).op('v128.andnot').get(open).op('v128.or').set(open);
        body.get(steps, inside).op('i64x2.sub').set(steps);
        body.get(left).i32(-1).op('i32.add').tee(left);
        again();
      });
      body.get(hit, inside).op('v128.andnot').set(hit).get(steps).i64x2(most).op('i64x2.lt_s').tee(was);
      body.get(open).op('v128.and').set(open).get(steps).i64x2(most).get(was).op('v128.bitselect').set(steps);
      body
        .i64x2(BigInt(openCount(job)))
        .get(steps, open)
        .op('v128.bitselect');
      body.get(lanes.count, hit).op('v128.bitselect').set(lanes.count);
    },
  };
}

type Eight = [number, number, number, number, number, number, number, number];
