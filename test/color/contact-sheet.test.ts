// Pictures side by side: each lies where it should, and half the size is the mean of four pixels.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contactSheet, halved } from '../../src/color/contact-sheet.js';
import type { Image } from '../../src/color/image.js';

const plain = (color: number, width = 3, height = 2): Image => ({
  width,
  height,
  depth: 8,
  palette: Uint8Array.of(color, color, color),
  rows: (start, end) => new Uint8Array(width * (end - start)),
});

test('pictures stand in rows, with paper between and around them', () => {
  const sheet = contactSheet([plain(100), plain(150), plain(200)], 2);
  assert.deepEqual([sheet.width, sheet.height], [8 + 2 * 11, 8 + 2 * 10]);
  const pixels = sheet.rows(0, sheet.height);
  const at = (x: number, y: number) => pixels[3 * (y * sheet.width + x)];
  assert.deepEqual([at(8, 8), at(10, 9), at(19, 8), at(8, 18)], [100, 100, 150, 200]);
  assert.deepEqual([at(7, 8), at(11, 8), at(8, 10), at(19, 18)], [24, 24, 24, 24]);
  assert.deepEqual(sheet.rows(9, 11), pixels.slice(9 * 3 * sheet.width, 11 * 3 * sheet.width));
});

test('half a picture has the mean of four pixels, and no odd last row or column', () => {
  const samples = Uint8Array.of(0, 1, 2, 3, 0, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0);
  const image: Image = {
    width: 5,
    height: 3,
    depth: 8,
    palette: Uint8Array.of(0, 0, 0, 10, 20, 30, 20, 40, 60, 41, 42, 43),
    rows: (start, end) => samples.slice(5 * start, 5 * end),
  };
  const small = halved(image);
  assert.deepEqual([small.width, small.height], [2, 1]);
  assert.deepEqual([...small.rows(0, 1)], [23, 26, 29, 36, 42, 47]);
});

test('no pictures, or of several sizes, are a RangeError', () => {
  assert.throws(() => contactSheet([], 2), RangeError);
  assert.throws(() => contactSheet([plain(1), plain(1, 4)], 2), RangeError);
});
