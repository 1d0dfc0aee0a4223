// Discs of sample points of which cycle.ts has proved that none ever escapes: the last few, in the memory of the thread,
// and the function that looks for queued points in and near them. What holds for one band holds for all, since it is a
// fact about the formula.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { queueBytes } from './count.js';
import { countBytes } from './escape.js';
import type { KernelJob } from './reference.js';

/** Discs that are kept: with 8 hardly more points of the bench's views were told. */
const discCount = 4;
/**
 * Points so many radii away are tried with the cycle of the middle. Of those tried at 3 radii 65% were proved in the
 * bench's view of a minibrot and 90% in that of the whole set, at 4 radii 52% and 73%.
 */
const nearby = 3;
/**
 * A disc: the middle; the squares of its radius and of how far points are nearby, both 0 where there is none yet; the
 * cycle's point and how it moves with c; as doubles. The period as i32.
 */
export const discPlaces = {
  pRe: 0,
  pIm: 8,
  square: 16,
  nearSquare: 24,
  wRe: 32,
  wIm: 40,
  shiftRe: 48,
  shiftIm: 56,
};
export const periodAt = 64;
const oneBytes = 72;
/** Where the next disc will lie, from the first one. */
const nextAt = discCount * oneBytes;
/** Where the discs lie: behind the queue. */
export const discsAt = queueBytes;
/** Their bytes, all of them 0 at first. */
export const discBytes = nextAt + 8;

/** Keeps the discs of two points, where rho is not 0, each in place of the oldest; the local variables of them. */
export function emitKeepDisc(
  body: FunctionBody,
  discs: number,
  of: Readonly<Record<'pRe' | 'pIm' | 'rho' | 'wRe' | 'wIm' | 'shiftRe' | 'shiftIm' | 'period', number>>,
): void {
  const [disc, next] = [body.local(i32), body.local(i32)];
  const square = body.local(v128);
  // So that a distance that is rounded is within the disc.
  body
    .get(of.rho, of.rho)
    .op('f64x2.mul')
    .f64x2(1 - 2 ** -40)
    .op('f64x2.mul')
    .set(square);
  for (const lane of [0, 1]) {
    body.get(of.rho).f64x2(0).op('f64x2.ne').lane64(lane);
    body.if(() => {
      body.get(discs).load32(nextAt).tee(next).get(discs).op('i32.add').set(disc);
      for (const name of ['pRe', 'pIm', 'wRe', 'wIm', 'shiftRe', 'shiftIm'] as const)
        body.get(disc, of[name]).storeLane(8, lane, discPlaces[name]);
      body.get(disc, square).storeLane(8, lane, discPlaces.square);
      body
        .get(disc, square)
        .f64x2(nearby ** 2)
        .op('f64x2.mul')
        .storeLane(8, lane, discPlaces.nearSquare);
      body.get(disc, of.period).store32(periodAt).get(discs);
      body.get(next).i32(oneBytes).op('i32.add').i32(nextAt).op('i32.rem_u').store32(nextAt);
    });
  }
}

/** Points of the queue that are looked for at a time. */
const windowLength = 128;
/**
 * The content of a queued point's entry (count.ts) in place of the previous z, which such steps do not read: from when on
 * a cycle may be looked for as i64, which is hardly ever where one of a point nearby was of no use; whether it is told.
 */
const [tryAt, toldAt] = [32, 40];

/**
 * The parameters of the function that passes over the next queued points which never escape: where the queue (count.ts)
 * begins and ends, counts from one row to the next, where the field's first count would be, the address of the discs.
 * It stores their counts, and gives where the queue begins without them.
 */
export const passParameters = [i32, i32, i32, i32, i32] as const;

