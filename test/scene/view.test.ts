// A view's sample points are the middles of its pixels, exactly as its formula says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastWidth, type View, viewPoints } from '../../src/scene/view.js';

const views = fc
  .record({
    center: fc.tuple(
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.double({ min: -4, max: 4, noNaN: true }),
    ),
    exponent: fc.double({ min: -16, max: 4, noNaN: true }),
    columns: fc.integer({ min: 1, max: 300 }),
    rows: fc.integer({ min: 1, max: 300 }),
  })
  .map(
    ({ center, exponent, ...size }): View => ({
      center: [String(center[0]), String(center[1])],
      width: 10 ** exponent,
      ...size,
    }),
  );

test('pixel [i][j] is at cx + (j + 0.5 - columns/2) s + i (cy - (i + 0.5 - rows/2) s), bit for bit', () => {
  fc.assert(
    fc.property(views, ({ center, width, columns, rows }) => {
      const { rowRe, rowIm, columnRe, columnIm } = viewPoints({ center, width, columns, rows });
      assert.deepEqual(
        [rowRe.length, rowIm.length, columnRe.length, columnIm.length],
        [rows, rows, columns, columns],
      );
      const spacing = width / columns;
      for (let j = 0; j < columns; j++)
        assert.ok(Object.is(rowRe[0]! + columnRe[j]!, Number(center[0]) + (j + 0.5 - columns / 2) * spacing));
      for (let i = 0; i < rows; i++)
        assert.ok(Object.is(rowIm[i]! + columnIm[0]!, Number(center[1]) - (i + 0.5 - rows / 2) * spacing));
    }),
  );
});

test('the real axis points right, the imaginary axis up', () => {
  const { rowIm, columnRe } = viewPoints({ center: ['1', '2'], width: 4, columns: 4, rows: 2 });
  assert.deepEqual([...columnRe], [-0.5, 0.5, 1.5, 2.5]);
  assert.deepEqual([...rowIm], [2.5, 1.5]);
});

test('a sample point of -0 stays -0', () => {
  const { rowRe, columnIm } = viewPoints({ center: ['0', '0'], width: 1, columns: 1, rows: 1 });
  assert.ok(Object.is(rowRe[0]! + -0, -0) && Object.is(columnIm[0]! + -0, -0));
});

test('from the least width on all points differ; far below it some are one double', () => {
  fc.assert(
    fc.property(views, (view) => {
      // The least width depends on the width, if only a little.
      const wide = { ...view, width: Math.max(view.width, 2 * leastWidth({ ...view, width: 2 ** -40 })) };
      if (wide.width < leastWidth(wide)) return;
      const { columnRe, rowIm } = viewPoints(wide);
      assert.ok(columnRe.every((each, j) => j === 0 || each > columnRe[j - 1]!));
      assert.ok(rowIm.every((each, i) => i === 0 || each < rowIm[i - 1]!));
    }),
  );
  const { columnRe } = viewPoints({ center: ['1', '0'], width: 1e-16, columns: 10, rows: 1 });
  assert.ok(new Set(columnRe).size < 10);
});
