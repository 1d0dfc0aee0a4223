// The function that counts points one by one, two in a vector and four vectors in flight: a vector whose two points
// are done takes the next two. Between two tests for escape it takes as many steps as bounds.ts allows; a point past
// the trigger is then told exactly: from |z|^2 alone (rule `overflow`) or by taking the block again step by step
// (bailout radius). A point that is not told so is counted by the host's `reference`. No fused multiply-add, no
// relaxed SIMD: every step does the operations of reference.ts in their order.

import type { EscapeRule } from '../scene/scene.js';
import { type FunctionBody, i32, i64, v128 } from './assembler.js';
import { bailoutBounds, type EscapeBounds, overflowBounds, told } from './bounds.js';
import type { RealFunction } from './code.js';
import type { KernelJob } from './reference.js';
import { stepEmitter } from './step.js';

/** Vectors in flight: enough to keep the multipliers busy, and few enough for 16 registers (x86-64). */
const vectorCount = 4;
/** Arrays of columns are read up to this many doubles beyond their end. */
export const readAhead = 2;

/** How many bytes one count takes in memory. */
export const countBytes = (iterations: number) => (iterations < 2 ** 16 ? 2 : 4);

/**
 * The parameters of the function: addresses of arrays of doubles, how many columns the field has, where a list of
 * rectangles begins and ends (each four i32: first row, end row, first column, end column; none empty), and the
 * address that the count of row 0, column 0 has or would have. The sample point at [row][column] is
 * (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]).
 */
export const countParameters = [i32, i32, i32, i32, i32, i32, i32, i32] as const;

type Convergence = Exclude<EscapeRule, 'overflow' | number>;

/** How far points are, and which functions of the host have which index. */
export interface EmitOptions {
  /** No sample point has a larger modulus. */
  readonly reach: number;
  readonly functions: ReadonlyMap<RealFunction, number>;
  readonly reference: number;
}

/** The local variables of one vector of two points. What is "at its end" is kept from when the point was done. */
interface Lanes {
  readonly x: number;
  readonly y: number;
  /** z before the block, at its end that in which the point escaped. */
  readonly beforeX: number;
  readonly beforeY: number;
  readonly pRe: number;
  readonly pIm: number;
  readonly previousRe: number;
  readonly previousIm: number;
  /** All ones where the point has not been seen to escape. */
  readonly live: number;
  /** How many steps it had taken at the last test, at its end. */
  readonly taken: number;
  /** |z|^2 then; where nothing is known of how it grows: all ones if z was finite. */
  readonly square: number;
  /** A state that the orbit had before, to see whether it has come back to it. */
  readonly seenX: number;
  readonly seenY: number;
  /** i64: when it was begun, in steps of this function; when the next state is to be kept, and how long until then. */
  readonly begun: number;
  readonly keepAt: number;
  readonly keepFor: number;
  /** i32: where the points are; at the end `done`. */
  readonly row: number;
  readonly column: number;
}

/** Row of a vector that has no points any more. */
const done = -1;

/** Steps between two looks whether an orbit has come back, at least. */
const lookEvery = 16;

/** Bounds for a job; undefined for the rule of convergence. */
export function escapeBounds({ step, c, escape }: KernelJob, reach: number): EscapeBounds | undefined {
  if (escape === 'overflow') return overflowBounds({ step, c, reach });
  return typeof escape === 'number' ? bailoutBounds({ step, c, reach }, escape) : undefined;
}