/** `cycle` is the index of the function that proves, `queueEntry` the bytes of an entry. */
export function emitPass(
  body: FunctionBody,
  { iterations }: KernelJob,
  cycle: number,
  queueEntry: number,
): void {
  const bytes = countBytes(iterations);
  /** Where the 16 bytes of an entry are that it is moved by. */
  const parts = Array.from({ length: Math.ceil(queueEntry / 16) }, (_, i) =>
    Math.min(16 * i, queueEntry - 16),
  );
  const [queue, queueEnd, stride, target, discs] = [0, 1, 2, 3, 4];
  const [entry, disc, end, near, isTold, to] = Array.from({ length: 6 }, () => body.local(i32)) as Six;
  const vector = () => body.local(v128);
  const [pRe, pIm, re, im, hit] = [vector(), vector(), vector(), vector(), vector()];

  body.get(discs).i32(nextAt).op('i32.add').set(end).get(queue).set(entry);
  body
    .get(queue)
    .i32(windowLength * queueEntry)
    .op('i32.add')
    .tee(to)
    .get(queueEnd, to, queueEnd)
    .op('i32.lt_u', 'select')
    .tee(to)
    .set(queueEnd);
  body
    .get(entry, queueEnd)
    .op('i32.lt_u')
    .if(() => {
      body.loop((again) => {
        body.get(entry).loadSplat(16).set(pRe).get(entry).loadSplat(24).set(pIm);
        look();
        body.get(isTold).op('i32.eqz').get(near).i32(0).op('i32.ne', 'i32.and');
        body
          .get(entry)
          .load32(tryAt + 4)
          .op('i32.eqz', 'i32.and')
          .if(tryCycle);
        body.get(isTold).if(store);
        body.get(entry).i32(queueEntry).op('i32.add').tee(entry).get(queueEnd).op('i32.lt_u');
        again();
      });
      // Those that are left, to the end of the window.
      body.loop((again) => {
        body.get(entry).i32(-queueEntry).op('i32.add').tee(entry).load32(toldAt).op('i32.eqz');
        body.if(() => {
          body.get(to).i32(-queueEntry).op('i32.add').set(to);
          for (const at of parts) body.get(to, entry).load(at).store(at);
        });
        body.get(queue, entry).op('i32.lt_u');
        again();
      });
    });
  body.get(to);

  /** Finds out whether the point is in a disc, and if not near which it is. */
  function look() {
    body.i32(0).tee(near).set(isTold).get(discs).set(disc);
    // Most points are far from all, which is seen without a branch for each disc.
    for (let i = 0; i < discCount; i++) {
      pushHit(discs, i * oneBytes);
      if (i > 0) body.op('v128.or');
    }
    body.op('v128.any_true').if(() =>
      body.loop((next) => {
        pushHit(disc, 0).tee(hit).op('v128.any_true');
        body.if(() => body.get(disc).set(near).get(hit).lane64(0).set(isTold));
        body.get(disc).i32(oneBytes).op('i32.add').tee(disc).get(end).op('i32.lt_u');
        body.get(isTold).op('i32.eqz', 'i32.and');
        next();
      }),
    );
  }

  /** Pushes ones in the first half where the point is in a disc, in the second where it is near. */
  function pushHit(disc: number, offset: number) {
    body.get(pRe, disc).loadSplat(offset + discPlaces.pRe);
    body.op('f64x2.sub').tee(re).get(re).op('f64x2.mul');
    body.get(pIm, disc).loadSplat(offset + discPlaces.pIm);
    body.op('f64x2.sub').tee(im).get(im).op('f64x2.mul', 'f64x2.add');
    return body
      .get(disc)
      .load(offset + discPlaces.square)
      .op('f64x2.lt');
  }

  /** Lets the point be proved with the cycle of the disc that it is near. */
  function tryCycle() {
    const load = (name: keyof typeof discPlaces) => body.get(near).loadSplat(discPlaces[name]);
    body
      .get(entry)
      .i32(1)
      .store32(tryAt + 4);
    body.get(pRe);
    load('pRe').op('f64x2.sub').set(re).get(pIm);
    load('pIm').op('f64x2.sub').set(im);
    load('wRe');
    load('shiftRe').get(re).op('f64x2.mul', 'f64x2.add');
    load('shiftIm').get(im).op('f64x2.mul', 'f64x2.sub');
    load('wIm');
    load('shiftRe').get(im).op('f64x2.mul', 'f64x2.add');
    load('shiftIm').get(re).op('f64x2.mul', 'f64x2.add');
    body.get(pRe, pIm).i64x2(0n).i64(-1).replaceLaneInteger(0);
    body.get(near).load32(periodAt).get(discs).call(cycle).lane64(0).set(isTold);
  }

  function store() {
    body.get(entry).load32(48).get(stride).op('i32.mul').get(entry).load32(52).op('i32.add');
    body.i32(Math.log2(bytes)).op('i32.shl').get(target).op('i32.add');
    body.i64x2(BigInt(iterations)).storeLane(bytes, 0);
    body.get(entry).i32(1).store32(toldAt);
  }
}

type Six = [number, number, number, number, number, number];
