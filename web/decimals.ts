// Sums and differences of decimal numbers in text, for centres of views that doubles cannot tell apart. Own code: the
// libraries looked at (decimal.js, big.js, bignumber.js) bring division and functions for what takes two lines of BigInt.

/** A decimal number as an integer multiple of 10^-places; digits beyond are dropped. */
function scaled(text: string, places: number): bigint {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim()) ?? [];
  const digits = whole + fraction;
  const shift = Number(power) - fraction.length + places;
  const kept = shift < 0 ? digits.slice(0, Math.max(0, digits.length + shift)) : digits;
  const size = BigInt(kept || '0') * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  return sign === '-' ? -size : size;
}

/** The sum of a decimal number and a double, rounded to `places` decimal places. Without a change the text stays as it is. */
export function plus(text: string, change: number, places: number): string {
  if (change === 0) return text;
  const sum = scaled(text, places) + scaled(String(change), places);
  const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${sum < 0n ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

/** The difference of two decimal numbers as a double, from the first `places` decimal places. */
export const minus = (text: string, other: string, places: number): number =>
  text === other ? 0 : Number(`${scaled(text, places) - scaled(other, places)}e-${places}`);
