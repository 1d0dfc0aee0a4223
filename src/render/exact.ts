// What workers do for the slices of scenes in exact arithmetic. reference.ts has the reference that all slices need;
// src/exact/ is the engine.
import { countExact, prepareReference } from '../exact/count.js';
import { countPoint } from '../exact/oracle.js';
import { emptyReport } from '../exact/report.js';
import type { ReferenceTables } from '../exact/tables.js';
import { type ExactView, readView } from '../exact/view.js';
import { largestTile } from '../kernel/cover.js';
import { type Counts, countsType } from '../kernel/kernel.js';
import type { SliceRange } from '../pool/slices.js';
import { addToSums, type Cell, cellParts, type ExactJob, type ExactReport, isExact } from './exact-job.js';
import type { PointValues } from './places.js';

/** As a worker: the reference of a view. */
export const makeReference = (view: ExactView, cell?: Cell): Promise<ReferenceTables> =>
  prepareReference(view, {
    onProgress:
      cell && ((done, total) => void Atomics.store(cell, 0, Math.floor((cellParts * done) / total))),
  });

let last: { readonly key: string; readonly tables: Promise<ReferenceTables> } | undefined;

/** The same by a worker that nobody sent the reference: it computes that once for all slices of a picture. */
export async function withOwnReference<J extends object>(job: J | ExactJob): Promise<J | ExactJob> {
  if (!isExact(job) || job.tables) return job;
  const { view } = job;
  const key = JSON.stringify(view);
  if (last?.key !== key) last = { key, tables: prepareReference(view) };
  try {
    return { view, tables: await last.tables };
  } catch (error) {
    last = undefined;
    throw error;
  }
}

/** Memory for counts of 32 bits where those of a slice have 16. */
let wide = new Uint32Array();

/** Counts the rows of a slice into it, a row of the picture's tiles at a time; tells how its points were settled. */
export function countExactRows(
  slice: Counts,
  { start, end }: Pick<SliceRange, 'start' | 'end'>,
  { view, tables, sums }: ExactJob,
): ExactReport {
  if (!tables) throw new Error('the reference of an exact picture is missing');
  const report = emptyReport();
  const { columns } = view;
  for (let from = start; from < end; ) {
    const to = Math.min(end, (Math.floor(from / largestTile) + 1) * largestTile);
    const length = (to - from) * columns;
    const at = (from - start) * columns;
    if (slice instanceof Uint32Array)
      countExact(view, tables, from, 0, to - from, columns, slice.subarray(at, at + length), report);
    else {
      if (wide.length < length) wide = new Uint32Array(length);
      const counts = wide.subarray(0, length);
      countExact(view, tables, from, 0, to - from, columns, counts, report);
      slice.set(counts, at);
    }
    from = to;
  }
  if (sums) addToSums(sums, report);
  return report;
}

/** The same for a slice of a shared field, whose report is in the sums. */
export function fillExactSlice(slice: Counts, range: SliceRange, job: ExactJob): void {
  countExactRows(slice, range, job);
}

/** Sides of the pieces that are measured. The first ones have the engine made and compiled, and are small. */
const sides = [4, 16, 64, 64, 64, 64, 64, 64, 64];
const warming = 2;
/** Those of formulas that big numbers alone count, a point of which may take seconds. */
const slowSides = [1, 2, 4, 8, 16, 32, 64, 64, 64];

/** How long exact arithmetic takes for a point, on average, in this thread: measured on pieces spread over the picture. */
export async function exactMilliseconds(job: ExactJob, atMost: number): Promise<number> {
  const { view, tables } = (await withOwnReference(job)) as Required<ExactJob>;
  let [points, milliseconds] = [0, 0];
  const all = view.step && !tables.formula ? slowSides : sides;
  for (const [i, most] of all.entries()) {
    const [rows, columns] = [Math.min(most, view.rows), Math.min(most, view.columns)];
    // In steps of 4 all nine places have their turn, far from each other.
    const place = (4 * i) % sides.length;
    const top = Math.floor(((view.rows - rows) * (Math.floor(place / 3) + 0.5)) / 3);
    const left = Math.floor(((view.columns - columns) * ((place % 3) + 0.5)) / 3);
    const begun = performance.now();
    countExact(view, tables, top, left, rows, columns, new Uint32Array(rows * columns));
    const took = performance.now() - begun;
    if (i < warming && took < 20 * atMost) continue;
    points += rows * columns;
    milliseconds += took;
    if (milliseconds >= atMost) break;
  }
  return milliseconds / points;
}

/** The oracle's counts of points, given by their places in the field. */
export function exactReferencePoints(places: readonly number[], { view }: ExactJob): PointValues {
  const read = readView(view);
  const { columns, iterations } = view;
  const counts = places.map((place) => countPoint(read, Math.floor(place / columns), place % columns));
  return { counts: new (countsType(iterations))(counts) };
}
