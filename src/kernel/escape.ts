// Escape tests, emitted for vectors of two points: which of them may have escaped, and their counts. Between two tests
// a block of steps is taken, as many as bounds.ts allows. A point past the trigger is then decided exactly: from |z|^2
// alone (rule `overflow`) or by repeating the block step by step (bailout radius). The host's `reference` counts the
// others.

import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { EscapeRule } from '../scene/scene.js';
import { bailoutBounds, type EscapeBounds, nearReach, overflowBounds, told } from './bounds.js';
import { type Capture, carriedStep, type OrbitLanes, orbitOf, rowOf } from './capture.js';
import type { RealFunction } from './code.js';
import { proofEmitter, provedBounds } from './proof.js';
import type { KernelJob } from './reference.js';
import { stepEmitter } from './step.js';

/** Options shared by the functions of a module. */
export interface EmitOptions extends KernelBounds {
  /** Whether doubling adds 1 to the exponent (square.ts). */
  readonly isDoubled: boolean;
  /** Indices of the host's functions. */
  readonly functions: ReadonlyMap<RealFunction, number>;
  readonly reference: number;
  readonly finish: number;
  /** Indices of the functions of period.ts and discs.ts, for jobs that have cycles. */
  readonly cycles: { readonly period: number; readonly pass: number } | undefined;
  /** What is captured of points that escape, if their channels are wanted. */
  readonly capture: Capture | undefined;
}

/** Certain bounds for the escape of points; undefined for the rule of convergence. */
export interface KernelBounds {
  readonly bounds: EscapeBounds | undefined;
  /** If points up to some modulus can be counted in larger blocks than others: that modulus, and their bounds. */
  readonly near: { readonly reach: number; readonly bounds: EscapeBounds } | undefined;
}

/** Bounds for a job whose sample points have moduli of at most `reach`. */
export function kernelBounds({ step, c, escape, proof }: KernelJob, reach: number): KernelBounds {
  if (proof) return { bounds: provedBounds, near: undefined };
  if (typeof escape === 'object') return { bounds: undefined, near: undefined };
  if (escape === 'overflow') return { bounds: overflowBounds({ step, c, reach }), near: undefined };
  const bounds = bailoutBounds({ step, c, reach }, escape);
  const nearer = c === 'p' && bounds.block === 1 ? nearReach({ step, c, reach }, escape) : 0;
  if (nearer === 0) return { bounds, near: undefined };
  return { bounds, near: { reach: nearer, bounds: bailoutBounds({ step, c, reach: nearer }, escape) } };
}

/** The local variables of a vector of two points. */
export interface Lanes extends OrbitLanes {
  /** All ones where the point is under way. */
  readonly live: number;
  /** All ones where the reference must count. */
  readonly untold: number;
  /** Kept until all points of a group are done: |z|^2 at the escape, and the number of blocks the point was live. */
  readonly square: number;
  readonly blocks: number;
  /** Of jobs with a proof (proof.ts): F, now and before the block. */
  readonly error: number;
  readonly beforeError: number;
}

export function lanesOf(body: FunctionBody, { proof }: KernelJob, capture: Capture | undefined): Lanes {
  const vector = () => body.local(v128);
  return {
    orbit: orbitOf(body, capture),
    x: vector(),
    y: vector(),
    beforeX: vector(),
    beforeY: vector(),
    pRe: vector(),
    pIm: vector(),
    previousRe: vector(),
    previousIm: vector(),
    live: vector(),
    count: vector(),
    untold: vector(),
    square: vector(),
    blocks: vector(),
    error: proof ? vector() : 0,
    beforeError: proof ? vector() : 0,
  };
}

/** The bytes of one count in memory. */
export const countBytes = (iterations: number): 2 | 4 => (iterations < 2 ** 16 ? 2 : 4);

type Convergence = Exclude<EscapeRule, 'overflow' | number>;

export type EscapeEmitter = ReturnType<typeof escapeEmitter>;

