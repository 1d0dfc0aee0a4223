// The sample points as the kernel takes them: a number for each row and each column, whatever the view.
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

/** No sample point has a larger modulus. */
export function reachOf({ rowRe, rowIm, columnRe, columnIm }: SamplePoints): number {
  const most = (...arrays: Float64Array[]) =>
    arrays.reduce((sum, array) => sum + array.reduce((most, each) => Math.max(most, Math.abs(each)), 0), 0);
  return (most(rowRe, columnRe) + most(rowIm, columnIm)) * (1 + 2 ** -50);
}
