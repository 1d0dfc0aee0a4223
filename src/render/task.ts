// What the renderer's workers do: count the points of one slice, straight into the shared field; tell their basins;
// count single points again by the oracle.
import type { Counts } from '../field/field.js';
import { type Exact, type StartedKernel, startKernel } from '../kernel/kernel.js';
import { pointAt, type SamplePoints } from '../kernel/points.js';
import { countReference, type KernelJob } from '../kernel/reference.js';
import type { SliceRange } from '../pool/slices.js';
import { type BasinMap, basinOf } from './basins.js';

/** A scene made ready: what every worker is sent once. */
export interface RenderJob {
  readonly kernel: KernelJob;
  readonly module: WebAssembly.Module;
  readonly points: SamplePoints;
}

const started = new WeakMap<RenderJob, StartedKernel>();

/** Counts the rows of a slice into it. */
export function countSlice(slice: Counts, { start, end }: SliceRange, job: RenderJob, exact: Exact): void {
  let kernel = started.get(job);
  if (!kernel) {
    kernel = startKernel(job.kernel, job.module, job.points);
    started.set(job, kernel);
  }
  kernel.count(start, end, slice, exact);
}

/** Tells the basins of the rows of a slice into it, from the counts of the whole field. */
export function basinSlice(
  slice: Uint8Array,
  { start }: SliceRange,
  { kernel, points }: RenderJob,
  map: BasinMap,
  counts: Counts,
): void {
  const columns = points.columnRe.length;
  for (let at = 0, place = start * columns; at < slice.length; at++, place++) {
    const isDone = counts[place]! < kernel.iterations;
    const p = pointAt(points, Math.floor(place / columns), place % columns);
    // What goes on to the last step has come nowhere.
    slice[at] = isDone ? basinOf(map, kernel, p) : 0;
  }
}

/** The oracle's counts of single points, given by their places in the field. */
export function referenceCounts(places: readonly number[], { kernel, points }: RenderJob): number[] {
  const columns = points.columnRe.length;
  return places.map((place) =>
    countReference(kernel, pointAt(points, Math.floor(place / columns), place % columns)),
  );
}
