// A field whose slices several programs compute, and the bands of the picture made of it when all rows are present. The
// callers decide which program computes which slice.
import type { Field } from '../field/field.js';
import type { SliceRange } from '../pool/slices.js';
import {
  type Band,
  type BandJob,
  bandField,
  computeField,
  finishBand,
  finishRows,
  now,
  type Rows,
} from './band.js';

type Numbers = Field['counts'];

/** The arrays of a field by their names, always in the same order. */
export const arraysOf = ({ counts, channels }: Field): [name: string, numbers: Numbers][] => [
  ['counts', counts],
  ...(Object.entries(channels ?? {}) as [string, Numbers][]).sort(([a], [b]) => (a < b ? -1 : 1)),
];

/** Some rows of a field, in its memory. */
export function rowsOf(field: Field, start: number, rows: number): Field {
  const [from, to] = [start * field.columns, (start + rows) * field.columns];
  const [[, counts], ...channels] = arraysOf(field).map(
    ([name, numbers]) => [name, numbers.subarray(from, to)] as const,
  ) as [[string, Numbers], ...[string, Numbers][]];
  return {
    rows,
    columns: field.columns,
    counts,
    ...(field.channels && { channels: Object.fromEntries(channels) }),
  };
}

/** Computes some rows: where they belong in a field, or into their slot where this program does not have it. */
export function computeRows(range: SliceRange, job: BandJob, field: Field | undefined): Rows {
  const begun = now();
  const rows = field ? rowsOf(field, range.start, range.end - range.start) : bandField(range, job);
  const settled = computeField(range, job, rows);
  return { ...finishRows(range, job, begun, rows), ...(settled && { settled }) };
}

/** As `computeBand`, but the numbers are the field's. */
export function gatheredBand(range: SliceRange, job: BandJob, field: Field): Band {
  const begun = now();
  const band = bandField(range, job);
  const from = new Map(arraysOf(rowsOf(field, range.start, band.rows)));
  for (const [name, numbers] of arraysOf(band)) numbers.set(from.get(name)!);
  return finishBand(range, job, begun, band);
}
