// The functions that the workers run. They stand in a module of their own, because a worker gets a function by the name
// under which a module exports it.
import { type Complex, type ComplexGrid, escapeCounts, type Field } from 'mandoline';
import type { SliceRange } from 'mandoline/pool';
import { pointByPoint } from './plain.js';

/** What does not change from slice to slice. */
export interface Parameters {
  readonly iterations: number;
  readonly c: Complex;
  /** Counts by a plain loop instead of the library's vector instructions. */
  readonly plain?: boolean;
}

/** For each point of the grid: how many of the iterations of z := z^2 + c leave it finite. */
export function juliaSet(grid: ComplexGrid, parameters: Parameters): Field {
  return parameters.plain ? pointByPoint(grid, parameters) : escapeCounts(grid, parameters);
}

/** The same for the rows of one slice, whose points are made here, straight into the memory that all share. */
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
