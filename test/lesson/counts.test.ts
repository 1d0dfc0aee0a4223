import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complexGrid } from 'mandoline';
import { juliaSet } from '../../lesson/julia.js';
import { juliaRows } from '../../lesson/julia-rows.js';
import { sweeps } from '../../lesson/sweeps.js';
import { untilEscape } from '../../lesson/until-escape.js';
import { sha256, smallCases } from '../support.js';

test("the lesson's loops and its rows in shared memory give numpy's counts", () => {
  for (const { c, extent, cells, iterations, shape, sha256_uint16_le } of smallCases) {
    const grid = complexGrid(extent, cells);
    for (const way of [juliaSet, untilEscape, sweeps])
      assert.equal(sha256(way(grid, { c, iterations }).counts as Uint16Array), sha256_uint16_le, way.name);
    const [rows, columns] = shape;
    const counts = new Uint16Array(rows * columns);
    const axis = Float64Array.from({ length: columns }, (_, i) => grid.values[2 * i + 1]!);
    const half = rows >> 1;
    juliaRows(counts.subarray(0, half * columns), { index: 0, start: 0, end: half }, axis, { c, iterations });
    juliaRows(counts.subarray(half * columns), { index: 1, start: half, end: rows }, axis, { c, iterations });
    assert.equal(sha256(counts), sha256_uint16_le);
  }
});
