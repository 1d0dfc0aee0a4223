// Discs of sample points that cycle.ts has proved never to escape: the last few, in the thread's memory, and the
// function that looks for queued points in and near them. Discs of one band are valid for all bands, since they are
// facts about the formula.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { queueBytes } from './count.js';
import { countBytes } from './escape.js';
import type { KernelJob } from './reference.js';

/** The number of discs kept: with 8, hardly more points of the bench's views were decided. */
const discCount = 4;
/**
 * Points within this many radii are tried with the cycle of the disc's middle. Of those tried at 3 radii, 65% were
 * proved in the bench's view of a minibrot and 90% in that of the whole set; at 4 radii, 52% and 73%.
 */
const nearby = 3;
/**
 * The fields of a disc, as doubles: the middle; the squares of its radius and of the distance within which points are
 * nearby, both 0 if there is no disc yet; the cycle's point and its derivative by c. The period as i32.
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
/** Where the offset of the next disc is stored, from the first disc on. */
const nextAt = discCount * oneBytes;
/** The offset of the discs from the queue: right after it. */
export const discsAt = queueBytes;
/** Their bytes, all 0 at first. */
export const discBytes = nextAt + 8;

/** Keeps the discs of two points, whose values are in these locals, where rho is not 0; each replaces the oldest. */
export function emitKeepDisc(
  body: FunctionBody,
  discs: number,
  of: Readonly<Record<'pRe' | 'pIm' | 'rho' | 'wRe' | 'wIm' | 'shiftRe' | 'shiftIm' | 'period', number>>,
): void {
  const [disc, next] = [body.local(i32), body.local(i32)];
  const square = body.local(v128);
  // A margin, so that a rounded distance is within the disc.
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

/** Queued points examined in one call. */
const windowLength = 128;
/**
 * What a queued point's entry (count.ts) holds in place of the previous z, which such steps do not read: the time, as
 * i64, from which a cycle may be looked for, almost never if the cycle of a nearby point was of no use; and whether the
 * point is decided.
 */
const [tryAt, toldAt] = [32, 40];

/**
 * The parameters of the function that skips those of the next queued points that never escape: the queue's start and
 * end (count.ts), counts from one row to the next, the address of the field's first count, and that of the discs.
 * Stores their counts and returns the queue's start without them.
 */
export const passParameters = [i32, i32, i32, i32, i32] as const;

/** `cycle` is the index of the function that proves cycles, `queueEntry` the bytes of an entry. */
export function emitPass(
  body: FunctionBody,
  { iterations }: KernelJob,
  cycle: number,
  queueEntry: number,
): void {
  const bytes = countBytes(iterations);
  /** The offsets of the 16-byte parts in which an entry is moved. */
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
      // Moves the remaining points to the end of the window.
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

  /** Determines whether the point is in a disc and, if not, which disc it is near. */
  function look() {
    body.i32(0).tee(near).set(isTold).get(discs).set(disc);
    // Most points are far from all discs; this is detected without a branch for each disc.
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

  /** Pushes ones in the first half if the point is in a disc, in the second half if it is near. */
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

  /** Tries to prove the point with the cycle of the nearby disc. */
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
