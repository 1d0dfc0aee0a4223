// Pixels of PNG files, and whether two pictures have the same.
import assert from 'node:assert/strict';
import { PNG } from 'pngjs';

/** Red, green, blue of each pixel. */
export const colorsOf = (file: Buffer) => Buffer.from(PNG.sync.read(file).data.filter((_, i) => i % 4 < 3));
export const assertSamePixels = (one: Buffer, other: Buffer, what?: string) =>
  assert.ok(one.equals(other), what ?? 'other pixels');
