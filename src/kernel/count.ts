// The function that counts the points of rectangles one by one: eight side by side, four in each of two rows, in four
// vectors of two doubles. Points that are still under way after some steps are queued, so that they do not delay the
// others; finish.ts completes them. No fused multiply-add, no relaxed SIMD: every step performs the operations of
// reference.ts in their order.
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
import type { KernelJob, Proof } from './reference.js';

/** Vectors in flight: enough to keep the multipliers busy, and few enough for 16 registers (x86-64). */
export const vectorCount = 4;
/** Points of one row that are counted together; arrays of columns and rows of counts are padded to a multiple. */
export const groupColumns = vectorCount;

/**
 * The parameters of the function: addresses of arrays of doubles; counts from one row to the next; the start and end of
 * a list of rectangles (each four i32: first row, end row, first column, end column; none empty; columns start at
 * multiples of four); the address that the count of row 0, column 0 has or would have; that of the queue; and whether
 * repeating orbits are detected (1) or iterated to their end (0). The sample point at [row][column] is
 * (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]).
 */
export const countParameters = [i32, i32, i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** Bytes of a rectangle in a list: four i32. */
export const rectangleBytes = 16;

/** Appends a rectangle, whose edges are in these locals, to a list and moves the list's end. */
export function appendRectangle(body: FunctionBody, listEnd: number, ...edges: readonly number[]): void {
  for (const [i, edge] of edges.entries()) body.get(listEnd, edge).store32(4 * i);
  body.get(listEnd).i32(rectangleBytes).op('i32.add').set(listEnd);
}

/**
 * Bytes of an entry of the queue: x, y, pRe, pIm, previousRe, previousIm as doubles, row and column as i32, and what is
 * carried for channels as doubles.
 */
export const queueEntry = (capture: Capture | undefined, proof?: Proof) =>
  56 + 8 * queuedExtras(capture, proof).length;
/** A trap's least distance, and z before the last step. */
const mostExtras = 3;
export const queueLength = 2048;
/** Bytes of the queue, with room for what one group may add when it is almost full. */
export const queueBytes = (56 + 8 * mostExtras) * (queueLength + 2 * vectorCount);

/** What queued points carry for their channels or their proof, from byte 56 on. */
export function queuedExtras(capture: Capture | undefined, proof?: Proof): ((lanes: Lanes) => number)[] {
  const { carried = [], job } = capture ?? {};
  const isConverging = typeof job?.kernel.escape === 'object';
  return [
    ...carried.map((name) => (lanes: Lanes) => lanes.orbit.now.get(name)!),
    ...(proof ? [(lanes: Lanes) => lanes.error] : []),
    ...(isConverging ? [(lanes: Lanes) => lanes.beforeX, (lanes: Lanes) => lanes.beforeY] : []),
  ];
}

/**
 * Steps that points take side by side before they are queued; most points near a boundary are done by then. A multiple
 * of every block size. Jobs of few iterations have no queue.
 */
const togetherSteps = 40;

/** The number of steps after which points are queued; undefined if they never are. */
export const queuedAt = ({ iterations }: KernelJob) =>
  iterations > fewIterations ? togetherSteps : undefined;

/** The parameters' indices. */
const parameters = {
  rowRe: 0,
  rowIm: 1,
  columnRe: 2,
  columnIm: 3,
  stride: 4,
  list: 5,
  listEnd: 6,
  target: 7,
  queue: 8,
  seesPeriods: 9,
} as const;
const integers = [
  'row',
  'rowEnd',
  'column',
  'columnStart',
  'columnEnd',
  'lower',
  'address',
  'queueEnd',
] as const;
type Local = keyof typeof parameters | (typeof integers)[number];

/** The function being emitted, with its parameters and local variables. */
interface Count extends Readonly<Record<Local, number>> {
  readonly body: FunctionBody;
  readonly job: KernelJob;
  readonly capture: Capture | undefined;
  /** The function that empties the queue. */
  readonly finish: number;
  /** Bytes of a count, and of an entry of the queue. */
  readonly bytes: 2 | 4;
  readonly entryBytes: number;
  readonly taken: number;
  readonly packed: number;
  /** Two points of the row, the next two, and the same of the row below, which at an edge is the same row again. */
  readonly all: readonly Lanes[];
}

function countOf(body: FunctionBody, job: KernelJob, { capture, finish }: EmitOptions): Count {
  const locals = Object.fromEntries(integers.map((name) => [name, body.local(i32)]));
  const [taken, packed] = [body.local(i64), body.local(v128)];
  return {
    ...({ ...parameters, ...locals } as Record<Local, number>),
    body,
    job,
    capture,
    finish,
    bytes: countBytes(job.iterations),
    entryBytes: queueEntry(capture, job.proof),
    taken,
    packed,
    all: Array.from({ length: vectorCount }, () => lanesOf(body, job, capture)),
  };
}

export function emitCount(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations } = job;
  const steps = queuedAt(job) ?? iterations;
  const { near, capture } = options;
  const count = countOf(body, job, options);
  const { list, listEnd, queue, row, rowEnd, lower, queueEnd, all } = count;
  const captured = capture && captureEmitter(body, capture);

  body.get(queue).set(queueEnd);
  body.get(list, listEnd).op('i32.lt_u');
  body.if(() => {
    loadRectangle(count);
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
      for (const [j, lanes] of all.entries()) loadPoints(count, lanes, j < 2 ? row : lower, j % 2);
      if (near === undefined) takeTogether(count, escapeEmitter(body, job, options), steps);
      else {
        // Few points are so far out that every step must be tested; they are never queued.
        pushAny(count, ({ pRe, pIm }) => {
          body.get(pRe, pRe).op('f64x2.mul').get(pIm, pIm).op('f64x2.mul', 'f64x2.add');
          body.f64x2(near.reach ** 2 * (1 - 2 ** -40)).op('f64x2.lt', 'v128.not');
        });
        body.op('v128.any_true');
        body.if(
          () => takeTogether(count, escapeEmitter(body, job, options), iterations),
          () => takeTogether(count, escapeEmitter(body, job, { ...options, bounds: near.bounds }), steps),
        );
      }
      storeRow(count, row, all[0]!, all[1]!);
      storeRow(count, lower, all[2]!, all[3]!);
      if (captured) captureGroup(count, captured);
      if (queuedAt(job) !== undefined) enqueueAll(count);
      advance(count);
      body.get(list, listEnd).op('i32.lt_u');
      nextGroup();
    });
  });
  if (queuedAt(job) !== undefined) emptyQueue(count);
}

