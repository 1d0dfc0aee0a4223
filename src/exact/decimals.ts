// Dyadic numbers as decimals, rounded: what a view's numbers are written in.
import { type Dyadic, exponentOf } from './dyadic.js';

/** round(value * 10^places), half away from 0. */
function scaled({ m, e }: Dyadic, places: number): bigint {
  const power = 10n ** BigInt(Math.abs(places));
  let [num, den] = places >= 0 ? [m * power, 1n] : [m, power];
  if (e >= 0) num <<= BigInt(e);
  else den <<= BigInt(-e);
  const size = num < 0n ? -num : num;
  const rounded = (2n * size + den) / (2n * den);
  return num < 0n ? -rounded : rounded;
}

/** A number with `places` digits after the decimal point. */
export function decimalOf(value: Dyadic, places: number): string {
  const whole = scaled(value, places);
  const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, '0');
  const cut = digits.length - places;
  const fraction = places > 0 ? `.${digits.slice(cut)}` : '';
  return `${whole < 0n ? '-' : ''}${digits.slice(0, cut)}${fraction}`;
}

/** A number above 0 in scientific notation with `digits` significant digits, such as `1.25e-300`. */
export function scientific(value: Dyadic, digits: number): string {
  let exponent = Math.floor(exponentOf(value) * Math.log10(2));
  let text = String(scaled(value, digits - 1 - exponent));
  if (text.length > digits) text = String(scaled(value, digits - 1 - ++exponent));
  return `${text[0]}${digits > 1 ? `.${text.slice(1)}` : ''}e${exponent}`;
}
