// The Adler-32 checksum of zlib's format (RFC 1950, section 8.2), also combined from the checksums of parts. Neither Node's
// zlib nor fflate exports it. Computed with vectors, in WebAssembly; and byte by byte, for short inputs.
import { type FunctionBody, i32, v128 } from '../assembler.js';

/** The largest prime below 2^16. */
const modulus = 65521;
/** Vectors between two remainders: both sums stay below 2^32 (zlib's NMAX, 5552 bytes). */
const span = 347;
const vector = 16;

/** Address and number of the bytes, a multiple of 16 from 16 on. */
export const adlerSignature = { parameters: [i32, i32], results: [i32] } as const;

export function emitAdler(body: FunctionBody): void {
  const [at, length] = [0, 1];
  const [low, high, end, stop] = [body.local(i32), body.local(i32), body.local(i32), body.local(i32)];
  const [value, sums, before, weighted] = [
    body.local(v128),
    body.local(v128),
    body.local(v128),
    body.local(v128),
  ];
  /** The sum of a vector's four numbers. */
  const total = (local: number) => {
    for (let lane = 0; lane < 4; lane++) {
      body.get(local).lane32(lane);
      if (lane > 0) body.op('i32.add');
    }
  };
  const weights = Array.from({ length: vector }, (_, i) => vector - i);
  body.i32(1).set(low).get(at, length).op('i32.add').set(end);
  body.loop((nextSpan) => {
    body
      .get(at)
      .i32(span * vector)
      .op('i32.add')
      .tee(stop)
      .get(end, stop, end)
      .op('i32.lt_u', 'select')
      .set(stop);
    for (const local of [sums, before, weighted]) body.i64x2(0n).set(local);
    // The higher sum contains the earlier lower sum once per byte.
    body.get(high, low, stop, at).op('i32.sub', 'i32.mul', 'i32.add').set(high);
    body.loop((next) => {
      body.get(before, sums).op('i32x4.add').set(before);
      body.get(at).load().set(value);
      body.get(sums, value).op('i16x8.extadd_pairwise_i8x16_u', 'i32x4.extadd_pairwise_i16x8_u', 'i32x4.add');
      body.set(sums).get(weighted);
      body.get(value).bytes(weights).op('i16x8.extmul_low_i8x16_u');
      body.get(value).bytes(weights).op('i16x8.extmul_high_i8x16_u', 'i16x8.add');
      body.op('i32x4.extadd_pairwise_i16x8_u', 'i32x4.add').set(weighted);
      body.get(at).i32(vector).op('i32.add').tee(at).get(stop).op('i32.lt_u');
      next();
    });
    body.get(high);
    total(before);
    body.i32(vector).op('i32.mul', 'i32.add');
    total(weighted);
    body.op('i32.add').i32(modulus).op('i32.rem_u').set(high).get(low);
    total(sums);
    body.op('i32.add').i32(modulus).op('i32.rem_u').set(low);
    body.get(at, end).op('i32.lt_u');
    nextSpan();
  });
  body.get(high).i32(16).op('i32.shl').get(low).op('i32.or');
}

/** The checksum, byte by byte. */
export function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % modulus;
    high = (high + low) % modulus;
  }
  return high * 2 ** 16 + low;
}

/** The checksum of two concatenated parts, from their checksums and the length of the second, in bytes. */
export function adlerCombine(first: number, second: number, secondLength: number): number {
  const [firstLow, firstHigh] = [first % 2 ** 16, Math.floor(first / 2 ** 16)];
  const [secondLow, secondHigh] = [second % 2 ** 16, Math.floor(second / 2 ** 16)];
  // The second's sums started at 1 instead of at the sums of the first.
  const before = (firstLow + modulus - 1) % modulus;
  const low = (before + secondLow) % modulus;
  const high = (firstHigh + secondHigh + before * (secondLength % modulus)) % modulus;
  return high * 2 ** 16 + low;
}
