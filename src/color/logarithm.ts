// Logarithms by multiplication only: Math.log2 may differ between engines, and colours must not.

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

/** 2^11: the first bits of a mantissa are a place in the table, and the other 41 what lies beyond it. */
const steps = 2048;
/** log2 of 1 + i / steps; made on first use. */
let table: Float64Array | undefined;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const low = 1 - high;

/** log2 of a number from 1 on, to 24 bits: its exponent, and what lies between two entries of a table on a line. */
export function quickLogarithm(value: number): number {
  table ??= Float64Array.from({ length: steps + 1 }, (_, i) => binaryLogarithm(1 + i / steps));
  double[0] = value;
  // Words are only read: a number written as two words would stall the processor.
  const word = words[high]!;
  const index = (word & 0xfffff) >>> 9;
  const part = ((word & 0x1ff) * 2 ** 32 + words[low]!) * 2 ** -41;
  const below = table[index]!;
  return (word >>> 20) - 1023 + below + (table[index + 1]! - below) * part;
}
