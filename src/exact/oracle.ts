// The oracle of the exact engine: the count of one sample point of z^2 + c, slow but evidently correct. It follows a
// ball that contains z: a centre in fixed point of P bits, and a radius e in units of 2^-P. For |zeta - z| <= e,
//   |zeta^2 - z^2| = |(zeta - z)(2 z + (zeta - z))| <= 2 |z| e + e^2,
// and the two products and c are rounded down, which adds less than 3 units to each part: less than 5 to the radius.
// While nothing is rounded, the radius is 0 and z itself is compared. If |z| is too near the escape radius R to decide,
// the orbit is computed once in rational numbers, if they are short enough; otherwise, or if the ball is too large, the
// oracle retries with a third more bits. Ball arithmetic: van der Hoeven, "Ball arithmetic", 2009. Other formulas are
// followed by formula-oracle.ts.
import { bitLength, type Dyadic, dyadicOf, dyadicToFixed, sumToFixed } from './dyadic.js';
import { formulaOrbit } from './formula-oracle.js';
import { type Attempt, mostRationalBits, type PointOrbit, type Sum } from './point-orbit.js';
import { exceeds } from './rationals.js';
import { type DyadicPair, type ReadView, spacingExponent } from './view.js';

/** An orbit's start and its constant. */
interface Start {
  readonly z: Sum;
  readonly c: Sum;
}

/** The most bits tried: beyond, |z| may equal the radius and cannot be decided. */
const mostBits = 2 ** 25;

const nothing: Dyadic = { m: 0n, e: 0 };
const zero: DyadicPair = [nothing, nothing];

/** What an oracle follows for sample point [row][column]. */
function orbitOf(read: ReadView, row: number, column: number): PointOrbit {
  const { view, center, c, z0 } = read;
  const { iterations, radius, step } = view;
  const point: Sum = [center, read.offset(row, column)];
  const isParameter = view.plane === 'parameter';
  const z: Sum = isParameter ? [z0, zero] : point;
  if (step) return formulaOrbit({ step, z, c: [c, zero], p: point }, iterations, radius);
  const start: Start = { z, c: isParameter ? point : [c, zero] };
  return {
    follow: (bits, insideAt) => follow(start, iterations, radius, bits, insideAt),
    compare: (exact, n) => compareRational(start, exact, n),
  };
}

/** The proved count of sample point [row][column]; `margin`: initial bits beyond those that distinguish points. */
export function countPoint(read: ReadView, row: number, column: number, margin = 130): number {
  const orbit = orbitOf(read, row, column);
  const radius = dyadicOf(read.view.radius);
  const insideAt = new Set<number>();
  let bits = Math.max(64, -spacingExponent(read), -radius.e) + margin;
  for (;;) {
    const attempt = orbit.follow(bits, insideAt);
    if ('count' in attempt) return attempt.count;
    const { undecided, isSmall } = attempt;
    const isOutside = isSmall ? orbit.compare(radius, undecided) : undefined;
    if (isOutside) return undecided - 1;
    if (isOutside === false) insideAt.add(undecided);
    else bits += Math.ceil(bits / 3);
    if (bits > mostBits)
      throw new RangeError(`point [${row}][${column}]: step ${undecided} is not decided by ${mostBits} bits`);
  }
}

/** A double raised above any rounding error in its computation. */
const above = (value: number) => value * (1 + 2 ** -40);

