// The views of the exact engine: rectangles of sample points at exactly defined places, in either plane.
// A view's numbers are decimal or dyadic and are used with all digits, so that each point has one count.
import type { Expression } from '../formula/expression.js';
import { cosAndSin } from '../rotation.js';
import {
  binaryExponent,
  type Decimal,
  type Dyadic,
  decimalQuotient53,
  decimalToFixed,
  dyadicOf,
  exponentOf,
  negative,
  parseDecimal,
  product53,
  sum,
} from './dyadic.js';

/** A view as passed by a caller. */
export interface ExactView {
  /**
   * The step of a formula other than z^2 + c. Its `p` is the sample point, and its `c` the constant `c`; where c is the
   * sample point, the step has p in its place.
   */
  readonly step?: Expression | undefined;
  /** Whether the sample point is c (z starts at `z0`) or the first z (with the constant `c`). */
  readonly plane: 'parameter' | 'dynamical';
  /** The centre, in decimals with any number of digits and any exponent. */
  readonly center: readonly [re: string, im: string];
  /** The width, a decimal with any exponent. */
  readonly width: string;
  /** The rectangle's rotation in degrees, as in a `View`. */
  readonly rotation: number;
  /** Sample points per row: the pixels' columns times the samples per pixel. */
  readonly columns: number;
  /** Rows of sample points. */
  readonly rows: number;
  /** The constant of the dynamical plane, and of a step. */
  readonly c: readonly [re: string, im: string];
  /** The first z in the parameter plane. */
  readonly z0: readonly [re: string, im: string];
  /** The escape radius: a point has escaped when |z| exceeds it. */
  readonly radius: number;
  /** From 1 to 2^32 - 1. */
  readonly iterations: number;
}

/** A complex number as two decimals. */
export type DecimalPair = readonly [re: Decimal, im: Decimal];
export type DyadicPair = readonly [re: Dyadic, im: Dyadic];

/** A view with its numbers parsed. */
export interface ReadView {
  readonly view: ExactView;
  readonly center: DecimalPair;
  readonly c: DecimalPair;
  readonly z0: DecimalPair;
  /** width / columns, rounded to 53 bits. */
  readonly spacing: Dyadic;
  /** A sample point's exact offset from the centre: the sum of its row's and its column's. */
  offset(row: number, column: number): DyadicPair;
  ofRow(row: number): DyadicPair;
  ofColumn(column: number): DyadicPair;
}

/** Just outside this radius, the square of |z| is still a double. */
const largestRadius = 1e70;

function read(text: string, what: string): Decimal {
  const value = parseDecimal(text);
  if (!value) throw new RangeError(`${what}: ${JSON.stringify(text)} is not a decimal number`);
  return value;
}

/**
 * Parses a view. Point [i][j] is the centre plus dx - i dy with dx = (j + 0.5 - columns/2) s to the right and
 * dy = (i + 0.5 - rows/2) s downwards, each rounded once to 53 bits with any exponent; rotated by t it is
 * (dx cos t + dy sin t) + i (dx sin t - dy cos t), each product rounded once and the sums exact.
 */
export function readView(view: ExactView): ReadView {
  const pair = ([re, im]: readonly [string, string], what: string): DecimalPair => [
    read(re, what),
    read(im, what),
  ];
  const { columns, rows } = view;
  const width = read(view.width, 'width');
  if (width.digits <= 0n) throw new RangeError(`width: ${view.width} must be above 0`);
  if (!(view.radius > 0 && view.radius <= largestRadius))
    throw new RangeError(`radius: ${view.radius} must be above 0 and at most ${largestRadius}`);
  if (!Number.isFinite(view.rotation)) throw new RangeError(`rotation: ${view.rotation} is not a number`);
  const spacing = decimalQuotient53(width, BigInt(columns));
  const [cos, sin] = cosAndSin(view.rotation).map(dyadicOf) as [Dyadic, Dyadic];
  const along = (i: number, length: number) => product53({ m: BigInt(2 * i + 1 - length), e: -1 }, spacing);
  const ofRow = (row: number): DyadicPair => {
    const dy = along(row, rows);
    return [product53(dy, sin), negative(product53(dy, cos))];
  };
  const ofColumn = (column: number): DyadicPair => {
    const dx = along(column, columns);
    return [product53(dx, cos), product53(dx, sin)];
  };
  return {
    view,
    center: pair(view.center, 'center'),
    c: pair(view.c, 'c'),
    z0: pair(view.z0, 'z0'),
    spacing,
    ofRow,
    ofColumn,
    offset(row, column) {
      const [down, across] = [ofRow(row), ofColumn(column)];
      return [sum(across[0], down[0]), sum(across[1], down[1])];
    },
  };
}

/** floor(log2) of the spacing of the sample points. */
export const spacingExponent = ({ spacing }: ReadView): number => exponentOf(spacing);

/** The smallest spacings for doubles and for double-double, as exponents of 2. */
const leastDouble = -940;
const leastPair = -880;
/** Whether a view needs doubles with their own exponent. */
export const isScaled = (read: ReadView): boolean => spacingExponent(read) < leastDouble;
/** Whether double-double can tell a view's points apart. */
export const fitsPair = (read: ReadView): boolean => spacingExponent(read) >= leastPair;

/** A pair of decimals in fixed point, rounded down. */
export const pairToFixed = ([re, im]: DecimalPair, bits: number): [bigint, bigint] => [
  decimalToFixed(re, bits),
  decimalToFixed(im, bits),
];

/** log2 of a bound, an integer, of the sample points' offsets from the centre. */
export function reachExponent({ view, spacing }: ReadView): number {
  const { columns, rows } = view;
  return exponentOf(spacing) + 2 + binaryExponent(Math.sqrt(columns * columns + rows * rows) / 2 + 1);
}

/** An upper bound of the modulus of a pair. */
export function modulusBound([re, im]: DecimalPair): number {
  const part = (value: Decimal) => Math.abs(Number(`${value.digits}e${value.exponent}`));
  const [x, y] = [part(re), part(im)];
  return Math.sqrt(x * x + y * y) * (1 + 2 ** -40);
}
