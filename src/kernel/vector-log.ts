// The natural logarithm of two doubles at once, as a function of a WebAssembly module: the operations of `log` in
// functions.ts in their order, so that it gives the same bits.
import { type FunctionBody, v128 } from '../assembler.js';
import { logConstants } from './functions.js';

export const logSignature = { parameters: [v128], results: [v128] } as const;

/** The bits that the high word of a number from sqrt(1/2) on has, as in `log`. */
const rootHalfBits = 0x3fe6a09en << 32n;
/** The lower halves of both 64-bit lanes, side by side. */
const lowHalves = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

export function emitLog(body: FunctionBody): void {
  const { ln2, ln2Tail, leastNormal, two54 } = logConstants;
  const x = 0;
  const vector = () => body.local(v128);
  const [isSubnormal, bits, shift, exponent, f, s, h, v, w, low, sum] = Array.from(
    { length: 11 },
    vector,
  ) as [...[number, number, number, number, number, number], ...[number, number, number, number, number]];
  body.get(x).f64x2(leastNormal).op('f64x2.lt').set(isSubnormal);
  body.get(x).f64x2(two54).op('f64x2.mul').get(x, isSubnormal).op('v128.bitselect').set(bits);
  body.get(bits).i64x2(rootHalfBits).op('i64x2.sub').i32(52).op('i64x2.shr_s').set(shift);
  body.get(bits, shift).i32(52).op('i64x2.shl', 'i64x2.sub').f64x2(1).op('f64x2.sub').set(f);
  body.get(shift, shift).shuffle(lowHalves).op('f64x2.convert_low_i32x4_s');
  body.get(isSubnormal).f64x2(54).op('v128.and', 'f64x2.sub').set(exponent);

  body.get(f).f64x2(2).get(f).op('f64x2.add', 'f64x2.div').set(s);
  body.f64x2(0.5).get(f).op('f64x2.mul').get(f).op('f64x2.mul').set(h);
  body.get(s, s).op('f64x2.mul').tee(v).get(v).op('f64x2.mul').set(w);
  body.get(exponent).f64x2(ln2Tail).op('f64x2.mul').get(s, h).f64x2(2).get(v);
  series([1 / 3, 1 / 7, 1 / 11, 1 / 15, 1 / 19]);
  body.get(v);
  series([1 / 5, 1 / 9, 1 / 13, 1 / 17, 1 / 21]);
  body.op('f64x2.mul', 'f64x2.add', 'f64x2.mul', 'f64x2.mul', 'f64x2.add', 'f64x2.mul', 'f64x2.add').set(low);
  body.get(exponent).f64x2(ln2).op('f64x2.mul').tee(exponent).get(f).op('f64x2.add').set(sum);
  body.get(sum, exponent, sum).op('f64x2.sub').get(f).op('f64x2.add').get(low, h);
  body.op('f64x2.sub', 'f64x2.add', 'f64x2.add').set(sum);

  // Infinity is its own logarithm, 0 has -Infinity, and what is below or not a number has none.
  body.get(x).get(sum).get(x).f64x2(Infinity).op('f64x2.eq', 'v128.bitselect').set(sum);
  body.f64x2(-Infinity).f64x2(Number.NaN).get(x).f64x2(0).op('f64x2.eq', 'v128.bitselect').set(low);
  body.get(sum, low).f64x2(0).get(x).op('f64x2.lt', 'v128.bitselect');

  /** Pushes the sum of these times powers of w, from the last one on. */
  function series(coefficients: readonly number[]): void {
    for (const each of coefficients.slice(0, -1)) body.f64x2(each).get(w);
    body.f64x2(coefficients.at(-1)!);
    for (let i = 1; i < coefficients.length; i++) body.op('f64x2.mul', 'f64x2.add');
  }
}
