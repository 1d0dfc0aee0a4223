// What workers do for a picture made band by band: count the points of some rows, trace them, compare some with the oracle,
// and paint them, in memory that later bands reuse.
import { paintedBytes, paintRows } from '../color/paint.js';
import type { Tones } from '../color/tones.js';
import type { ChannelName, Channels, Field } from '../field/field.js';
import { countsType, type Exact } from '../kernel/kernel.js';
import type { SliceRange } from '../pool/slices.js';
import { channelTypes } from './channel-types.js';
import { countExactRows, exactReferencePoints } from './exact.js';
import { type ExactReport, isExact } from './exact-job.js';
import { findWrong, placesWithin, type WrongValue } from './places.js';
import { iterationsOf, type RenderJob, shapeOf } from './render-job.js';
import { countRows, fillRows, referencePoints, type TraceSetup } from './task.js';

/** Sent to every worker once, for all bands of a picture. */
export interface BandJob {
  readonly render: RenderJob;
  /** How to trace orbits, if the picture or a file needs channels. */
  readonly setup: TraceSetup | undefined;
  readonly channels: readonly ChannelName[];
  readonly exact: Exact;
  /** How to paint; without it there are no pixels. */
  readonly tones: Tones | undefined;
  /** The points to compare with the oracle, if any. */
  readonly seed: number | undefined;
  /** Memory for bands in progress; band i uses slot i % slots.length. */
  readonly slots: readonly ArrayBuffer[];
}

/** Some rows of a field, and the worker that made them. */
export interface Rows extends Field {
  /** The number of its first row in the field. */
  readonly start: number;
  readonly verified: number;
  readonly wrong?: WrongValue | undefined;
  /** How its points were settled, where they were counted now in exact arithmetic. */
  readonly settled?: ExactReport | undefined;
  /** The worker that made it. */
  readonly worker: string;
  /** In milliseconds since 1970, and how long it took. */
  readonly begun: number;
  readonly milliseconds: number;
}

/** Some rows of a field and their pixels. A later band overwrites the arrays. */
export interface Band extends Rows {
  /** Samples of the rows of pixels, as the picture's PixelFormat has them. */
  readonly pixels?: Uint8Array | undefined;
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  /** Origin of its numbers: computed, read from a store, or recomputed because the store's are damaged. */
  readonly origin: 'computed' | 'kept' | 'mended';
}

/** This thread's name. */
const worker = String(Math.random());
/** Milliseconds since 1970, with fractions. */
export const now = () => performance.timeOrigin + performance.now();

/** Computes some rows into their slot. */
export function computeBand(range: SliceRange, job: BandJob): Band {
  const begun = now();
  const field = bandField(range, job);
  const settled = computeField(range, job, field);
  return { ...finishBand(range, job, begun, field), ...(settled && { settled }) };
}

/** Counts rows, and fills their channels where there are any; tells how exact arithmetic settled their points. */
export function computeField(
  range: SliceRange,
  job: BandJob,
  { counts, channels }: Field,
): ExactReport | undefined {
  const { render, exact, setup } = job;
  if (isExact(render)) return countExactRows(counts, range, render);
  if (!setup || !channels) {
    countRows(range, render, exact, counts);
    return undefined;
  }
  // Points without a value must be 0, not what an earlier band left.
  for (const values of Object.values(channels)) values.fill(0);
  fillRows(range, render, exact, setup, counts, channels);
  return undefined;
}

/** What is told of rows that are computed, and their pixels. */
export function finishBand(range: SliceRange, job: BandJob, begun: number, field: Field): Band {
  const pixels = job.tones && paintBehind(field, job.tones, range, job);
  return {
    ...finishRows(range, job, begun, field),
    ...(pixels && { pixels }),
    ...countFacts(field.counts),
    origin: 'computed',
  };
}

/** What is told of rows whose picture others make. */
export function finishRows(range: SliceRange, job: BandJob, begun: number, field: Field): Rows {
  const { wrong, verified } = verifyRows(range, job, field);
  return {
    ...field,
    start: range.start,
    verified,
    ...(wrong && { wrong }),
    worker,
    begun,
    milliseconds: now() - begun,
  };
}

/** The memory of a band: its arrays in sequence, those of larger numbers first, so that each is aligned. */
export function bandField({ index, start, end }: SliceRange, job: BandJob): Field {
  const [, columns] = shapeOf(job.render);
  const rows = end - start;
  const slot = job.slots[index % job.slots.length]!;
  let at = 0;
  const next = <T>(type: ArrayType<T>): T => {
    const array = new type(slot, at, rows * columns);
    at += rows * columns * type.BYTES_PER_ELEMENT;
    return array;
  };
  const types = arrayTypes(job.channels, iterationsOf(job.render));
  const arrays = Object.fromEntries(types.map(([name, type]) => [name, next(type as ArrayType<Uint8Array>)]));
  const { counts, ...channels } = arrays as unknown as Channels & { counts: Field['counts'] };
  return { rows, columns, counts, ...(job.channels.length > 0 && { channels }) };
}

interface ArrayType<T> {
  new (buffer: ArrayBuffer, at: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** The arrays of a field by their names, those of larger numbers first. */
export const arrayTypes = (channels: readonly ChannelName[], iterations: number) =>
  [
    ...channels.map((name) => [name, channelTypes[name]] as const),
    ['counts', countsType(iterations)] as const,
  ].sort(([, one], [, other]) => other.BYTES_PER_ELEMENT - one.BYTES_PER_ELEMENT);

/** Bytes per point. */
export const pointBytes = (channels: readonly ChannelName[], iterations: number): number =>
  arrayTypes(channels, iterations).reduce((sum, [, { BYTES_PER_ELEMENT }]) => sum + BYTES_PER_ELEMENT, 0);

/** Paints after the field in its slot, where the writer shares the pixels instead of copying them. */
function paintBehind(
  field: Field,
  tones: Tones,
  { index }: SliceRange,
  { render, channels, slots }: BandJob,
) {
  const points = field.rows * field.columns;
  const at = points * pointBytes(channels, iterationsOf(render));
  const pixels = new Uint8Array(slots[index % slots.length]!, at, paintedBytes(points, tones));
  paintRows(field, tones, pixels);
  return pixels;
}

function countFacts(counts: Field['counts']) {
  let [least, most, sum] = [counts[0]!, counts[0]!, 0];
  const fours = counts.length - (counts.length % 4);
  for (let i = 0; i < fours; i += 4) {
    // Four at once, which engines add as integers, with one well-predicted branch.
    const a = counts[i]!;
    const b = counts[i + 1]!;
    const c = counts[i + 2]!;
    const d = counts[i + 3]!;
    sum += a + b + c + d;
    const low = Math.min(a, b, c, d);
    const high = Math.max(a, b, c, d);
    if (low >= least && high <= most) continue;
    if (low < least) least = low;
    if (high > most) most = high;
  }
  for (const count of counts.subarray(fours)) {
    sum += count;
    least = Math.min(least, count);
    most = Math.max(most, count);
  }
  return { least, most, sum };
}

function verifyRows({ start }: SliceRange, { render, setup, seed }: BandJob, field: Field) {
  if (seed === undefined) return { verified: 0 };
  const { columns, counts } = field;
  const first = start * columns;
  const places = placesWithin(first, first + counts.length, shapeOf(render)[0] * columns, seed);
  const expected = isExact(render)
    ? exactReferencePoints(places, render)
    : referencePoints(places, render, setup);
  return { verified: places.length, wrong: findWrong(places, expected, field, first) };
}
