// The natural logarithm and the angle of a point, of two at once, as functions of a WebAssembly module: the operations of
// `log` and `atan2` in functions.ts in their order, so that they give the same bits.
import { type FunctionBody, v128 } from '../assembler.js';
import { atan2Constants, logConstants } from './functions.js';

export const logSignature = { parameters: [v128], results: [v128] } as const;

/** The bits that the high word of a number from sqrt(1/2) on has, as in `log`. */
const rootHalfBits = 0x3fe6a09en << 32n;
const upperHalf = 0xffffffffn << 32n;
/** The upper halves of both 64-bit lanes, side by side. */
const upperHalves = [4, 5, 6, 7, 12, 13, 14, 15, 4, 5, 6, 7, 12, 13, 14, 15];

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
  // In the upper halves of both lanes; the lower ones have nothing to do with it.
  body.get(bits).i64x2(rootHalfBits).op('i32x4.sub').i32(20).op('i32x4.shr_s').set(shift);
  body.get(bits, shift).i32(20).op('i32x4.shl').i64x2(upperHalf).op('v128.and', 'i32x4.sub');
  body.f64x2(1).op('f64x2.sub').set(f);
  body.get(shift, shift).shuffle(upperHalves).op('f64x2.convert_low_i32x4_s');
  body.get(isSubnormal).f64x2(54).op('v128.and', 'f64x2.sub').set(exponent);

  body.get(f).f64x2(2).get(f).op('f64x2.add', 'f64x2.div').set(s);
  body.f64x2(0.5).get(f).op('f64x2.mul').get(f).op('f64x2.mul').set(h);
  body.get(s, s).op('f64x2.mul').tee(v).get(v).op('f64x2.mul').set(w);
  body.get(exponent).f64x2(ln2Tail).op('f64x2.mul').get(s, h).f64x2(2);
  pushReciprocalSeries(body, v, w);
  body.op('f64x2.mul', 'f64x2.add', 'f64x2.mul', 'f64x2.add').set(low);
  body.get(exponent).f64x2(ln2).op('f64x2.mul').tee(exponent).get(f).op('f64x2.add').set(sum);
  body.get(sum, exponent, sum).op('f64x2.sub').get(f).op('f64x2.add').get(low, h);
  body.op('f64x2.sub', 'f64x2.add', 'f64x2.add').set(sum);

  // Infinity is its own logarithm, 0 has -Infinity, and what is below or not a number has none.
  body.get(x).get(sum).get(x).f64x2(Infinity).op('f64x2.eq', 'v128.bitselect').set(sum);
  body.f64x2(-Infinity).f64x2(Number.NaN).get(x).f64x2(0).op('f64x2.eq', 'v128.bitselect').set(low);
  body.get(sum, low).f64x2(0).get(x).op('f64x2.lt', 'v128.bitselect');
}

export const atan2Signature = { parameters: [v128, v128], results: [v128] } as const;

/** What the memory has at address 0 where this function is used: arctangents, each with what it lacks. */
export const arctangentTable = atan2Constants.arctangents;

/** The lower halves of two vectors, and the upper ones. */
const lowers = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const uppers = lowers.map((byte) => byte + 8);

