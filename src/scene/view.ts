// A view: the usual sample points of a picture, the middles of its pixels. The real axis points right, the imaginary
// axis up. The lesson's sample points are lattice.ts's.

/** A rectangle of the plane, `columns x rows` square pixels. */
export interface View {
  /** Its middle, in decimal numbers, so that a deep zoom loses no digit. */
  readonly center: readonly [re: string, im: string];
  readonly width: number;
  /** Pixels from left to right and from top to bottom. */
  readonly columns: number;
  readonly rows: number;
  readonly samples?: number | undefined;
}

/**
 * What each column adds to the real and each row to the imaginary part, as the kernel takes them: pixel [i][j] is
 * cx + (j + 0.5 - columns/2) s + i (cy - (i + 0.5 - rows/2) s), where s = width/columns. -0 added changes no number.
 */
export function viewPoints({ center, width, columns, rows }: View) {
  const spacing = width / columns;
  const [re, im] = [Number(center[0]), Number(center[1])];
  return {
    rowRe: new Float64Array(rows).fill(-0),
    rowIm: Float64Array.from({ length: rows }, (_, i) => im - (i + 0.5 - rows / 2) * spacing),
    columnRe: Float64Array.from({ length: columns }, (_, j) => re + (j + 0.5 - columns / 2) * spacing),
    columnIm: new Float64Array(columns).fill(-0),
  };
}

/** How far from 0 a part of a sample point may be. */
export function farthestOf({ center, width, columns, rows }: View): number {
  const [re, im] = center.map((part) => Math.abs(Number(part))) as [number, number];
  return Math.max(re + width / 2, im + ((width / columns) * rows) / 2);
}

/** The width below which neighbours among the sample points may be one double. */
export const leastWidth = (view: View): number => 2 ** -52 * farthestOf(view) * view.columns;
