// The first rung for views of moderate width in the parameter plane: doubles without perturbation, by the kernel of
// double arithmetic with a bound of its error (kernel/proof.ts has the mathematics). Points that it cannot decide are
// left to the next rung. Its sample points are the exact ones, each part rounded: with column and row numbers a and b
// and their sum, each rounded to u = 2^-53 of its size, an exact point is within 2 sqrt(2) u (|a| + |b|) of the kernel's.
import { parseFormula } from '../formula/parse.js';
import { compileKernel, countsType, type StartedKernel, startKernel } from '../kernel/kernel.js';
import { rangeOf, type SamplePoints } from '../kernel/points.js';
import { largestProved, openCount } from '../kernel/proof.js';
import type { KernelJob } from '../kernel/reference.js';
import { type Dyadic, decimalToFixed, dyadicToFixed, toDouble } from './dyadic.js';
import { type ReadView, spacingExponent } from './view.js';

/** The smallest spacing, as an exponent of 2: below, too many points stay open. Tuned on the views of bench/deep. */
const leastSpacing = -33;
/** Bits of the numbers that are rounded to doubles. */
const pointBits = 160;

const step = parseFormula('z^2 + c', {});

/** The doubles nearest to the sample points' numbers. */
function samplePoints({ view, center, ofRow, ofColumn }: ReadView): SamplePoints {
  const [re, im] = center.map((part) => decimalToFixed(part, pointBits)) as [bigint, bigint];
  const nearest = (base: bigint, added: Dyadic) =>
    toDouble({ m: base + dyadicToFixed(added, pointBits), e: -pointBits });
  const numbers = (length: number, of: (i: number) => number) =>
    Float64Array.from({ length }, (_, i) => of(i));
  return {
    rowRe: numbers(view.rows, (i) => nearest(0n, ofRow(i)[0])),
    rowIm: numbers(view.rows, (i) => nearest(im, ofRow(i)[1])),
    columnRe: numbers(view.columns, (i) => nearest(re, ofColumn(i)[0])),
    columnIm: numbers(view.columns, (i) => nearest(0n, ofColumn(i)[1])),
  };
}

/** What a kernel of double arithmetic needs to prove a view's counts. */
export interface PlainJob {
  readonly points: SamplePoints;
  readonly job: KernelJob;
  readonly module: WebAssembly.Module;
}

/** The module compiled last: workers count many slices of one view. */
let compiled: { readonly key: string; readonly module: WebAssembly.Module } | undefined;

/** The job that counts a view's points up to `iterations`; undefined if doubles without perturbation can prove no count. */
export function plainJob(read: ReadView, iterations: number): PlainJob | undefined {
  const { view, z0 } = read;
  const { radius: escape } = view;
  const isCritical = view.plane === 'parameter' && z0.every(({ digits }) => digits === 0n);
  // The count of open points must fit what counts are stored in.
  const fits = iterations + 1 < 2 ** 16 || (iterations >= 2 ** 16 && iterations < 2 ** 32 - 1);
  if (!isCritical || escape < 2 || escape > largestProved || !fits) return undefined;
  const points = samplePoints(read);
  const range = rangeOf(points);
  const proof = { off: range.reach * 2 ** -51, reach: range.reach };
  const job: KernelJob = { step, c: 'p', z0: [0, 0], iterations, escape, proof };
  const key = [iterations, escape, range.reach, range.leastImaginary].join();
  if (compiled?.key !== key) compiled = { key, module: compileKernel(job, range) };
  return { points, job, module: compiled.module };
}

export class PlainCounter {
  /** The kernel for rectangles of the last shape. */
  private started: { readonly shape: string; readonly kernel: StartedKernel } | undefined;

  private constructor(private readonly plain: PlainJob) {}

  /** A counter for a view; undefined if most points would stay open, or none can be proved. */
  static of(read: ReadView): PlainCounter | undefined {
    const plain = spacingExponent(read) >= leastSpacing ? plainJob(read, read.view.iterations) : undefined;
    return plain && new PlainCounter(plain);
  }

  /**
   * Counts a rectangle into `out`, row by row. Returns the indices there of the points that are open, and the number of
   * points that were counted with a whole tile.
   */
  count(
    top: number,
    left: number,
    rows: number,
    columns: number,
    out: Uint32Array,
  ): { open: number[]; filled: number } {
    const { job, module } = this.plain;
    const { rowRe, rowIm, columnRe, columnIm } = this.plain.points;
    const points = {
      rowRe: rowRe.subarray(top, top + rows),
      rowIm: rowIm.subarray(top, top + rows),
      columnRe: columnRe.subarray(left, left + columns),
      columnIm: columnIm.subarray(left, left + columns),
    };
    const shape = `${rows} x ${columns}`;
    if (this.started?.shape === shape)
      for (const name of ['rowRe', 'rowIm', 'columnRe', 'columnIm'] as const)
        this.started.kernel.points[name].set(points[name]);
    else this.started = { shape, kernel: startKernel(job, module, points) };
    const counts = new (countsType(job.iterations))(rows * columns);
    const { kernel } = this.started;
    const before = kernel.filled();
    kernel.count(0, rows, counts);
    const open: number[] = [];
    const most = openCount(job);
    out.set(counts);
    for (let i = counts.indexOf(most); i >= 0; i = counts.indexOf(most, i + 1)) open.push(i);
    return { open, filled: kernel.filled() - before };
  }
}