function follow(
  start: Start,
  iterations: number,
  radius: number,
  bits: number,
  insideAt: ReadonlySet<number>,
): Attempt {
  const part = ([decimals, dyadics]: Sum, i: 0 | 1) => sumToFixed(decimals[i], dyadics[i], bits);
  let [[x, exactX], [y, exactY]] = [part(start.z, 0), part(start.z, 1)];
  const [[cx, exactCx], [cy, exactCy]] = [part(start.c, 0), part(start.c, 1)];
  const [shift, halfShift, mask] = [BigInt(bits), BigInt(bits - 1), (1n << BigInt(bits)) - 1n];
  const toTop = BigInt(bits - 60);
  const fixedRadius = dyadicToFixed(dyadicOf(radius), bits);
  // The ball's radius is e 2^(scale - bits), so that e fits a double for any number of bits.
  let [e, scale] = [exactX && exactY ? 0 : 4, 0];
  let unit = 2 ** -bits;
  let added = 5;
  let isExact = e === 0 && exactCx && exactCy;
  const top = (value: bigint) => Number(value >> toTop) * 2 ** -60;
  let modulus = rootOf(top(x), top(y));
  for (let n = 1; n <= iterations; n++) {
    const size = e * unit + 1e-300;
    const [product, cross] = [(x - y) * (x + y), x * y];
    isExact &&= (product & mask) === 0n && (cross & (mask >> 1n)) === 0n;
    x = (product >> shift) + cx;
    y = (cross >> halfShift) + cy;
    e = isExact ? 0 : above(e * (2 * modulus + size)) + added;
    if (e > 2 ** 500) {
      e *= 2 ** -500;
      scale += 500;
      unit = 2 ** (scale - bits);
      // At this size, smaller additions would be lost.
      added = e * 2 ** -100;
    }
    modulus = rootOf(top(x), top(y));
    const slack = e * unit * (1 + 2 ** -40) + modulus * 2 ** -40;
    if (modulus + slack <= radius) continue;
    const side = modulus - slack > radius ? 'outside' : sideOf(x, y, e, scale, unit, fixedRadius, radius);
    if (side === 'outside') return { count: n - 1 };
    if (side === 'near' && !insideAt.has(n))
      return { undecided: n, isSmall: e * unit < radius * 2 ** -30 && !isExact };
  }
  return { count: iterations };
}

/** Exceeds the modulus of x + i y, whose parts are truncated to 60 bits, by less than 2^-57 and 4 roundings. */
const rootOf = (x: number, y: number) => Math.sqrt(x * x + y * y) + 2 ** -58;

/** Decides with integers on which side of the escape circle a ball is. */
function sideOf(
  x: bigint,
  y: bigint,
  e: number,
  scale: number,
  unit: number,
  fixedRadius: bigint,
  radius: number,
): 'inside' | 'outside' | 'near' {
  if (!(e * unit < radius)) return 'near';
  const square = x * x + y * y;
  const ball = BigInt(Math.ceil(e)) << BigInt(scale);
  const [inner, outer] = [fixedRadius - ball, fixedRadius + ball];
  if (inner >= 0n && square <= inner * inner) return 'inside';
  return square > outer * outer ? 'outside' : 'near';
}

/** Whether |z_n| > R, exactly, in rational numbers; undefined if they would be too long. */
function compareRational(start: Start, radius: Dyadic, n: number): boolean | undefined {
  // A common denominator 10^d 2^b.
  const decimals = [...start.z[0], ...start.c[0]];
  const dyadics = [...start.z[1], ...start.c[1]];
  const places = Math.max(0, ...decimals.map(({ exponent }) => -exponent));
  const bits = Math.max(0, ...dyadics.map(({ e }) => -e));
  const denominator = (10n ** BigInt(places)) << BigInt(bits);
  if (n > 40 || bitLength(denominator) * 2 ** n > mostRationalBits) return undefined;
  const numerator = (i: number) => {
    const { digits, exponent } = decimals[i]!;
    const { m, e } = dyadics[i]!;
    return (
      ((digits * 10n ** BigInt(exponent + places)) << BigInt(bits)) +
      (m << BigInt(e + bits)) * 10n ** BigInt(places)
    );
  };
  const [cx, cy] = [numerator(2), numerator(3)];
  let [x, y, d] = [numerator(0), numerator(1), denominator];
  for (let i = 0; i < n; i++) {
    const square = d * d;
    const c = square / denominator;
    [x, y, d] = [x * x - y * y + cx * c, 2n * x * y + cy * c, square];
  }
  return exceeds({ x, y, d }, radius);
}
