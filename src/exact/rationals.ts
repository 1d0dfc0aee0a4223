// Complex rational numbers x / d + i y / d, d > 0, not reduced: a last resort for short orbits only.
import type { Complex } from '../scene/complex.js';
import type { Algebra } from './algebra.js';
import { integerRoot, Pole } from './balls.js';
import { bitLength, type Dyadic, dyadicOf } from './dyadic.js';
import { mostRationalBits, type Sum } from './point-orbit.js';

export interface Rational {
  readonly x: bigint;
  readonly y: bigint;
  readonly d: bigint;
}

/** Thrown by numbers that are too long or not rational. */
export class NotRational extends Error {}

function checked(x: bigint, y: bigint, d: bigint): Rational {
  if (bitLength(d) > mostRationalBits || bitLength(x) > mostRationalBits || bitLength(y) > mostRationalBits)
    throw new NotRational();
  return { x, y, d };
}

const add = (v: Rational, w: Rational): Rational =>
  v.d === w.d
    ? { x: v.x + w.x, y: v.y + w.y, d: v.d }
    : checked(v.x * w.d + w.x * v.d, v.y * w.d + w.y * v.d, v.d * w.d);

const fromDouble = (value: number): Rational => {
  const { m, e } = dyadicOf(value);
  return e >= 0 ? { x: m << BigInt(e), y: 0n, d: 1n } : { x: m, y: 0n, d: 1n << BigInt(-e) };
};
const turned = ({ x, y, d }: Rational): Rational => ({ x: -y, y: x, d });

/** A sum of decimals and dyadic numbers. */
export function rationalOf([decimals, dyadics]: Sum): Rational {
  const part = (i: 0 | 1): Rational => {
    const [{ digits, exponent }, { m, e }] = [decimals[i], dyadics[i]];
    const power = 10n ** BigInt(Math.abs(exponent));
    const decimal = exponent < 0 ? { x: digits, y: 0n, d: power } : { x: digits * power, y: 0n, d: 1n };
    const two = 1n << BigInt(Math.abs(e));
    return add(decimal, e < 0 ? { x: m, y: 0n, d: two } : { x: m * two, y: 0n, d: 1n });
  };
  return add(part(0), turned(part(1)));
}

/** Whether a modulus exceeds a radius, exactly. */
export function exceeds({ x, y, d }: Rational, radius: Dyadic): boolean {
  const [left, right] = [x * x + y * y, (radius.m * d) ** 2n];
  const power = BigInt(2 * Math.abs(radius.e));
  return radius.e < 0 ? left << power > right : left > right << power;
}

export const rationals: Algebra<Rational> = {
  constant: ([re, im]: Complex) => add(fromDouble(re), turned(fromDouble(im))),
  negate: ({ x, y, d }) => ({ x: -x, y: -y, d }),
  conjugate: ({ x, y, d }) => ({ x, y: -y, d }),
  add,
  multiply: (v, w) => checked(v.x * w.x - v.y * w.y, v.x * w.y + v.y * w.x, v.d * w.d),
  divide(v, w) {
    const square = w.x * w.x + w.y * w.y;
    if (square === 0n) throw new Pole(true);
    return checked((v.x * w.x + v.y * w.y) * w.d, (v.y * w.x - v.x * w.y) * w.d, square * v.d);
  },
  part: ({ x, y, d }, name) => ({ x: name === 're' ? x : y, y: 0n, d }),
  absolute: ({ x, d }) => ({ x: x < 0n ? -x : x, y: 0n, d }),
  modulus({ x, y, d }) {
    const square = x * x + y * y;
    const size = integerRoot(square);
    if (size * size !== square) throw new NotRational();
    return { x: size, y: 0n, d };
  },
};
