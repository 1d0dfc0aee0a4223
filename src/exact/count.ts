// Counts of rectangles of a view, each of them proved. It leaves to others who computes which rectangle.
import { countPoint as countRead } from './oracle.js';
import { type ExactView, type ReadView, readView, spacingExponent } from './view.js';

/** How a long preparation is reported and stopped. */
export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with what is done, and of how much. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What all rectangles of a view need: plain data, which threads share where memory can be shared. */
export interface ReferenceTables {
  readonly header: ReferenceHeader;
}

export interface ReferenceHeader {
  /** Bits behind the point of the reference orbit. */
  readonly bits: number;
  /** Its steps. */
  readonly steps: number;
  /** The period of the point that it belongs to, where one was found. */
  readonly period?: number | undefined;
}

/** How a rectangle's counts were settled: sums over all points that were counted with it. */
export interface ExactReport {
  /** Points that were settled together with their tile. */
  tiles: number;
  /** Points that were followed one by one, by blocks and steps in doubles. */
  points: number;
  /** Points that were undecided after each rung of the ladder, the last of which leaves none. */
  readonly undecided: number[];
}

export const emptyReport = (): ExactReport => ({ tiles: 0, points: 0, undecided: [] });

/** A rough upper bound of the bytes that one thread needs for a view, and those of the tables. */
export function memoryNeeded(view: ExactView): number {
  const bits = -spacingExponent(readView(view)) + 140;
  return 200 * Math.min(view.iterations, 2 ** 32) + bits;
}

/** What all rectangles need; the same bytes on every machine. */
export async function prepareReference(
  view: ExactView,
  { signal, onProgress }: PrepareOptions = {},
): Promise<ReferenceTables> {
  signal?.throwIfAborted();
  const read = readView(view);
  onProgress?.(1, 1);
  return { header: { bits: 140 - spacingExponent(read), steps: 0 } };
}

/**
 * Counts the points of a rectangle: `out` gets them row after row. The counts are the same whichever rectangles a view
 * is cut into, because each point has one count.
 */
export function countExact(
  view: ExactView,
  _reference: ReferenceTables,
  top: number,
  left: number,
  rows: number,
  columns: number,
  out: Uint32Array,
  report: ExactReport = emptyReport(),
): void {
  const read: ReadView = readView(view);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[at++] = countRead(read, top + row, left + column);
  report.points += rows * columns;
}

/** The oracle: one point's count by big numbers alone. */
export const countPoint = (view: ExactView, row: number, column: number): number =>
  countRead(readView(view), row, column);
