// Filters and compresses a band of a PNG's rows with pako, zlib in JavaScript, in any thread of a browser. The pixels are
// those of png-band.node.ts, the bytes may differ. Looked at: CompressionStream (cannot flush, which independent bands
// need), fflate (streams of 0.8.3 could not be read again).
import { Deflate, Z_FINISH, Z_RLE, Z_SYNC_FLUSH } from 'pako';
import type { CompressedBand, PngBand } from './png.js';
import { filterUp } from './up.js';

export function compressBand(band: PngBand): CompressedBand {
  const { bytes, adler } = filterUp(band);
  const deflate = new Deflate({ raw: true, strategy: Z_RLE, memLevel: 9, chunkSize: 2 ** 18 });
  const parts: Uint8Array[] = [];
  deflate.onData = (part) => parts.push(part as Uint8Array);
  deflate.push(bytes, band.isLast ? Z_FINISH : Z_SYNC_FLUSH);
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, adler, length: bytes.length };
}
