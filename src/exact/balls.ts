// Balls of complex numbers in fixed point, for any formula: slow but evidently correct. A value w of a step is enclosed by
//     w = centre + sum (D_i eps_i + G_i conj(eps_i)) + rest,
// where eps_i is the error of the i-th input (z, and z one step before) and |eps_i| <= its bound: first-order forms keep
// the derivative of a whole step, where radii alone would grow by the sum of its terms' moduli. D and G are Wirtinger
// derivatives, so that conj, re, im and abs have them too. Centres and rests are in units of 2^-bits, slopes in units of
// 2^-64. Every division and shift rounds, and the rest holds what that changes; nothing is added where it is exact, so
// that exact orbits stay exact. Affine forms: de Figueiredo and Stolfi, 2004; balls: van der Hoeven, 2009.
import type { Complex } from '../scene/complex.js';
import type { Algebra } from './algebra.js';
import { bitLength, dyadicOf, dyadicToFixed } from './dyadic.js';

/** A complex number in fixed point. */
export type Pair = readonly [re: bigint, im: bigint];

/** Derivatives by an input and by its conjugate, in units of 2^-64. */
interface Slope {
  readonly d: Pair;
  readonly g: Pair;
}

export interface Ball {
  readonly center: Pair;
  /** By the errors of the inputs; undefined: 0. */
  readonly slopes: readonly (Slope | undefined)[];
  readonly rest: bigint;
}

/** Thrown by a division by a ball that contains 0; `isCertain`: by 0 itself. */
export class Pole extends Error {
  constructor(readonly isCertain: boolean) {
    super('pole');
  }
}

const fraction = 64n;
const one = 1n << fraction;
/** Slopes err by at most this part of 1 times the moduli in their formula: 64 bits, less some for their rounding. */
const noise = 58n;
const none: Pair = [0n, 0n];

const small = 1n << 1000n;
/** A root of q >= 0 with 48 correct bits, raised or lowered to be a bound. */
function root(q: bigint, isAbove: boolean): bigint {
  if (q === 0n) return 0n;
  const shift = q < small ? 0n : BigInt((bitLength(q) - 500) & ~1);
  const near = Math.sqrt(Number(q >> shift));
  if (isAbove) return (BigInt(Math.ceil(near * (1 + 2 ** -48))) + 1n) << (shift / 2n);
  const below = BigInt(Math.floor(near * (1 - 2 ** -48))) - 1n;
  return below > 0n ? below << (shift / 2n) : 0n;
}
/** Bounds of a modulus, in the units of its parts. */
export const modulusAbove = ([x, y]: Pair): bigint => root(x * x + y * y, true);
export const modulusBelow = ([x, y]: Pair): bigint => root(x * x + y * y, false);

