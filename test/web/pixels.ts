// Pixels of PNG files and of the explorer's canvas, and whether two pictures have the same.
import assert from 'node:assert/strict';
import { PNG } from 'pngjs';

/** Red, green, blue of each pixel. */
export const colorsOf = (file: Buffer) => Buffer.from(PNG.sync.read(file).data.filter((_, i) => i % 4 < 3));
export const assertSamePixels = (one: Buffer, other: Buffer, what?: string) =>
  assert.ok(one.equals(other), what ?? 'other pixels');

/** To be called in the page: red, green, blue of each pixel on the canvas, as base64. */
export function canvasColors(): string {
  const canvas = document.getElementById('picture') as HTMLCanvasElement;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  let bytes = '';
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) bytes += String.fromCharCode(data[i]!);
  return btoa(bytes);
}
