// WebAssembly on Node, compiled by V8's optimizing compiler before its first call. By default V8
// compiles each function quickly at its first call, and optimizes it when it is hot, on the cores that the workers need;
// most of a first picture would be finished by then.
import { setFlagsFromString } from 'node:v8';
import { compileAsCalled } from '../kernel/kernel.js';

/**
 * Node 20 and 22 have these flags, and accept them at run time. Node 24 is hardly faster with them; Node 26 needs
 * feedback from calls, and ends the process.
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
