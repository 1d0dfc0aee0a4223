// A scene in exact arithmetic as the engine views it, and how its points were settled. What workers do for its slices is
// exact.ts's, which pages load with their workers and not themselves.

import type { ExactReport } from '../exact/report.js';
import type { ReferenceTables } from '../exact/tables.js';
import type { ExactView } from '../exact/view.js';
import { isQuadratic, p, substitute } from '../formula/expression.js';
import { parseFormula } from '../formula/parse.js';
import { isFast } from '../scene/arithmetic.js';
import type { Constant } from '../scene/complex.js';
import type { Scene } from '../scene/scene.js';

export { type ExactReport, emptyReport } from '../exact/report.js';

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

export function addToSums(sums: BigInt64Array, { tiles, points, undecided }: ExactReport): void {
  for (const [at, value] of [tiles, points, ...undecided].entries()) Atomics.add(sums, at, BigInt(value));
}

/** What slices added, as a report: rungs that no slice went up are left out. */
export function reportOf(sums: BigInt64Array): ExactReport {
  const [tiles, points, ...undecided] = Array.from(sums, (_, at) => Number(Atomics.load(sums, at))) as [
    number,
    number,
    ...number[],
  ];
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
export function exactView(scene: Scene): ExactView {
  const { formula, parameters, c, z0, view, iterations, escape } = scene;
  const { center, width, columns, rows, rotation = 0, samples = 1 } = view!;
  const zero = ['0', '0'] as const;
  const text = (value: Constant | 'p') =>
    value === 'p' ? zero : ([String(value[0]), String(value[1])] as const);
  const step = parseFormula(formula, parameters);
  const isPlain = isFast(scene);
  const isParameter = isPlain ? c === 'p' || isQuadratic(step).isOfPoint : z0 !== 'p';
  return {
    ...(!isPlain && { step: c === 'p' ? substitute(step, 'c', p) : step }),
    plane: isParameter ? 'parameter' : 'dynamical',
    center,
    width: String(width),
    rotation,
    iterations,
    radius: escape as number,
    columns: columns * samples,
    rows: rows * samples,
    c: isPlain && isParameter ? zero : text(c),
    z0: isParameter ? text(z0) : zero,
  };
}

export const isExact = (job: object): job is ExactJob => 'view' in job;

/** Where a worker says how far the reference is. */
export type Cell = Int32Array<SharedArrayBuffer>;

/** What it says when all is there. */
export const cellParts = 2 ** 20;

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
