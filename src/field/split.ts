// Arrays of rows cut into slices and joined again, as numpy's array_split and concatenate do.
import { sliceRange } from '../pool/slices.js';
import type { ComplexGrid } from '../scene/lattice.js';
import type { Field } from './field.js';

/**
 * Cuts a grid into `slices` bands of rows, as `np.array_split(grid, slices)` does. Each band has its own memory, so that
 * sending one to a worker copies only that one. With more slices than rows, some bands are empty. Throws RangeError if
 * `slices` is not a whole number from 1 on.
 */
export function arraySplit({ rows, columns, values }: ComplexGrid, slices: number): ComplexGrid[] {
  if (!(Number.isInteger(slices) && slices >= 1))
    throw new RangeError(`arraySplit: slices ${slices} must be a whole number from 1 on`);
  return Array.from({ length: slices }, (_, index) => {
    const { start, end } = sliceRange(rows, slices, index);
    return { rows: end - start, columns, values: values.slice(2 * columns * start, 2 * columns * end) };
  });
}

/**
 * Joins the counts of bands of the same width, first band on top, as `np.concatenate` does. Channels are omitted. Throws
 * RangeError without bands, or if their widths differ.
 */
export function concatenate(bands: readonly Field[]): Field {
  const [first] = bands;
  if (!first || bands.some((band) => band.columns !== first.columns))
    throw new RangeError('concatenate: must be given at least one band, all of the same number of columns');
  const rows = bands.reduce((sum, band) => sum + band.rows, 0);
  const wide = bands.some((band) => band.counts instanceof Uint32Array);
  const counts = new (wide ? Uint32Array : Uint16Array)(rows * first.columns);
  let at = 0;
  for (const band of bands) {
    counts.set(band.counts, at);
    at += band.counts.length;
  }
  return { rows, columns: first.columns, counts };
}