/** floor(sqrt(q)), by Newton's method from above. */
export function integerRoot(q: bigint): bigint {
  if (q < 2n) return q;
  let x = root(q, true);
  for (;;) {
    const next = (x + q / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

const magnitude = (x: bigint) => (x < 0n ? -x : x);
export const plus = ([a, b]: Pair, [c, d]: Pair): Pair => [a + c, b + d];
export const minus = ([a, b]: Pair): Pair => [-a, -b];
const conjugated = ([a, b]: Pair): Pair => [a, -b];
const times = ([a, b]: Pair, [c, d]: Pair): Pair => [a * c - b * d, a * d + b * c];
/** A product of numbers of 64 fractional bits; errs by less than 2 units. */
const scaled = (v: Pair, w: Pair): Pair => shifted(times(v, w), fraction);
const shifted = ([x, y]: Pair, by: bigint): Pair => [x >> by, y >> by];
/** A quotient in fixed point without a bound of its error; undefined for a division by 0. */
export function quotient([a, b]: Pair, [c, d]: Pair, bits: number): Pair | undefined {
  const square = c * c + d * d;
  if (square === 0n) return undefined;
  return [((a * c + b * d) << BigInt(bits)) / square, ((b * c - a * d) << BigInt(bits)) / square];
}
/** ceil(a / b) of a number a >= 0. */
const quotientAbove = (a: bigint, b: bigint) => (a + b - 1n) / b;

/** A complex double in fixed point, rounded down, and a bound of what that changes. */
function fixedDouble(value: Complex, bits: number): [center: Pair, error: bigint] {
  let isExact = true;
  const center = value.map((part) => {
    const dyadic = dyadicOf(part);
    const down = dyadicToFixed(dyadic, bits);
    isExact &&= dyadic.e + bits >= 0 || down << BigInt(-dyadic.e - bits) === dyadic.m;
    return down;
  }) as [bigint, bigint];
  return [center, isExact ? 0n : 2n];
}

/** Arithmetic on the balls of one step, at `bits` fractional bits and with these bounds of the inputs' errors. */
export class BallArithmetic implements Algebra<Ball> {
  readonly unit: bigint;
  private readonly mask: bigint;
  private readonly shift: bigint;

  constructor(
    readonly bits: number,
    readonly errors: readonly bigint[],
  ) {
    this.shift = BigInt(bits);
    this.unit = 1n << this.shift;
    this.mask = this.unit - 1n;
  }

  /** The i-th input. */
  input(center: Pair, i: number): Ball {
    const slopes = this.errors.map((_, j) => (i === j ? { d: [one, 0n] as const, g: none } : undefined));
    return { center, slopes, rest: 0n };
  }
  /** A value that does not depend on the inputs. */
  ball(center: Pair, rest: bigint): Ball {
    return { center, slopes: this.errors.map(() => undefined), rest };
  }
  constant(value: Complex): Ball {
    return this.ball(...fixedDouble(value, this.bits));
  }

  /** How far a value is from its centre at most. */
  spread({ slopes, rest }: Ball): bigint {
    return rest + this.linear(slopes);
  }
  private linear(slopes: Ball['slopes']): bigint {
    return slopes.reduce((sum, slope, i) => sum + this.moved(sizeOf(slope), i), 0n);
  }
  /** The i-th error times a number of 64 fractional bits. */
  private moved(size: bigint, i: number): bigint {
    return size === 0n || this.errors[i] === 0n ? 0n : ((size * this.errors[i]!) >> fraction) + 1n;
  }
  /** What rounding changes in slopes that are computed from these balls' by numbers of this size. */
  private lost(size: bigint, ...balls: readonly Ball[]): bigint {
    return this.errors.reduce((sum, error, i) => {
      if (error === 0n || balls.every(({ slopes }) => slopes[i] === undefined)) return sum;
      return sum + ((size * error) >> (fraction + noise)) + 1n;
    }, 0n);
  }

  /** The parts in 64 fractional bits. */
  private short([x, y]: Pair): Pair {
    const by = this.shift - fraction;
    return by >= 0n ? [x >> by, y >> by] : [x << -by, y << -by];
  }

  private slopes(of: Ball, change: (slope: Slope) => Slope): Ball['slopes'] {
    return of.slopes.map((slope) => slope && change(slope));
  }
  private joined(v: Ball['slopes'], w: Ball['slopes']): Ball['slopes'] {
    return v.map((a, i) => {
      const b = w[i];
      return a && b ? { d: plus(a.d, b.d), g: plus(a.g, b.g) } : (a ?? b);
    });
  }

  negate(w: Ball): Ball {
    return {
      center: minus(w.center),
      slopes: this.slopes(w, ({ d, g }) => ({ d: minus(d), g: minus(g) })),
      rest: w.rest,
    };
  }
  conjugate(w: Ball): Ball {
    return {
      center: conjugated(w.center),
      slopes: this.slopes(w, ({ d, g }) => ({ d: conjugated(g), g: conjugated(d) })),
      rest: w.rest,
    };
  }
  add(v: Ball, w: Ball): Ball {
    return {
      center: plus(v.center, w.center),
      slopes: this.joined(v.slopes, w.slopes),
      rest: v.rest + w.rest,
    };
  }

  /** v w: what is of second order, and what is rounded down, at most a unit of each part. */
  multiply(v: Ball, w: Ball): Ball {
    const product = times(v.center, w.center);
    const [a, b] = [this.short(v.center), this.short(w.center)];
    const slopes = this.joined(
      this.slopes(w, ({ d, g }) => ({ d: scaled(a, d), g: scaled(a, g) })),
      this.slopes(v, ({ d, g }) => ({ d: scaled(b, d), g: scaled(b, g) })),
    );
    const isRounded = ((product[0] | product[1]) & this.mask) !== 0n;
    const [far, near] = [this.spread(v), this.spread(w)];
    let rest = isRounded ? 2n : 0n;
    if (far > 0n || near > 0n)
      rest +=
        ((modulusAbove(v.center) * w.rest + modulusAbove(w.center) * v.rest + far * near) >> this.shift) +
        1n +
        this.lost(sizes(v) + sizes(w) + 4n * one, v, w);
    return { center: shifted(product, this.shift), slopes, rest };
  }

  /**
   * v / w with q = V / W: (V + dv) / (W + dw) - q = (dv - q dw) / W - (dv - q dw) dw / (W (W + dw)). Throws Pole where
   * W + dw may be 0.
   */
  divide(v: Ball, w: Ball): Ball {
    const [far, near] = [this.spread(v), this.spread(w)];
    const low = modulusBelow(w.center);
    const square = w.center[0] ** 2n + w.center[1] ** 2n;
    const isExact = far === 0n && near === 0n;
    if (square === 0n || (!isExact && low <= near)) throw new Pole(square === 0n && near === 0n);
    const numerator = times(v.center, conjugated(w.center));
    const wide: Pair = [numerator[0] << this.shift, numerator[1] << this.shift];
    const center: Pair = [wide[0] / square, wide[1] / square];
    const isRounded = center[0] * square !== wide[0] || center[1] * square !== wide[1];
    let rest = isRounded ? 2n : 0n;
    const by = this.shift + fraction;
    const inverse: Pair = [(w.center[0] << by) / square, -(w.center[1] << by) / square];
    const q = this.short(center);
    const linear = this.joined(
      v.slopes,
      this.slopes(w, ({ d, g }) => ({ d: minus(scaled(q, d)), g: minus(scaled(q, g)) })),
    );
    const slopes = linear.map(
      (slope) => slope && { d: scaled(inverse, slope.d), g: scaled(inverse, slope.g) },
    );
    if (!isExact) {
      const size = modulusAbove(q) + 2n;
      const both = v.rest + ((size * w.rest) >> fraction) + 1n;
      // Sizes of q dw as well as of dv.
      const slope = sizes(v) + (((sizes(w) + one) * (size + one)) >> fraction) + 4n * one;
      const moved = this.linear(linear) + this.lost(slope, v, w) + both;
      rest +=
        quotientAbove(both << this.shift, low) +
        quotientAbove((moved * near) << this.shift, low * (low - near)) +
        this.lost(((modulusAbove(inverse) + one) * slope) >> fraction, v, w) +
        1n;
    }
    return { center, slopes, rest };
  }

  /** The real number re w or im w. */
  part(w: Ball, name: 're' | 'im'): Ball {
    const half = ({ d, g }: Slope): Slope => {
      // re: (w + conj w) / 2; im: the same of -i w.
      const [a, b]: [Pair, Pair] =
        name === 're'
          ? [d, g]
          : [
              [d[1], -d[0]],
              [g[1], -g[0]],
            ];
      const slope = shifted(plus(a, conjugated(b)), 1n);
      return { d: slope, g: conjugated(slope) };
    };
    const isExact = this.spread(w) === 0n;
    return {
      center: [name === 're' ? w.center[0] : w.center[1], 0n],
      slopes: this.slopes(w, half),
      rest: isExact ? 0n : w.rest + this.lost(2n * one, w),
    };
  }

  /** |x| of a real number: x or -x where its sign is certain, else anything from 0 to its largest modulus. */
  absolute(x: Ball): Ball {
    const size = magnitude(x.center[0]);
    const spread = this.spread(x);
    if (size >= spread) return x.center[0] < 0n ? this.negate(x) : x;
    const half = (size + spread + 1n) >> 1n;
    return this.ball([half, 0n], half + 1n);
  }

  /**
   * |w|: with u = conj(W) / |W|, |W + dw| - |W| - re(u dw) is at least 0, as |W + dw| >= re(u (W + dw)), and at most
   * |dw|^2 / (2 |W|), as sqrt(1 + t) <= 1 + t / 2.
   */
  modulus(w: Ball): Ball {
    const [x, y] = w.center;
    const square = x * x + y * y;
    const size = integerRoot(square);
    const rounding = size * size === square ? 0n : 1n;
    const spread = this.spread(w);
    if (spread === 0n) return this.ball([size, 0n], rounding);
    if (size <= spread) {
      const half = (size + spread + 2n) >> 1n;
      return this.ball([half, 0n], half + 1n);
    }
    const u: Pair = [(x << fraction) / size, -(y << fraction) / size];
    const slopes = this.slopes(w, ({ d, g }) => {
      const slope = shifted(plus(scaled(u, d), conjugated(scaled(u, g))), 1n);
      return { d: slope, g: conjugated(slope) };
    });
    const second = quotientAbove(spread * spread, 2n * size);
    // u errs by 1 / |W| of what was rounded down, which changes less than a unit.
    const rest = w.rest + second + rounding + this.lost(sizes(w) + 4n * one, w) + 2n;
    return { center: [size, 0n], slopes, rest };
  }
}

/** An upper bound of |D| + |G|. */
const sizeOf = (slope: Slope | undefined): bigint =>
  slope ? modulusAbove(slope.d) + modulusAbove(slope.g) : 0n;
const sizes = ({ slopes }: Ball): bigint => slopes.reduce((sum, slope) => sum + sizeOf(slope), 0n);