function pushAny(count: Count, push: (lanes: Lanes) => unknown) {
  const { body, all } = count;
  for (const [j, lanes] of all.entries()) {
    push(lanes);
    if (j > 0) body.op('v128.or');
  }
}

function loadRectangle(count: Count) {
  const { body, list, row, rowEnd, column, columnStart, columnEnd } = count;
  body.get(list).load32(0).set(row).get(list).load32(4).set(rowEnd);
  body.get(list).load32(8).tee(columnStart).set(column).get(list).load32(12).set(columnEnd);
}

function elementAddress(count: Count, base: number, index: number) {
  const { body } = count;
  return body.get(base, index).i32(3).op('i32.shl', 'i32.add');
}

function loadPoints(count: Count, lanes: Lanes, index: number, pair: number) {
  const { body, job, capture, rowRe, rowIm, columnRe, columnIm, column } = count;
  elementAddress(count, rowRe, index).loadSplat();
  elementAddress(count, columnRe, column)
    .load(16 * pair)
    .op('f64x2.add')
    .set(lanes.pRe);
  elementAddress(count, rowIm, index).loadSplat();
  elementAddress(count, columnIm, column)
    .load(16 * pair)
    .op('f64x2.add')
    .set(lanes.pIm);
  if (job.z0 === 'p') body.get(lanes.pRe).set(lanes.x).get(lanes.pIm).set(lanes.y);
  else body.f64x2(job.z0[0]).set(lanes.x).f64x2(job.z0[1]).set(lanes.y);
  if (capture) beginOrbit(count, lanes, capture);
  if (job.proof) body.f64x2(0).set(lanes.error);
  for (const local of [lanes.untold, lanes.blocks]) body.i64x2(0n).set(local);
  body.f64x2(Infinity).set(lanes.square);
  for (const local of [lanes.previousRe, lanes.previousIm]) body.f64x2(0).set(local);
  body.i64x2(-1n).set(lanes.live).i64x2(BigInt(job.iterations)).set(lanes.count);
}

function beginOrbit(count: Count, { x, y, beforeX, beforeY, orbit }: Lanes, { job: shade }: Capture) {
  const { body } = count;
  for (const [name, local] of orbit.now) body.f64x2(firstOf(shade, name)).set(local);
  if (orbit.earlier) body.get(x).set(beforeX).get(y).set(beforeY);
}

