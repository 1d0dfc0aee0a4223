// The kernel as a WebAssembly module: what it takes from the host and what it gives. The functions' bodies are
// brute.ts's and enclosure.ts's.
import { assemble, FunctionBody, i32, type Signature } from './assembler.js';
import { countParameters, emitCount } from './brute.js';
import type { KernelJob } from './reference.js';
import { hostFunctions, hostSignature } from './step.js';

/** The bytes of the module: imports `host.memory`, `host.reference(row, column)` and functions, exports `count`. */
export function emitKernel(job: KernelJob, reach: number): Uint8Array<ArrayBuffer> {
  const names = hostFunctions(job);
  const imports: { name: string; signature: Signature }[] = [
    { name: 'reference', signature: { parameters: [i32, i32], results: [i32] } },
    ...names.map((name) => ({ name, signature: hostSignature(name) })),
  ];
  const functions = new Map(names.map((name, i) => [name, i + 1]));
  const count = new FunctionBody({ parameters: countParameters, results: [] });
  emitCount(count, job, { reach, functions, reference: 0 });
  return assemble({ imports, exports: [{ name: 'count', body: count }] });
}
