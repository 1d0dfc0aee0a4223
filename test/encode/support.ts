// What tests of several encoders need: pictures to write, rows that arrive in odd portions, all that was written.
import type { PixelFormat, PixelRows } from '../../src/color/image.js';
import { bytesInRow } from '../../src/color/image.js';

export async function bytesOf(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return Buffer.concat(all);
}

/** 256 colours that differ. */
export const palette = Uint8Array.from({ length: 768 }, (_, i) => (i * 89 + 7) % 256);

/** The bytes of a picture: they look random, or are equal in areas, as pictures of fractals are. */
export function pixelsOf(format: PixelFormat, noisy = true): Uint8Array {
  const stride = bytesInRow(format);
  const pixels = new Uint8Array(stride * format.height);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = noisy ? noise(i) : ((i % stride) >> 5) * (Math.floor(i / stride) >> 4);
  return pixels;
}

/** Red, green, blue of a picture with that palette. */
export function withColors(numbers: Uint8Array): Uint8Array {
  const colors = new Uint8Array(3 * numbers.length);
  for (let i = 0; i < colors.length; i++) colors[i] = palette[3 * numbers[Math.floor(i / 3)]! + (i % 3)]!;
  return colors;
}

const mixed = (i: number) => Math.imul(i ^ (i >>> 15), 2246822519);
export const noise = (i: number): number => mixed(mixed(i + 1)) >>> 24;

/** Whole rows of an array, so many at a time, in memory that is used again for the next. */
export async function* inPortions<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  values: T,
  rowLength: number,
  portion: number,
): AsyncGenerator<T> {
  const memory = values.slice(0, portion * rowLength) as T;
  for (let at = 0; at < values.length; at += memory.length) {
    const part = values.subarray(at, at + memory.length);
    memory.set(part);
    yield memory.subarray(0, part.length) as T;
  }
}

/** A picture's rows, so many at a time. */
export const rowsOf = (format: PixelFormat, pixels: Uint8Array, portion = 7): PixelRows =>
  inPortions(pixels, bytesInRow(format), portion);
