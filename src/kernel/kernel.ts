// A compiled job in one thread: the layout of its arrays in memory, and the calls that count. Counts are made band by
// band in that memory, which fits a core's cache, and copied to their target.
import { captureBytes } from './capture.js';
import { channelBand } from './channel-band.js';
import { groupColumns } from './count.js';
import { coverBytes, filledAt, largestTile } from './cover.js';
import { discBytes, discsAt } from './discs.js';
import { emitKernel } from './emit.js';
import type { Channels, ShadeJob } from './ends.js';
import { countBytes } from './escape.js';
import { realFunctions } from './functions.js';
import { type PointRange, pointAt, type SamplePoints } from './points.js';
import { countReference, type KernelJob } from './reference.js';

/** One count per point: 16 bits if the iterations fit. */
export type Counts = Uint16Array | Uint32Array;

/** The array type for counts up to this many iterations. */
export const countsType = (iterations: number) => (countBytes(iterations) === 2 ? Uint16Array : Uint32Array);

/**
 * Compiles a job for sample points in that range; the module can be sent to other threads. `captured`: the job's
 * channels, if they are made while counting.
 */
export function compileKernel(
  job: KernelJob,
  range: PointRange,
  compile = compileAsCalled,
  captured?: ShadeJob,
): WebAssembly.Module {
  return compile(emitKernel(job, range, captured));
}

/** Leaves it to the engine when to optimise which function. */
export const compileAsCalled = (bytes: BufferSource) => new WebAssembly.Module(bytes);

/** `enclosures` fills tiles proved to have one count; `brute` counts point by point. The counts are the same. */
export type Exact = 'enclosures' | 'brute';

/** Rows counted before they are copied. */
const bandRows = largestTile;
const pageBytes = 2 ** 16;

/** A compiled job in one thread. */
export interface StartedKernel {
  /** The sample points in the kernel's memory; values written here are counted next. */
  readonly points: SamplePoints;
  /**
   * Counts the rows from `start` up to but not including `end` into `target`, whose first element is the count of
   * [start][0]: the first `width` points of each row (default: all), with as many elements a row.
   */
  count(start: number, end: number, target: Counts, exact?: Exact, width?: number): void;
  /** For jobs with a proof: the number of points so far that were counted as parts of filled tiles. */
  filled(): number;
  /** The same as `count` for all points of the rows, with the channels of those that escape; for kernels compiled for it. */
  countWithChannels(start: number, end: number, target: Counts, channels: Channels, exact?: Exact): void;
}

/** The exports of the compiled module; without a model there is no `cover`. */
interface Functions {
  /** The parameters are those of count.ts. */
  readonly count: (...parameters: number[]) => void;
  /** The parameters are those of tiles.ts. */
  readonly cover?: (...parameters: number[]) => void;
  /** Writes the channels of points that are still listed. */
  readonly empty?: () => void;
}

export function startKernel(
  job: KernelJob,
  module: WebAssembly.Module,
  given: SamplePoints,
  captured?: ShadeJob,
): StartedKernel {
  const [rows, columns] = [given.rowRe.length, given.columnRe.length];
  const bytes = countBytes(job.iterations);
  const padded = (length: number) => 8 * (length + groupColumns);
  const first = captured ? captureBytes(captured) : 0;
  const columnAddress = first + 2 * padded(rows);
  const work = columnAddress + 2 * padded(columns);
  const queue = work + coverBytes(columns);
  const band = queue + discsAt + discBytes;
  // Rows of counts are padded to a multiple of a group of points.
  const stride = Math.ceil(columns / groupColumns) * groupColumns;
  const countsEnd = Math.ceil((band + bandRows * stride * bytes) / 16) * 16;
  const channelRows = captured && channelBand(captured, countsEnd, bandRows * stride, stride);
  const pages = Math.ceil((channelRows?.end ?? countsEnd) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { buffer } = memory;

  const points = {
    rowRe: new Float64Array(buffer, first, rows),
    rowIm: new Float64Array(buffer, first + padded(rows), rows),
    columnRe: new Float64Array(buffer, columnAddress, columns),
    columnIm: new Float64Array(buffer, columnAddress + padded(columns), columns),
  };
  for (const name of ['rowRe', 'rowIm', 'columnRe', 'columnIm'] as const) points[name].set(given[name]);
  const { rowRe, rowIm, columnRe, columnIm } = points;
  const reference = (row: number, column: number) =>
    column < columns ? countReference(job, pointAt(points, row, column)) : 0;
  const { exports } = new WebAssembly.Instance(module, { host: { memory, reference, ...realFunctions } });
  const functions = exports as unknown as Functions;
  const addresses = [rowRe, rowIm, columnRe, columnIm].map((array) => array.byteOffset);
  const counts = new (countsType(job.iterations))(buffer, band, bandRows * stride);
  /** A list of one rectangle: all rows of a band. */
  const rectangle = new Int32Array(buffer, work, 4);

  function countBand(from: number, to: number, width: number, exact: Exact, hasTiles: boolean): void {
    const origin = band - from * stride * bytes;
    if (hasTiles) {
      functions.cover!(...addresses, stride, from, to, width, origin, queue, work);
    } else {
      rectangle.set([from, to, 0, width]);
      const end = work + rectangle.byteLength;
      functions.count(...addresses, stride, work, end, origin, queue, exact === 'brute' ? 0 : 1);
    }
  }

  /** Counts rows band by band, and fills the given channels. */
  function countRows(
    [start, end, width]: readonly [number, number, number],
    target: Counts,
    channels: Channels,
    exact: Exact,
  ): void {
    // Checked each time, because the points may have been overwritten.
    const isOrdered = () =>
      [rowRe, rowIm].every((numbers) => isMonotonic(numbers, start, end)) &&
      [columnRe, columnIm].every((numbers) => isMonotonic(numbers, 0, width));
    const hasTiles = exact === 'enclosures' && functions.cover !== undefined && isOrdered();
    for (let from = start; from < end; from += bandRows) {
      const to = Math.min(from + bandRows, end);
      channelRows?.begin(buffer, from);
      countBand(from, to, width, exact, hasTiles);
      functions.empty?.();
      const copy = (band: Numbers, values: Numbers) => {
        if (stride === width) values.set(band.subarray(0, (to - from) * width), (from - start) * width);
        else
          for (let row = from; row < to; row++) {
            const at = (row - from) * stride;
            values.set(band.subarray(at, at + width), (row - start) * width);
          }
      };
      copy(counts, target);
      channelRows?.take(buffer, channels, copy);
    }
  }

  return {
    points,
    count(start, end, target, exact = 'enclosures', width = columns) {
      if (width > 0) countRows([start, end, width], target, {}, exact);
    },
    filled: () => new DataView(buffer).getInt32(work + filledAt, true),
    countWithChannels(start, end, target, channels, exact = 'enclosures') {
      countRows([start, end, columns], target, channels, exact);
    },
  };
}

type Numbers = Counts | Float64Array;

/** Whether numbers from `start` up to, not including, `end` are monotonic: then a part's are between its ends. */
function isMonotonic(numbers: Float64Array, start: number, end: number): boolean {
  // One comparison a number, because this runs for every slice.
  const [less, more] = numbers[start]! <= numbers[end - 1]! ? [-1, 0] : [0, -1];
  for (let i = start + 1; i < end; i++) if (!(numbers[i + less]! <= numbers[i + more]!)) return false;
  return true;
}
