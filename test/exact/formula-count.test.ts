// The counts of formulas' engine against the oracle and against what another program found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countExact, countPoint, prepareReference } from '../../src/exact/count.js';
import { emptyReport } from '../../src/exact/report.js';
import type { ExactView } from '../../src/exact/view.js';
import { parseFormula } from '../../src/formula/parse.js';
import { isLong } from '../support.js';
import { formulaTruth, formulaView, named, randomStep, truthFormulaView } from './formulas.js';
import { base, sequence } from './views.js';

for (const scene of formulaTruth)
  test(`counts are those of another program: ${scene.name}`, async () => {
    const view = truthFormulaView(scene);
    const tables = await prepareReference(view);
    const report = emptyReport();
    const out = new Uint32Array(1);
    for (const [i, row] of scene.rows_at.entries())
      for (const [j, column] of scene.columns_at.entries()) {
        countExact(view, tables, row, column, 1, 1, out, report);
        assert.equal(out[0], scene.counts[i]![j], `[${row}][${column}]`);
      }
    assert.ok(report.undecided[0]! < 5, 'most of them by the engine, not by big numbers');
  });

async function countAll(view: ExactView): Promise<Uint32Array> {
  const out = new Uint32Array(view.rows * view.columns);
  countExact(view, await prepareReference(view), 0, 0, view.rows, view.columns, out);
  return out;
}

/** Some points of a view against the oracle; returns how many counts there are. */
async function agree(view: ExactView, points: number): Promise<number> {
  const counts = await countAll(view);
  const random = sequence(9);
  for (let i = 0; i < points; i++) {
    const at = random(counts.length);
    const [row, column] = [Math.floor(at / view.columns), at % view.columns];
    assert.equal(counts[at], countPoint(view, row, column), JSON.stringify([view, row, column]));
  }
  return new Set(counts).size;
}

const julia = { plane: 'dynamical', columns: 8, rows: 8 } as const;
const views: Record<string, ExactView> = {
  ...named,
  'a Julia set of a cubic': {
    ...base,
    ...julia,
    step: parseFormula('z^3 - 0.5*z + c'),
    c: ['0.1', '0.6'],
    center: ['0.25', '0.75'],
    width: '2',
  },
  'a Julia set of a rational step, and its pole': {
    ...base,
    ...julia,
    step: parseFormula('z^2 + c/z^3'),
    c: ['-0.05', '1e-40'],
    width: '2',
  },
  'on the fold of the ship': formulaView('(abs(re z) + i*abs(im z))^2 + c', {
    center: ['-1.75', '0'],
    width: '1e-2',
    columns: 9,
    rows: 9,
    iterations: 300,
  }),
  'below all doubles': formulaView('c*z*(1 - z)', {
    center: ['4', '0'],
    z0: ['0.5', '0'],
    width: '1e-330',
    columns: 6,
    rows: 6,
    iterations: 900,
  }),
  'from the sample point itself, where the parameter is too': {
    ...formulaView('z^3 - z + c', { width: '3' }),
    ...julia,
  },
};
for (const [name, view] of Object.entries(views))
  test(`counts of random points are the oracle's: ${name}`, async () => {
    assert.ok((await agree(view, isLong ? 100 : 3)) > 1, 'a picture of something');
  });

test("counts of random formulas at random depths are the oracle's, however a view is cut", async () => {
  const random = sequence(21);
  for (let i = 0; i < (isLong ? 3000 : 100); i++) {
    const step = randomStep(random);
    const at = () => `${(random(4000) - 2000) / 1000}${random(1e6)}`;
    const view: ExactView = {
      ...base,
      step,
      plane: random(2) === 0 ? 'parameter' : 'dynamical',
      c: [`${(random(200) - 100) / 100}`, '0.3'],
      z0: random(3) === 0 ? ['0.5', '-0.25'] : ['0', '0'],
      center: [at(), at()],
      width: `${1 + random(9)}e-${random(60)}`,
      radius: [2, 4, 100][random(3)]!,
      rotation: random(4) === 0 ? random(360) : 0,
      columns: 6,
      rows: 4,
      iterations: 150,
    };
    const counts = await countAll(view);
    const tables = await prepareReference(view);
    const part = new Uint32Array(6);
    countExact(view, tables, 1, 2, 2, 3, part);
    for (const [j, count] of part.entries())
      assert.equal(count, counts[(1 + Math.floor(j / 3)) * 6 + 2 + (j % 3)]);
    for (const j of [0, 7, 23])
      assert.equal(counts[j], countPoint(view, Math.floor(j / 6), j % 6), JSON.stringify([view, j]));
  }
});
