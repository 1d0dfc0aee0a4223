// A field that others compute, into which bands are put, and the bands of a picture that are made of it once all its rows are
// there. Who computes it is for others to say.
import type { Field } from '../field/field.js';
import type { SliceRange } from '../pool/slices.js';
import { type Band, type BandJob, bandField, finishBand, now } from './band.js';

type Numbers = Field['counts'];

/** The arrays of a field by their names, always in the same order. */
export const arraysOf = ({ counts, channels }: Field): [name: string, numbers: Numbers][] => [
  ['counts', counts],
  ...(Object.entries(channels ?? {}) as [string, Numbers][]).sort(([a], [b]) => (a < b ? -1 : 1)),
];

/** Copies the rows of a band to where they belong in a field with the same arrays. */
export function placeRows(field: Field, band: Band): void {
  const from = arraysOf(band);
  arraysOf(field).forEach(([, numbers], i) => {
    numbers.set(from[i]![1], band.start * field.columns);
  });
}

/** As `computeBand`, but the numbers are the field's. */
export function gatheredBand(range: SliceRange, job: BandJob, field: Field): Band {
  const begun = now();
  const band = bandField(range, job);
  const [start, end] = [range.start * field.columns, range.end * field.columns];
  const from = new Map(arraysOf(field));
  for (const [name, numbers] of arraysOf(band)) numbers.set(from.get(name)!.subarray(start, end));
  return finishBand(range, job, begun, band);
}
