// The function that takes orbits which never escape through their iterations, or until they repeat: an orbit that
// repeats bit for bit comes no nearer to a trap and is in its cycle. Repeats are checked at intervals, for all orbits
// side by side.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { RealFunction } from './code.js';
import type { ShadeJob } from './ends.js';
import {
  firstAddress,
  insideOffset,
  type Pair,
  pairsOf,
  pushLeast,
  setLane,
  settleStep,
  stepEmitterOf,
} from './inside-list.js';
import { readsPrevious } from './step.js';

/** Steps between two checks: many periods divide this number. */
export const lookEvery = 60;

/** The parameter of the function: the end of the first row of the orbits. */
export const settleParameters = [i32] as const;

export function emitSettle(
  body: FunctionBody,
  job: ShadeJob,
  functions: ReadonlyMap<RealFunction, number>,
): void {
  const { iterations, z0 } = job.kernel;
  const step = settleStep(job);
  const repeats = !readsPrevious(step.code.instructions);
  const end = 0;
  const [next, under, left, steps] = [body.local(i32), body.local(i32), body.local(i32), body.local(i32)];
  const [least, mask] = [body.local(v128), body.local(v128)];
  const own = ['taken', 'markRe', 'markIm', 'nextMark'];
  const all = pairsOf(body, ['pRe', 'pIm', ...step.next.keys(), ...own]);
  const takeStep = stepEmitterOf(body, job, step, functions);

  body.i32(firstAddress).set(next);
  // A free lane has an unlimited number of steps left.
  for (const { locals } of all) body.f64x2(-Infinity).set(locals.get('taken')!);
  body.loop((again) => {
    all.forEach(refill);
    body.i32(lookEvery).set(left);
    body.loop((more) => {
      takeSteps();
      for (const pair of all) {
        body.get(pair.locals.get('taken')!).f64x2(iterations).op('f64x2.ge').set(mask);
        release(pair);
      }
      body.get(left, under).op('i32.mul');
      more();
    });
    if (repeats) all.forEach(look);
    body.get(under).get(next, end).op('i32.lt_u', 'i32.or');
    again();
  });

  function refill({ locals, addresses }: Pair): void {
    for (const lane of [0, 1]) {
      const address = addresses[lane]!;
      body.get(address).op('i32.eqz').get(next, end).op('i32.lt_u', 'i32.and');
      body.if(() => {
        for (const name of ['pRe', 'pIm'])
          body.get(next, locals.get(name)!).loadLane(lane, insideOffset(job, name)).set(locals.get(name)!);
        for (const name of step.next.keys()) {
          const part = ['zRe', 'zIm'].indexOf(name);
          const local = locals.get(name)!;
          if (part >= 0 && z0 === 'p')
            body
              .get(next, local)
              .loadLane(lane, insideOffset(job, part === 0 ? 'pRe' : 'pIm'))
              .set(local);
          else
            setLane(
              body,
              local,
              lane,
              part >= 0 ? (z0 as readonly number[])[part]! : name === 'least' ? Infinity : 0,
            );
        }
        setLane(body, locals.get('taken')!, lane, 0);
        setLane(body, locals.get('nextMark')!, lane, lookEvery);
        // The bits of a NaN, which no orbit has.
        for (const name of ['markRe', 'markIm'])
          body.get(locals.get(name)!).i64(-1).replaceLaneInteger(lane).set(locals.get(name)!);
        body.get(next).tee(address).i32(8).op('i32.add').set(next).get(under).i32(1).op('i32.add').set(under);
      });
    }
  }

  /** Takes as many steps as every orbit has left, up to the next check. */
  function takeSteps(): void {
    body.get(left).splatInteger(4).op('f64x2.convert_low_i32x4_u').set(least);
    for (const { locals } of all)
      body.get(least).f64x2(iterations).get(locals.get('taken')!).op('f64x2.sub', 'f64x2.pmin').set(least);
    pushLeast(body, least).tee(steps).splatInteger(4).op('f64x2.convert_low_i32x4_u').set(least);
    body.get(left, steps).op('i32.sub').set(left);
    body.loop((again) => {
      all.forEach(takeStep);
      body.get(steps).i32(-1).op('i32.add').tee(steps);
      again();
    });
    for (const { locals } of all)
      body.get(locals.get('taken')!, least).op('f64x2.add').set(locals.get('taken')!);
  }

  /** Writes the results of the orbits in the mask, and frees their lanes. */
  function release({ locals, addresses }: Pair): void {
    body.get(mask).op('v128.any_true');
    body.if(() => {
      for (const lane of [0, 1]) {
        const address = addresses[lane]!;
        body.get(mask).lane64(lane).get(address).i32(0).op('i32.ne', 'i32.and');
        body.if(() => {
          for (const name of step.next.keys())
            body.get(address, locals.get(name)!).storeLane(8, lane, insideOffset(job, name));
          setLane(body, locals.get('taken')!, lane, -Infinity);
          body.i32(0).set(address).get(under).i32(-1).op('i32.add').set(under);
        });
      }
    });
  }

  /** An orbit back at its mark, bit for bit, is done; marks move when as many steps are taken again (Brent 1980). */
  function look(pair: Pair): void {
    const { locals } = pair;
    const [taken, nextMark] = [locals.get('taken')!, locals.get('nextMark')!];
    const marks = [
      ['zRe', 'markRe'],
      ['zIm', 'markIm'],
    ].map((names) => names.map((name) => locals.get(name)!) as [number, number]);
    for (const [i, [part, mark]] of marks.entries()) {
      body.get(part, mark).op('i64x2.eq');
      if (i > 0) body.op('v128.and');
    }
    body.set(mask);
    release(pair);
    body.get(nextMark, taken).op('f64x2.le').set(mask);
    for (const [part, mark] of marks) body.get(part, mark, mask).op('v128.bitselect').set(mark);
    body.get(nextMark, nextMark).op('f64x2.add').get(nextMark, mask).op('v128.bitselect').set(nextMark);
  }
}
