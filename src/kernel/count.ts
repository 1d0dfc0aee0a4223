// The function that counts the points of rectangles one by one: eight side by side, in four vectors of two doubles.
// Points that are still under way after some steps are put in a queue, so that they do not keep the others waiting;
// finish.ts takes them on. No fused multiply-add, no relaxed SIMD: every step does the operations of reference.ts in
// their order.
import { type FunctionBody, i32, i64, v128 } from './assembler.js';
import {
  countBytes,
  type EmitOptions,
  type EscapeEmitter,
  escapeEmitter,
  type Lanes,
  lanesOf,
  nearerReach,
} from './escape.js';
import type { KernelJob } from './reference.js';

/** Vectors in flight: enough to keep the multipliers busy, and few enough for 16 registers (x86-64). */
export const vectorCount = 4;
/** Arrays of columns are read up to this many doubles beyond their end. */
export const readAhead = 2;

/**
 * The parameters of the function: addresses of arrays of doubles, how many columns the field has, where a list of
 * rectangles begins and ends (each four i32: first row, end row, first column, end column; none empty), the address
 * that the count of row 0, column 0 has or would have, that of the queue, and whether orbits that repeat are to be
 * seen (1) or taken to their end (0). The sample point at [row][column] is
 * (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]).
 */
export const countParameters = [i32, i32, i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** An entry of the queue: x, y, pRe, pIm, previousRe, previousIm as doubles, row and column as i32. */
export const queueEntry = 56;
const queueLength = 2048;
/** The queue, with room for what one group may add when it is all but full. */
export const queueBytes = queueEntry * (queueLength + 2 * vectorCount);

/**
 * Steps that points are taken side by side before they are queued; most points of a boundary are done by then. A
 * multiple of every block. Jobs with hardly more iterations do without the queue.
 */
const togetherSteps = 64;

/** How many steps points have taken when they are queued; undefined: they never are. */
export const queuedAt = ({ iterations }: KernelJob) =>
  iterations > 2 * togetherSteps ? togetherSteps : undefined;

export function emitCount(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations, z0 } = job;
  const bytes = countBytes(iterations);
  const steps = queuedAt(job) ?? iterations;
  const near = nearerReach(job, options.reach);
  const [rowRe, rowIm, columnRe, columnIm, columns, list, listEnd, target, queue, seesPeriods] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const [row, rowEnd, column, columnStart, columnEnd, address, queueEnd, under] = Array.from(
    { length: 8 },
    () => body.local(i32),
  ) as [number, number, number, number, number, number, number, number];
  const taken = body.local(i64);
  const packed = body.local(v128);
  /** The points of a vector, and where they are. */
  const all = Array.from({ length: vectorCount }, () => ({
    ...lanesOf(body),
    ...{ row: body.local(i32), column: body.local(i32) },
  }));
  type Placed = (typeof all)[number];

  body.get(queue).set(queueEnd);
  body
    .get(list, listEnd)
    .op('i32.lt_u')
    .if(() => {
      loadRectangle();
      body.loop((nextGroup) => {
        for (const lanes of all) loadPoints(lanes);
        if (near === undefined) takeTogether(escapeEmitter(body, job, options), steps);
        else {
          // Few points are so far out that each of their steps must be looked at; they are never queued.
          pushAny(({ pRe, pIm }) => {
            body.get(pRe, pRe).op('f64x2.mul').get(pIm, pIm).op('f64x2.mul', 'f64x2.add');
            body.f64x2(near * near * (1 - 2 ** -40)).op('f64x2.lt', 'v128.not');
          });
          body.op('v128.any_true');
          body.if(
            () => takeTogether(escapeEmitter(body, job, options), iterations),
            () => takeTogether(escapeEmitter(body, job, { ...options, reach: near }), steps),
          );
        }
        for (const lanes of all) finish(lanes);
        if (queuedAt(job) !== undefined)
          body
            .get(queueEnd, queue)
            .op('i32.sub')
            .i32(queueEntry * queueLength)
            .op('i32.ge_u')
            .if(emptyQueue);
        body.get(list, listEnd).op('i32.lt_u');
        nextGroup();
      });
    });
  if (queuedAt(job) !== undefined) emptyQueue();

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
    for (const lanes of all)
      askReference(lanes, (lane) => body.get(lanes.row, lanes.column).i32(lane).op('i32.add'));
    if (steps === iterations) for (const { live } of all) body.i64x2(0n).set(live);
  }

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

  /** The next two points of the list; at its end points that are none. */
  function loadPoints(lanes: Placed) {
    for (const local of [lanes.previousRe, lanes.previousIm]) body.f64x2(0).set(local);
    for (const local of [lanes.untold, lanes.square, lanes.blocks]) body.i64x2(0n).set(local);
    body.i64x2(BigInt(iterations)).set(lanes.count);
    body.get(list, listEnd).op('i32.lt_u').tee(under);
    body.if(
      () => {
        body.get(row).set(lanes.row).get(column).set(lanes.column);
        elementAddress(rowRe, row).loadSplat();
        elementAddress(columnRe, column).load().op('f64x2.add').set(lanes.pRe);
        elementAddress(rowIm, row).loadSplat();
        elementAddress(columnIm, column).load().op('f64x2.add').set(lanes.pIm);
        body.i64x2(-1n).set(lanes.live);
        advance();
      },
      () => {
        body.i32(-1).set(lanes.row).i64x2(0n).set(lanes.live);
        body.f64x2(0).tee(lanes.pRe).set(lanes.pIm);
      },
    );
    if (z0 === 'p') body.get(lanes.pRe).set(lanes.x).get(lanes.pIm).set(lanes.y);
    else body.f64x2(z0[0]).set(lanes.x).f64x2(z0[1]).set(lanes.y);
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

  /** Stores the counts of two points, and queues those that are still under way. */
  function finish(lanes: Placed) {
    body
      .get(lanes.row)
      .i32(-1)
      .op('i32.ne')
      .if(() => {
        store(lanes);
        if (queuedAt(job) === undefined) return;
        body
          .get(lanes.live)
          .op('v128.any_true')
          .if(() => {
            for (const lane of [0, 1])
              body
                .get(lanes.live)
                .lane64(lane)
                .if(() => enqueue(lanes, lane));
          });
      });
  }

  /** The lower parts of the counts, side by side; the last point of a row may be alone. */
  function store({ count, row, column }: Placed) {
    const part = (at: number) => Array.from({ length: bytes }, (_, i) => at + i);
    const places = [...part(0), ...part(8), ...new Array<number>(16 - 2 * bytes).fill(0)];
    body.get(count, count).shuffle(places).set(packed);
    body.get(row, columns).op('i32.mul').get(column).op('i32.add').i32(Math.log2(bytes)).op('i32.shl');
    body.get(target).op('i32.add').set(address);
    body.get(column).i32(1).op('i32.add').get(columns).op('i32.lt_u');
    body.if(
      () => body.get(address, packed).storeLane((2 * bytes) as 4 | 8, 0),
      () => body.get(address, packed).storeLane(bytes, 0),
    );
  }

  /** The point beyond the end of a row is none; elsewhere two may be queued that their rectangle does not both have. */
  function enqueue(lanes: Placed, lane: number) {
    body
      .get(lanes.column)
      .i32(lane)
      .op('i32.add')
      .get(columns)
      .op('i32.lt_u')
      .if(() => {
        const { x, y, pRe, pIm, previousRe, previousIm } = lanes;
        for (const [i, local] of [x, y, pRe, pIm, previousRe, previousIm].entries())
          body.get(queueEnd, local).storeLane(8, lane, 8 * i);
        body.get(queueEnd, lanes.row).store32(48);
        body.get(queueEnd, lanes.column).i32(lane).op('i32.add').store32(52);
        body.get(queueEnd).i32(queueEntry).op('i32.add').set(queueEnd);
      });
  }

  function emptyQueue() {
    body.get(queue, queueEnd, columns, target, seesPeriods).call(options.finish).get(queue).set(queueEnd);
  }
}
