// Logarithms by multiplication alone, since Math.log2 may differ between engines, and colours must not.

/** log2 of a number from 1 on to 40 bits. */
export function binaryLogarithm(value: number): number {
  let rest = value;
  let logarithm = 0;
  for (; rest >= 2; rest /= 2) logarithm++;
  for (let bit = 0.5; bit > 2 ** -40; bit /= 2) {
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    logarithm += bit;
  }
  return logarithm;
}

const steps = 2048;
/** log2 of 1 + i / steps; made when it is first needed. */
let table: Float64Array | undefined;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** log2 of a number from 1 on, to 24 bits: its exponent, and what lies between two entries of a table on a line. */
export function quickLogarithm(value: number): number {
  table ??= Float64Array.from({ length: steps + 2 }, (_, i) => binaryLogarithm(1 + i / steps));
  double[0] = value;
  const exponent = (words[high]! >>> 20) - 1023;
  words[high] = (words[high]! & 0xfffff) | 0x3ff00000;
  const place = (double[0]! - 1) * steps;
  const index = Math.floor(place);
  const below = table[index]!;
  return exponent + below + (table[index + 1]! - below) * (place - index);
}
