import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arraySplit, complexGrid, concatenate, escapeCounts } from 'mandoline';

const options = { iterations: 30, c: [-0.83, -0.22] } as const;

test('slices computed one by one and joined are the whole, for any number of slices', () => {
  const grid = complexGrid(2, 11);
  const whole = escapeCounts(grid, options);
  for (const slices of [1, 2, 5, 22, 40]) {
    const bands = arraySplit(grid, slices);
    assert.equal(bands.length, slices);
    assert.deepEqual(concatenate(bands.map((band) => escapeCounts(band, options))), whole);
  }
});

test('a slice has memory of its own, so that sending it copies no other', () => {
  for (const { values } of arraySplit(complexGrid(2, 10), 4))
    assert.equal(values.buffer.byteLength, values.byteLength);
});

test('nothing to join, or bands of different widths, is a RangeError', () => {
  assert.throws(() => concatenate([]), RangeError);
  const [a, b] = [complexGrid(1, 1), complexGrid(1, 2)].map((grid) => escapeCounts(grid, options));
  assert.throws(() => concatenate([a!, b!]), RangeError);
});
