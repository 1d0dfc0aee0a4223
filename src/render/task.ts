// What the renderer's workers do: count the points of one slice, straight into the shared field; trace
// their orbits into its channels; count single points again by the oracle.
import type { Channels, Counts } from '../field/field.js';
import { type Exact, type StartedKernel, startKernel } from '../kernel/kernel.js';
import { type Follower, startFollow } from '../kernel/orbits.js';
import { pointAt, type SamplePoints } from '../kernel/points.js';
import { countReference, type KernelJob } from '../kernel/reference.js';
import { type Shading, type TraceJob, tracePoints } from '../kernel/trace.js';
import type { SliceRange } from '../pool/slices.js';
import type { Complex } from '../scene/complex.js';
import type { Trap } from '../scene/scene.js';
import { type BasinMap, basinAt } from './basins.js';

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

/** What a slice is traced with, besides its counts: what every worker is sent once. */
export interface TraceSetup {
  readonly module: WebAssembly.Module;
  readonly spacing: number;
  readonly shading: Shading;
  readonly trap: Trap | undefined;
  readonly basins: BasinMap | undefined;
}

const tracers = new WeakMap<TraceSetup, { readonly follower: Follower; readonly job: TraceJob }>();

function tracerOf({ kernel, points }: RenderJob, setup: TraceSetup) {
  let tracer = tracers.get(setup);
  if (!tracer) {
    const { basins } = setup;
    const basinOf = basins && ((z: Complex) => basinAt(basins, z));
    tracer = { follower: startFollow(setup.module), job: { ...setup, kernel, points, basinOf } };
    tracers.set(setup, tracer);
  }
  return tracer;
}

/** Traces the points of a slice, whose counts these are, into its rows of the whole field's channels. */
export function traceSlice(
  counts: Counts,
  range: SliceRange,
  render: RenderJob,
  setup: TraceSetup,
  channels: Channels,
): void {
  const columns = render.points.columnRe.length;
  const rows = Object.entries(channels).map(([name, values]: [string, Float64Array]) => [
    name,
    values.subarray(range.start * columns, range.end * columns),
  ]);
  traceRows(range, render, setup, counts, Object.fromEntries(rows));
}

/** Traces the points of some rows, whose counts these are, into channels of these rows alone. */
export function traceRows(
  { start, end }: SliceRange,
  render: RenderJob,
  setup: TraceSetup,
  counts: Counts,
  channels: Channels,
): void {
  const { follower, job } = tracerOf(render, setup);
  const { rowRe, rowIm, ...columns } = render.points;
  const points = { ...columns, rowRe: rowRe.subarray(start, end), rowIm: rowIm.subarray(start, end) };
  tracePoints({ ...job, points }, follower, counts, [0, counts.length], channels);
}

/** The oracle's counts of single points, given by their places in the field. */
export function referenceCounts(places: readonly number[], { kernel, points }: RenderJob): number[] {
  const columns = points.columnRe.length;
  return places.map((place) =>
    countReference(kernel, pointAt(points, Math.floor(place / columns), place % columns)),
  );
}
