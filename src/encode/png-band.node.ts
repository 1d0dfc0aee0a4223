// A band of a PNG's rows filtered and compressed by Node's zlib, apart from all others: what any thread can do.
//
// Each row becomes its differences from the row above (filter 2, Up), which are zero or small in long runs, and zlib
// looks for runs alone (Z_RLE). That hashes nothing, which zlib does as the processor best can, so that the bytes
// don't depend on the machine. On six Julia sets in 256 colours it made smaller files than the default level without
// a filter (4.05 MB, not 4.18), in half the time. On four smooth pictures of 48 MB, Paeth's filter would have made
// them 1 to 8% smaller, but takes bytes one by one: 80 to 200 ms where this takes 30; and looking for more than runs
// would have made them 5 to 25% smaller, in four times the time.
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { adler32 } from './adler.js';
import type { CompressedBand, PngBand } from './png.js';

export { crc32 };

export function compressBand(band: PngBand): CompressedBand {
  const bytes = filtered(band);
  const data = deflateRawSync(bytes, {
    strategy: constants.Z_RLE,
    memLevel: 9,
    finishFlush: band.isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: 2 ** 18,
  });
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    adler: adler32(bytes),
    length: bytes.length,
  };
}

/** Each row behind the number of its filter: 2, Up, the difference from the row above. */
function filtered({ rows, above: before }: PngBand): Uint8Array {
  const stride = before.length;
  const count = rows.length / stride;
  // From a whole word on each, so that four bytes are subtracted at once.
  const words = Math.ceil(stride / 4);
  const [row, above] = [new Int32Array(words), new Int32Array(words)];
  const [rowBytes, aboveBytes] = [new Uint8Array(row.buffer), new Uint8Array(above.buffer)];
  const bytes = scratch(count * (stride + 1));
  aboveBytes.set(before);
  for (let i = 0; i < count; i++) {
    const own = rows.subarray(stride * i, stride * (i + 1));
    rowBytes.set(own);
    for (let word = 0; word < words; word++) row[word] = differences(row[word]!, above[word]!);
    const to = i * (stride + 1);
    bytes[to] = 2;
    bytes.set(rowBytes.subarray(0, stride), to + 1);
    aboveBytes.set(own);
  }
  return bytes;
}

let kept = new Uint8Array();

/** Memory that the next band takes again. */
function scratch(length: number): Uint8Array {
  if (kept.length < length) kept = new Uint8Array(length);
  return kept.subarray(0, length);
}

/** x - y in each of four bytes, modulo 256 (Warren, Hacker's Delight, 2nd edition, section 2-18). */
const differences = (x: number, y: number) => ((x | 0x80808080) - (y & 0x7f7f7f7f)) ^ ((x ^ ~y) & 0x80808080);
