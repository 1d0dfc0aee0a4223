// The function that takes listed points through the steps that their counts guarantee, several side by side and without
// tests: a lane whose point has taken them loads the next one of the list.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { type ShadeJob, wantsShape } from './ends.js';
import type { OrbitStep } from './orbit.js';
import { type HostFunctions, type Lanes, lanesWith, stepsOf } from './shade-list.js';

/** Vectors in flight: with slopes, each has twice the operations and numbers. */
const vectorsOf = (hasSlopes: boolean) => (hasSlopes ? 2 : 4);

/** The parameters of the function: the start of the list, and the end of its first row. */
export const advanceParameters = [i32, i32] as const;

export function emitAdvance(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  functions: HostFunctions,
): void {
  const { kernel, wanted } = job;
  const { z0 } = kernel;
  const [next, listEnd] = [0, 1];
  const { offsetOf, setSure, plainStep } = stepsOf(body, job, step, functions);
  const [under, left] = [body.local(i32), body.local(i32)];
  const [least, ready] = [body.local(v128), body.local(v128)];
  const all = Array.from({ length: vectorsOf(wantsShape(wanted)) }, () => ({
    lanes: lanesWith(body, ['pRe', 'pIm', 'count', 'sure', 'taken', ...step.next.keys()]),
    /** For each lane, its point's address in the list, or 0. */
    entries: [body.local(i32), body.local(i32)] as const,
  }));
  type Vector = (typeof all)[number];
  /** Initial values of an orbit; a free lane always has them. */
  const begin: Record<string, number> = { dRe: z0 === 'p' ? 1 : 0, least: Infinity };

  for (const { lanes } of all) body.f64x2(Infinity).set(lanes.get('sure')!);
  body.loop((again) => {
    for (const each of all) refill(each);
    body.get(under).if(() => {
      takeSteps();
      for (const each of all) release(each);
    });
    body.get(under).get(next, listEnd).op('i32.lt_u', 'i32.or');
    again();
  });

  /** Loads points of the list into free lanes. */
  function refill({ lanes, entries }: Vector): void {
    const [first, second] = entries;
    body
      .get(first)
      .op('i32.eqz')
      .get(second)
      .op('i32.eqz', 'i32.or')
      .get(next, listEnd)
      .op('i32.lt_u', 'i32.and');
    body.if(() => {
      body
        .get(first, second)
        .op('i32.or', 'i32.eqz')
        .get(next)
        .i32(8)
        .op('i32.add')
        .get(listEnd)
        .op('i32.lt_u', 'i32.and');
      body.if(
        () => loadTwo(lanes, entries),
        () => {
          for (const lane of [0, 1])
            body
              .get(entries[lane]!)
              .op('i32.eqz')
              .get(next, listEnd)
              .op('i32.lt_u', 'i32.and')
              .if(() => loadOne(lanes, entries, lane));
        },
      );
    });
  }

  function loadTwo(lanes: Lanes, entries: Vector['entries']): void {
    for (const name of ['pRe', 'pIm', 'count']) body.get(next).load(offsetOf(name)).set(lanes.get(name)!);
    body.f64x2(0).set(lanes.get('taken')!);
    for (const name of step.next.keys()) {
      pushFirst(lanes, name);
      body.set(lanes.get(name)!);
    }
    setSure(lanes);
    body.get(next).set(entries[0]).get(next).i32(8).op('i32.add').set(entries[1]);
    body.get(next).i32(16).op('i32.add').set(next).get(under).i32(2).op('i32.add').set(under);
  }

  function loadOne(lanes: Lanes, entries: Vector['entries'], lane: number): void {
    for (const name of ['pRe', 'pIm', 'count'])
      body.get(next, lanes.get(name)!).loadLane(lane, offsetOf(name)).set(lanes.get(name)!);
    const setLane = (name: string, pushVector: () => void) => {
      body.get(lanes.get(name)!);
      pushVector();
      body.lane(lane).replaceLane(lane).set(lanes.get(name)!);
    };
    setLane('taken', () => body.f64x2(0));
    for (const name of step.next.keys()) setLane(name, () => pushFirst(lanes, name));
    body.get(lanes.get('sure')!).set(least);
    setSure(lanes);
    // The other lane may be free.
    body
      .get(least, lanes.get('sure')!)
      .shuffle(lane === 0 ? lowerOfSecond : upperOfSecond)
      .set(lanes.get('sure')!);
    body.get(next).set(entries[lane]!).get(next).i32(8).op('i32.add').set(next);
    body.get(under).i32(1).op('i32.add').set(under);
  }

  /** Pushes a point's initial value, which may be part of the sample point. */
  function pushFirst(lanes: Lanes, name: string): void {
    const part = ['zRe', 'zIm'].indexOf(name);
    if (part < 0) body.f64x2(begin[name] ?? 0);
    else if (z0 === 'p') body.get(lanes.get(part === 0 ? 'pRe' : 'pIm')!);
    else body.f64x2(z0[part]!);
  }

  /** Takes as many steps as are certain for every lane; a free lane has an unlimited number of them. */
  function takeSteps(): void {
    for (const [j, { lanes }] of all.entries()) {
      body.get(lanes.get('sure')!, lanes.get('taken')!).op('f64x2.sub');
      if (j > 0) body.get(least).op('f64x2.min');
      body.set(least);
    }
    body.get(least, least, least).shuffle(halvesSwapped).op('f64x2.min').f64x2(0).op('f64x2.max').tee(least);
    body.op('i32x4.trunc_sat_f64x2_u_zero').lane32(0).tee(left);
    body.if(() => {
      body.loop((again) => {
        for (const { lanes } of all) plainStep(lanes);
        body.get(left).i32(-1).op('i32.add').tee(left);
        again();
      });
      for (const { lanes } of all)
        body.get(lanes.get('taken')!, least).op('f64x2.add').set(lanes.get('taken')!);
    });
  }

  /** Writes the state of the orbits that have taken their steps, and frees their lanes. */
  function release({ lanes, entries }: Vector): void {
    const [first, second] = entries;
    body.get(lanes.get('sure')!, lanes.get('taken')!).op('f64x2.le').tee(ready).op('v128.any_true');
    body.if(() => {
      body
        .get(ready)
        .op('i64x2.all_true')
        .get(first)
        .i32(8)
        .op('i32.add')
        .get(second)
        .op('i32.eq', 'i32.and');
      body.if(
        () => {
          for (const name of step.next.keys()) body.get(first, lanes.get(name)!).store(offsetOf(name));
          body.i32(0).set(first).i32(0).set(second).f64x2(Infinity).set(lanes.get('sure')!);
          body.get(under).i32(-2).op('i32.add').set(under);
        },
        () => {
          for (const lane of [0, 1])
            body
              .get(ready)
              .lane64(lane)
              .if(() => {
                const entry = entries[lane]!;
                for (const name of step.next.keys())
                  body.get(entry, lanes.get(name)!).storeLane(8, lane, offsetOf(name));
                body
                  .get(lanes.get('sure')!)
                  .f64x2(Infinity)
                  .lane(0)
                  .replaceLane(lane)
                  .set(lanes.get('sure')!);
                body.i32(0).set(entry).get(under).i32(-1).op('i32.add').set(under);
              });
        },
      );
    });
  }
}

const halvesSwapped = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
/** Of two vectors: the lower half of the second followed by the upper half of the first, and the other way round. */
const lowerOfSecond = [16, 17, 18, 19, 20, 21, 22, 23, 8, 9, 10, 11, 12, 13, 14, 15];
const upperOfSecond = [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31];
