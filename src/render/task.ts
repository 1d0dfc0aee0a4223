// What the renderer's workers do: count the points of one slice, straight into the shared field; trace
// their orbits into its channels; count single points again by the oracle.
import type { Channels, Counts } from '../field/field.js';
import type { ShadeJob } from '../kernel/ends.js';
import { traceInside } from '../kernel/inside.js';
import { countsType, type Exact, type StartedKernel, startKernel } from '../kernel/kernel.js';
import { type Follower, followReference, startFollow } from '../kernel/orbits.js';
import { pointAt, type SamplePoints } from '../kernel/points.js';
import { countReference, type KernelJob } from '../kernel/reference.js';
import { type Shade, startShade } from '../kernel/shade-rows.js';
import { traceReference } from '../kernel/trace.js';
import type { SliceRange } from '../pool/slices.js';
import { channelArrays } from './channel-types.js';
import type { PointValues } from './places.js';

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

/** What slices get their channels with, besides counts: what every worker is sent once. */
export interface TraceSetup {
  readonly job: ShadeJob;
  /** Of points that escape; where a channel needs it. */
  readonly shade: WebAssembly.Module | undefined;
  /** Of points that never escape; where a channel needs it. */
  readonly follow: WebAssembly.Module | undefined;
}

const tracers = new WeakMap<
  TraceSetup,
  { readonly shade: Shade | undefined; readonly follower: Follower | undefined }
>();

function tracerOf(setup: TraceSetup) {
  let tracer = tracers.get(setup);
  if (!tracer) {
    const { job, shade, follow } = setup;
    tracer = {
      shade: shade && startShade(job, shade),
      follower: follow && startFollow(follow),
    };
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
  const { shade, follower } = tracerOf(setup);
  const { rowRe, rowIm, ...columns } = render.points;
  const points = { ...columns, rowRe: rowRe.subarray(start, end), rowIm: rowIm.subarray(start, end) };
  shade?.(points, counts, channels);
  traceInside(setup.job, points, follower, counts, channels);
}

/** The oracle's counts of single points, given by their places in the field, and their channels where they have any. */
export function referencePoints(
  places: readonly number[],
  { kernel, points: all }: RenderJob,
  setup: TraceSetup | undefined,
): PointValues {
  const columns = all.columnRe.length;
  const chosen = places.map((place) => pointAt(all, Math.floor(place / columns), place % columns));
  const counts = new (countsType(kernel.iterations))(chosen.map((p) => countReference(kernel, p)));
  if (!setup) return { counts };
  const { wanted, trap } = setup.job;
  const channels = channelArrays(wanted, places.length);
  // Side by side in one row, to which -0 is added, which changes no number.
  const nothing = Float64Array.of(-0);
  const [columnRe, columnIm] = [0, 1].map((part) => Float64Array.from(chosen, (p) => p[part]!));
  const points = { rowRe: nothing, rowIm: nothing, columnRe: columnRe!, columnIm: columnIm! };
  traceReference(setup.job, points, counts, channels);
  const follower = setup.follow && followReference(kernel, wanted.includes('trap') ? trap : undefined);
  traceInside(setup.job, points, follower, counts, channels);
  return { counts, channels };
}
