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

test('a number of slices that is not a whole number from 1 on is a RangeError, and so is a grid without points', () => {
  for (const slices of [0, -1, 1.5, Number.NaN])
    assert.throws(() => arraySplit(complexGrid(1, 1), slices), /^RangeError: arraySplit: slices \S+ must be/);
  for (const [extent, cells] of [
    [2, 0],
    [2, 2.5],
    [0, 10],
    [Number.NaN, 10],
    [Infinity, 10],
  ] as const)
    assert.throws(() => complexGrid(extent, cells), /^RangeError: extent \S+, cells \S+: must be/);
});

test('nothing to join, or bands of different widths, is a RangeError', () => {
  assert.throws(() => concatenate([]), RangeError);
  const [a, b] = [complexGrid(1, 1), complexGrid(1, 2)].map((grid) => escapeCounts(grid, options));
  assert.throws(() => concatenate([a!, b!]), RangeError);
});
