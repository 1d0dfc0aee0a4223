// The counts of a grid of complex numbers that lies in memory, in this thread: what a worker of the lesson runs.
import type { Field } from '../field/field.js';
import { quadratic } from '../formula/expression.js';
import {
  allocate,
  compileKernel,
  countsIn,
  countsType,
  layOut,
  samplePoints,
  startKernel,
} from '../kernel/kernel.js';
import type { KernelJob } from '../kernel/reference.js';
import type { Complex } from '../scene/complex.js';
import type { ComplexGrid } from '../scene/lattice.js';
import type { EscapeRule } from '../scene/scene.js';

export interface GridOptions {
  /** The constant of z^2 + c. */
  readonly c: Complex;
  /** From 1 to 2^32 - 1. */
  readonly iterations: number;
  /** Default: `overflow`. */
  readonly escape?: EscapeRule;
}

/** Points that are copied into the kernel's memory at a time: with their counts they fit a core's cache. */
const batchSize = 8192;

/** The count of each point of the grid under z^2 + c. */
export function escapeCounts(grid: ComplexGrid, { c, iterations, escape = 'overflow' }: GridOptions): Field {
  const { rows, columns, values } = grid;
  const kernel = kernelFor({ step: quadratic, c, iterations, escape });
  const counts = new (countsType(iterations))(rows * columns);
  for (let start = 0; start < counts.length; start += batchSize) {
    const end = Math.min(start + batchSize, counts.length);
    for (let i = start; i < end; i++) {
      kernel.re[i - start] = values[2 * i]!;
      kernel.im[i - start] = values[2 * i + 1]!;
    }
    kernel.count(0, 1);
    counts.set(kernel.counts.subarray(0, end - start), start);
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
  const layout = layOut(1, batchSize, job.iterations);
  const nothing = Float64Array.of(-0);
  const columns = new Float64Array(batchSize);
  const points = { rowRe: nothing, rowIm: nothing, columnRe: columns, columnIm: columns };
  const memory = allocate(layout, points, false);
  const { columnRe: re, columnIm: im } = samplePoints(memory, layout);
  const count = startKernel(job, compileKernel(job, false), memory, layout);
  return { re, im, count, counts: countsIn(memory, layout, job.iterations) };
}
