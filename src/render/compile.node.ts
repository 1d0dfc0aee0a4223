// WebAssembly on Node, compiled by V8's optimizing compiler before its first call. V8 would compile each function at its
// first call, by a compiler that is fast and whose code is not, and again when it is found to be hot, on the cores that
// the workers need: most of a first picture would be over by then.
import { setFlagsFromString } from 'node:v8';
import { compileAsCalled } from '../kernel/kernel.js';

/**
 * Node 20 and 22 have these, and take the flags while they run. Node 24 is hardly faster with them, and Node 26 wants
 * what it would have learned from the calls, and ends the process.
 */
const latestV8 = 12;
const isAsked = Number.parseInt(process.versions.v8, 10) <= latestV8;

export function compileOptimized(bytes: BufferSource): WebAssembly.Module {
  if (!isAsked) return compileAsCalled(bytes);
  for (const flag of ['--no-liftoff', '--no-wasm-lazy-compilation']) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const flag of ['--liftoff', '--wasm-lazy-compilation']) setFlagsFromString(flag);
  }
}
