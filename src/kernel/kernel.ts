// A job compiled and at work: where its arrays lie in the memory of one thread, and the calls that count. Counts are
// made band by band in that memory, which fits a core's cache, and copied to where they belong.
import { groupColumns, queueBytes, queuedAt } from './count.js';
import { emitKernel } from './emit.js';
import { testBytes } from './enclosure.js';
import { countBytes } from './escape.js';
import { realFunctions } from './functions.js';
import { pointAt, type SamplePoints } from './points.js';
import { countReference, type KernelJob } from './reference.js';
import {
  type Cover,
  coverWithTiles,
  largestTile,
  listBytes,
  type TileFunctions,
  type TileMemory,
} from './tiles.js';

/** A count for each point: 16 bits where the iterations fit them. */
export type Counts = Uint16Array | Uint32Array;

/** The array that counts of so many iterations take. */
export const countsType = (iterations: number) => (countBytes(iterations) === 2 ? Uint16Array : Uint32Array);

/** Compiles a job for sample points of at most that modulus; the module can be sent to other threads. */
export function compileKernel(job: KernelJob, reach: number): WebAssembly.Module {
  return new WebAssembly.Module(emitKernel(job, reach));
}

/** By tiles that are proved to have one count where that is possible, or point by point; the counts are the same. */
export type Exact = 'enclosures' | 'brute';

/** Rows that are counted before they are copied. */
const bandRows = largestTile;
const pageBytes = 2 ** 16;

/** A compiled job in one thread. */
export interface StartedKernel {
  /** The sample points as they lie in the memory; what is written here is what is counted next. */
  readonly points: SamplePoints;
  /** Counts the rows from `start` up to but not `end` into `target`, whose first element is the count of [start][0]. */
  count(start: number, end: number, target: Counts, exact?: Exact): void;
}

export function startKernel(job: KernelJob, module: WebAssembly.Module, given: SamplePoints): StartedKernel {
  const [rows, columns] = [given.rowRe.length, given.columnRe.length];
  const bytes = countBytes(job.iterations);
  const padded = (length: number) => 8 * (length + groupColumns);
  const columnAddress = 2 * padded(rows);
  const test = columnAddress + 2 * padded(columns);
  const list = test + testBytes;
  const queue = list + listBytes;
  const band = queue + queueBytes;
  // Rows of counts are so long that groups of points end where they do.
  const stride = Math.ceil(columns / groupColumns) * groupColumns;
  const pages = Math.ceil((band + bandRows * stride * bytes) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { buffer } = memory;

  const points = {
    rowRe: new Float64Array(buffer, 0, rows),
    rowIm: new Float64Array(buffer, padded(rows), rows),
    columnRe: new Float64Array(buffer, columnAddress, columns),
    columnIm: new Float64Array(buffer, columnAddress + padded(columns), columns),
  };
  for (const name of ['rowRe', 'rowIm', 'columnRe', 'columnIm'] as const) points[name].set(given[name]);
  const { rowRe, rowIm, columnRe, columnIm } = points;
  const reference = (row: number, column: number) =>
    column < columns ? countReference(job, pointAt(points, row, column)) : 0;
  const again = (row: number, column: number) => cover.again(row, column);
  const { exports } = new WebAssembly.Instance(module, {
    host: { memory, reference, again, ...realFunctions },
  });
  const functions = exports as unknown as TileFunctions & { count: (...parameters: number[]) => void };
  const addresses = [rowRe, rowIm, columnRe, columnIm].map((array) => array.byteOffset);
  const counts = new (countsType(job.iterations))(buffer, band, bandRows * stride);
  const rowBytes = stride * bytes;
  const list32 = new Int32Array(buffer, list, listBytes / 4);
  const tileMemory: TileMemory = {
    ...{
      functions,
      addresses,
      bytes,
      rowBytes,
      test: new Float64Array(buffer, test, testBytes / 8),
      list: list32,
    },
    count(rectangles, origin, brute) {
      const listEnd = list + 16 * rectangles;
      functions.count(...addresses, stride, list, listEnd, origin, queue, brute ? 0 : 1);
    },
  };
  const cover: Cover = coverWithTiles(points, tileMemory, queuedAt(job) !== undefined);

  return {
    points,
    count(start, end, target, exact = 'enclosures') {
      if (columns === 0) return;
      for (let from = start; from < end; from += bandRows) {
        const to = Math.min(from + bandRows, end);
        cover.band(from, to, band - from * rowBytes, exact === 'brute');
        if (stride === columns)
          target.set(counts.subarray(0, (to - from) * columns), (from - start) * columns);
        else
          for (let row = from; row < to; row++) {
            const at = (row - from) * stride;
            target.set(counts.subarray(at, at + columns), (row - start) * columns);
          }
      }
    },
  };
}
