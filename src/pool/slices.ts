// How rows are cut into slices: the one place that says it, for arrays, fields and shared results alike.
import { attempt } from './cloning.js';

/** A slice: the rows from `start` up to but not `end`, and its number among all slices, from 0. */
export interface SliceRange {
  /** Its number among all slices, from 0. */
  readonly index: number;
  /** Its first row. */
  readonly start: number;
  /** The row behind its last; where it is empty, `start`. */
  readonly end: number;
}

/**
 * The slice of that number when `rows` rows are cut into `slices` slices, as numpy's `array_split` cuts: the first
 * `rows % slices` of them have one row more than the others. More slices than rows gives empty slices. Whole numbers,
 * unchecked: `slices` from 1 on, `index` from 0 to `slices - 1`.
 */
export function sliceRange(rows: number, slices: number, index: number): SliceRange {
  const size = Math.floor(rows / slices);
  const larger = rows % slices;
  const start = index * size + Math.min(index, larger);
  return { index, start, end: start + size + (index < larger ? 1 : 0) };
}

/** Given how many slices there are: their numbers, each once, in the order in which they are begun. */
export type SliceOrder = (slices: number) => readonly number[];

/** The numbers of so many slices in an order. Throws RangeError where they are not all there, each once. */
export function orderedSlices(slices: number, order: SliceOrder | undefined): readonly number[] | undefined {
  if (order === undefined) return undefined;
  const given = order(slices);
  const numbers = attempt(() => Array.from(given, Number), []);
  const sorted = Float64Array.from(numbers).sort();
  if (!(sorted.length === slices && sorted.every((slice, i) => slice === i)))
    throw new RangeError(
      `order: must give the numbers of the ${slices} slices, 0 to ${slices - 1}, each once`,
    );
  return numbers;
}
