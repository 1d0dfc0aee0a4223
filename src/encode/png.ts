// A picture as PNG (W3C PNG Specification, Third Edition): indexed, 8 bits a pixel, texts in iTXt chunks. Rows
// are asked for a band at a time and go straight through the compressor, so that memory does not grow with the
// picture. Own code because none of these can do that: pngjs (no indexed pictures), fast-png and upng-js (the
// whole picture in memory), sharp (a native addon, and no rows on demand).
import type { Image } from '../color/paint.js';

/** What a platform gives: compression of a stream (RFC 1950), and the CRC-32 of PNG. */
export interface Compression {
  deflate(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array>;
  crc32(bytes: Uint8Array): number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Pixels in a band of rows: enough for the compressor to work on, few beside any picture. */
const bandPixels = 2 ** 18;

/** The bytes of the file. `texts` are stored under their keys (1 to 79 letters of Latin-1). */
export async function* encodePng(
  image: Image,
  texts: Readonly<Record<string, string>>,
  { deflate, crc32 }: Compression,
): AsyncGenerator<Uint8Array> {
  const { width, height, palette } = image;
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(12 + data.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, data.length);
    bytes.set(latin(type), 4);
    bytes.set(data, 8);
    view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
    return bytes;
  };
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint32(8, 0x08030000); // 8 bits, indexed; the only method of compression and of filtering

  yield Uint8Array.from(signature);
  yield chunk('IHDR', new Uint8Array(header.buffer));
  yield chunk('PLTE', palette);
  for (const [key, text] of Object.entries(texts)) {
    // After the key: not compressed, no language, no translated key.
    const data = [...latin(key), 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)];
    yield chunk('iTXt', Uint8Array.from(data));
  }
  for await (const part of deflate(scanlines(image))) yield chunk('IDAT', part);
  yield chunk('IEND', new Uint8Array());
}

/** Bands of rows, each row behind the number of its filter: 0, none, which is best for colours by number. */
function* scanlines({ width, height, rows }: Image): Generator<Uint8Array> {
  const bandRows = Math.max(1, Math.floor(bandPixels / width));
  for (let start = 0; start < height; start += bandRows) {
    const end = Math.min(start + bandRows, height);
    const indices = rows(start, end);
    const band = new Uint8Array((end - start) * (width + 1));
    for (let row = 0; row < end - start; row++)
      band.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
    yield band;
  }
}

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
