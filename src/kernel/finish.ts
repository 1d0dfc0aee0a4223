// The function that takes queued points to their end, eight side by side: a lane whose point is done stores its count
// and takes the next point of the queue. Here, where orbits are long, it is also seen when one repeats.
import { type FunctionBody, i32, i64, v128 } from '../assembler.js';
import { captureEmitter } from './capture.js';
import { queuedAt, queuedExtras, queueEntry, vectorCount } from './count.js';
import { discsAt } from './discs.js';
import { countBytes, type EmitOptions, escapeEmitter, type Lanes, lanesOf } from './escape.js';
import type { KernelJob } from './reference.js';

/**
 * Where the queue (count.ts) begins and ends, counts from one row to the next, where the field's first count would be, and
 * whether to see orbits that repeat (1) or to take all their steps (0).
 */
export const finishParameters = [i32, i32, i32, i32, i32] as const;

/**
 * Steps between two looks whether orbits have come back: many periods divide the first number. After a look that tells
 * some they are so many again, after one in vain twice as many as before, up to the last.
 */
const [lookEvery, lookSeldom] = [60, 480];
/** Who is in no cycle that can be proved waits 2^this times as long as before: few are told later. */
const waitShift = 4;
/** An attracting cycle is looked for where |z - z at the last look|^2 is below this. */
const nearSquare = 2 ** -6;