/** Takes the points of all vectors through at most this many steps, or until all have escaped. */
function takeTogether(count: Count, emitter: EscapeEmitter, most: number) {
  const { body, job, row, column, lower, taken, all } = count;
  const { block, isDeferred, emitBlock, escaped, settle, note, settleNoted, askReference } = emitter;
  body.i64(0).set(taken);
  body.loop((again) => {
    emitBlock(all);
    body.get(taken).i64(block).op('i64.add').set(taken);
    if (isDeferred) for (const lanes of all) note(lanes);
    else {
      pushAny(count, (lanes) => escaped(lanes));
      body.op('v128.any_true').if(() => {
        for (const lanes of all) settle(lanes, () => body.get(taken).splat64());
      });
    }
    pushAny(count, ({ live }) => body.get(live));
    body.op('v128.any_true').get(taken).i64(most).op('i64.lt_u', 'i32.and');
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
  if (most === job.iterations) for (const { live } of all) body.i64x2(0n).set(live);
}

function storeRow(count: Count, index: number, left: Lanes, right: Lanes) {
  const { body, bytes, stride, target, column, address, packed } = count;
  const part = (at: number) => Array.from({ length: bytes }, (_, i) => at + i);
  const places = [0, 8, 16, 24].flatMap(part);
  body.get(index, stride).op('i32.mul').get(column).op('i32.add').i32(Math.log2(bytes)).op('i32.shl');
  body.get(target).op('i32.add').set(address);
  body.get(left.count, right.count).shuffle([...places, ...new Array<number>(16 - places.length).fill(0)]);
  body.set(packed).get(address, packed);
  if (bytes === 4) body.store();
  else body.storeLane(8, 0);
}

/** Pushes whether a lane's point belongs to the rectangle and is not from the duplicated row. */
function pushIsOwn(count: Count, j: number, lane: number) {
  const { body, row, columnEnd, lower } = count;
  pushColumn(count, j, lane).get(columnEnd).op('i32.lt_u');
  if (j >= 2) body.get(row, lower).op('i32.ne', 'i32.and');
}

function pushColumn(count: Count, j: number, lane: number) {
  const { body, column } = count;
  return body
    .get(column)
    .i32(2 * (j % 2) + lane)
    .op('i32.add');
}

/** Lists the points that have escaped. */
function captureGroup(count: Count, { group, one, emptyIfFull }: CaptureEmitter) {
  const { body, job, stride, row, lower, all } = count;
  const pushPlace = (j: number, lane: number) => {
    body.get(j < 2 ? row : lower, stride).op('i32.mul');
    pushColumn(count, j, lane).op('i32.add');
  };
  for (const [j, { count }] of all.entries()) {
    body.get(count).i64x2(BigInt(job.iterations)).op('i64x2.lt_s');
    if (j > 0) body.op('v128.and');
  }
  body.op('i64x2.all_true');
  pushIsOwn(count, 3, 1);
  body.op('i32.and');
  body.if(
    () => group(all, (j) => pushPlace(j, 0)),
    () => {
      for (const [j, lanes] of all.entries())
        for (const lane of [0, 1]) {
          pushIsOwn(count, j, lane);
          body.if(() => one(lanes, lane, () => pushPlace(j, lane)));
        }
    },
  );
  emptyIfFull();
}

function enqueueAll(count: Count) {
  const { body, entryBytes, queue, queueEnd, all } = count;
  pushAny(count, ({ live }) => body.get(live));
  body.op('v128.any_true').if(() => {
    for (const [j, lanes] of all.entries()) for (const lane of [0, 1]) enqueue(count, lanes, j, lane);
    body
      .get(queueEnd, queue)
      .op('i32.sub')
      .i32(entryBytes * queueLength)
      .op('i32.ge_u')
      .if(() => emptyQueue(count));
  });
}

/** Queues a point that is under way, if it belongs to the rectangle. */
function enqueue(count: Count, lanes: Lanes, j: number, lane: number) {
  const { body, job, capture, entryBytes, row, lower, queueEnd } = count;
  const { x, y, pRe, pIm, previousRe, previousIm, live } = lanes;
  body.get(live).lane64(lane);
  pushIsOwn(count, j, lane);
  body.op('i32.and').if(() => {
    for (const [i, local] of [x, y, pRe, pIm, previousRe, previousIm].entries())
      body.get(queueEnd, local).storeLane(8, lane, 8 * i);
    body
      .get(queueEnd, j < 2 ? row : lower)
      .store32(48)
      .get(queueEnd);
    pushColumn(count, j, lane).store32(52);
    for (const [i, localOf] of queuedExtras(capture, job.proof).entries())
      body.get(queueEnd, localOf(lanes)).storeLane(8, lane, 56 + 8 * i);
    body.get(queueEnd).i32(entryBytes).op('i32.add').set(queueEnd);
  });
}

function advance(count: Count) {
  const { body, list, listEnd, row, rowEnd, column, columnStart, columnEnd } = count;
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
        .if(() => loadRectangle(count));
    });
  });
}

function emptyQueue(count: Count) {
  const { body, finish, stride, target, queue, seesPeriods, queueEnd } = count;
  body.get(queue, queueEnd, stride, target, seesPeriods).call(finish).get(queue).set(queueEnd);
}
