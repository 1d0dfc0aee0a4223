// The function that determines whether all points of a tile have one count, for four tiles at a time. It takes the
// model of a tile (model.ts) through the steps until the whole tile has certainly escaped in one step, or part of it
// may have (then nothing is decided), or the iterations are over, or the tile has returned into where it was: then it
// stays there for ever. Its results are proved for what the plain kernel computes, bit for bit.
import { type FunctionBody, i64, v128 } from '../assembler.js';
import { giveUpWide, testBailout, testConvergence, testOverflow } from './enclosure-escape.js';
import { lookForReturn } from './enclosure-return.js';
import {
  address,
  measure,
  type Test,
  type Tiles,
  testRows,
  tileLocals,
  untold,
  vectorCount,
} from './enclosure-tiles.js';
import type { EmitOptions } from './escape.js';
import { modelStep } from './model.js';
import { largest } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';
import { codeEmitter } from './step.js';

/** The first step at which a tile is kept, to detect its return; then after twice as many, and so on (Brent). */
const firstKept = 16;

/** Emits the test; returns false if the step or the escape rule has no model. */
export function emitTest(body: FunctionBody, job: KernelJob, options: EmitOptions): boolean {
  const { iterations, escape } = job;
  const model = modelStep(job);
  const { bounds } = options;
  if (!model || (escape === 'overflow' && bounds!.thresholds.length === 0)) return false;
  const emitter = codeEmitter(body, model.code.instructions, options.functions);
  const [taken, keepAt] = [body.local(i64), body.local(i64)];
  const vector = () => body.local(v128);
  const [any, low, high] = [vector(), vector(), vector()];
  const [steps, mask, first, second] = [vector(), vector(), vector(), vector()];
  const test: Test = {
    ...emitter,
    body,
    job,
    model,
    bounds,
    taken,
    steps,
    low,
    high,
    mask,
    any,
    first,
    second,
  };
  const all = Array.from({ length: vectorCount }, () => tileLocals(body));

  for (const [j, tiles] of all.entries()) begin(test, tiles, j);
  body.f64x2(0).set(steps).i64(firstKept).set(keepAt);
  body.loop((again) => {
    if (typeof escape === 'object') for (const tiles of all) keepBefore(test, tiles);
    for (const tiles of all) step(test, tiles);
    body.get(taken).i64(1).op('i64.add').set(taken).get(steps).f64x2(1).op('f64x2.add').set(steps);
    for (const [j, tiles] of all.entries()) {
      measure(test, tiles);
      if (escape === 'overflow') testOverflow(test, tiles, j);
      else if (typeof escape === 'number') testBailout(test, tiles, escape);
      else testConvergence(test, tiles, escape.converged, escape.bailout);
      giveUpWide(test, tiles);
    }
    body
      .get(taken)
      .i64(firstKept)
      .op('i64.ge_u')
      .if(() => lookForReturn(test, all, keepAt));
    all.forEach(({ live }, j) => {
      body.get(live);
      if (j > 0) body.op('v128.or');
    });
    body.set(any).get(taken).i64(iterations).op('i64.lt_u').get(any).op('v128.any_true', 'i32.and');
    again();
  });
  all.forEach(({ live, count }, j) => {
    // Tiles that are still in progress have taken all steps.
    body
      .get(address)
      .f64x2(iterations)
      .get(count, live)
      .op('v128.bitselect')
      .store(8 * testRows.count + 16 * j);
  });
  return true;
}

function begin(test: Test, tiles: Tiles, j: number) {
  const { body, job } = test;
  for (const name of ['pRe', 'pIm', 'rho'] as const)
    body
      .get(address)
      .load(8 * testRows[name] + 16 * j)
      .set(tiles[name]);
  body.f64x2(untold).set(tiles.count).get(tiles.rho).f64x2(largest).op('f64x2.lt').set(tiles.live);
  for (const name of ['dIm', 'gRe', 'gIm', 'rest'] as const) body.f64x2(0).set(tiles[name]);
  body.f64x2(job.z0 === 'p' ? 1 : 0).set(tiles.dRe);
  if (job.z0 === 'p') body.get(tiles.pRe).set(tiles.zRe).get(tiles.pIm).set(tiles.zIm);
  else body.f64x2(job.z0[0]).set(tiles.zRe).f64x2(job.z0[1]).set(tiles.zIm);
  body.f64x2(Infinity).set(tiles.nearest);
  measure(test, tiles);
}

function step(test: Test, tiles: Tiles) {
  const { body, job, model, emit, push } = test;
  const input = (name: string) => {
    if (name === 'cRe') body.f64x2((job.c as readonly [number, number])[0]);
    else if (name === 'cIm') body.f64x2((job.c as readonly [number, number])[1]);
    else body.get(tiles[name as keyof Tiles]);
  };
  emit(input);
  const { mid, d, g, rest } = model;
  const results = [mid.re, mid.im, d.re, d.im, ...(g ? [g.re, g.im] : []), rest];
  const targets = [
    ...[tiles.zRe, tiles.zIm, tiles.dRe, tiles.dIm],
    ...(g ? [tiles.gRe, tiles.gIm] : []),
    tiles.rest,
  ];
  for (const result of results) push(result, input);
  for (const target of targets.reverse()) body.set(target);
}

function keepBefore(test: Test, { zRe, zIm, spread, beforeRe, beforeIm, beforeSpread }: Tiles) {
  const { body } = test;
  body.get(zRe).set(beforeRe).get(zIm).set(beforeIm).get(spread).set(beforeSpread);
}
