// What the renderer's workers do for scenes in doubles: count the points of one slice and fill its channels, straight into
// the shared field; count single points again by the oracle. exact.ts does it for exact arithmetic, which few pages need.
import type { ChannelName, Channels, Counts } from '../field/field.js';
import type { ShadeJob } from '../kernel/ends.js';
import { traceInside } from '../kernel/inside.js';
import { type FollowInside, insideReference, startInside } from '../kernel/inside-module.js';
import { countsType, type Exact, type StartedKernel, startKernel } from '../kernel/kernel.js';
import { pointAt } from '../kernel/points.js';
import { countReference } from '../kernel/reference.js';
import { type Shade, startShade } from '../kernel/shade-rows.js';
import { traceReference } from '../kernel/trace.js';
import type { SliceRange } from '../pool/slices.js';
import { channelArrays } from './channel-types.js';
import type { PointValues } from './places.js';
import type { DoubleJob } from './render-job.js';

const started = new WeakMap<DoubleJob, StartedKernel>();

function startedOf(job: DoubleJob): StartedKernel {
  let kernel = started.get(job);
  if (!kernel) {
    kernel = startKernel(job.kernel, job.module, job.points, job.captured);
    started.set(job, kernel);
  }
  return kernel;
}

/** Counts some rows. */
export function countRows({ start, end }: SliceRange, job: DoubleJob, exact: Exact, counts: Counts): void {
  startedOf(job).count(start, end, counts, exact);
}

/** Counts the rows of a slice into it, and fills its rows of the whole field's channels, where it has any. */
export function fillSlice(
  slice: Counts,
  range: SliceRange,
  render: DoubleJob,
  exact: Exact,
  setup: TraceSetup | undefined,
  channels: Channels | undefined,
): void {
  if (!setup || !channels) {
    countRows(range, render, exact, slice);
    return;
  }
  const columns = render.points.columnRe.length;
  const rows = Object.entries(channels).map(([name, values]: [string, Float64Array]) => [
    name,
    values.subarray(range.start * columns, range.end * columns),
  ]);
  fillRows(range, render, exact, setup, slice, Object.fromEntries(rows));
}

/**
 * The same where memory cannot be shared: the slice is bytes that are copied, which take the counts of its points and
 * then each of these channels.
 */
export function packSlice(
  slice: Uint8Array,
  range: SliceRange,
  render: DoubleJob,
  exact: Exact,
  setup: TraceSetup,
  names: readonly ChannelName[],
): void {
  const points = (range.end - range.start) * render.points.columnRe.length;
  const counts = new (countsType(render.kernel.iterations))(points);
  const channels = channelArrays(names, points);
  fillRows(range, render, exact, setup, counts, channels);
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of [counts, ...Object.values(channels)]) {
    slice.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
}

/** What channels of slices need besides counts, sent to every worker once. */
export interface TraceSetup {
  readonly job: ShadeJob;
  /** Of points that escape; where a channel needs it and they are not captured. */
  readonly shade: WebAssembly.Module | undefined;
  /** Of points that never escape; where a channel needs it. */
  readonly follow: WebAssembly.Module | undefined;
}

const tracers = new WeakMap<
  TraceSetup,
  { readonly shade: Shade | undefined; readonly follower: FollowInside | undefined }
>();

function tracerOf(setup: TraceSetup) {
  let tracer = tracers.get(setup);
  if (!tracer) {
    const { job, shade, follow } = setup;
    tracer = {
      shade: shade && startShade(job, shade),
      follower: follow && startInside(job, follow),
    };
    tracers.set(setup, tracer);
  }
  return tracer;
}

/** Counts some rows and fills channels of these rows alone. */
export function fillRows(
  range: SliceRange,
  render: DoubleJob,
  exact: Exact,
  setup: TraceSetup,
  counts: Counts,
  channels: Channels,
): void {
  const { start, end } = range;
  if (render.captured) startedOf(render).countWithChannels(start, end, counts, channels, exact);
  else countRows(range, render, exact, counts);
  const { shade, follower } = tracerOf(setup);
  const { rowRe, rowIm, ...columns } = render.points;
  const points = { ...columns, rowRe: rowRe.subarray(start, end), rowIm: rowIm.subarray(start, end) };
  shade?.(points, counts, channels);
  // Continuous counts of points that never escape are captured, too.
  const { smooth, ...others } = channels;
  traceInside(setup.job, points, follower, counts, render.captured ? others : channels);
}

/** The oracle's counts of single points, given by their places in the field, and their channels, if any. */
export function referencePoints(
  places: readonly number[],
  job: DoubleJob,
  setup: TraceSetup | undefined,
): PointValues {
  const { kernel, points: all } = job;
  const columns = all.columnRe.length;
  const chosen = places.map((place) => pointAt(all, Math.floor(place / columns), place % columns));
  const counts = new (countsType(kernel.iterations))(chosen.map((p) => countReference(kernel, p)));
  if (!setup) return { counts };
  const { wanted } = setup.job;
  const channels = channelArrays(wanted, places.length);
  // Side by side in one row, to which -0 is added, which changes no number.
  const nothing = Float64Array.of(-0);
  const [columnRe, columnIm] = [0, 1].map((part) => Float64Array.from(chosen, (p) => p[part]!));
  const points = { rowRe: nothing, rowIm: nothing, columnRe: columnRe!, columnIm: columnIm! };
  traceReference(setup.job, points, counts, channels);
  const follower = setup.follow && insideReference(setup.job);
  traceInside(setup.job, points, follower, counts, channels);
  return { counts, channels };
}
