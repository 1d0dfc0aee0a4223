// The counts of a grid of complex numbers in memory, in this thread: what a worker of the lesson runs.
import type { Field } from '../field/field.js';
import { quadratic } from '../formula/expression.js';
import { compileKernel, countsType, startKernel } from '../kernel/kernel.js';
import type { KernelJob } from '../kernel/reference.js';
import type { Complex } from '../scene/complex.js';
import type { ComplexGrid } from '../scene/lattice.js';
import type { EscapeRule } from '../scene/scene.js';

/** How the points of a grid are counted. */
export interface GridOptions {
  /** The constant of z^2 + c. */
  readonly c: Complex;
  /** From 1 to 2^32 - 1. */
  readonly iterations: number;
  /** Default: `overflow`. */
  readonly escape?: EscapeRule;
}

/** Points copied into the kernel's memory at a time: with their counts they fit into a core's cache. */
const batchSize = 8192;

/**
 * The count of each point of the grid under z^2 + c: `rows * columns` numbers, row after row. In this thread; the kernel
 * is kept for the next call with the same options. Options are not checked: they are those of a scene that was.
 */
export function escapeCounts(grid: ComplexGrid, { c, iterations, escape = 'overflow' }: GridOptions): Field {
  const { rows, columns, values } = grid;
  const { points, count } = kernelFor({ step: quadratic, c, z0: 'p', iterations, escape });
  const { columnRe, columnIm } = points;
  const counts = new (countsType(iterations))(rows * columns);
  for (let start = 0; start < counts.length; start += batchSize) {
    const end = Math.min(start + batchSize, counts.length);
    for (let i = start; i < end; i++) {
      columnRe[i - start] = values[2 * i]!;
      columnIm[i - start] = values[2 * i + 1]!;
    }
    count(0, 1, counts.subarray(start, end), 'enclosures', end - start);
  }
  return { rows, columns, counts };
}

let latest: (ReturnType<typeof buildKernel> & { readonly key: string }) | undefined;

/** The kernel of the latest job is kept, since a worker gets many slices of one job. */
function kernelFor(job: KernelJob) {
  const key = JSON.stringify(job);
  if (latest?.key !== key) latest = { key, ...buildKernel(job) };
  return latest;
}

/** A kernel for one row of points, each of its own: [0][i] is re[i] + i im[i]. -0 added changes no number. */
function buildKernel(job: KernelJob) {
  const nothing = Float64Array.of(-0);
  const columns = new Float64Array(batchSize);
  const points = { rowRe: nothing, rowIm: nothing, columnRe: columns, columnIm: columns };
  // c is a constant, so nothing depends on the position of the sample points.
  const range = { reach: 0, leastImaginary: 0 };
  return startKernel(job, compileKernel(job, range), points);
}
