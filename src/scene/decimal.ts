// Decimal numbers in text, of any number of digits and nearly any exponent: what a deep view's place and width are
// written in. Only what scenes need is here; arithmetic on them is the exact engine's.

/** Digits of a number, and the places after the point that the last of them may have. */
export const mostDigits = 1_000_000;
export const mostPlaces = 1_000_000;

const pattern = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;

/** sign * digits * 10^exponent; without zeros at either end of the digits, and 0 as no digits. */
interface Decimal {
  readonly sign: '-' | '';
  readonly digits: string;
  readonly exponent: number;
}

function read(text: string): Decimal | undefined {
  const [, sign, whole = '', part = '', bare = '', power = '0'] = pattern.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const fraction = part || bare;
  const all = whole + fraction;
  let [first, last] = [0, all.length];
  while (first < last && all[first] === '0') first++;
  while (last > first && all[last - 1] === '0') last--;
  const exponent = first === last ? 0 : Number(power) - fraction.length + (all.length - last);
  return { sign: sign === '-' ? '-' : '', digits: all.slice(first, last), exponent };
}

export const decimalMessage = 'must be a decimal number in text, like "-0.75"';

/** Why a text is not a decimal number that a scene may have; undefined where it is one. */
export function decimalProblem(text: string): string | undefined {
  const number = text.length > 2 * mostDigits ? undefined : read(text);
  const isShort = number !== undefined && number.digits.length <= mostDigits;
  if (isShort && Math.abs(number.exponent) <= 2 * mostPlaces) return undefined;
  if (!number && text.length <= 2 * mostDigits) return decimalMessage;
  return `must have at most ${mostDigits} digits, and no more than ${2 * mostPlaces} places before and after the point`;
}

/** The power of ten of the first digit of a number other than 0: -2 for 0.015; -Infinity for 0. */
export function magnitudeOf(text: string): number {
  const { digits, exponent } = read(text)!;
  return digits === '' ? -Infinity : exponent + digits.length - 1;
}

/** Whether both texts are the same number. */
const isSameNumber = (one: Decimal, other: Decimal): boolean =>
  one.digits === other.digits &&
  one.exponent === other.exponent &&
  (one.digits === '' || one.sign === other.sign);

/** Below this, numbers are told in text, since doubles there have fewer digits. */
const leastNumber = 1e-300;

/**
 * The number of a text where a double's shortest spelling is exactly it, or else its text with one digit before the
 * point: one spelling for each number, by which scenes are compared.
 */
export function spelled(text: string): number | string {
  const number = read(text)!;
  const nearest = Number(text);
  // -0 too: a double has it, and text would be another number.
  const isPlain = Number.isFinite(nearest) && (nearest === 0 || Math.abs(nearest) >= leastNumber);
  if (isPlain && isSameNumber(number, read(String(nearest))!)) return nearest;
  const { sign, digits, exponent } = number;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits[0]}${fraction}e${exponent + digits.length - 1}`;
}

/** As many digits as a double's are told by. */
const quotientDigits = 17;

/** A number above 0 divided by another, of each of which 40 digits count, to 17 digits. */
export function divided(text: string, by: string): number | string {
  const [one, other] = [read(text)!, read(by)!].map(({ digits, exponent }) => ({
    digits: BigInt(digits.slice(0, 40)),
    exponent: exponent + Math.max(0, digits.length - 40),
  })) as [{ digits: bigint; exponent: number }, { digits: bigint; exponent: number }];
  const shift = quotientDigits + 40;
  const quotient = String((one.digits * 10n ** BigInt(shift)) / other.digits);
  const cut = Math.max(0, quotient.length - quotientDigits);
  return spelled(`${quotient.slice(0, quotientDigits)}e${one.exponent - other.exponent - shift + cut}`);
}
