// The lesson's sample points, identical to numpy's. Sources: numpy's documentation of `arange`, and its C code
// (multiarray/ctors.c: length and step; arraytypes: fill).
import { LimitError } from '../errors.js';

/** The sample points: a square around 0 from `-extent` to `extent`, with `cells` points from the centre to the edge. */
export interface Lattice {
  /** Half the side of the square, from 1e-300 to 8e307. */
  readonly extent: number;
  /** A whole number from 1 to 46340. */
  readonly cells: number;
}

/** `rows * columns` complex numbers, row after row, real and imaginary part in turn, as numpy's complex128. */
export interface ComplexGrid {
  /** Number of rows. */
  readonly rows: number;
  /** Numbers per row. */
  readonly columns: number;
  /** `2 * rows * columns` doubles. */
  readonly values: Float64Array;
}

/** Points of one axis of the lattice: `2 * cells`, or one more because of rounding. */
export function axisLength({ extent, cells }: Lattice): number {
  return Math.ceil((extent - -extent) / (extent / cells));
}

/**
 * The sample points of one axis, as `np.arange(-extent, extent, extent / cells)` fills them:
 * `start + i * delta`, where delta is the rounded difference of the first two points. `2 * cells` of them, or one more
 * because of rounding. Throws RangeError if `extent` is not above 0 or `cells` is not a whole number from 1 on.
 */
export function latticeAxis(lattice: Lattice): Float64Array {
  const { extent, cells } = lattice;
  if (!(extent > 0 && extent < Infinity && Number.isInteger(cells) && cells >= 1))
    throw new RangeError(
      `extent ${extent}, cells ${cells}: must be a number above 0, and a whole number from 1 on`,
    );
  const start = -extent;
  const delta = start + extent / cells - start;
  return Float64Array.from({ length: axisLength(lattice) }, (_, i) => start + i * delta);
}

/** What each row adds to the real part and each column to the imaginary part, for the kernel. */
export function latticePoints(lattice: Lattice) {
  const axis = latticeAxis(lattice);
  // -0 added changes no number.
  const nothing = new Float64Array(axis.length).fill(-0);
  return { rowRe: axis, rowIm: nothing, columnRe: nothing, columnIm: axis };
}

/**
 * The grid of complex numbers `axis[row] + i * axis[column]`, `axis` being `latticeAxis({ extent, cells })`, in numpy's
 * layout: 16 bytes per point, so `complexGrid(2, 2000)` needs 256 MB. Throws RangeError as `latticeAxis` does, and
 * LimitError if it does not fit into one array of at most 4 GiB.
 */
export function complexGrid(extent: number, cells: number): ComplexGrid {
  const axis = latticeAxis({ extent, cells });
  const size = axis.length;
  const bytes = 16 * size * size;
  if (bytes > 2 ** 32) throw new LimitError('a grid of complex numbers', bytes, 2 ** 32);
  const values = new Float64Array(2 * size * size);
  for (let row = 0, at = 0; row < size; row++) {
    const re = axis[row]!;
    for (let column = 0; column < size; column++) {
      values[at++] = re;
      values[at++] = axis[column]!;
    }
  }
  return { rows: size, columns: size, values };
}
