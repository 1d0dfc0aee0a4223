// The kernel as a WebAssembly module: its imports and exports. The functions' bodies are those of count.ts, finish.ts,
// cycle.ts, enclosure.ts, classify.ts, fill.ts and tiles.ts.
import { assemble, FunctionBody, i32, type Signature, v128 } from '../assembler.js';
import { classifyParameters, emitClassify } from './classify.js';
import { countParameters, emitCount, queueEntry } from './count.js';
import { coverParameters } from './cover.js';
import { cycleParameters, emitCycle, hasCycles } from './cycle.js';
import { emitPass, passParameters } from './discs.js';
import { emitTest } from './enclosure.js';
import { testParameters } from './enclosure-tiles.js';
import type { ShadeJob } from './ends.js';
import { type EmitOptions, kernelBounds } from './escape.js';
import { emitFill, fillParameters } from './fill.js';
import { emitFinish, finishParameters } from './finish.js';
import { shadeStep } from './orbit.js';
import { emitPeriod, periodParameters } from './period.js';
import type { PointRange } from './points.js';
import type { KernelJob } from './reference.js';
import { addCaptured } from './shade.js';
import { isDoubledByExponent } from './square.js';
import { functionsIn, hostFunctions, hostSignature } from './step.js';
import { emitCover } from './tiles.js';

/**
 * The bytes of the module: imports `host.memory`, `host.reference(row, column)` and functions; exports `count` and,
 * where the step has a model, `cover`, and the functions that these call. If the channels of a job are `captured`, they
 * are made while counting, except for those that `empty` completes.
 */
export function emitKernel(
  job: KernelJob,
  range: PointRange,
  captured: ShadeJob | undefined,
): Uint8Array<ArrayBuffer> {
  const names = captured ? functionsIn(shadeStep(captured).code.instructions) : hostFunctions(job);
  const imports: { name: string; signature: Signature }[] = [
    { name: 'reference', signature: { parameters: [i32, i32], results: [i32] } },
    ...names.map((name) => ({ name, signature: hostSignature(name) })),
  ];
  const functions = new Map(names.map((name, i) => [name, i + 1]));
  const bounds = kernelBounds(job, range.reach);
  const exports: { name: string; body: FunctionBody }[] = [];
  /** Adds a function and returns its index. */
  const add = (name: string, body: FunctionBody) => imports.length + exports.push({ name, body }) - 1;

  const capture = captured && addCaptured(add, captured, functions);
  let cycles: EmitOptions['cycles'];
  if (hasCycles(job)) {
    const cycleBody = new FunctionBody({ parameters: cycleParameters, results: [v128] });
    emitCycle(cycleBody, job);
    const cycle = add('cycle', cycleBody);
    const periodBody = new FunctionBody({ parameters: periodParameters, results: [v128] });
    emitPeriod(periodBody, job, cycle);
    const passBody = new FunctionBody({ parameters: passParameters, results: [i32] });
    emitPass(passBody, job, cycle, queueEntry(capture, job.proof));
    cycles = { period: add('period', periodBody), pass: add('pass', passBody) };
  }
  const finish = imports.length + exports.length;
  const options = {
    ...bounds,
    // z itself is captured, and from points beyond that reach it may differ after the escape.
    isDoubled: isDoubledByExponent(job, range) && (!captured || range.reach < 2 ** 500),
    functions,
    reference: 0,
    finish,
    cycles,
    capture,
  };
  const finishBody = new FunctionBody({ parameters: finishParameters, results: [] });
  emitFinish(finishBody, job, { ...options, bounds: bounds.near?.bounds ?? bounds.bounds });
  add('finish', finishBody);
  const countBody = new FunctionBody({ parameters: countParameters, results: [] });
  emitCount(countBody, job, options);
  const count = add('count', countBody);

  const testBody = new FunctionBody({ parameters: testParameters, results: [] });
  if (emitTest(testBody, job, options)) {
    const test = add('test', testBody);
    const fillBody = new FunctionBody({ parameters: fillParameters, results: [] });
    emitFill(fillBody, job);
    const fill = add('fill', fillBody);
    let classify: number | undefined;
    if (job.escape === 'overflow') {
      const classifyBody = new FunctionBody({ parameters: classifyParameters, results: [i32] });
      emitClassify(classifyBody, job, options);
      classify = add('classify', classifyBody);
    }
    const coverBody = new FunctionBody({ parameters: coverParameters, results: [] });
    emitCover(coverBody, job, { test, fill, count, classify }, capture !== undefined);
    add('cover', coverBody);
  }
  return assemble({ imports, exports });
}
