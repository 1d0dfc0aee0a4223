// A picture as PNG (W3C PNG Specification, Third Edition): indexed or RGB, 8 or 16 bits per sample, texts in iTXt chunks.
// Rows are compressed in independent bands, so that several threads can work and memory does not grow with the picture.
// Bands depend on the picture's form only, so the bytes do not depend on how rows arrive. Looked at: pngjs (no indexed
// pictures, no texts), fast-png and upng-js (whole picture in memory; Latin-1 texts or none), sharp (native; makes its own
// palette, no texts but XMP).

import { bytesInRow, type PixelFormat, type PixelRows } from '../color/image.js';
import { adlerCombine } from './adler.js';
import { type BandMemory, cutRows } from './bands.js';

/** Some rows of a picture, for any thread to filter and compress. */
export interface PngBand {
  readonly rows: Uint8Array;
  /** The row above them, all 0 above the first. */
  readonly above: Uint8Array;
  readonly isLast: boolean;
}

export interface CompressedBand {
  /** Deflated (RFC 1951) to a full byte; only the last band has the final block. */
  readonly data: Uint8Array;
  /** The Adler-32 (RFC 1950) and the number of deflated bytes. */
  readonly adler: number;
  readonly length: number;
}

/** Provided by the platform. */
export interface PngCompression {
  /** Memory for a band's rows, possibly reused from a finished band. */
  readonly memoryOf: BandMemory<Uint8Array>;
  compressBands(bands: AsyncIterable<PngBand>): AsyncIterable<CompressedBand>;
  /** The CRC-32 of PNG. */
  crc32(bytes: Uint8Array): number;
}

/** The signature of a PNG. */
export const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes per band: enough for the compressor, and few compared with a picture. */
const bandLength = 2 ** 19;
/** A zlib stream (RFC 1950) with a window of 32 kB. */
const zlibHeader = [0x78, 0x01];

/**
 * The bytes of the file, which do not depend on how they are read. `texts` are stored under their keys (1 to 79 letters of
 * Latin-1). Sides are 1 to 2^31 - 1 pixels, the limits of PNG.
 */
export async function* encodePng(
  format: PixelFormat,
  rows: PixelRows,
  texts: Readonly<Record<string, string>>,
  { memoryOf, compressBands, crc32 }: PngCompression,
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
  for await (const band of compressBands(bandsOf(format, rows, memoryOf))) {
    adler = adlerCombine(adler, band.adler, band.length);
    yield chunk('IDAT', begin, band.data);
    begin = new Uint8Array();
  }
  const end = new DataView(new ArrayBuffer(4));
  end.setUint32(0, adler);
  yield chunk('IDAT', new Uint8Array(end.buffer));
  yield chunk('IEND');
}

/** Rows in bands of the heights that the picture's form determines. */
async function* bandsOf(
  format: PixelFormat,
  rows: PixelRows,
  memoryOf: PngCompression['memoryOf'],
): AsyncGenerator<PngBand> {
  const stride = bytesInRow(format);
  const bandRows = Math.max(1, Math.floor(bandLength / stride));
  let above = new Uint8Array(stride);
  let left = format.height;
  for await (const band of cutRows(rows, { rows: left, columns: stride }, bandRows, memoryOf)) {
    left -= band.length / stride;
    yield { rows: band, above, isLast: left === 0 };
    above = band.slice(-stride);
  }
}

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