export function emitCount(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations, escape, z0 } = job;
  const bounds = escapeBounds(job, options.reach);
  const block = bounds?.block ?? 1;
  /** Whether nothing is known of how |z| grows: then only doubles that overflow say it. */
  const isUnknown = escape === 'overflow' && bounds?.thresholds.length === 0;
  const bytes = countBytes(iterations);
  const step = stepEmitter(body, job, options.functions);
  const [rowRe, rowIm, columnRe, columnIm, columns, list, listEnd, target] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [row, rowEnd, column, columnStart, columnEnd, address, left, under] = Array.from({ length: 8 }, () =>
    body.local(i32),
  ) as [number, number, number, number, number, number, number, number];
  const [now, deadline, lookAt] = [body.local(i64), body.local(i64), body.local(i64)];
  const vector = () => body.local(v128);
  const [hit, first, second, x, y] = [vector(), vector(), vector(), vector(), vector()];
  const lanes = Array.from(
    { length: vectorCount },
    (): Lanes => ({
      ...{ x: vector(), y: vector(), beforeX: vector(), beforeY: vector() },
      ...{ pRe: vector(), pIm: vector(), previousRe: vector(), previousIm: vector() },
      ...{ live: vector(), taken: vector(), square: vector(), seenX: vector(), seenY: vector() },
      ...{ begun: body.local(i64), keepAt: body.local(i64), keepFor: body.local(i64) },
      ...{ row: body.local(i32), column: body.local(i32) },
    }),
  );

  body.get(list, listEnd).op('i32.lt_u').if(loadRectangle);
  body.i64(lookEvery).set(lookAt);
  for (const lane of lanes) loadPoints(lane);
  setDeadline();
  body.get(under).if(() =>
    body.loop((again) => {
      if (typeof escape !== 'string') for (const lane of lanes) keepBefore(lane);
      for (let n = 0; n < block; n++) for (const lane of lanes) emitStep(lane, { zRe: lane.x, zIm: lane.y });
      body.get(now).i64(block).op('i64.add').set(now);
      for (const lane of lanes) testEscape(lane);
      if (!step.readsPrevious) body.get(now, lookAt).op('i64.ge_u').if(lookForPeriods);
      for (const { live } of lanes) body.get(live).op('v128.any_true');
      for (let n = 1; n < vectorCount; n++) body.op('i32.and');
      body
        .op('i32.eqz')
        .get(now, deadline)
        .op('i64.ge_u', 'i32.or')
        .if(() => {
          for (const lane of lanes) replaceDone(lane);
          setDeadline();
        });
      body.get(under);
      again();
    }),
  );

  function loadRectangle() {
    body.get(list).load32(0).set(row).get(list).load32(4).set(rowEnd);
    body.get(list).load32(8).tee(columnStart).set(column).get(list).load32(12).set(columnEnd);
  }

  function elementAddress(base: number, index: number) {
    return body.get(base, index).i32(3).op('i32.shl', 'i32.add');
  }

  /** The next two points of the list, or nothing more for this vector. */
  function loadPoints(lane: Lanes) {
    body.get(now).set(lane.begun).get(now).i64(lookEvery).tee(lane.keepFor).op('i64.add').set(lane.keepAt);
    for (const local of [lane.previousRe, lane.previousIm]) body.f64x2(0).set(local);
    body.i64x2(-1n).tee(lane.live).set(lane.seenX); // the bits of a NaN, which is no live point's
    body.get(list, listEnd).op('i32.lt_u');
    body.if(
      () => {
        body.get(row).set(lane.row).get(column).set(lane.column);
        elementAddress(rowRe, row).loadSplat();
        elementAddress(columnRe, column).load().op('f64x2.add').set(lane.pRe);
        elementAddress(rowIm, row).loadSplat();
        elementAddress(columnIm, column).load().op('f64x2.add').set(lane.pIm);
        if (z0 === 'p') body.get(lane.pRe).set(lane.x).get(lane.pIm).set(lane.y);
        else body.f64x2(z0[0]).set(lane.x).f64x2(z0[1]).set(lane.y);
        advance();
      },
      () => {
        body.i32(done).set(lane.row);
        for (const local of [lane.x, lane.y, lane.pRe, lane.pIm]) body.f64x2(0).set(local);
      },
    );
  }

  function advance() {
    body.get(column).i32(2).op('i32.add').tee(column).get(columnEnd).op('i32.ge_u');
    body.if(() => {
      body.get(columnStart).set(column);
      body.get(row).i32(1).op('i32.add').tee(row).get(rowEnd).op('i32.ge_u');
      body.if(() => {
        body.get(list).i32(16).op('i32.add').tee(list).get(listEnd).op('i32.lt_u').if(loadRectangle);
      });
    });
  }

  /** When the first of the vectors will have taken all its steps; `under` says whether there is any. */
  function setDeadline() {
    body
      .i32(0)
      .set(under)
      .i64(2 ** 62)
      .set(deadline);
    for (const { row, begun } of lanes) {
      body
        .get(row)
        .i32(done)
        .op('i32.sub')
        .if(() => {
          body.i32(1).set(under);
          body.get(begun).i64(iterations).op('i64.add').get(deadline).op('i64.lt_u');
          body.if(() => body.get(begun).i64(iterations).op('i64.add').set(deadline));
        });
    }
  }

  function keepBefore({ x, y, beforeX, beforeY, live }: Lanes) {
    body.get(x, beforeX, live).op('v128.bitselect').set(beforeX);
    body.get(y, beforeY, live).op('v128.bitselect').set(beforeY);
  }

  /** Takes a step of a vector's points in these locals. */
  function emitStep({ pRe, pIm, previousRe, previousIm }: Lanes, z: { zRe: number; zIm: number }) {
    if (step.readsPrevious) body.get(z.zRe, z.zIm).set(second).set(first);
    step.emit({ ...z, pRe, pIm, previousRe, previousIm });
    if (step.readsPrevious) body.get(first).set(previousRe).get(second).set(previousIm);
  }

  /** Takes `live` from the points that may have escaped, and keeps what is needed to tell when they did. */
  function testEscape(lane: Lanes) {
    const { x, y, live, taken, square } = lane;
    age(lane).splat64().get(taken, live).op('v128.bitselect').set(taken);
    if (isUnknown) {
      emitInside(x, y, Number.MAX_VALUE, 'f64x2.le').get(square, live).op('v128.bitselect').set(square);
      emitInside(x, y, 2 ** 1023, 'f64x2.lt');
    } else {
      emitSquare(x, y).tee(first);
      if (escape === 'overflow') body.get(square, live).op('v128.bitselect').tee(square);
      if (typeof escape === 'object') body.set(first);
      // Not "at least the trigger", because what is not a number is past it too.
      if (typeof escape === 'object') emitNotConverged(lane, escape);
      else body.f64x2(bounds!.trigger).op(block === 1 && escape !== 'overflow' ? 'f64x2.le' : 'f64x2.lt');
    }
    body.get(live).op('v128.and').set(live);
  }

  function emitSquare(re: number, im: number) {
    return body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  }

  /** Ones where the moduli of both parts are below a limit. */
  function emitInside(x: number, y: number, limit: number, compare: 'f64x2.lt' | 'f64x2.le') {
    body.get(x).op('f64x2.abs').f64x2(limit).op(compare);
    return body.get(y).op('f64x2.abs').f64x2(limit).op(compare, 'v128.and');
  }

  /** Ones where z is still on its way; |z|^2 is in `first`. */
  function emitNotConverged({ x, y, beforeX, beforeY }: Lanes, { converged, bailout }: Convergence) {
    if (bailout !== undefined)
      body
        .get(first)
        .f64x2(bailout * bailout)
        .op('f64x2.le');
    body.get(x, beforeX).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
    body.get(y, beforeY).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').tee(first);
    body
      .f64x2(converged * converged)
      .op('f64x2.ge')
      .get(first)
      .f64x2(Infinity)
      .op('f64x2.lt', 'v128.and');
    if (bailout !== undefined) body.op('v128.and');
  }

  function age({ begun }: Lanes) {
    return body.get(now, begun).op('i64.sub');
  }

  /** A state that repeats bit for bit repeats for ever: such a point never escapes (Brent's way to find one). */
  function lookForPeriods() {
    body.get(now).i64(lookEvery).op('i64.add').set(lookAt);
    for (const { x, y, seenX, seenY, live, taken, square, keepAt, keepFor } of lanes) {
      body
        .get(x, seenX)
        .op('i64x2.eq')
        .get(y, seenY)
        .op('i64x2.eq', 'v128.and')
        .get(live)
        .op('v128.and')
        .tee(hit);
      body.op('v128.any_true').if(() => {
        body.get(live, hit).op('v128.andnot').set(live).get(square, hit).op('v128.andnot').set(square);
        body
          .i64x2(2n ** 60n)
          .get(taken, hit)
          .op('v128.bitselect')
          .set(taken);
      });
      body
        .get(now, keepAt)
        .op('i64.ge_u')
        .if(() => {
          body.get(x).set(seenX).get(y).set(seenY);
          body.get(keepFor).i64(1).op('i64.shl').tee(keepFor).get(now).op('i64.add').set(keepAt);
        });
    }
  }

  /** A vector whose two points are done stores them and takes others. */
  function replaceDone(lane: Lanes) {
    body
      .get(lane.row)
      .i32(done)
      .op('i32.sub')
      .if(() => {
        age(lane)
          .i64(iterations)
          .op('i64.ge_u')
          .get(lane.live)
          .op('v128.any_true', 'i32.eqz', 'i32.or')
          .if(() => {
            if (escape === 'overflow' && !isUnknown) countOverflow(lane);
            else if (typeof escape === 'number' && block > 1) countBlock(lane, escape * escape);
            else {
              // The last step is the one that escaped, unless |z| is finite by a hair.
              body.get(lane.taken).i64x2(1n).op('i64x2.sub').get(lane.live).op('i64x2.sub').set(first);
              if (isUnknown) body.get(lane.square, lane.live).op('v128.andnot').set(hit);
            }
            // The smaller of the count and the iterations.
            const most = BigInt(iterations);
            body.get(first).i64x2(most).get(first).i64x2(most).op('i64x2.lt_s', 'v128.bitselect').set(first);
            if (escape === 'overflow' || block > 1) askReference(lane);
            store(lane);
            loadPoints(lane);
          });
      });
  }

  /** How many more steps until overflow follows from |z|^2; leaves counts in `first`, and in `hit` what is not told. */
  function countOverflow({ square, live, taken }: Lanes) {
    const { thresholds } = bounds!;
    const always = thresholds.filter(({ finite }) => finite >= told);
    body.get(taken).i64x2(BigInt(always.length)).op('i64x2.add').tee(first).set(second);
    for (const { finite, overflown } of thresholds.slice(always.length)) {
      body.get(first, square).f64x2(finite).op('f64x2.lt', 'i64x2.sub').set(first);
      body.get(second, square).f64x2(overflown).op('f64x2.lt', 'i64x2.sub').set(second);
    }
    body.get(square).f64x2(told).op('f64x2.lt', 'v128.not').get(first, second).op('i64x2.ne', 'v128.or');
    body.get(live).op('v128.andnot').set(hit);
  }

  /** The block again, step by step, for the points that have left the circle in it; leaves `first` and `hit` as above. */
  function countBlock(lane: Lanes, limit: number) {
    const inside = hit;
    body.get(lane.beforeX).set(x).get(lane.beforeY).set(y).i64x2(-1n).set(inside);
    body.get(lane.taken).i64x2(BigInt(block)).op('i64x2.sub').set(first).i32(block).set(left);
    body.loop((again) => {
      emitStep(lane, { zRe: x, zIm: y });
      emitSquare(x, y).f64x2(limit).op('f64x2.le').get(inside).op('v128.and').set(inside);
      body.get(first, inside).op('i64x2.sub').set(first);
      body.get(left).i32(-1).op('i32.add').tee(left);
      again();
    });
    // Who only came near the circle has not escaped yet.
    body
      .get(inside, lane.live)
      .op('v128.andnot')
      .get(first)
      .i64x2(BigInt(iterations))
      .op('i64x2.lt_s', 'v128.and');
    body.set(hit);
  }

  function askReference({ row, column }: Lanes) {
    body
      .get(hit)
      .op('v128.any_true')
      .if(() => {
        for (const lane of [0, 1]) {
          body
            .get(hit)
            .lane64(lane)
            .if(() => {
              body
                .get(first, row, column)
                .i32(lane)
                .op('i32.add')
                .call(options.reference)
                .replaceLane64(lane);
              body.set(first);
            });
        }
      });
  }

  /** The lower parts of the counts, side by side; the last point of a row may be alone. */
  function store({ row, column }: Lanes) {
    const part = (at: number) => Array.from({ length: bytes }, (_, i) => at + i);
    const places = [...part(0), ...part(8), ...new Array<number>(16 - 2 * bytes).fill(0)];
    body.get(first, first).shuffle(places).set(first);
    body.get(row, columns).op('i32.mul').get(column).op('i32.add').i32(Math.log2(bytes)).op('i32.shl');
    body.get(target).op('i32.add').set(address);
    body.get(column).i32(1).op('i32.add').get(columns).op('i32.lt_u');
    body.if(
      () => body.get(address, first).storeFirst(bytes === 2 ? 4 : 8),
      () => body.get(address, first).storeFirst(bytes),
    );
  }
}
