// What the renderer's workers do: count the points of one slice, straight into the shared field.

import type { Counts } from '../field/field.js';
import { type CountRows, type Layout, startKernel } from '../kernel/kernel.js';
import type { KernelJob } from '../kernel/reference.js';
import type { SliceRange } from '../pool/slices.js';

/** A scene made ready: what every worker is sent once. */
export interface RenderJob {
  readonly kernel: KernelJob;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
}

const started = new WeakMap<RenderJob, CountRows>();

/** Counts the rows of a slice. `slice` shows the same memory as the job, which is where the kernel writes. */
export function countSlice(_slice: Counts, { start, end }: SliceRange, job: RenderJob): void {
  let count = started.get(job);
  if (!count) {
    count = startKernel(job.kernel, job.module, job.memory, job.layout);
    started.set(job, count);
  }
  count(start, end);
}
