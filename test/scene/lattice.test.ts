import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { complexGrid, LimitError, latticeAxis } from 'mandoline';
import { parityCases, sha256 } from '../support.js';

for (const { name, extent, cells, shape, lattice_sha256_float64_le } of parityCases) {
  test(`the axis is numpy's arange bit for bit, length included: ${name}`, () => {
    const axis = latticeAxis({ extent, cells });
    assert.equal(axis.length, shape[0]);
    assert.equal(sha256(axis), lattice_sha256_float64_le);
  });
}

test('element [row][column] of the grid is axis[row] + i axis[column]', () => {
  const { rows, columns, values } = complexGrid(1.1, 6);
  const axis = latticeAxis({ extent: 1.1, cells: 6 });
  assert.deepEqual([rows, columns], [axis.length, axis.length]);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column);
      assert.deepEqual([values[at], values[at + 1]], [axis[row], axis[column]]);
    }
});

test('the axis has 2 * cells points or one more, from -extent on, for every extent', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-300, max: 8e307, noNaN: true }),
      fc.integer({ min: 1, max: 500 }),
      (extent, cells) => {
        const axis = latticeAxis({ extent, cells });
        assert.ok(axis.length === 2 * cells || axis.length === 2 * cells + 1);
        assert.equal(axis[0], -extent);
      },
    ),
  );
});

test('a grid that one array cannot hold is a LimitError that says how much it needs', () => {
  assert.throws(
    () => complexGrid(2, 20000),
    (error) => error instanceof LimitError && error.needed === 16 * 40000 ** 2,
  );
});
