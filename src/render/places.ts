// Chooses the points of a field to compare with the oracle, independent of how the field is cut, and finds the first wrong
// one.
import type { ChannelName, Field } from '../field/field.js';

/** One of this number of points is verified, but at least `leastPoints`, or all if there are fewer. */
const oneOf = 100;
const leastPoints = 1000;

/**
 * The chosen places from `start` to before `end` in a field of `total` points, in ascending order: a random one in each of
 * equal parts of the field, so that no region is omitted.
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

/** A value that differs from the oracle's. */
export interface WrongValue {
  readonly row: number;
  readonly column: number;
  /** `count`, or the name of a channel. */
  readonly of: string;
  readonly counted: number;
  readonly expected: number;
}

/** The oracle's values of some points, in order. */
export type PointValues = Pick<Field, 'counts' | 'channels'>;

/**
 * The first value that differs from the oracle's, a count or a channel's, at some places of rows that start at `start`.
 */
export function findWrong(
  places: readonly number[],
  oracle: PointValues,
  { columns, counts, channels = {} }: Field,
  start: number,
): WrongValue | undefined {
  const names = Object.keys(oracle.channels ?? {}) as ChannelName[];
  for (const [i, place] of places.entries()) {
    const compared = [
      ['count', counts[place - start]!, oracle.counts[i]!] as const,
      ...names.map((name) => [name, channels[name]![place - start]!, oracle.channels![name]![i]!] as const),
    ];
    const wrong = compared.find(([, value, expected]) => !Object.is(value, expected));
    if (!wrong) continue;
    const [of, counted, expected] = wrong;
    return { row: Math.floor(place / columns), column: place % columns, of, counted, expected };
  }
  return undefined;
}

/** The number of that index in the sequence mulberry32 of a seed, from 0 up to but not 1 (Ettinger 2017, public domain). */
function random(seed: number, index: number): number {
  const state = (seed + Math.imul(0x6d2b79f5, index + 1)) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
