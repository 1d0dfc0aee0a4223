// Filters and compresses a band of a PNG's rows with Node's zlib, independently of other bands, in any thread.
//
// Each row becomes its differences from the row above (filter 2, Up), which are zero or small in long runs, and zlib
// only looks for runs (Z_RLE). That avoids hashing, which zlib does differently on each processor, so the bytes do not depend
// on the machine. On six Julia sets in 256 colours it made smaller files than the default level without
// a filter (4.05 MB, not 4.18), in half the time. On four smooth pictures of 48 MB, Paeth's filter would have made
// them 1 to 8% smaller, but takes bytes one by one; and looking for more than runs would have made them 5 to 25%
// smaller, in four times the time.
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { CompressedBand, PngBand } from './png.js';
import { filterUp } from './up.js';

export { crc32 };

export function compressBand(band: PngBand): CompressedBand {
  const { bytes, adler } = filterUp(band);
  const data = deflateRawSync(bytes, {
    strategy: constants.Z_RLE,
    memLevel: 9,
    finishFlush: band.isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: 2 ** 18,
  });
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    adler,
    length: bytes.length,
  };
}
