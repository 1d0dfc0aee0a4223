// The function that finds the periods of orbits that never escape, starting where inside-settle.ts left them: the
// number of steps until z returns, within a tolerance. The starting point of the search is moved ahead repeatedly
// (Brent 1980). Orbits that turn while they approach a cycle may be near enough only after several rounds; so after a
// return a second search, with a looser tolerance, looks for a divisor of the period.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { RealFunction } from './code.js';
import type { ShadeJob } from './ends.js';
import {
  firstAddress,
  insideOffset,
  type Pair,
  pairsOf,
  pushLeast,
  searchStep,
  setLane,
  stepEmitterOf,
} from './inside-list.js';

/** Two z count as one if nearer than this, relative to 1 or |z|; the second is for making a period smaller. */
export const [tolerance, looseTolerance] = [2 ** -40, 2 ** -30];
export const leastWindow = 64;
/** The least number of steps in which a period is searched. */
const leastSearch = 4096;
export const mostSearched = ({ kernel }: ShadeJob): number => Math.max(kernel.iterations, leastSearch);

/** The parameter of the function: the end of the first row of the orbits. */
export const searchParameters = [i32] as const;

export function emitSearch(
  body: FunctionBody,
  job: ShadeJob,
  functions: ReadonlyMap<RealFunction, number>,
): void {
  const most = mostSearched(job);
  const step = searchStep(job);
  const end = 0;
  const [next, under, steps] = [body.local(i32), body.local(i32), body.local(i32)];
  const [least, hits, begun] = [body.local(v128), body.local(v128), body.local(v128)];
  const [hit, event, span, done, short] = [
    ...[body.local(v128), body.local(v128), body.local(v128), body.local(v128), body.local(v128)],
  ] as [number, number, number, number, number];
  const [period, first, second] = [body.local(v128), body.local(v128), body.local(v128)];
  /** `isLoose` is a mask: `found` is a period in its second, looser search. `until`: when the mark moves. */
  const own = ['taken', 'until', 'markRe', 'markIm', 'markAt', 'near', 'away', 'window', 'found', 'isLoose'];
  const all = pairsOf(body, ['pRe', 'pIm', ...step.next.keys(), ...own]);
  const takeStep = stepEmitterOf(body, job, step, functions);

  body.i32(firstAddress).set(next);
  for (const { locals } of all) {
    body.f64x2(-Infinity).set(locals.get('taken')!);
    body.f64x2(-1).set(locals.get('near')!);
  }
  body.loop((again) => {
    all.forEach(refill);
    body.get(under).if(() => {
      takeSteps();
      all.forEach(handle);
    });
    body.get(under).get(next, end).op('i32.lt_u', 'i32.or');
    again();
  });

  function refill(pair: Pair): void {
    const { locals, addresses } = pair;
    body.get(addresses[0]).op('i32.eqz').get(addresses[1]).op('i32.eqz', 'i32.or');
    body.get(next, end).op('i32.lt_u', 'i32.and');
    body.if(() => {
      body.i64x2(0n).set(begun);
      for (const lane of [0, 1]) {
        const address = addresses[lane]!;
        body.get(address).op('i32.eqz').get(next, end).op('i32.lt_u', 'i32.and');
        body.if(() => {
          for (const name of ['pRe', 'pIm', ...step.next.keys()])
            body.get(next, locals.get(name)!).loadLane(lane, insideOffset(job, name)).set(locals.get(name)!);
          for (const [name, value] of [
            ['taken', 0],
            ['window', leastWindow],
            ['found', 0],
            ['isLoose', 0],
          ] as const)
            setLane(body, locals.get(name)!, lane, value);
          body.get(begun).i64(-1).replaceLaneInteger(lane).set(begun);
          body
            .get(next)
            .tee(address)
            .i32(8)
            .op('i32.add')
            .set(next)
            .get(under)
            .i32(1)
            .op('i32.add')
            .set(under);
        });
      }
      lookFromHere(pair, begun);
    });
  }

  /** Moves the mark of the orbits in the mask to where they are. */
  function lookFromHere({ locals }: Pair, mask: number): void {
    const local = (name: string) => locals.get(name)!;
    const keep = (name: string, push: () => unknown) => {
      push();
      body.get(local(name), mask).op('v128.bitselect').set(local(name));
    };
    keep('markRe', () => body.get(local('zRe')));
    keep('markIm', () => body.get(local('zIm')));
    keep('markAt', () => body.get(local('taken')));
    keep('until', () => {
      body.get(local('taken'), local('found')).op('f64x2.add');
      body.get(local('taken'), local('window')).op('f64x2.add').f64x2(most).op('f64x2.pmin');
      return body.get(local('isLoose')).op('v128.bitselect');
    });
    body
      .f64x2(looseTolerance * looseTolerance)
      .f64x2(tolerance * tolerance)
      .get(local('isLoose'))
      .op('v128.bitselect');
    body.get(local('zRe')).tee(first).get(first).op('f64x2.mul');
    body.get(local('zIm')).tee(first).get(first).op('f64x2.mul', 'f64x2.add').set(first);
    body.f64x2(1).get(first).op('f64x2.pmax', 'f64x2.mul').set(first);
    keep('near', () => body.get(first).f64x2(-1).get(first).f64x2(Infinity).op('f64x2.lt', 'v128.bitselect'));
  }

  /** Takes steps until an orbit is back or reaches the step at which its mark moves. */
  function takeSteps(): void {
    body.f64x2(Infinity).set(least);
    for (const { locals } of all)
      body.get(least, locals.get('until')!, locals.get('taken')!).op('f64x2.sub', 'f64x2.pmin').set(least);
    pushLeast(body, least).tee(steps).splatInteger(4).op('f64x2.convert_low_i32x4_u').set(least);
    body.loop((again) => {
      all.forEach(takeStep);
      for (const [j, { locals }] of all.entries()) {
        body
          .get(locals.get('zRe')!, locals.get('markRe')!)
          .op('f64x2.sub')
          .tee(first)
          .get(first)
          .op('f64x2.mul');
        body.get(locals.get('zIm')!, locals.get('markIm')!).op('f64x2.sub').tee(first).get(first);
        body.op('f64x2.mul', 'f64x2.add').tee(locals.get('away')!).get(locals.get('near')!).op('f64x2.le');
        if (j > 0) body.op('v128.or');
      }
      body.set(hits).get(steps).i32(-1).op('i32.add').tee(steps).i32(0).op('i32.ne');
      body.get(hits).op('v128.any_true', 'i32.eqz', 'i32.and');
      again();
    });
    body.get(least).get(steps).splatInteger(4).op('f64x2.convert_low_i32x4_u', 'f64x2.sub').set(least);
    for (const { locals } of all)
      body.get(locals.get('taken')!, least).op('f64x2.add').set(locals.get('taken')!);
  }

  /** Handles a pair when one of its orbits is back, or its mark is due to move. */
  function handle(pair: Pair): void {
    const { locals } = pair;
    const local = (name: string) => locals.get(name)!;
    body.get(local('away'), local('near')).op('f64x2.le').tee(hit);
    body.get(local('until'), local('taken')).op('f64x2.le', 'v128.or').tee(event).op('v128.any_true');
    body.if(() => {
      body.get(local('taken'), local('markAt')).op('f64x2.sub').set(span);
      // A loose return after a divisor of the found period is the period.
      body.get(local('found'), span).op('f64x2.div', 'f64x2.floor').get(span).op('f64x2.mul');
      body.get(local('found')).op('f64x2.eq').get(hit).op('v128.and').set(short);
      body.get(span, local('found'), short).op('v128.bitselect').set(period);
      // If there was no return when all steps are taken, there is no period.
      body.get(local('isLoose')).f64x2(most).get(local('taken')).op('f64x2.le').get(hit);
      body.op('v128.andnot', 'v128.or').get(event).op('v128.and').set(done);
      body.get(event, done).op('v128.andnot').set(event);
      body.get(event, hit).op('v128.and').set(second);
      body.get(span, local('found'), second).op('v128.bitselect').set(local('found'));
      body.get(local('isLoose'), second).op('v128.or').set(local('isLoose'));
      body
        .get(local('window'))
        .f64x2(2)
        .f64x2(1)
        .get(event)
        .op('v128.bitselect', 'f64x2.mul')
        .set(local('window'));
      lookFromHere(pair, event);
      for (const lane of [0, 1]) release(pair, lane);
    });
  }

  /** Writes the period of an orbit that is done, and frees its lane. */
  function release({ locals, addresses }: Pair, lane: number): void {
    const address = addresses[lane]!;
    body.get(done).lane64(lane).get(address).i32(0).op('i32.ne', 'i32.and');
    body.if(() => {
      body.get(address, period).storeLane(8, lane, insideOffset(job, 'period'));
      setLane(body, locals.get('taken')!, lane, -Infinity);
      setLane(body, locals.get('near')!, lane, -1);
      body.i32(0).set(address).get(under).i32(-1).op('i32.add').set(under);
    });
  }
}
