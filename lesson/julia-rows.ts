// What the workers run where memory is shared: one slice of the rows, straight to where its counts belong.
import type { SliceRange } from 'mandoline/pool';
import { juliaSet, type Parameters } from './julia.js';

/** Makes the points of the slice's rows, from the numbers of the grid's axis, and counts them. */
export function juliaRows(
  counts: Uint16Array,
  { start, end }: SliceRange,
  axis: Float64Array,
  parameters: Parameters,
): void {
  const values = new Float64Array(2 * counts.length);
  let at = 0;
  for (let row = start; row < end; row++) {
    for (const im of axis) {
      values[at++] = axis[row]!;
      values[at++] = im;
    }
  }
  counts.set(juliaSet({ rows: end - start, columns: axis.length, values }, parameters).counts);
}

/** The same for points that are in shared memory, too. */
export function juliaPoints(
  counts: Uint16Array,
  { start, end }: SliceRange,
  points: Float64Array,
  parameters: Parameters,
): void {
  const columns = counts.length / (end - start);
  const values = points.subarray(2 * start * columns, 2 * end * columns);
  counts.set(juliaSet({ rows: end - start, columns, values }, parameters).counts);
}
