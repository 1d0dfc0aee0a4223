// How rows are cut into slices: the single definition for arrays, fields and shared results.
import { attempt } from './cloning.js';

/** A slice: the rows from `start` up to, but excluding, `end`, and its index among all slices. */
export interface SliceRange {
  /** Its index among all slices, from 0. */
  readonly index: number;
  /** Its first row. */
  readonly start: number;
  /** The row after its last; equal to `start` if the slice is empty. */
  readonly end: number;
}

/**
 * The slice with this index when `rows` rows are cut into `slices` slices as by numpy's `array_split`: the first
 * `rows % slices` slices have one row more than the others. If there are more slices than rows, some are empty.
 * Arguments are whole numbers and not checked: `slices` from 1, `index` from 0 to `slices - 1`.
 */
export function sliceRange(rows: number, slices: number, index: number): SliceRange {
  const size = Math.floor(rows / slices);
  const larger = rows % slices;
  const start = index * size + Math.min(index, larger);
  return { index, start, end: start + size + (index < larger ? 1 : 0) };
}

/** Given the number of slices, returns their indices, each once, in the order in which they are begun. */
export type SliceOrder = (slices: number) => readonly number[];

/** The slice indices in the given order. Throws RangeError unless each occurs exactly once. */
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
