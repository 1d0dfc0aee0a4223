// The function that takes listed points from the last step that is certain to the ends of their orbits: as many side by
// side as there are lanes, because all of them are near their ends.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { ShadeJob } from './ends.js';
import type { OrbitStep } from './orbit.js';
import { type HostFunctions, keptRows, type Lanes, lanesWith, nowOf, stepsOf } from './shade-list.js';

/** Vectors in flight. */
export const endVectors = 4;

/** The parameters of the function: the start of the list, and the end of its first row. */
export const endsParameters = [i32, i32] as const;

/**
 * Emits the function. `needsNext`: whether a channel depends on the z after the last one. `isCaptured`: whether the
 * list holds orbits at their first step outside (capture.ts), not before the steps that are not certain.
 */
export function emitEnds(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  functions: HostFunctions,
  { needsNext, isCaptured }: { readonly needsNext: boolean; readonly isCaptured: boolean },
): void {
  const { kernel, shading } = job;
  const { escape } = kernel;
  const [first, listEnd] = [0, 1];
  const { offsetOf, setSure, plainStep, maskedStep, lookAhead } = stepsOf(body, job, step, functions);
  const [mask, taking] = [body.local(v128), body.local(v128)];
  const isConverging = typeof escape === 'object';
  const kept = isConverging ? keptRows(step.next) : [];
  /** The values written when orbits have ended. */
  const written = [
    ...[...step.next.keys(), 'taken', ...(isCaptured ? [] : kept)],
    ...(isConverging ? ['hasLeft'] : []),
    ...(needsNext ? ['nextRe', 'nextIm'] : []),
  ];
  const all = Array.from({ length: endVectors }, () =>
    lanesWith(body, [...written, 'pRe', 'pIm', 'count', 'sure', 'most', 'hasLeft', 'nextRe', 'nextIm']),
  );

  body.loop((again) => {
    all.forEach(load);
    if (isConverging && isCaptured) all.forEach(findLeft);
    else if (isConverging) all.forEach(converge);
    if (isCaptured && !isConverging)
      for (let n = 0; n < shading.sureAfter; n++) for (const lanes of all) plainStep(lanes);
    if (shading.hasGrowth) {
      takeLastSteps();
      if (needsNext) all.forEach(lookAhead);
    }
    for (const [j, lanes] of all.entries())
      for (const name of written) body.get(first, lanes.get(name)!).store(offsetOf(name) + 16 * j);
    body
      .get(first)
      .i32(16 * endVectors)
      .op('i32.add')
      .tee(first)
      .get(listEnd)
      .op('i32.lt_u');
    again();
  });

  function load(lanes: Lanes, j: number): void {
    for (const name of ['pRe', 'pIm', 'count', ...step.next.keys()])
      body
        .get(first)
        .load(offsetOf(name) + 16 * j)
        .set(lanes.get(name)!);
    if (isCaptured && isConverging) body.get(lanes.get('count')!).f64x2(1).op('f64x2.add');
    else {
      setSure(lanes);
      body.get(lanes.get('sure')!);
    }
    body.set(lanes.get('taken')!);
    body.get(lanes.get('count')!);
    if (escape !== 'overflow') body.f64x2(1 + shading.mostAfter).op('f64x2.add');
    body.set(lanes.get('most')!).i64x2(-1n).set(lanes.get('hasLeft')!);
  }

  /** The last two steps of points under the rule of convergence; only those that have escaped continue. */
  function converge(lanes: Lanes): void {
    const keep = (step: string) => {
      for (const name of kept)
        if (name.startsWith(step)) body.get(lanes.get(nowOf(name))!).set(lanes.get(name)!);
    };
    keep('first');
    // With a count of 0 there is only one step.
    body.get(lanes.get('taken')!, lanes.get('count')!).op('f64x2.lt').set(mask);
    maskedStep(lanes, mask);
    keep('second');
    maskedStep(lanes, lanes.get('hasLeft')!);
    findLeft(lanes);
  }

  function findLeft(lanes: Lanes): void {
    pushSquare(lanes).tee(mask).f64x2(Infinity).op('f64x2.lt');
    body
      .get(mask)
      .f64x2(shading.bailout * shading.bailout)
      .op('f64x2.le', 'v128.and', 'v128.not');
    body.set(lanes.get('hasLeft')!);
  }

  function pushSquare(lanes: Lanes) {
    const [re, im] = [lanes.get('zRe')!, lanes.get('zIm')!];
    return body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  }

  /** Takes steps until every orbit is beyond the radius or has taken all steps allowed. */
  function takeLastSteps(): void {
    body.loop((again) => {
      body.f64x2(0).set(taking);
      for (const lanes of all) {
        body.get(lanes.get('hasLeft')!, lanes.get('taken')!, lanes.get('most')!).op('f64x2.lt', 'v128.and');
        pushSquare(lanes)
          .f64x2(shading.radius * shading.radius)
          .op('f64x2.lt', 'v128.and')
          .tee(mask);
        body.get(taking).op('v128.or').set(taking);
        maskedStep(lanes, mask);
      }
      body.get(taking).op('v128.any_true');
      again();
    });
  }
}
