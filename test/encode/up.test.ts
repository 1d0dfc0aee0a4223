import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adler32 } from '../../src/encode/adler.js';
import { filterUp } from '../../src/encode/up.js';
import { noise } from './support.js';

/** PNG's definition, byte by byte. */
function slowly(rows: Uint8Array, above: Uint8Array): Uint8Array {
  const stride = above.length;
  const bytes: number[] = [];
  for (let row = 0; row < rows.length / stride; row++) {
    bytes.push(2);
    for (let i = 0; i < stride; i++) {
      const before = row === 0 ? above[i]! : rows[(row - 1) * stride + i]!;
      bytes.push((rows[row * stride + i]! - before) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

const bands = fc
  .record({
    stride: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(15, 16, 17, 5552, 40_000)),
    count: fc.integer({ min: 1, max: 9 }),
    kind: fc.constantFrom('noise', 'largest', 'nothing'),
  })
  .map(({ stride, count, kind }) => {
    const bytes = Uint8Array.from({ length: stride * (count + 1) }, (_, i) => {
      if (kind === 'noise') return noise(i);
      return kind === 'largest' ? 255 * ((Math.floor(i / stride) + 1) % 2) : 0; // differences of 255 and 1
    });
    return { above: bytes.subarray(0, stride), rows: bytes.subarray(stride), isLast: false };
  });

test("rows are what PNG's definition makes of them, with their checksum, for any size, in any order", () => {
  fc.assert(
    fc.property(bands, (band) => {
      const { bytes, adler } = filterUp(band);
      const expected = slowly(band.rows, band.above);
      assert.equal(Buffer.compare(bytes, expected), 0);
      assert.equal(adler, adler32(expected));
    }),
  );
});

test('a long band of the largest differences is summed without a carry that is lost', () => {
  const stride = 1_000_000;
  const rows = new Uint8Array(stride).fill(255);
  const { bytes, adler } = filterUp({ rows, above: new Uint8Array(stride), isLast: true });
  assert.equal(bytes.length, stride + 1);
  assert.equal(adler, adler32(Buffer.concat([Uint8Array.of(2), rows])));
});
