// How rows are cut into slices: the one place that says it, for arrays, fields and shared results alike.

/** A slice: the rows from `start` up to but not `end`, and its number among all slices, from 0. */
export interface SliceRange {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The slice of that number when `rows` rows are cut into `slices` slices, as numpy's `array_split` cuts: the first
 * `rows % slices` of them have one row more than the others. More slices than rows gives empty slices.
 */
export function sliceRange(rows: number, slices: number, index: number): SliceRange {
  const size = Math.floor(rows / slices);
  const larger = rows % slices;
  const start = index * size + Math.min(index, larger);
  return { index, start, end: start + size + (index < larger ? 1 : 0) };
}
