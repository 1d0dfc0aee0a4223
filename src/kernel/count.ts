// The function that counts the points of rectangles one by one: eight side by side, four in each of two rows, in four
// vectors of two doubles. Points that are still under way after some steps are put in a queue, so that they do not
// keep the others waiting; finish.ts takes them on. No fused multiply-add, no relaxed SIMD: every step does the
// operations of reference.ts in their order.
import { type FunctionBody, i32, i64, v128 } from '../assembler.js';
import { type Capture, type CaptureEmitter, captureEmitter, fewIterations, firstOf } from './capture.js';
import {
  countBytes,
  type EmitOptions,
  type EscapeEmitter,
  escapeEmitter,
  type Lanes,
  lanesOf,
} from './escape.js';
import type { KernelJob } from './reference.js';

/** Vectors in flight: enough to keep the multipliers busy, and few enough for 16 registers (x86-64). */
export const vectorCount = 4;
/** Points of one row that are counted together: arrays of columns, and rows of counts, are that much longer. */
export const groupColumns = vectorCount;

/**
 * The parameters of the function: addresses of arrays of doubles; counts from one row to the next; where a list of
 * rectangles begins and ends (each four i32: first row, end row, first column, end column; none empty; columns begin at
 * multiples of four); the address that the count of row 0, column 0 has or would have; that of the queue; and whether
 * orbits that repeat are to be seen (1) or taken to their end (0). The sample point at [row][column] is
 * (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]).
 */
