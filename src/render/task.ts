// What the renderer's workers do: count the points of one slice, straight into the shared field.
import type { Counts } from '../field/field.js';
import { type SamplePoints, type StartedKernel, startKernel } from '../kernel/kernel.js';
import type { KernelJob } from '../kernel/reference.js';
import type { SliceRange } from '../pool/slices.js';

/** A scene made ready: what every worker is sent once. */
export interface RenderJob {
  readonly kernel: KernelJob;
  readonly module: WebAssembly.Module;
  readonly points: SamplePoints;
}

const started = new WeakMap<RenderJob, StartedKernel>();

/** Counts the rows of a slice into it. */
export function countSlice(slice: Counts, { start, end }: SliceRange, job: RenderJob): void {
  let kernel = started.get(job);
  if (!kernel) {
    kernel = startKernel(job.kernel, job.module, job.points);
    started.set(job, kernel);
  }
  kernel.count(start, end, slice);
}
