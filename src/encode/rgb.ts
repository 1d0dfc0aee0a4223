// A picture's rows as red, green and blue, one byte each, for formats that have nothing else.
import { type PixelFormat, type PixelRows, withColors } from '../color/image.js';

/** The rows in chunks, which the next request may overwrite. 16 bits are rounded to 8. */
export async function* rgbRows({ palette, depth }: PixelFormat, rows: PixelRows): PixelRows {
  let colors = new Uint8Array();
  for await (const part of rows) {
    if (palette) {
      if (colors.length !== 3 * part.length) colors = new Uint8Array(3 * part.length);
      yield withColors(part, palette, colors);
    } else yield depth === 16 ? rounded(part) : part;
  }
}

/** 257 of 65535 is 1 of 255. */
function rounded(samples: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(samples.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Math.floor((samples[2 * i]! * 256 + samples[2 * i + 1]! + 128) / 257);
  return bytes;
}
