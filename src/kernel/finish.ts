// The function that takes queued points to their end, eight side by side: a lane whose point is done stores its count
// and takes the next point of the queue. Orbits here are long, so this function also detects those that repeat.
import { type FunctionBody, i32, i64, v128 } from '../assembler.js';
import { captureEmitter } from './capture.js';
import { queuedAt, queuedExtras, queueEntry, vectorCount } from './count.js';
import { discsAt } from './discs.js';
import { countBytes, type EmitOptions, escapeEmitter, type Lanes, lanesOf } from './escape.js';
import type { KernelJob } from './reference.js';

/**
 * The queue's start and end (count.ts), counts from one row to the next, the address of the field's first count, and
 * whether to detect repeating orbits (1) or to take all their steps (0).
 */
export const finishParameters = [i32, i32, i32, i32, i32] as const;

/**
 * Steps between two checks for repeating orbits: many periods divide the first number. After a check that decides some
 * points it applies again; after one in vain the steps double, up to the second number.
 */
const [lookEvery, lookSeldom] = [60, 480];
/** A point without a provable cycle waits 2^this times as long for the next attempt: few are decided later. */
const waitShift = 4;
/** An attracting cycle is looked for where |z - z at the last look|^2 is below this. */
const nearSquare = 2 ** -6;

/** The parameters' indices. */
const parameters = { queue: 0, queueEnd: 1, stride: 2, target: 3, seesPeriods: 4 } as const;

/** The lanes of a vector, with the state for detecting repeats. */
const queuedLanes = (body: FunctionBody, job: KernelJob, capture: EmitOptions['capture']) => ({
  ...lanesOf(body, job, capture),
  /** The states of the orbit at the last check, and at an earlier one that is kept for longer. */
  lastX: body.local(v128),
  lastY: body.local(v128),
  seenX: body.local(v128),
  seenY: body.local(v128),
  /** For each lane: its entry in the queue or 0 if it has none, and `now` when the point was started. */
  entries: [body.local(i32), body.local(i32)],
  begun: [body.local(i64), body.local(i64)],
  /** When the next state is to be kept, and for how long. */
  keepAt: body.local(i64),
  keepFor: body.local(i64),
  /** For each lane: when a cycle may be looked for, and how long to wait after a failed attempt. */
  tryAt: body.local(v128),
  wait: body.local(v128),
});
type Queued = ReturnType<typeof queuedLanes>;

/** The function being emitted. */
type Finish = ReturnType<typeof finishOf>;
type Captured = ReturnType<typeof captureEmitter> | undefined;
type Escaper = ReturnType<typeof escapeEmitter>;

function finishOf(
  body: FunctionBody,
  job: KernelJob,
  { cycles, capture }: EmitOptions,
  captured: Captured,
  escaper: Escaper,
) {
  /** `under`: the number of lanes with points. */
  const [under, address, discs] = [body.local(i32), body.local(i32), body.local(i32)];
  /** Steps taken by this function, the latest step at which it must stop, and when it checks for repeating orbits. */
  const [now, deadline, age, lookAt, between] = Array.from({ length: 5 }, () => body.local(i64)) as Five;
  const [hit, ages, square, before, told] = Array.from({ length: 5 }, () => body.local(v128)) as Five;
  return {
    ...parameters,
    body,
    job,
    cycles,
    capture,
    captured,
    entryBytes: queueEntry(capture, job.proof),
    started: queuedAt(job) ?? 0,
    bytes: countBytes(job.iterations),
    askReference: escaper.askReference,
    under,
    address,
    discs,
    now,
    deadline,
    age,
    lookAt,
    between,
    hit,
    ages,
    square,
    before,
    told,
    all: Array.from({ length: vectorCount }, () => queuedLanes(body, job, capture)),
  };
}

