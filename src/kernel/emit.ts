// The kernel as a WebAssembly module: what it takes from the host and what it gives. The functions' bodies are
// count.ts's, finish.ts's, enclosure.ts's and fill.ts's.
import { assemble, FunctionBody, i32, type Signature } from './assembler.js';
import { classifyParameters, emitClassify } from './classify.js';
import { countParameters, emitCount } from './count.js';
import { emitTest, testParameters } from './enclosure.js';
import { nearerReach } from './escape.js';
import { emitFill, fillParameters } from './fill.js';
import { emitFinish, finishParameters } from './finish.js';
import type { KernelJob } from './reference.js';
import { hostFunctions, hostSignature } from './step.js';

/**
 * The bytes of the module: imports `host.memory`, `host.reference(row, column)`, `host.again(row, column)` and functions; exports `count`, `fill`
 * and, where the step has a model, `test`.
 */
export function emitKernel(job: KernelJob, reach: number): Uint8Array<ArrayBuffer> {
  const names = hostFunctions(job);
  const imports: { name: string; signature: Signature }[] = [
    { name: 'reference', signature: { parameters: [i32, i32], results: [i32] } },
    { name: 'again', signature: { parameters: [i32, i32], results: [] } },
    ...names.map((name) => ({ name, signature: hostSignature(name) })),
  ];
  const functions = new Map(names.map((name, i) => [name, i + 2]));
  const options = { reach, functions, reference: 0, again: 1, finish: imports.length };
  const finish = new FunctionBody({ parameters: finishParameters, results: [] });
  emitFinish(finish, job, { ...options, reach: nearerReach(job, reach) ?? reach });
  const count = new FunctionBody({ parameters: countParameters, results: [] });
  emitCount(count, job, options);
  const fill = new FunctionBody({ parameters: fillParameters, results: [] });
  emitFill(fill, job);
  const test = new FunctionBody({ parameters: testParameters, results: [] });
  const exports = [
    { name: 'finish', body: finish },
    { name: 'count', body: count },
    { name: 'fill', body: fill },
  ];
  if (emitTest(test, job, options)) exports.push({ name: 'test', body: test });
  if (exports.some(({ name }) => name === 'test') && job.escape === 'overflow') {
    const classify = new FunctionBody({ parameters: classifyParameters, results: [] });
    emitClassify(classify, job, options);
    exports.push({ name: 'classify', body: classify });
  }
  return assemble({ imports, exports });
}
