// Scenes in exact arithmetic: the engine's view of a scene, and what workers do for its slices. reference.ts has the
// reference that all slices need; src/exact/ is the engine.
import {
  countExact,
  type ExactReport,
  emptyReport,
  prepareReference,
  type ReferenceTables,
} from '../exact/count.js';
import { countPoint } from '../exact/oracle.js';
import { type ExactView, readView } from '../exact/view.js';
import { isQuadratic } from '../formula/expression.js';
import { parseFormula } from '../formula/parse.js';
import { largestTile } from '../kernel/cover.js';
import { type Counts, countsType } from '../kernel/kernel.js';
import type { SliceRange } from '../pool/slices.js';
import type { Constant } from '../scene/complex.js';
import type { Scene } from '../scene/scene.js';

export { type ExactReport, emptyReport };

/** A scene that exact arithmetic counts, made ready: what every worker is sent once. */
export interface ExactJob {
  readonly view: ExactView;
  /** What all slices need, once it is there, and how long that took. */
  readonly tables?: ReferenceTables | undefined;
  readonly seconds?: number | undefined;
  /** Shared memory to which slices add how they were settled, where their counts are all that comes back of them. */
  readonly sums?: BigInt64Array | undefined;
}

/** Rungs of the ladder that there may be. */
const mostRungs = 16;

/** Shared memory for the sums of a field's slices; undefined where none can be shared. */
export const sharedSums = (): BigInt64Array | undefined =>
  typeof SharedArrayBuffer === 'function'
    ? new BigInt64Array(new SharedArrayBuffer(8 * (2 + mostRungs)))
    : undefined;

function addToSums(sums: BigInt64Array, { tiles, points, undecided }: ExactReport): void {
  for (const [at, value] of [tiles, points, ...undecided].entries()) Atomics.add(sums, at, BigInt(value));
}

/** What slices added, as a report: rungs that no slice went up are left out. */
export function reportOf(sums: BigInt64Array): ExactReport {
  const [tiles, points, ...undecided] = Array.from(sums, Number) as [number, number, ...number[]];
  const rungs = 1 + undecided.findLastIndex((left) => left > 0);
  // The last of the rungs left none.
  return { tiles, points, undecided: rungs > 0 ? undecided.slice(0, rungs + 1) : [] };
}

/** How exact arithmetic settled the points of a picture. */
export interface ExactSummary {
  /** The reference orbit. */
  readonly reference: {
    /** Bits after its binary point. */
    readonly bits: number;
    /** Its steps. */
    readonly steps: number;
    /** The period of its nucleus, if there is one. */
    readonly period?: number | undefined;
    /** The time that it took. */
    readonly seconds: number;
  };
  /** Points that were settled together with their tile. */
  readonly tiles: number;
  /** Points that were followed one by one. */
  readonly points: number;
  /** Points that were undecided after each rung of the ladder; the last is 0. */
  readonly undecided: readonly number[];
}

/** What the engine is given of a scene that was checked. */
export function exactView({ formula, parameters, c, z0, view, iterations, escape }: Scene): ExactView {
  const { center, width, columns, rows, rotation = 0, samples = 1 } = view!;
  const zero = ['0', '0'] as const;
  const text = (value: Constant | 'p') =>
    value === 'p' ? zero : ([String(value[0]), String(value[1])] as const);
  const isParameter = c === 'p' || isQuadratic(parseFormula(formula, parameters)).isOfPoint;
  return {
    plane: isParameter ? 'parameter' : 'dynamical',
    ...{ center, width: String(width), rotation, iterations, radius: escape as number },
    ...{ columns: columns * samples, rows: rows * samples },
    ...{ c: isParameter ? zero : text(c), z0: isParameter ? text(z0) : zero },
  };
}

/** Where a worker says how far the reference is. */
export type Cell = Int32Array<SharedArrayBuffer>;

/** What it says when all is there. */
export const cellParts = 2 ** 20;

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

export const isExact = (job: object): job is ExactJob => 'view' in job;

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

/** Sides of the pieces that are measured. The first ones have the engine made and compiled, and are small. */
const sides = [4, 16, 64, 64, 64, 64, 64, 64, 64];
const warming = 2;

/** How long exact arithmetic takes for a point, on average, in this thread: measured on pieces spread over the picture. */
export async function exactMilliseconds(job: ExactJob, atMost: number): Promise<number> {
  const { view, tables } = (await withOwnReference(job)) as Required<ExactJob>;
  let [points, milliseconds] = [0, 0];
  for (const [i, most] of sides.entries()) {
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
export function exactReferencePoints(places: readonly number[], { view }: ExactJob): Counts {
  const read = readView(view);
  const { columns, iterations } = view;
  const counts = places.map((place) => countPoint(read, Math.floor(place / columns), place % columns));
  return new (countsType(iterations))(counts);
}

/** Adds one report to another. */
export function addReport(
  sum: ExactReport,
  { tiles, points, undecided }: Pick<ExactSummary, 'tiles' | 'points' | 'undecided'>,
): void {
  sum.tiles += tiles;
  sum.points += points;
  undecided.forEach((left, rung) => {
    sum.undecided[rung] = (sum.undecided[rung] ?? 0) + left;
  });
}

/** What is told of a job whose slices are done. */
export function summaryOf({ tables, seconds = 0 }: ExactJob, settled: ExactReport): ExactSummary {
  const { bits, steps, period } = tables!.header;
  return { reference: { bits, steps, ...(period !== undefined && { period }), seconds }, ...settled };
}
