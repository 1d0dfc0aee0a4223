// Exact numbers for deep views: decimals with any exponent, and dyadic numbers m 2^e with an integer m of any size. All
// use BigInt and round only where a function says so. Also considered: decimal.js and big.js, which work to a fixed
// number of decimal digits; a view needs sums without rounding, and bits.

/** digits * 10^exponent. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** m * 2^e. */
export interface Dyadic {
  readonly m: bigint;
  readonly e: number;
}

const decimalForm = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** The exact value of a decimal number such as `-1.25e-300`; undefined if the text is not one. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = decimalForm.exec(text.trim()) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return { digits: 0n, exponent: 0 };
  return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

export const bitLength = (value: bigint): number => {
  const hex = (value < 0n ? -value : value).toString(16);
  return hex === '0' ? 0 : 4 * hex.length - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
};

const quotientFloor = (num: bigint, den: bigint): bigint => {
  const quotient = num / den;
  return num < 0n && quotient * den !== num ? quotient - 1n : quotient;
};

/** floor(value * 2^bits). */
export function decimalToFixed({ digits, exponent }: Decimal, bits: number): bigint {
  if (exponent >= 0) return (digits * 10n ** BigInt(exponent)) << BigInt(bits);
  return quotientFloor(digits << BigInt(bits), 10n ** BigInt(-exponent));
}

/** floor(value * 2^bits); exact if the value has no lower bits. */
export const dyadicToFixed = ({ m, e }: Dyadic, bits: number): bigint =>
  e + bits >= 0 ? m << BigInt(e + bits) : m >> BigInt(-e - bits);

/** Adds a decimal and a dyadic number in fixed point, rounding down by less than 2 units; also whether it is exact. */
export function sumToFixed(
  decimal: Decimal,
  dyadic: Dyadic,
  bits: number,
): [value: bigint, isExact: boolean] {
  const isExact =
    (decimal.exponent >= 0 || (decimal.digits << BigInt(bits)) % 10n ** BigInt(-decimal.exponent) === 0n) &&
    (dyadic.e + bits >= 0 || dyadic.m === 0n || dyadic.m % (1n << BigInt(-dyadic.e - bits)) === 0n);
  return [decimalToFixed(decimal, bits) + dyadicToFixed(dyadic, bits), isExact];
}

/** The nearest number of 53 bits, ties to even, with any exponent. */
export function nearest53(num: bigint, den: bigint): Dyadic {
  if (num === 0n) return { m: 0n, e: 0 };
  const negative = num < 0n;
  const size = negative ? -num : num;
  let e = bitLength(size) - bitLength(den) - 53;
  // The quotient has 53 or 54 bits; with 54 the exponent is one higher.
  const scaled = (by: number): [bigint, bigint] =>
    by >= 0 ? [size, den << BigInt(by)] : [size << BigInt(-by), den];
  let [top, bottom] = scaled(e);
  if (top >= bottom << 53n) [top, bottom] = scaled(++e);
  let m = top / bottom;
  const twice = 2n * (top - m * bottom);
  if (twice > bottom || (twice === bottom && (m & 1n) === 1n)) m++;
  return { m: negative ? -m : m, e };
}

/** a * b, rounded to 53 bits. */
export function product53(a: Dyadic, b: Dyadic): Dyadic {
  const { m, e } = nearest53(a.m * b.m, 1n);
  return { m, e: e + a.e + b.e };
}

/** a / n, rounded to 53 bits. */
export function decimalQuotient53({ digits, exponent }: Decimal, by: bigint): Dyadic {
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent >= 0 ? nearest53(digits * power, by) : nearest53(digits, power * by);
}

export function sum(a: Dyadic, b: Dyadic): Dyadic {
  if (a.m === 0n) return b;
  if (b.m === 0n) return a;
  const e = Math.min(a.e, b.e);
  return { m: (a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e)), e };
}

export const negative = ({ m, e }: Dyadic): Dyadic => ({ m: -m, e });

/** The exact value of a double. */
export function dyadicOf(value: number): Dyadic {
  let [m, e] = [value, 0];
  for (; !Number.isInteger(m); e--) m *= 2;
  return { m: BigInt(m), e };
}

/** floor(log2 |value|); -Infinity for 0. */
export const exponentOf = ({ m, e }: Dyadic): number => (m === 0n ? -Infinity : bitLength(m) - 1 + e);

const bits = new DataView(new ArrayBuffer(8));
/** floor(log2 |value|) of a normal double; below -1022 for smaller ones. */
export function binaryExponent(value: number): number {
  bits.setFloat64(0, value);
  return ((bits.getUint32(0) >>> 20) & 2047) - 1023;
}

/** Whether an integer is a double. */
const isShort = (m: bigint): boolean => m > -(1n << 53n) && m < 1n << 53n;

/** The nearest double; values out of range become 0 or infinite. */
export function toDouble({ m, e }: Dyadic): number {
  const { m: rounded, e: up } = isShort(m) ? { m, e: 0 } : nearest53(m, 1n);
  const total = e + up;
  const half = Math.trunc(total / 2);
  return Number(rounded) * 2 ** half * 2 ** (total - half);
}