export function emitAtan2(body: FunctionBody): void {
  const { halfPi, halfPiTail, two200, twoMinus200 } = atan2Constants;
  const [y, x] = [0, 1];
  const vector = () => body.local(v128);
  const product = (a: number, b: number) => body.get(a, b).op('f64x2.mul');
  const [steep, left, small, large, one] = [vector(), vector(), vector(), vector(), vector()];
  const [quotient, hasAngle, scale, j, c] = [vector(), vector(), vector(), vector(), vector()];

  body.get(y).op('f64x2.abs').set(small).get(x).op('f64x2.abs').set(large);
  body.get(small, large).op('f64x2.gt').set(steep).f64x2(1).set(one);
  body.get(large, small, steep).op('v128.bitselect').set(scale);
  body.get(small, large, steep).op('v128.bitselect').set(large).get(scale).set(small);
  // Where both are infinite they are as good as equal.
  body.get(small).f64x2(Infinity).op('f64x2.eq').set(scale);
  for (const size of [small, large]) body.get(one, size, scale).op('v128.bitselect').set(size);
  body.get(x).i64x2(0n).op('i64x2.lt_s').set(left);
  body.get(small, large).op('f64x2.div').get(large).f64x2(0).op('f64x2.eq', 'v128.andnot').set(quotient);
  body.get(quotient).f64x2(1e-18).op('f64x2.gt').set(hasAngle);

  body.f64x2(twoMinus200).f64x2(two200).get(large).f64x2(1).op('f64x2.gt', 'v128.bitselect').get(one);
  body.get(large).f64x2(1e250).op('f64x2.gt').get(large).f64x2(1e-250).op('f64x2.lt', 'v128.or');
  body.op('v128.bitselect').set(scale);
  for (const size of [small, large]) product(size, scale).set(size);
  body.f64x2(8).get(quotient).op('f64x2.mul').f64x2(0.5).op('f64x2.add', 'f64x2.floor');
  body.get(quotient).f64x2(0.125).op('f64x2.lt', 'v128.andnot').tee(j).f64x2(8).op('f64x2.div').set(c);

  // arctan(small/large) = arctan(c) + arctan(u), and what the division for u leaves over.
  const [high, numerator, denominator, u, v, w] = Array.from({ length: 6 }, vector) as [
    ...[number, number, number, number, number, number],
  ];
  const [uHigh, uLow, dHigh, dLow, low] = [vector(), vector(), vector(), vector(), vector()];
  setHighHalf(high, large);
  body.get(small);
  product(c, high)
    .op('f64x2.sub')
    .get(c, large, high)
    .op('f64x2.sub', 'f64x2.mul', 'f64x2.sub')
    .set(numerator);
  body.get(large);
  product(c, small).op('f64x2.add').set(denominator);
  body.get(numerator, denominator).op('f64x2.div').set(u);
  setHighHalf(uHigh, u);
  setHighHalf(dHigh, denominator);
  body.get(u, uHigh).op('f64x2.sub').set(uLow).get(denominator, dHigh).op('f64x2.sub').set(dLow);
  body.get(numerator);
  for (const [a, b] of [
    [uHigh, dHigh],
    [uHigh, dLow],
    [uLow, dHigh],
    [uLow, dLow],
  ] as const)
    product(a, b).op('f64x2.sub');
  body.get(denominator).op('f64x2.div');
  body.get(u).op('f64x2.neg').get(u).op('f64x2.mul').tee(v).get(v).op('f64x2.mul').set(w).get(u);
  pushReciprocalSeries(body, v, w);
  body.op('f64x2.mul', 'f64x2.add').set(low);

  const [near, nearTail, angle, tail, quarters, side, base, sum] = Array.from({ length: 8 }, vector) as [
    ...[number, number, number, number],
    ...[number, number, number, number],
  ];
  body.get(j).op('i32x4.trunc_sat_f64x2_u_zero').set(j);
  for (const [lane, entry] of [near, nearTail].entries())
    body.get(j).lane32(lane).i32(4).op('i32.shl').load().set(entry);
  body.get(near, nearTail).shuffle(uppers).get(near, nearTail).shuffle(lowers).set(near).set(nearTail);
  body.get(near, u).op('f64x2.add').set(angle);
  body.get(near, angle).op('f64x2.sub').get(u).op('f64x2.add').get(nearTail, low);
  body.op('f64x2.add', 'f64x2.add').get(hasAngle).op('v128.and').set(tail);
  body.get(angle, quotient, hasAngle).op('v128.bitselect').set(angle);

  // So many quarter turns, and the angle to one side or the other.
  body.get(one, left).f64x2(2).op('v128.and').get(steep).op('v128.bitselect').set(quarters);
  body.f64x2(-1).get(one, steep, left).op('v128.xor', 'v128.bitselect').set(side);
  body.get(quarters).f64x2(halfPi).op('f64x2.mul').set(base);
  product(side, angle).tee(angle).get(base).op('f64x2.add').set(sum);
  body.get(sum, base, sum).op('f64x2.sub').get(angle).op('f64x2.add');
  body.get(quarters).f64x2(halfPiTail).op('f64x2.mul');
  product(side, tail).op('f64x2.add', 'f64x2.add', 'f64x2.add');
  body.get(y).f64x2(-0).op('v128.and', 'v128.xor').f64x2(Number.NaN);
  body.get(x, x).op('f64x2.eq').get(y, y).op('f64x2.eq', 'v128.and', 'v128.bitselect');

  /** The upper 26 bits of a double. */
  function setHighHalf(target: number, of: number): void {
    body.get(of).f64x2(134217729).op('f64x2.mul').tee(target).get(target, of);
    body.op('f64x2.sub', 'f64x2.sub').set(target);
  }
}

/** v/3 + v^2/5 + ... + v^10/21, with w = v^2. */
function pushReciprocalSeries(body: FunctionBody, v: number, w: number): void {
  body.get(v);
  series([1 / 3, 1 / 7, 1 / 11, 1 / 15, 1 / 19]);
  body.get(v);
  series([1 / 5, 1 / 9, 1 / 13, 1 / 17, 1 / 21]);
  body.op('f64x2.mul', 'f64x2.add', 'f64x2.mul');

  /** Pushes the sum of these times powers of w, from the last one on. */
  function series(coefficients: readonly number[]): void {
    for (const each of coefficients.slice(0, -1)) body.f64x2(each).get(w);
    body.f64x2(coefficients.at(-1)!);
    for (let i = 1; i < coefficients.length; i++) body.op('f64x2.mul', 'f64x2.add');
  }
}