/** Copies of the state that a step changes in all lanes, and a function that moves it between copies and lanes. */
function copiesOf({ body, job, all }: Finish, { readsPrevious }: Escaper) {
  /** The variables that a step changes, and copies of them. */
  const state = [
    ...(['x', 'y'] as const),
    ...(readsPrevious ? (['previousRe', 'previousIm'] as const) : []),
    ...(job.proof ? (['error'] as const) : []),
  ];
  const tries = all.map(
    (lanes): Lanes => ({
      ...lanes,
      ...Object.fromEntries(state.map((name) => [name, body.local(v128)])),
      beforeX: lanes.x,
      beforeY: lanes.y,
      beforeError: lanes.error,
      orbit: { ...lanes.orbit, now: new Map([...lanes.orbit.now].map(([name]) => [name, body.local(v128)])) },
    }),
  );
  /** Pairs of locals to move: what a step changes, from these lanes to those. */
  const moved = (from: Lanes, to: Lanes) => [
    ...state.map((name) => [from[name], to[name]] as const),
    ...[...from.orbit.now].map(([name, local]) => [local, to.orbit.now.get(name)!] as const),
  ];
  const move = (from: Lanes, to: Lanes) => {
    for (const [source, target] of moved(from, to)) body.get(source).set(target);
  };
  return { tries, move };
}
type Copies = ReturnType<typeof copiesOf>;

export function emitFinish(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { capture } = options;
  const captured = capture && captureEmitter(body, capture);
  const escaper = escapeEmitter(body, job, options);
  const finish = finishOf(body, job, options, captured, escaper);
  const copies = copiesOf(finish, escaper);
  const { queue, seesPeriods, discs, between, lookAt, under, now, deadline, all } = finish;

  body.get(queue).i32(discsAt).op('i32.add').set(discs);
  // No lane is live yet, so all lanes are filled first; the deadline, still 0, is set after a block.
  for (const { live } of all) body.i64x2(0n).set(live);
  body
    .i64(2 * lookEvery)
    .i64(job.iterations)
    .get(seesPeriods)
    .op('select')
    .tee(between)
    .set(lookAt);
  body.loop((again) => {
    for (const lanes of all)
      body
        .get(lanes.live)
        .op('i64x2.all_true', 'i32.eqz')
        .if(() => refill(finish, lanes));
    body.get(under).if(() => {
      tryBlocks(finish, escaper, copies);
      escaper.emitBlock(all);
      body.get(now).i64(escaper.block).op('i64.add').set(now);
      for (const lanes of all) escaper.settle(lanes, () => pushAges(finish, lanes));
      body
        .get(now, deadline)
        .op('i64.ge_u')
        .if(() => lookAtAll(finish, escaper));
      body.i32(1);
      again();
    });
  });
}

/** Takes blocks of all lanes until a point may have escaped in the next one. */
function tryBlocks({ body, all, now, deadline }: Finish, escaper: Escaper, { tries, move }: Copies) {
  // The inner loop tries a block on copies and keeps it if no point escapes in it; so none of its results are needed
  // outside, and V8 lets the steps of all vectors overlap.
  body.loop((goOn) => {
    for (const [j, lanes] of all.entries()) move(lanes, tries[j]!);
    escaper.emitBlock(tries, false, false);
    body.get(now).i64(escaper.block).op('i64.add').get(deadline).op('i64.lt_u');
    for (const [j, lanes] of tries.entries()) {
      escaper.escaped(lanes);
      if (j > 0) body.op('v128.or');
    }
    body.op('v128.any_true', 'i32.eqz', 'i32.and').if(() => {
      for (const [j, lanes] of all.entries()) {
        if (lanes.orbit.earlier) body.get(lanes.x).set(lanes.beforeX).get(lanes.y).set(lanes.beforeY);
        move(tries[j]!, lanes);
      }
      body.get(now).i64(escaper.block).op('i64.add').set(now);
      body.i32(1);
      goOn();
    });
  });
}

/** Ends points that have taken all steps, and checks for repeating orbits from time to time. */
function lookAtAll(finish: Finish, { readsPrevious }: Escaper) {
  const { body, all, now, lookAt, between, seesPeriods } = finish;
  for (const lanes of all) endOld(finish, lanes);
  body
    .get(now, lookAt)
    .op('i64.ge_u')
    .if(() => {
      if (!readsPrevious) body.get(seesPeriods).if(() => lookForPeriods(finish));
      body.get(now, between).op('i64.add').set(lookAt);
    });
  setDeadline(finish);
}

