import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { adler32, adlerCombine } from '../../src/encode/adler.js';

/** What zlib writes behind what it compressed. */
const zlibs = (bytes: Uint8Array) =>
  deflateSync(bytes, { level: 0 }).readUInt32BE(deflateSync(bytes, { level: 0 }).length - 4);

const parts = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc.integer({ min: 0, max: 20_000 }).map((length) => new Uint8Array(length).fill(255)),
);

test("the checksum is zlib's, of a whole and of two parts that were summed apart", () => {
  fc.assert(
    fc.property(parts, parts, (first, second) => {
      const whole = zlibs(Buffer.concat([first, second]));
      assert.equal(adler32(Buffer.concat([first, second])), whole);
      assert.equal(adlerCombine(adler32(first), adler32(second), second.length), whole);
    }),
    { numRuns: 60 },
  );
});