export function escapeEmitter(body: FunctionBody, job: KernelJob, options: EmitOptions) {
  const { escape } = job;
  const { bounds, capture } = options;
  const block = bounds?.block ?? 1;
  /** Whether no growth of |z| is known: then only overflowing doubles show an escape. */
  const isUnknown = escape === 'overflow' && bounds?.thresholds.length === 0;
  const carries = capture && capture.carried.length > 0;
  const step = stepEmitter(body, job, options.functions, options.isDoubled);
  const carried = carries ? carriedStep(body, capture, options.functions) : undefined;
  const retaken = new Map(block > 1 ? capture?.carried.map((name) => [name, body.local(v128)]) : []);
  const [hit, first, second, third, left] = ([v128, v128, v128, v128, i32] as const).map((type) =>
    body.local(type),
  ) as [number, number, number, number, number];
  const shared: Shared = {
    body,
    job,
    bounds,
    block,
    isUnknown,
    isDeferred: escape === 'overflow' && !isUnknown,
    step,
    carried,
    proved: proofEmitter(body, job, options.isDoubled),
    retaken,
    hit,
    first,
    second,
    third,
    left,
  };
  const { emitBlock, emitStep } = steppers(shared);
  const tests = escapeTests(shared);
  return {
    block,
    isDeferred: shared.isDeferred,
    readsPrevious: step.readsPrevious,
    emitBlock,
    escaped: tests.escaped,
    ...settlers(shared, emitStep, tests),
    askReference: (lanes: Lanes, push: (lane: number) => void) =>
      emitReference(shared, options.reference, lanes, push),
  };
}

/** What the parts of an emitter share. */
interface Shared {
  readonly body: FunctionBody;
  readonly job: KernelJob;
  readonly bounds: EscapeBounds | undefined;
  readonly block: number;
  readonly isUnknown: boolean;
  /** Whether a point's count follows from |z|^2 at its escape, so that it can be determined later. */
  readonly isDeferred: boolean;
  readonly step: ReturnType<typeof stepEmitter>;
  readonly carried: ReturnType<typeof carriedStep> | undefined;
  readonly proved: ReturnType<typeof proofEmitter>;
  /** The locals with which settleBlock repeats the block. */
  readonly retaken: ReadonlyMap<string, number>;
  /** Local variables: the points that have escaped, three for values, and the steps left in a block. */
  readonly hit: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly left: number;
}

/** Emits steps. */
function steppers({ body, job: { escape }, block, step, carried, proved, first, second, left }: Shared) {
  return { emitBlock, emitStep };

  /** Takes a block of steps in all vectors side by side; `keeps` the z before it if that is needed afterwards. */
  function emitBlock(all: readonly Lanes[], keeps = true, inLoop = true): void {
    if (escape !== 'overflow' && keeps) all.forEach(keepBefore);
    const oneStep = () => {
      for (const lanes of all) emitStep(lanes, lanes.x, lanes.y, lanes.orbit.now);
    };
    if (block === 1 || !inLoop) for (let n = 0; n < block; n++) oneStep();
    else {
      // A loop, because V8 would emit the steps of a vector one after the other, each waiting for the one before.
      body.i32(block).set(left);
      body.loop((again) => {
        oneStep();
        body.get(left).i32(-1).op('i32.add').tee(left);
        again();
      });
    }
  }

  /** Keeps the state of a vector's points before a block. */
  function keepBefore({ x, y, beforeX, beforeY, error, beforeError, orbit }: Lanes): void {
    const { now, before, earlier } = orbit;
    if (proved) body.get(error).set(beforeError);
    if (earlier) body.get(beforeX).set(earlier.re).get(beforeY).set(earlier.im);
    body.get(x).set(beforeX).get(y).set(beforeY);
    for (const [name, local] of now) body.get(local).set(before.get(name)!);
  }

  /** Takes a step of a vector's points in these locals of z and of what is carried. */
  function emitStep(lanes: Lanes, zRe: number, zIm: number, others: ReadonlyMap<string, number>): void {
    const { pRe, pIm, previousRe, previousIm } = lanes;
    if (carried) {
      carried(new Map([...others, ...Object.entries({ zRe, zIm, pRe, pIm, previousRe, previousIm })]));
      return;
    }
    if (proved) {
      proved.step({ ...lanes, x: zRe, y: zIm });
      return;
    }
    if (step.readsPrevious) body.get(zRe, zIm).set(second).set(first);
    step.emit({ zRe, zIm, pRe, pIm, previousRe, previousIm });
    if (step.readsPrevious) body.get(first).set(previousRe).get(second).set(previousIm);
  }
}

