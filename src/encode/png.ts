// A picture as PNG (W3C PNG Specification, Third Edition): indexed or RGB, 8 bits a sample, texts in iTXt chunks.
// Rows are asked for a band at a time and go straight through the compressor, so that memory does not grow with
// the picture; how bytes are compressed is the platform's. Own code because none of these can do that: pngjs (no
// indexed pictures, no texts), fast-png and upng-js (the whole picture in memory; Latin-1 texts or none), sharp
// (a native addon that makes the palette itself and takes no texts but XMP).
import type { Image } from '../color/paint.js';

/** What a platform gives: compression of a stream (RFC 1950), and the CRC-32 of PNG. */
export interface Compression {
  deflate(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array>;
  crc32(bytes: Uint8Array): number;
}

/** What a PNG begins with. */
export const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes in a band of rows: enough for the compressor to work on, few beside any picture. */
const bandLength = 2 ** 18;
/** Compressed bytes in a chunk. */
const dataLength = 2 ** 16;

/**
 * The bytes of the file: the same ones whenever and however fast they are read. `texts` are stored under their
 * keys (1 to 79 letters of Latin-1). Sides are 1 to 2^31 - 1 pixels, as PNG has them.
 */
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
  header.setUint8(8, 8); // bits a sample; after the colour type, all 0: the only compression and set of filters
  header.setUint8(9, palette ? 3 : 2);

  yield Uint8Array.from(signature);
  yield chunk('IHDR', new Uint8Array(header.buffer));
  if (palette) yield chunk('PLTE', palette);
  for (const [key, text] of Object.entries(texts)) {
    // After the key: not compressed, no language, no translated key.
    const data = [...latin(key), 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)];
    yield chunk('iTXt', Uint8Array.from(data));
  }
  for await (const part of pieces(deflate(scanlines(image)), dataLength)) yield chunk('IDAT', part);
  yield chunk('IEND', new Uint8Array());
}

/**
 * Bands of rows, each row behind the number of its filter: 2, Up, the difference from the row above. Neighbours
 * have the same or a near colour, so that most differences are 0, in long runs.
 */
function* scanlines({ width, height, palette, rows }: Image): Generator<Uint8Array> {
  const stride = palette ? width : 3 * width;
  const bandRows = Math.max(1, Math.floor(bandLength / stride));
  // The row above a band and its rows, each from a whole word on: four bytes are subtracted at once.
  const words = Math.ceil(stride / 4);
  const lines = new Int32Array((bandRows + 1) * words);
  const bytes = new Uint8Array(lines.buffer);
  for (let start = 0; start < height; start += bandRows) {
    const count = Math.min(bandRows, height - start);
    const samples = rows(start, start + count);
    for (let row = 0; row < count; row++)
      bytes.set(samples.subarray(row * stride, (row + 1) * stride), 4 * words * (row + 1));
    const last = lines.slice(count * words, (count + 1) * words);
    // From the end, since each row is still needed by the one below it.
    for (let i = (count + 1) * words - 1; i >= words; i--)
      lines[i] = differences(lines[i]!, lines[i - words]!);

    const band = new Uint8Array(count * (stride + 1));
    for (let row = 0; row < count; row++) {
      const from = 4 * words * (row + 1);
      const to = row * (stride + 1);
      band[to] = 2;
      band.set(bytes.subarray(from, from + stride), to + 1);
    }
    lines.set(last);
    yield band;
  }
}

/** x - y in each of four bytes, modulo 256 (Warren, Hacker's Delight, 2nd edition, section 2-18). */
const differences = (x: number, y: number) => ((x | 0x80808080) - (y & 0x7f7f7f7f)) ^ ((x ^ ~y) & 0x80808080);

/**
 * The same bytes in pieces of `length`, which is where a compressor's own pieces end only by chance: a stream
 * hands out together what has come since it was last read. A piece is overwritten by the next.
 */
async function* pieces(parts: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(length);
  let filled = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + length - filled);
      piece.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < length) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
