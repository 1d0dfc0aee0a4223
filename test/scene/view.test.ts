// A view's sample points are the middles of its pixels, exactly as its formula says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { farthestOf, leastWidth, type View, viewPoints } from '../../src/scene/view.js';

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

const turns = fc.double({ min: -360, max: 360, noNaN: true });

test('pixel [i][j] is at cx + (j + 0.5 - columns/2) s + i (cy - (i + 0.5 - rows/2) s), bit for bit', () => {
  fc.assert(
    fc.property(views, ({ center, width, columns, rows }) => {
      const { rowRe, rowIm, columnRe, columnIm } = viewPoints({ center, width, columns, rows });
      assert.deepEqual(
        [rowRe.length, rowIm.length, columnRe.length, columnIm.length],
        [rows, rows, columns, columns],
      );
      const spacing = Number(width) / columns;
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

test('samples are the middles of the parts of pixels: the pixels of a view so many times as fine', () => {
  fc.assert(
    fc.property(views, fc.integer({ min: 1, max: 3 }), turns, (view, samples, rotation) => {
      const fine = { ...view, rotation, columns: samples * view.columns, rows: samples * view.rows };
      assert.deepEqual(viewPoints({ ...view, rotation, samples }), viewPoints(fine));
    }),
    { numRuns: 30 },
  );
});

test('a view of no turn is one that is not turned, and a quarter turn left has the imaginary axis as its bottom', () => {
  fc.assert(
    fc.property(views, (view) => assert.deepEqual(viewPoints({ ...view, rotation: 0 }), viewPoints(view))),
    { numRuns: 30 },
  );
  const view = { center: ['1', '2'], width: 4, columns: 4, rows: 2, rotation: 90 } as const;
  const { rowRe, rowIm, columnRe, columnIm } = viewPoints(view);
  assert.deepEqual(
    [rowRe, rowIm, columnRe, columnIm].map((each) => [...each]),
    [
      [-0.5, 0.5],
      [2, 2],
      [1, 1, 1, 1],
      [-1.5, -0.5, 0.5, 1.5],
    ],
  );
});

test('a view that is turned counterclockwise shows the picture turned clockwise', () => {
  const upright = { center: ['0.25', '-0.5'], width: 2, columns: 20, rows: 20 } as const;
  const pointsOf = (view: View) => {
    const { rowRe, rowIm, columnRe, columnIm } = viewPoints(view);
    return (row: number, column: number) => [
      (rowRe[row]! + columnRe[column]!).toFixed(9),
      (rowIm[row]! + columnIm[column]!).toFixed(9),
    ];
  };
  const [before, after] = [pointsOf(upright), pointsOf({ ...upright, rotation: 90 })];
  // Turned clockwise, the left column from the bottom up is the first row from the left.
  for (const [row, column] of [
    [0, 0],
    [0, 19],
    [3, 7],
    [12, 1],
  ] as const)
    assert.deepEqual(after(row, column), before(19 - column, row));
});

test('a turned point is centre + (dx + i dy)(cos t + i sin t)', () => {
  fc.assert(
    fc.property(views, turns, (view, rotation) => {
      const [upright, turned] = [
        { ...view, center: ['0', '0'] as const },
        { ...view, rotation },
      ];
      const [{ columnRe: dx, rowIm: dy }, points] = [viewPoints(upright), viewPoints(turned)];
      const angle = (rotation / 180) * Math.PI;
      const [re, im] = view.center.map(Number) as [number, number];
      const [i, j] = [view.rows - 1, view.columns >> 1];
      const [x, y] = [dx[j]!, dy[i]!];
      const near = (given: number, expected: number) =>
        assert.ok(Math.abs(given - expected) <= 4e-15 * (Math.abs(re) + Math.abs(im) + Math.hypot(x, y)));
      near(points.rowRe[i]! + points.columnRe[j]!, re + x * Math.cos(angle) - y * Math.sin(angle));
      near(points.rowIm[i]! + points.columnIm[j]!, im + x * Math.sin(angle) + y * Math.cos(angle));
    }),
  );
});

test('no part of a turned point is farther than what is said, and one comes near', () => {
  fc.assert(
    fc.property(views, turns, (view, rotation) => {
      const turned = { ...view, rotation, columns: 100, rows: 80 };
      const { rowRe, rowIm, columnRe, columnIm } = viewPoints(turned);
      const farthest = Math.max(
        ...[0, 79].flatMap((i) =>
          [0, 99].flatMap((j) => [Math.abs(rowRe[i]! + columnRe[j]!), Math.abs(rowIm[i]! + columnIm[j]!)]),
        ),
      );
      const said = farthestOf(turned);
      assert.ok(farthest <= said * (1 + 2 ** -50) && farthest >= said * 0.98, `${farthest} of ${said}`);
    }),
  );
});

test('a sample point of -0 stays -0', () => {
  const { rowRe, columnIm } = viewPoints({ center: ['0', '0'], width: 1, columns: 1, rows: 1 });
  assert.ok(Object.is(rowRe[0]! + -0, -0) && Object.is(columnIm[0]! + -0, -0));
});

test('from the least width on all points differ from their neighbours; far below it some are one double', () => {
  fc.assert(
    fc.property(
      views,
      fc.oneof(fc.constant(0), turns),
      fc.integer({ min: 1, max: 3 }),
      (view, rotation, samples) => {
        const given = { ...view, rotation, samples };
        // The least width depends on the width, if only a little.
        const wide = {
          ...given,
          width: Math.max(Number(view.width), 2 * leastWidth({ ...given, width: 2 ** -40 })),
        };
        if (wide.width < leastWidth(wide)) return;
        const { rowRe, rowIm, columnRe, columnIm } = viewPoints(wide);
        const point = (i: number, j: number) => `${rowRe[i]! + columnRe[j]!} ${rowIm[i]! + columnIm[j]!}`;
        for (const i of [0, rowRe.length - 1])
          for (let j = 1; j < columnRe.length; j++) assert.notEqual(point(i, j), point(i, j - 1));
        for (const j of [0, columnRe.length - 1])
          for (let i = 1; i < rowRe.length; i++) assert.notEqual(point(i, j), point(i - 1, j));
      },
    ),
  );
  const { columnRe } = viewPoints({ center: ['1', '0'], width: 1e-16, columns: 10, rows: 1 });
  assert.ok(new Set(columnRe).size < 10);
});
