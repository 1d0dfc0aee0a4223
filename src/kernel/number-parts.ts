// A number's exponent and mantissa, from its bits: for doubles, and emitted for vectors of two.
import type { FunctionBody } from '../assembler.js';

/** The bits of 1; sign and exponent; and the distance of the least mantissa, sqrt(1/2), from 1. */
const [one, upperBits] = [0x3ffn << 52n, 0xfffn << 52n];
const offset = one - (0x3fe6a09en << 32n);

const number = new DataView(new ArrayBuffer(8));

/**
 * x = mantissa 2^exponent with a mantissa from sqrt(1/2) to sqrt(2), for x from the least normal number on. For others,
 * the exponent is read from their bits: -1023 or less for smaller ones, 1024 for infinity, 1025 for NaN.
 */
export function partsOf(x: number): { readonly mantissa: number; readonly exponent: number } {
  number.setFloat64(0, x);
  const bits = number.getBigUint64(0);
  const shifted = (bits + offset) & upperBits;
  number.setBigUint64(0, BigInt.asUintN(64, bits - shifted + one));
  return { mantissa: number.getFloat64(0), exponent: Number(shifted >> 52n) - 1023 };
}

/** Pushes a part of the numbers that `push` pushes. */
export function emitPart(body: FunctionBody, part: 'mantissa' | 'exponent', push: () => void): void {
  const pushShifted = () => {
    push();
    body.i64x2(offset).op('i64x2.add');
  };
  if (part === 'mantissa') {
    push();
    pushShifted();
    body.i64x2(upperBits).op('v128.and', 'i64x2.sub').i64x2(one).op('i64x2.add');
    return;
  }
  pushShifted();
  // A whole number below 2^52 is in the lower bits of its sum with 2^52.
  body
    .i32(52)
    .op('i64x2.shr_u')
    .f64x2(2 ** 52)
    .op('v128.or');
  body.f64x2(2 ** 52 + 1023).op('f64x2.sub');
}