/** Pushes the number of steps that a lane's point has taken, as i64. */
function pushAge(finish: Finish, { begun }: Queued, lane: number) {
  const { body, started, now } = finish;
  return body.get(now, begun[lane]!).op('i64.sub').i64(started).op('i64.add');
}

function pushAges(finish: Finish, lanes: Queued) {
  pushAge(finish, lanes, 0).splat64();
  pushAge(finish, lanes, 1).replaceLaneInteger(1);
}

/** Removes points that have taken all steps from `live`. */
function endOld(finish: Finish, lanes: Queued) {
  const { body, job, ages } = finish;
  pushAges(finish, lanes);
  body
    .set(ages)
    .get(lanes.live, ages)
    .i64x2(BigInt(job.iterations))
    .op('i64x2.lt_s', 'v128.and')
    .set(lanes.live);
}

/** Stores the counts of points that are done, and loads others into their lanes. */
function refill(finish: Finish, lanes: Queued) {
  const { body, queue, queueEnd } = finish;
  for (const lane of [0, 1]) {
    const entry = lanes.entries[lane]!;
    body
      .get(lanes.live)
      .lane64(lane)
      .op('i32.eqz')
      .if(() => {
        body.get(entry).if(() => store(finish, lanes, lane));
        body.get(queue, queueEnd).op('i32.lt_u');
        body.if(
          () => load(finish, lanes, lane),
          () => rest(finish, lanes, lane),
        );
      });
  }
}

/** A lane without further points stays live, at 0, so that it is never examined. */
function rest(finish: Finish, lanes: Queued, lane: number) {
  const { body, job } = finish;
  const { x, y, pRe, pIm, live, error } = lanes;
  for (const local of [x, y, pRe, pIm, ...(job.proof ? [error] : [])])
    body.get(local).i64(0).replaceLaneInteger(lane).set(local);
  body.get(live).i64(-1).replaceLaneInteger(lane).set(live).i32(0).set(lanes.entries[lane]!);
}

function store(finish: Finish, lanes: Queued, lane: number) {
  const { body, captured, bytes, askReference, stride, target, under, address } = finish;
  const entry = lanes.entries[lane]!;
  body.get(under).i32(-1).op('i32.add').set(under);
  const pushPlace = () => body.get(entry).load32(48).get(entry).load32(52);
  askReference(lanes, pushPlace);
  body.get(entry).load32(48).get(stride).op('i32.mul').get(entry).load32(52).op('i32.add');
  body.i32(Math.log2(bytes)).op('i32.shl').get(target).op('i32.add').set(address);
  body.get(address, lanes.count).storeLane(bytes, (8 * lane) / bytes);
  captured?.one(lanes, lane, () =>
    body.get(entry).load32(48).get(stride).op('i32.mul').get(entry).load32(52).op('i32.add'),
  );
  captured?.emptyIfFull();
}

function load(finish: Finish, lanes: Queued, lane: number) {
  const { body, job, capture, cycles, entryBytes, queue, under, now } = finish;
  const { x, y, pRe, pIm, previousRe, previousIm, live, count, untold, seenX, lastX, tryAt, wait } = lanes;
  const loaded = [x, y, pRe, pIm, ...(cycles ? [tryAt] : [previousRe, previousIm])];
  for (const [i, local] of loaded.entries())
    body
      .get(queue, local)
      .loadLane(lane, 8 * i)
      .set(local);
  for (const [i, localOf] of queuedExtras(capture, job.proof).entries())
    body
      .get(queue, localOf(lanes))
      .loadLane(lane, 56 + 8 * i)
      .set(localOf(lanes));
  for (const [local, value] of [
    [live, -1],
    // The bits of a NaN, which no live point has.
    [seenX, -1],
    [lastX, -1],
    [count, job.iterations],
    [untold, 0],
    [wait, lookEvery],
  ] as const)
    body.get(local).i64(value).replaceLaneInteger(lane).set(local);
  body.get(queue).set(lanes.entries[lane]!).get(now).set(lanes.begun[lane]!);
  body.get(now).i64(lookEvery).tee(lanes.keepFor).op('i64.add').set(lanes.keepAt);
  body.get(queue).i32(entryBytes).op('i32.add').set(queue).get(under).i32(1).op('i32.add').set(under);
}