export function emitFinish(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations } = job;
  const { cycles, capture } = options;
  const entryBytes = queueEntry(capture);
  const captured = capture && captureEmitter(body, capture);
  const started = queuedAt(job) ?? 0;
  const bytes = countBytes(iterations);
  const { block, readsPrevious, emitBlock, escaped, settle, askReference } = escapeEmitter(
    body,
    job,
    options,
  );
  const [queue, queueEnd, stride, target, seesPeriods] = [0, 1, 2, 3, 4];
  /** How many lanes have points. */
  const [under, address, discs] = [body.local(i32), body.local(i32), body.local(i32)];
  /** Steps that this function has taken, when it must stop at the latest, when it looks whether orbits repeat. */
  const [now, deadline, age, lookAt, between] = Array.from({ length: 5 }, () => body.local(i64)) as Five;
  const [hit, ages, square, before, told] = Array.from({ length: 5 }, () => body.local(v128)) as Five;
  const all = Array.from({ length: vectorCount }, () => ({
    ...lanesOf(body, capture),
    /** The states that the orbit had at the last look, and at one before that is kept for longer. */
    lastX: body.local(v128),
    lastY: body.local(v128),
    seenX: body.local(v128),
    seenY: body.local(v128),
    /** For each lane: its entry in the queue or 0 if it has none, and `now` when it was begun. */
    entries: [body.local(i32), body.local(i32)],
    begun: [body.local(i64), body.local(i64)],
    /** When the next state is to be kept, and how long until then. */
    keepAt: body.local(i64),
    keepFor: body.local(i64),
    /** For each lane: when a cycle may be looked for, and how long to wait after that was in vain. */
    tryAt: body.local(v128),
    wait: body.local(v128),
  }));
  type Queued = (typeof all)[number];
  /** What a step changes, and copies of it. */
  const state = readsPrevious ? (['x', 'y', 'previousRe', 'previousIm'] as const) : (['x', 'y'] as const);
  const tries = all.map(
    (lanes): Lanes => ({
      ...lanes,
      ...Object.fromEntries(state.map((name) => [name, body.local(v128)])),
      beforeX: lanes.x,
      beforeY: lanes.y,
      orbit: { ...lanes.orbit, now: new Map([...lanes.orbit.now].map(([name]) => [name, body.local(v128)])) },
    }),
  );
  /** What a step changes of the points of vectors: from these locals to those. */
  const moved = (from: Lanes, to: Lanes) => [
    ...state.map((name) => [from[name], to[name]] as const),
    ...[...from.orbit.now].map(([name, local]) => [local, to.orbit.now.get(name)!] as const),
  ];
  const move = (from: Lanes, to: Lanes) => {
    for (const [source, target] of moved(from, to)) body.get(source).set(target);
  };

  body.get(queue).i32(discsAt).op('i32.add').set(discs);
  // Nobody is live yet, so that the first thing is to fill all lanes; the deadline, 0 yet, is set after a block.
  for (const { live } of all) body.i64x2(0n).set(live);
  body
    .i64(2 * lookEvery)
    .i64(iterations)
    .get(seesPeriods)
    .op('select')
    .tee(between)
    .set(lookAt);
  body.loop((again) => {
    for (const lanes of all)
      body
        .get(lanes.live)
        .op('i64x2.all_true', 'i32.eqz')
        .if(() => refill(lanes));
    body.get(under).if(() => {
      // The inner loop tries a block on copies and takes it over if nobody escapes in it; so nothing that it computes
      // is needed outside, and V8 lets the steps of all vectors overlap.
      body.loop((goOn) => {
        for (const [j, lanes] of all.entries()) move(lanes, tries[j]!);
        emitBlock(tries, false, false);
        body.get(now).i64(block).op('i64.add').get(deadline).op('i64.lt_u');
        for (const [j, lanes] of tries.entries()) {
          escaped(lanes);
          if (j > 0) body.op('v128.or');
        }
        body.op('v128.any_true', 'i32.eqz', 'i32.and').if(() => {
          for (const [j, lanes] of all.entries()) {
            if (lanes.orbit.earlier) body.get(lanes.x).set(lanes.beforeX).get(lanes.y).set(lanes.beforeY);
            move(tries[j]!, lanes);
          }
          body.get(now).i64(block).op('i64.add').set(now);
          body.i32(1);
          goOn();
        });
      });
      emitBlock(all);
      body.get(now).i64(block).op('i64.add').set(now);
      for (const lanes of all) settle(lanes, () => pushAges(lanes));
      body
        .get(now, deadline)
        .op('i64.ge_u')
        .if(() => {
          for (const lanes of all) endOld(lanes);
          body
            .get(now, lookAt)
            .op('i64.ge_u')
            .if(() => {
              if (!readsPrevious) body.get(seesPeriods).if(lookForPeriods);
              body.get(now, between).op('i64.add').set(lookAt);
            });
          setDeadline();
        });
      body.i32(1);
      again();
    });
  });

  /** How many steps a lane's point has taken, on the stack as i64. */
  function pushAge({ begun }: Queued, lane: number) {
    return body.get(now, begun[lane]!).op('i64.sub').i64(started).op('i64.add');
  }

  function pushAges(lanes: Queued) {
    pushAge(lanes, 0).splat64();
    pushAge(lanes, 1).replaceLaneInteger(1);
  }

  /** Takes those from `live` that have taken all steps. */
  function endOld(lanes: Queued) {
    pushAges(lanes);
    body
      .set(ages)
      .get(lanes.live, ages)
      .i64x2(BigInt(iterations))
      .op('i64x2.lt_s', 'v128.and')
      .set(lanes.live);
  }

  /** Stores the counts of points that are done, and puts others in their place. */
  function refill(lanes: Queued) {
    for (const lane of [0, 1]) {
      const entry = lanes.entries[lane]!;
      body
        .get(lanes.live)
        .lane64(lane)
        .op('i32.eqz')
        .if(() => {
          body.get(entry).if(() => store(lanes, lane));
          body.get(queue, queueEnd).op('i32.lt_u');
          body.if(
            () => load(lanes, lane),
            () => rest(lanes, lane),
          );
        });
    }
  }

  /** A lane for which there is no point any more stays live, so that nobody looks at it, at 0. */
  function rest(lanes: Queued, lane: number) {
    const { x, y, pRe, pIm, live } = lanes;
    for (const local of [x, y, pRe, pIm]) body.get(local).i64(0).replaceLaneInteger(lane).set(local);
    body.get(live).i64(-1).replaceLaneInteger(lane).set(live).i32(0).set(lanes.entries[lane]!);
  }

  function store(lanes: Queued, lane: number) {
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

  function load(lanes: Queued, lane: number) {
    const { x, y, pRe, pIm, previousRe, previousIm, live, count, untold, seenX, lastX, tryAt, wait } = lanes;
    const loaded = [x, y, pRe, pIm, ...(cycles ? [tryAt] : [previousRe, previousIm])];
    for (const [i, local] of loaded.entries())
      body
        .get(queue, local)
        .loadLane(lane, 8 * i)
        .set(local);
    for (const [i, localOf] of queuedExtras(capture).entries())
      body
        .get(queue, localOf(lanes))
        .loadLane(lane, 56 + 8 * i)
        .set(localOf(lanes));
    for (const [local, value] of [
      [live, -1],
      // The bits of a NaN, which is no live point's.
      [seenX, -1],
      [lastX, -1],
      [count, iterations],
      [untold, 0],
      [wait, lookEvery],
    ] as const)
      body.get(local).i64(value).replaceLaneInteger(lane).set(local);
    body.get(queue).set(lanes.entries[lane]!).get(now).set(lanes.begun[lane]!);
    body.get(now).i64(lookEvery).tee(lanes.keepFor).op('i64.add').set(lanes.keepAt);
    body.get(queue).i32(entryBytes).op('i32.add').set(queue).get(under).i32(1).op('i32.add').set(under);
  }

  /** When the first point will have taken all its steps, or to look; points that come later have more time. */
  function setDeadline() {
    body.get(lookAt).set(deadline);
    for (const lanes of all)
      for (const lane of [0, 1])
        body.get(lanes.entries[lane]!).if(() => {
          body
            .get(lanes.begun[lane]!)
            .i64(iterations - started)
            .op('i64.add')
            .tee(age);
          body
            .get(deadline)
            .op('i64.lt_u')
            .if(() => body.get(age).set(deadline));
        });
  }

  /**
   * A state that repeats bit for bit repeats for ever: such a point never escapes. The last look finds the periods that
   * divide the steps since, the kept state all others (Brent's way).
   */
  function lookForPeriods() {
    body.i64x2(0n).set(told);
    for (const lanes of all) {
      const { x, y, lastX, lastY, seenX, seenY, live, keepAt, keepFor } = lanes;
      body.get(x, lastX).op('i64x2.eq').get(y, lastY).op('i64x2.eq', 'v128.and');
      body.get(x, seenX).op('i64x2.eq').get(y, seenY).op('i64x2.eq', 'v128.and', 'v128.or').set(hit);
      body.get(live).tee(before).get(hit).op('v128.andnot').set(live);
      if (cycles) lookForCycle(lanes, cycles.period);
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

  /** Points that have hardly moved since the last look may be about to be drawn into a cycle. */
  function lookForCycle({ x, y, pRe, pIm, lastX, lastY, live, tryAt, wait }: Queued, period: number) {
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
}

type Five = [number, number, number, number, number];
