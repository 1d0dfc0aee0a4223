// A picture as PNG (W3C PNG Specification, Third Edition): indexed or RGB, 8 or 16 bits a sample, texts in iTXt chunks.
// Its rows are compressed in bands, each by itself, so that several threads can do it and memory does not grow with the
// picture; where a band ends depends on the picture's form alone, so that the bytes are the same however rows arrive.
// Own code because none of these can do that: pngjs (no indexed pictures, no texts), fast-png and upng-js (the whole
// picture in memory; Latin-1 texts or none), sharp (a native addon that makes the palette itself and takes no texts but
// XMP).

import { bytesInRow, type PixelFormat, type PixelRows } from '../color/image.js';
import { adlerCombine } from './adler.js';

/** Some rows of a picture, to be filtered and compressed by any thread. */
export interface PngBand {
  /** The row above, all 0 above the first, and the rows, one after the other. */
  readonly lines: Uint8Array;
  /** Bytes in a row, and from a sample to that of the next pixel; 1 for colours' numbers. */
  readonly stride: number;
  readonly pixelBytes: number;
  readonly isLast: boolean;
}

export interface CompressedBand {
  /** Deflated (RFC 1951), ending where a byte does; the final block in the last band alone. */
  readonly data: Uint8Array;
  /** The Adler-32 (RFC 1950) and the number of the bytes that were deflated. */
  readonly adler: number;
  readonly length: number;
}

/** What a platform gives. */
export interface PngCompression {
  /** Memory for the lines of the band of that number, which may have been another's that is compressed. */
  linesOf(band: number, length: number): Uint8Array;
  compressBands(bands: AsyncIterable<PngBand>): AsyncIterable<CompressedBand>;
  /** The CRC-32 of PNG. */
  crc32(bytes: Uint8Array): number;
}

/** What a PNG begins with. */
export const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes in a band of rows: enough for the compressor to work on, few beside any picture. */
const bandLength = 2 ** 19;
/** A zlib stream (RFC 1950) with a window of 32 kB. */
const zlibHeader = [0x78, 0x01];

/**
 * The bytes of the file: the same ones whenever and however fast they are read. `texts` are stored under their
 * keys (1 to 79 letters of Latin-1). Sides are 1 to 2^31 - 1 pixels, as PNG has them.
 */
export async function* encodePng(
  format: PixelFormat,
  rows: PixelRows,
  texts: Readonly<Record<string, string>>,
  { linesOf, compressBands, crc32 }: PngCompression,
): AsyncGenerator<Uint8Array> {
  const { width, height, palette, depth } = format;
  const chunk = (type: string, ...parts: Uint8Array[]): Uint8Array => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(12 + length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, length);
    bytes.set(latin(type), 4);
    let at = 8;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    view.setUint32(at, crc32(bytes.subarray(4, at)));
    return bytes;
  };
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, depth); // after the colour type, all 0: the only compression and set of filters
  header.setUint8(9, palette ? 3 : 2);

  yield Uint8Array.from(signature);
  yield chunk('IHDR', new Uint8Array(header.buffer));
  if (palette) yield chunk('PLTE', palette);
  for (const [key, text] of Object.entries(texts)) {
    // After the key: not compressed, no language, no translated key.
    yield chunk('iTXt', latin(key), Uint8Array.of(0, 0, 0, 0, 0), new TextEncoder().encode(text));
  }
  let begin = Uint8Array.from(zlibHeader);
  let adler = 1;
  for await (const band of compressBands(bandsOf(format, rows, linesOf))) {
    adler = adlerCombine(adler, band.adler, band.length);
    yield chunk('IDAT', begin, band.data);
    begin = new Uint8Array();
  }
  const end = new DataView(new ArrayBuffer(4));
  end.setUint32(0, adler);
  yield chunk('IDAT', new Uint8Array(end.buffer));
  yield chunk('IEND');
}

/** Rows, however they arrive, in bands of the heights that the picture's form has. */
async function* bandsOf(
  format: PixelFormat,
  rows: PixelRows,
  linesOf: PngCompression['linesOf'],
): AsyncGenerator<PngBand> {
  const { height, palette, depth } = format;
  const stride = bytesInRow(format);
  const pixelBytes = palette ? 1 : (3 * depth) / 8;
  const bandRows = Math.max(1, Math.floor(bandLength / stride));
  let above: Uint8Array = new Uint8Array(stride);
  let start = 0;
  let lines: Uint8Array = new Uint8Array();
  let filled = 0;
  let band = 0;
  for await (const some of rows) {
    for (let at = 0; at < some.length; ) {
      if (filled === 0) {
        lines = linesOf(band++, stride * (1 + Math.min(bandRows, height - start)));
        lines.set(above);
        filled = stride;
      }
      const taken = some.subarray(at, at + lines.length - filled);
      lines.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled < lines.length) continue;
      start += lines.length / stride - 1;
      above = lines.subarray(-stride);
      filled = 0;
      yield { lines, stride, pixelBytes, isLast: start === height };
    }
  }
  if (start !== height) throw new Error(`the picture ended at row ${start} of ${height}`);
}

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