/** Emits tests of which points have escaped. */
function escapeTests({ body, job: { escape }, bounds, block, isUnknown, proved, first }: Shared) {
  return { escaped, emitSquare, emitInside };

  /** Pushes ones for the points under way that may have escaped. */
  function escaped(lanes: Lanes) {
    const { x, y, live, beforeX, beforeY } = lanes;
    body.get(live);
    // Not "at least the trigger", because NaN is past it too.
    if (proved) proved.pushInside(lanes);
    else if (isUnknown) emitInside(x, y, 2 ** 1023, 'f64x2.lt');
    else if (typeof escape === 'object') emitNotConverged(x, y, beforeX, beforeY, escape);
    else {
      emitSquare(x, y).f64x2(bounds!.trigger);
      body.op(block === 1 && escape !== 'overflow' ? 'f64x2.le' : 'f64x2.lt');
    }
    return body.op('v128.andnot');
  }

  function emitSquare(re: number, im: number) {
    return body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  }

  /** Ones where the moduli of both parts are below a limit. */
  function emitInside(x: number, y: number, limit: number, compare: 'f64x2.lt' | 'f64x2.le') {
    body.get(x).op('f64x2.abs').f64x2(limit).op(compare);
    return body.get(y).op('f64x2.abs').f64x2(limit).op(compare, 'v128.and');
  }

  /** Ones where z has not converged. */
  function emitNotConverged(
    ...[x, y, beforeX, beforeY, { converged, bailout }]: [number, number, number, number, Convergence]
  ) {
    if (bailout !== undefined) {
      emitSquare(x, y);
      body.f64x2(bailout * bailout).op('f64x2.le');
    }
    body.get(x, beforeX).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
    body.get(y, beforeY).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').tee(first);
    body.f64x2(converged * converged).op('f64x2.ge');
    body.get(first).f64x2(Infinity).op('f64x2.lt', 'v128.and');
    if (bailout !== undefined) body.op('v128.and');
  }
}

