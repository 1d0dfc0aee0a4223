// The counts of the exact engine against the oracle and against what another program found, over views of both planes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countExact, countPoint, prepareReference } from '../../src/exact/count.js';
import { emptyReport } from '../../src/exact/report.js';
import type { ExactView } from '../../src/exact/view.js';
import { isLong } from '../support.js';
import { base, places, placeView, sequence, truth, truthView } from './views.js';

async function countAt(view: ExactView, points: readonly (readonly [number, number])[]): Promise<number[]> {
  const reference = await prepareReference(view);
  const out = new Uint32Array(1);
  return points.map(([row, column]) => {
    countExact(view, reference, row, column, 1, 1, out);
    return out[0]!;
  });
}

async function countAll(view: ExactView): Promise<Uint32Array> {
  const out = new Uint32Array(view.rows * view.columns);
  countExact(view, await prepareReference(view), 0, 0, view.rows, view.columns, out);
  return out;
}

for (const scene of truth)
  if (isLong || scene.iterations < 200_000)
    test(`counts are those of another program: ${scene.name}`, async () => {
      const points = scene.rows_at.flatMap((row) => scene.columns_at.map((column) => [row, column] as const));
      assert.deepEqual(await countAt(truthView(scene), points), scene.counts.flat());
    });

/** How much work the oracle may have for a point when time is short: steps. */
const most = isLong ? Infinity : 2500;

for (const place of places)
  test(`counts of random points are the oracle's: ${place.name}`, async () => {
    const view = placeView(place, place.points);
    const random = sequence(place.name.length);
    const points = Array.from(
      { length: isLong ? 100 : 4 },
      () => [random(view.rows), random(view.columns)] as const,
    );
    const counts = await countAt(view, points);
    for (const [i, [row, column]] of points.entries())
      if (counts[i]! <= most) assert.equal(counts[i], countPoint(view, row, column), `[${row}][${column}]`);
  });

/** All points of a small view against the oracle. */
async function agree(changes: Partial<ExactView>): Promise<Uint32Array> {
  const view = { ...base, columns: 12, rows: 9, iterations: 300, ...changes };
  const counts = await countAll(view);
  for (let row = 0, i = 0; row < view.rows; row++)
    for (let column = 0; column < view.columns; column++, i++)
      assert.equal(
        counts[i],
        countPoint(view, row, column),
        `[${row}][${column}] of ${JSON.stringify(changes)}`,
      );
  return counts;
}

const julia = { plane: 'dynamical', c: ['-0.12', '0.74'] } as const;
const cases: Record<string, Partial<ExactView>> = {
  'the whole set': {},
  'the whole set from a z0 that is not 0': { z0: ['0.1', '-0.2'] },
  'a Julia set': { ...julia },
  'a Julia set whose c is beyond the radius': { plane: 'dynamical', c: ['2.5', '0'], width: '6' },
  'a radius below 2': { radius: 1.5 },
  'radius 10': { radius: 10 },
  'radius 1000': { radius: 1000 },
  'radius 10^6': { radius: 1e6 },
  'one iteration': { iterations: 1 },
  'iterations that end inside a block': { center: ['-1.5', '0.00001'], width: '1e-9', iterations: 61 },
  'a turned view': { rotation: 33, width: '1e-20', center: ['0', '1'] },
  'a turned Julia set': { ...julia, rotation: -70, width: '1e-15', center: ['0.25', '0.5'] },
  'around a nucleus': {
    center: ['-1.754877666246692760049508896358528691894606617772793143989', '0'],
    width: '1e-14',
  },
  'around a Misiurewicz point': { center: ['0', '1'], width: '1e-200' },
  'around the cusp': { center: ['0.25', '0'], width: '1e-3' },
  'around the tip': { center: ['-2', '0'], width: '1e-40', iterations: 100 },
  'around the real axis': { center: ['-1.4', '0'], width: '1e-8' },
  'entirely inside': { center: ['-0.1', '0.1'], width: '1e-30' },
  'entirely outside': { center: ['3', '4'], width: '1e-30' },
  'around 0': { width: '1e-30' },
  'deep beyond doubles': { center: ['0', '1'], width: '1e-400', iterations: 2000, columns: 6, rows: 3 },
  'one point': { columns: 1, rows: 1, center: ['-0.75', '0.1'], width: '1e-20' },
  'one column': { columns: 1, rows: 7, center: ['-0.75', '0.1'], width: '1e-3' },
  'a reference that escapes at once': { center: ['2', '2'], width: '4' },
  'a Julia set around a point that has escaped': { ...julia, center: ['5', '5'], width: '12' },
  'points exactly on the radius': { center: ['0', '0'], width: '12', columns: 12, rows: 12 },
};
for (const [name, changes] of Object.entries(cases))
  test(`each count is the oracle's: ${name}`, async () => {
    await agree(changes);
  });

test('counts are the same however the view is cut', async () => {
  const view = placeView(places.find(({ name }) => name.startsWith('d01'))!, 24);
  const whole = await countAll(view);
  const reference = await prepareReference(view);
  for (const [top, left, rows, columns] of [
    [0, 0, 5, 24],
    [5, 3, 19, 7],
    [23, 23, 1, 1],
  ] as const) {
    const part = new Uint32Array(rows * columns);
    countExact(view, reference, top, left, rows, columns, part);
    for (let i = 0; i < part.length; i++)
      assert.equal(part[i], whole[(top + Math.floor(i / columns)) * 24 + left + (i % columns)]);
  }
});

test('a report adds up, and nothing is left undecided', async () => {
  const view = placeView(places.find(({ name }) => name.startsWith('d04'))!, 16);
  const report = emptyReport();
  countExact(view, await prepareReference(view), 0, 0, 16, 16, new Uint32Array(256), report);
  assert.equal(report.tiles + report.points, 256);
  assert.equal(report.undecided.at(-1), 0);
  for (const [i, left] of report.undecided.entries()) assert.ok(left <= (report.undecided[i - 1] ?? 256));
});

test('a reference is the same bytes each time, and can be stopped', async () => {
  const view = { ...base, center: ['-1.75', '0.001'], width: '1e-50' } as const;
  const [a, b] = [await prepareReference(view), await prepareReference(view)];
  assert.deepEqual(a, b);
  await assert.rejects(
    prepareReference(view, { signal: AbortSignal.abort(new Error('stopped')) }),
    /stopped/,
  );
});