/** The step at which the first point ends or the next check is due; points loaded later have more time. */
function setDeadline(finish: Finish) {
  const { body, job, started, deadline, age, lookAt, all } = finish;
  body.get(lookAt).set(deadline);
  for (const lanes of all)
    for (const lane of [0, 1])
      body.get(lanes.entries[lane]!).if(() => {
        body
          .get(lanes.begun[lane]!)
          .i64(job.iterations - started)
          .op('i64.add')
          .tee(age);
        body
          .get(deadline)
          .op('i64.lt_u')
          .if(() => body.get(age).set(deadline));
      });
}

/**
 * A state that repeats bit for bit repeats for ever: such a point never escapes. The state of the last check finds the
 * periods that divide the steps since then, the kept state finds all others (Brent's method).
 */
function lookForPeriods(finish: Finish) {
  const { body, job, cycles, queue, queueEnd, stride, target, discs } = finish;
  const { now, between, hit, before, told, all } = finish;
  body.i64x2(0n).set(told);
  for (const lanes of all) {
    const { x, y, lastX, lastY, seenX, seenY, live, keepAt, keepFor } = lanes;
    body.get(x, lastX).op('i64x2.eq').get(y, lastY).op('i64x2.eq', 'v128.and');
    body.get(x, seenX).op('i64x2.eq').get(y, seenY).op('i64x2.eq', 'v128.and', 'v128.or').set(hit);
    body.get(live).tee(before);
    // Of exact points, repeating doubles prove nothing.
    if (!job.proof) body.get(hit).op('v128.andnot');
    body.set(live);
    if (cycles) lookForCycle(finish, lanes, cycles.period);
    body.get(before, live).op('v128.andnot').get(told).op('v128.or').set(told);
    body.get(x).set(lastX).get(y).set(lastY);
    body
      .get(now, keepAt)
      .op('i64.ge_u')
      .if(() => {
        body.get(x).set(seenX).get(y).set(seenY);
        body.get(keepFor).i64(1).op('i64.shl').tee(keepFor).get(now).op('i64.add').set(keepAt);
      });
  }
  body.get(told).op('v128.any_true');
  body.if(
    () => {
      body.i64(lookEvery).set(between);
      if (cycles) body.get(queue, queueEnd, stride, target, discs).call(cycles.pass).set(queue);
    },
    () => {
      body.get(between, between).op('i64.add').tee(between).i64(lookSeldom).op('i64.ge_u');
      body.if(() => body.i64(lookSeldom).set(between));
    },
  );
}

/** Points that have hardly moved since the last check may be converging to a cycle. */
function lookForCycle(
  finish: Finish,
  { x, y, pRe, pIm, lastX, lastY, live, tryAt, wait }: Queued,
  period: number,
) {
  const { body, discs, now, hit, square } = finish;
  body.get(x, lastX).op('f64x2.sub').tee(hit).get(hit).op('f64x2.mul');
  body.get(y, lastY).op('f64x2.sub').tee(hit).get(hit).op('f64x2.mul', 'f64x2.add').tee(square);
  body.f64x2(nearSquare).op('f64x2.lt').get(live).op('v128.and');
  body.get(now).splat64().get(tryAt).op('i64x2.lt_s', 'v128.andnot').tee(hit).op('v128.any_true');
  body.if(() => {
    body.get(wait).i32(waitShift).op('i64x2.shl').get(wait, hit).op('v128.bitselect').set(wait);
    body.get(now).splat64().get(wait).op('i64x2.add').get(tryAt, hit).op('v128.bitselect').set(tryAt);
    body.get(live).get(x, y, pRe, pIm, square, hit, discs).call(period).op('v128.andnot').set(live);
  });
}

type Five = [number, number, number, number, number];