/** Emits the counts of points that have escaped. */
function settlers(
  shared: Shared,
  emitStep: ReturnType<typeof steppers>['emitStep'],
  { escaped, emitSquare, emitInside }: ReturnType<typeof escapeTests>,
) {
  const { body, job, bounds, block, isUnknown, isDeferred, proved, retaken } = shared;
  const { hit, first, second, third, left } = shared;
  const { iterations, escape } = job;
  return { settle, note, settleNoted };

  /**
   * Determines the counts of the points that have escaped, and removes them from `live`; `pushAge`: their steps, as
   * i64x2.
   */
  function settle(lanes: Lanes, pushAge: () => void): void {
    escaped(lanes)
      .tee(hit)
      .op('v128.any_true')
      .if(() => {
        pushAge();
        if (proved)
          proved.settle(lanes, hit, first, (each) => emitStep(each, each.x, each.y, each.orbit.now));
        else if (isDeferred) {
          emitSquare(lanes.x, lanes.y).set(third);
          settleOverflow(lanes);
        } else if (typeof escape === 'number' && block > 1) settleBlock(lanes, escape * escape);
        else settleStep(lanes);
        if (!proved) keepSmaller(lanes.count);
        body.get(lanes.live, hit).op('v128.andnot').set(lanes.live);
      });
  }

  /**
   * Notes the points that escape in this block, without a branch, which would be unpredictable in dust. Points past the
   * trigger stay past it (bounds.ts) and keep growing, so the smallest |z|^2 there is the first.
   */
  function note({ x, y, live, square, blocks }: Lanes): void {
    emitSquare(x, y).tee(first).f64x2(bounds!.trigger).op('f64x2.lt').set(live);
    // Values below the trigger become NaN here, and nothing is smaller than NaN: pmin then keeps the old value.
    body.get(square, first, live).op('v128.or', 'f64x2.pmin').set(square);
    body.get(blocks, live).op('i64x2.sub').set(blocks);
  }

  /** Determines the counts of all noted points. */
  function settleNoted(lanes: Lanes): void {
    const { live, count, square, blocks } = lanes;
    body.get(live).op('v128.not').set(hit);
    body.get(square).set(third).get(blocks).i64x2(1n).op('i64x2.add').i32(Math.log2(block)).op('i64x2.shl');
    settleOverflow(lanes);
    keepSmaller(count);
  }

  /** Where points are hit, sets their count to the smaller of `first` and the iterations. */
  function keepSmaller(count: number): void {
    const most = BigInt(iterations);
    body.get(first).i64x2(most).get(first).i64x2(most).op('i64x2.lt_s', 'v128.bitselect');
    body.get(count, hit).op('v128.bitselect').set(count);
  }

  /** The last step is the one that escaped, unless |z| is only just finite. */
  function settleStep(lanes: Lanes): void {
    const { x, y, untold, orbit } = lanes;
    body.i64x2(1n).op('i64x2.sub').set(first);
    for (const [name, end] of orbit.ends)
      body.get(rowOf(name, lanes), end, hit).op('v128.bitselect').set(end);
    if (!isUnknown) return;
    emitInside(x, y, Number.MAX_VALUE, 'f64x2.le').get(hit).op('v128.and');
    body.get(untold).op('v128.or').set(untold);
  }

  /** z is far out: the number of further steps until overflow follows from |z|^2, which is in `third`. */
  function settleOverflow({ untold }: Lanes): void {
    const { thresholds } = bounds!;
    const always = thresholds.filter(({ finite }) => finite >= told);
    body.i64x2(BigInt(always.length)).op('i64x2.add').tee(first).set(second);
    for (const { finite, overflown } of thresholds.slice(always.length)) {
      body.get(first, third).f64x2(finite).op('f64x2.lt', 'i64x2.sub').set(first);
      body.get(second, third).f64x2(overflown).op('f64x2.lt', 'i64x2.sub').set(second);
    }
    body.get(third).f64x2(told).op('f64x2.lt', 'v128.not').get(first, second).op('i64x2.ne', 'v128.or');
    body.get(hit).op('v128.and').get(untold).op('v128.or').set(untold);
  }

  /** Repeats the block step by step for the points that may have left the circle in it; those that have are hit. */
  function settleBlock(lanes: Lanes, limit: number): void {
    const [x, y, inside] = [second, third, lanes.untold];
    const { before, ends } = lanes.orbit;
    for (const [name, local] of retaken) body.get(before.get(name)!).set(local);
    body.i64x2(BigInt(block)).op('i64x2.sub').set(first).get(lanes.beforeX).set(x).get(lanes.beforeY).set(y);
    body.get(hit).set(inside).i32(block).set(left);
    body.loop((again) => {
      emitStep(lanes, x, y, retaken);
      // Keeps the first z outside.
      for (const [name, end] of ends)
        body
          .get(rowOf(name, { ...lanes, x, y, orbit: { ...lanes.orbit, now: retaken } }), end, inside)
          .op('v128.bitselect')
          .set(end);
      emitSquare(x, y).f64x2(limit).op('f64x2.le').get(inside).op('v128.and').set(inside);
      body.get(first, inside).op('i64x2.sub').set(first);
      body.get(left).i32(-1).op('i32.add').tee(left);
      again();
    });
    body.get(hit, inside).op('v128.andnot').set(hit).i64x2(0n).set(inside);
  }
}

/** Counts the undecided points by the reference; `push` pushes the row and the column of a lane's point. */
function emitReference(
  { body, job }: Shared,
  reference: number,
  { count, untold }: Lanes,
  push: (lane: number) => void,
): void {
  if (job.escape !== 'overflow') return;
  body
    .get(untold)
    .op('v128.any_true')
    .if(() => {
      for (const lane of [0, 1]) {
        body
          .get(untold)
          .lane64(lane)
          .if(() => {
            body.get(count);
            push(lane);
            body.call(reference).replaceLane64(lane).set(count);
          });
      }
    });
}

/** Stores the lower parts of the counts of two adjacent points, or of the first alone, at the address in a local. */
export function storeCounts(body: FunctionBody, iterations: number, address: number, pushCounts: () => void) {
  const bytes = countBytes(iterations);
  const part = (at: number) => Array.from({ length: bytes }, (_, i) => at + i);
  const places = [...part(0), ...part(8), ...new Array<number>(16 - 2 * bytes).fill(0)];
  const packed = body.local(v128);
  pushCounts();
  pushCounts();
  body.shuffle(places).set(packed);
  return {
    two: () => body.get(address, packed).storeLane((2 * bytes) as 4 | 8, 0),
    first: () => body.get(address, packed).storeLane(bytes, 0),
  };
}
