// The sample points as the kernel's input: a number for each row and each column, for any view.
import type { Complex } from '../scene/complex.js';

/** The sample point at [row][column] is (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]). */
export interface SamplePoints {
  readonly rowRe: Float64Array;
  readonly rowIm: Float64Array;
  readonly columnRe: Float64Array;
  readonly columnIm: Float64Array;
}

export const pointAt = (
  { rowRe, rowIm, columnRe, columnIm }: SamplePoints,
  row: number,
  column: number,
): Complex => [rowRe[row]! + columnRe[column]!, rowIm[row]! + columnIm[column]!];

/** Bounds that hold for all sample points. */
export interface PointRange {
  /** No modulus is larger. */
  readonly reach: number;
  /** No nonzero imaginary part has a smaller modulus. */
  readonly leastImaginary: number;
}

export function rangeOf({ rowRe, rowIm, columnRe, columnIm }: SamplePoints): PointRange {
  const most = (...arrays: Float64Array[]) =>
    arrays.reduce((sum, array) => sum + array.reduce((most, each) => Math.max(most, Math.abs(each)), 0), 0);
  const reach = (most(rowRe, columnRe) + most(rowIm, columnIm)) * (1 + 2 ** -50);
  const least = (array: Float64Array) =>
    array.reduce((least, each) => (each === 0 ? least : Math.min(least, Math.abs(each))), Infinity);
  // A sum of two is a multiple of the smaller one's last place.
  return { reach, leastImaginary: Math.min(least(rowIm), least(columnIm)) * 2 ** -53 };
}
