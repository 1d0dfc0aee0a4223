// A job compiled and at work: where its arrays lie in memory, the module, and the calls that count.
// One memory holds the sample points and the counts; workers that share it write straight into the result.
import { LimitError } from '../errors.js';
import { countBytes, emitKernel, groupSize } from './emit.js';
import { countReference, type KernelJob } from './reference.js';

/** A count for each point: 16 bits where the iterations fit them. */
export type Counts = Uint16Array | Uint32Array;

/** The sample point at [row][column] is (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]). */
export interface SamplePoints {
  readonly rowRe: Float64Array;
  readonly rowIm: Float64Array;
  readonly columnRe: Float64Array;
  readonly columnIm: Float64Array;
}

/** Where everything lies in the memory, in bytes. */
export interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly counts: number;
  readonly bytes: number;
}

const pageBytes = 2 ** 16;
const largestMemory = 2 ** 32;
const padded = (length: number) => 8 * (length + groupSize);

/** The places of the arrays for a job of this many points. Throws LimitError beyond 4 GiB (WebAssembly's own). */
export function layOut(rows: number, columns: number, iterations: number): Layout {
  const counts = 2 * (padded(rows) + padded(columns));
  const bytes = counts + rows * columns * countBytes(iterations);
  if (bytes > largestMemory)
    throw new LimitError(`a field of ${rows} x ${columns} counts`, bytes, largestMemory);
  return { rows, columns, counts, bytes };
}

/** Memory for a layout, with the sample points in it. */
export function allocate(layout: Layout, points: SamplePoints, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(layout.bytes / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  place(memory, layout, points);
  return memory;
}

function place(memory: WebAssembly.Memory, layout: Layout, points: SamplePoints): void {
  const there = samplePoints(memory, layout);
  for (const name of ['rowRe', 'rowIm', 'columnRe', 'columnIm'] as const) {
    there[name].set(points[name]);
    // What is read beyond the end is the last point again, which costs no more than that one.
    const last = points[name].at(-1) ?? 0;
    new Float64Array(memory.buffer, there[name].byteOffset + there[name].byteLength, groupSize).fill(last);
  }
}

/** The sample points as they lie in the memory. */
export function samplePoints({ buffer }: WebAssembly.Memory, { rows, columns }: Layout): SamplePoints {
  const columnRe = 2 * padded(rows);
  return {
    rowRe: new Float64Array(buffer, 0, rows),
    rowIm: new Float64Array(buffer, padded(rows), rows),
    columnRe: new Float64Array(buffer, columnRe, columns),
    columnIm: new Float64Array(buffer, columnRe + padded(columns), columns),
  };
}

/** The counts as they lie in the memory: `rows * columns` numbers. */
export function countsIn({ buffer }: WebAssembly.Memory, layout: Layout, iterations: number): Counts {
  const { rows, columns, counts } = layout;
  return new (countsType(iterations))(buffer, counts, rows * columns);
}

/** The array that counts of so many iterations take. */
export const countsType = (iterations: number) => (countBytes(iterations) === 2 ? Uint16Array : Uint32Array);

/** Compiles a job; the module can be sent to other threads. */
export function compileKernel(job: KernelJob, shared: boolean): WebAssembly.Module {
  return new WebAssembly.Module(emitKernel(job, { shared, maximum: largestMemory / pageBytes }));
}

/** Counts the rows from `start` up to but not `end` into the memory. */
export type CountRows = (start: number, end: number) => void;

/** A compiled job on a memory with its sample points in it. */
export function startKernel(
  job: KernelJob,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  layout: Layout,
): CountRows {
  const { rowRe, rowIm, columnRe, columnIm } = samplePoints(memory, layout);
  const reference = (row: number, column: number) =>
    countReference(job, [rowRe[row]! + columnRe[column]!, rowIm[row]! + columnIm[column]!]);
  const { exports } = new WebAssembly.Instance(module, { host: { memory, reference } });
  const count = exports.count as (...parameters: number[]) => void;
  const bases = [rowRe, rowIm, columnRe, columnIm].map((array) => array.byteOffset);
  const rowBytes = layout.columns * countBytes(job.iterations);
  return (start, end) => {
    if (start < end) count(...bases, start, end, layout.columns, layout.counts + start * rowBytes);
  };
}