export const countParameters = [i32, i32, i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** Bytes of a rectangle in a list: four i32. */
export const rectangleBytes = 16;

/** Writes a rectangle, whose edges stand in those local variables, behind a list and moves its end. */
export function appendRectangle(body: FunctionBody, listEnd: number, ...edges: readonly number[]): void {
  for (const [i, edge] of edges.entries()) body.get(listEnd, edge).store32(4 * i);
  body.get(listEnd).i32(rectangleBytes).op('i32.add').set(listEnd);
}

/**
 * An entry of the queue: x, y, pRe, pIm, previousRe, previousIm as doubles, row and column as i32, and what is carried for
 * channels as doubles.
 */
export const queueEntry = (capture: Capture | undefined) => 56 + 8 * queuedExtras(capture).length;
/** A trap's least, and z before the last step. */
const mostExtras = 3;
const queueLength = 2048;
/** The queue, with room for what one group may add when it is all but full. */
export const queueBytes = (56 + 8 * mostExtras) * (queueLength + 2 * vectorCount);

/** What queued points have for their channels, from byte 56 on. */
export function queuedExtras(capture: Capture | undefined): ((lanes: Lanes) => number)[] {
  const { carried = [], job } = capture ?? {};
  const isConverging = typeof job?.kernel.escape === 'object';
  return [
    ...carried.map((name) => (lanes: Lanes) => lanes.orbit.now.get(name)!),
    ...(isConverging ? [(lanes: Lanes) => lanes.beforeX, (lanes: Lanes) => lanes.beforeY] : []),
  ];
}

/**
 * Steps that points are taken side by side before they are queued; most points of a boundary are done by then. A
 * multiple of every block. Jobs of few iterations do without the queue.
 */
const togetherSteps = 40;

/** How many steps points have taken when they are queued; undefined: they never are. */
export const queuedAt = ({ iterations }: KernelJob) =>
  iterations > fewIterations ? togetherSteps : undefined;

export function emitCount(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations, z0 } = job;
  const bytes = countBytes(iterations);
  const steps = queuedAt(job) ?? iterations;
  const entryBytes = queueEntry(options.capture);
  const { near, capture } = options;
  const [rowRe, rowIm, columnRe, columnIm, stride, list, listEnd, target, queue, seesPeriods] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const [row, rowEnd, column, columnStart, columnEnd, lower, address, queueEnd] = Array.from(
    { length: 8 },
    () => body.local(i32),
  ) as [number, number, number, number, number, number, number, number];
  const taken = body.local(i64);
  const packed = body.local(v128);
  /** Two points of the row, the next two, and the same of the row below, which at an edge is the row again. */
  const all = Array.from({ length: vectorCount }, () => lanesOf(body, capture));
  const captured = capture && captureEmitter(body, capture);

  body.get(queue).set(queueEnd);
  body.get(list, listEnd).op('i32.lt_u');
  body.if(() => {
    loadRectangle();
    body.loop((nextGroup) => {
      body
        .get(row)
        .i32(1)
        .op('i32.add')
        .tee(lower)
        .get(row)
        .get(lower, rowEnd)
        .op('i32.lt_u', 'select')
        .set(lower);
      for (const [j, lanes] of all.entries()) loadPoints(lanes, j < 2 ? row : lower, j % 2);
      if (near === undefined) takeTogether(escapeEmitter(body, job, options), steps);
      else {
        // Few points are so far out that each of their steps must be looked at; they are never queued.
        pushAny(({ pRe, pIm }) => {
          body.get(pRe, pRe).op('f64x2.mul').get(pIm, pIm).op('f64x2.mul', 'f64x2.add');
          body.f64x2(near.reach ** 2 * (1 - 2 ** -40)).op('f64x2.lt', 'v128.not');
        });
        body.op('v128.any_true');
        body.if(
          () => takeTogether(escapeEmitter(body, job, options), iterations),
          () => takeTogether(escapeEmitter(body, job, { ...options, bounds: near.bounds }), steps),
        );
      }
      storeRow(row, all[0]!, all[1]!);
      storeRow(lower, all[2]!, all[3]!);
      if (captured) captureGroup(captured);
      if (queuedAt(job) !== undefined) enqueueAll();
      advance();
      body.get(list, listEnd).op('i32.lt_u');
      nextGroup();
    });
  });
  if (queuedAt(job) !== undefined) emptyQueue();

  function pushAny(push: (lanes: Lanes) => unknown) {
    for (const [j, lanes] of all.entries()) {
      push(lanes);
      if (j > 0) body.op('v128.or');
    }
  }

  function loadRectangle() {
    body.get(list).load32(0).set(row).get(list).load32(4).set(rowEnd);
    body.get(list).load32(8).tee(columnStart).set(column).get(list).load32(12).set(columnEnd);
  }

  function elementAddress(base: number, index: number) {
    return body.get(base, index).i32(3).op('i32.shl', 'i32.add');
  }

  function loadPoints(lanes: Lanes, row: number, pair: number) {
    elementAddress(rowRe, row).loadSplat();
    elementAddress(columnRe, column)
      .load(16 * pair)
      .op('f64x2.add')
      .set(lanes.pRe);
    elementAddress(rowIm, row).loadSplat();
    elementAddress(columnIm, column)
      .load(16 * pair)
      .op('f64x2.add')
      .set(lanes.pIm);
    if (z0 === 'p') body.get(lanes.pRe).set(lanes.x).get(lanes.pIm).set(lanes.y);
    else body.f64x2(z0[0]).set(lanes.x).f64x2(z0[1]).set(lanes.y);
    if (capture) beginOrbit(lanes, capture);
    for (const local of [lanes.untold, lanes.blocks]) body.i64x2(0n).set(local);
    body.f64x2(Infinity).set(lanes.square);
    for (const local of [lanes.previousRe, lanes.previousIm]) body.f64x2(0).set(local);
    body.i64x2(-1n).set(lanes.live).i64x2(BigInt(iterations)).set(lanes.count);
  }

  function beginOrbit({ x, y, beforeX, beforeY, orbit }: Lanes, { job }: Capture) {
    for (const [name, local] of orbit.now) body.f64x2(firstOf(job, name)).set(local);
    if (orbit.earlier) body.get(x).set(beforeX).get(y).set(beforeY);
  }

  /** Takes the points of all vectors so many steps, or until all have escaped. */
  function takeTogether(emitter: EscapeEmitter, steps: number) {
    const { block, isDeferred, emitBlock, escaped, settle, note, settleNoted, askReference } = emitter;
    body.i64(0).set(taken);
    body.loop((again) => {
      emitBlock(all);
      body.get(taken).i64(block).op('i64.add').set(taken);
      if (isDeferred) for (const lanes of all) note(lanes);
      else {
        pushAny((lanes) => escaped(lanes));
        body.op('v128.any_true').if(() => {
          for (const lanes of all) settle(lanes, () => body.get(taken).splat64());
        });
      }
      pushAny(({ live }) => body.get(live));
      body.op('v128.any_true').get(taken).i64(steps).op('i64.lt_u', 'i32.and');
      again();
    });
    if (isDeferred) for (const lanes of all) settleNoted(lanes);
    for (const [j, lanes] of all.entries())
      askReference(lanes, (lane) =>
        body
          .get(j < 2 ? row : lower, column)
          .i32(2 * (j % 2) + lane)
          .op('i32.add'),
      );
    if (steps === iterations) for (const { live } of all) body.i64x2(0n).set(live);
  }

  function storeRow(row: number, left: Lanes, right: Lanes) {
    const part = (at: number) => Array.from({ length: bytes }, (_, i) => at + i);
    const places = [0, 8, 16, 24].flatMap(part);
    body.get(row, stride).op('i32.mul').get(column).op('i32.add').i32(Math.log2(bytes)).op('i32.shl');
    body.get(target).op('i32.add').set(address);
    body.get(left.count, right.count).shuffle([...places, ...new Array<number>(16 - places.length).fill(0)]);
    body.set(packed).get(address, packed);
    if (bytes === 4) body.store();
    else body.storeLane(8, 0);
  }

  /** Whether a lane's point is the rectangle's and not of the row that is there twice. */
  function pushIsOwn(j: number, lane: number) {
    pushColumn(j, lane).get(columnEnd).op('i32.lt_u');
    if (j >= 2) body.get(row, lower).op('i32.ne', 'i32.and');
  }

  function pushColumn(j: number, lane: number) {
    return body
      .get(column)
      .i32(2 * (j % 2) + lane)
      .op('i32.add');
  }

  /** Lists the points that have escaped. */
  function captureGroup({ group, one, emptyIfFull }: CaptureEmitter) {
    const pushPlace = (j: number, lane: number) => {
      body.get(j < 2 ? row : lower, stride).op('i32.mul');
      pushColumn(j, lane).op('i32.add');
    };
    for (const [j, { count }] of all.entries()) {
      body.get(count).i64x2(BigInt(iterations)).op('i64x2.lt_s');
      if (j > 0) body.op('v128.and');
    }
    body.op('i64x2.all_true');
    pushIsOwn(3, 1);
    body.op('i32.and');
    body.if(
      () => group(all, (j) => pushPlace(j, 0)),
      () => {
        for (const [j, lanes] of all.entries())
          for (const lane of [0, 1]) {
            pushIsOwn(j, lane);
            body.if(() => one(lanes, lane, () => pushPlace(j, lane)));
          }
      },
    );
    emptyIfFull();
  }

  function enqueueAll() {
    pushAny(({ live }) => body.get(live));
    body.op('v128.any_true').if(() => {
      for (const [j, lanes] of all.entries()) for (const lane of [0, 1]) enqueue(lanes, j, lane);
      body
        .get(queueEnd, queue)
        .op('i32.sub')
        .i32(entryBytes * queueLength)
        .op('i32.ge_u')
        .if(emptyQueue);
    });
  }

  /** Queues a point that is under way, if it is to be counted. */
  function enqueue(lanes: Lanes, j: number, lane: number) {
    const { x, y, pRe, pIm, previousRe, previousIm, live } = lanes;
    body.get(live).lane64(lane);
    pushIsOwn(j, lane);
    body.op('i32.and').if(() => {
      for (const [i, local] of [x, y, pRe, pIm, previousRe, previousIm].entries())
        body.get(queueEnd, local).storeLane(8, lane, 8 * i);
      body
        .get(queueEnd, j < 2 ? row : lower)
        .store32(48)
        .get(queueEnd);
      pushColumn(j, lane).store32(52);
      for (const [i, localOf] of queuedExtras(capture).entries())
        body.get(queueEnd, localOf(lanes)).storeLane(8, lane, 56 + 8 * i);
      body.get(queueEnd).i32(entryBytes).op('i32.add').set(queueEnd);
    });
  }

  function advance() {
    body.get(column).i32(groupColumns).op('i32.add').tee(column).get(columnEnd).op('i32.ge_u');
    body.if(() => {
      body.get(columnStart).set(column);
      body.get(row).i32(2).op('i32.add').tee(row).get(rowEnd).op('i32.ge_u');
      body.if(() => {
        body
          .get(list)
          .i32(rectangleBytes)
          .op('i32.add')
          .tee(list)
          .get(listEnd)
          .op('i32.lt_u')
          .if(loadRectangle);
      });
    });
  }

  function emptyQueue() {
    body.get(queue, queueEnd, stride, target, seesPeriods).call(options.finish).get(queue).set(queueEnd);
  }
}
