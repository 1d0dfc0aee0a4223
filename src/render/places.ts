// Which points of a field are held against the oracle, the same ones however the field is cut, and which is wrong.
import type { Field } from '../field/field.js';

/** One of so many points is verified, but at least `leastPoints`, or all where there are fewer. */
const oneOf = 100;
const leastPoints = 1000;

/**
 * The chosen places from `start` up to but not `end` in a field of `total` points, rising: one at random in each of
 * equal parts of the field, so that no region is left out.
 */
export function placesWithin(start: number, end: number, total: number, seed: number): number[] {
  const parts = Math.min(total, Math.max(leastPoints, Math.ceil(total / oneOf)));
  const placeIn = (part: number) => Math.floor(((part + random(seed, part)) * total) / parts);
  const first = Math.max(0, Math.floor((start * parts) / total) - 1);
  const last = Math.min(parts - 1, Math.ceil((end * parts) / total));
  return Array.from({ length: last - first + 1 }, (_, i) => placeIn(first + i)).filter(
    (place) => place >= start && place < end,
  );
}

/** A count that the oracle does not confirm. */
export interface WrongCount {
  readonly row: number;
  readonly column: number;
  readonly counted: number;
  readonly expected: number;
}

/** The first of some places whose count, in rows that begin at place `start`, is not what is expected there. */
export function findWrong(
  places: readonly number[],
  expected: readonly number[],
  { columns, counts }: Field,
  start: number,
): WrongCount | undefined {
  const index = places.findIndex((place, i) => counts[place - start] !== expected[i]);
  const place = places[index];
  if (place === undefined) return undefined;
  const [row, column] = [Math.floor(place / columns), place % columns];
  return { row, column, counted: counts[place - start]!, expected: expected[index]! };
}

/** The number of that index in the sequence mulberry32 of a seed, from 0 up to but not 1 (Ettinger 2017, public domain). */
function random(seed: number, index: number): number {
  const state = (seed + Math.imul(0x6d2b79f5, index + 1)) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
