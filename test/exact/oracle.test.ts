// The oracle against counts that another program found (big-number balls in Python), against closed forms, and where
// |z| is exactly the escape radius.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countPoint } from '../../src/exact/count.js';
import type { ExactView } from '../../src/exact/view.js';
import { isLong } from '../support.js';
import { base, truth, truthView } from './views.js';

/** Points that take at most so many steps are asked for when time is short. */
const steps = isLong ? Infinity : 1500;

for (const scene of truth)
  test(`the oracle counts as another program did: ${scene.name}`, () => {
    const view = truthView(scene);
    for (const [i, row] of scene.rows_at.entries())
      for (const [j, column] of scene.columns_at.entries()) {
        const expected = scene.counts[i]![j]!;
        if (expected <= steps && (isLong || (i + j) % 3 === 0))
          assert.equal(countPoint(view, row, column), expected, `[${row}][${column}]`);
      }
  });

const single = (changes: Partial<ExactView>): number =>
  countPoint({ ...base, columns: 1, rows: 1, width: '1e-9', ...changes }, 0, 0);

test('c = -2 stays at 2, which is not above the radius 2; a little beside it leaves', () => {
  assert.equal(single({ center: ['-2', '0'], iterations: 5000 }), 5000);
  // Steps from z_1 on; mpmath finds |z_88| and |z_503| to be the first above 1000.
  assert.equal(single({ center: ['-2', '1e-300'], iterations: 5000 }), 0);
  assert.equal(single({ center: ['-2', '1e-300'], iterations: 5000, radius: 1000 }), 502);
  assert.equal(single({ center: ['-2', '1e-50'], iterations: 5000, radius: 1000 }), 87);
});

test('where |z| is exactly the radius the point is inside', () => {
  // z_1 = 1.2 + 1.6 i of modulus 2, in decimals that no number of bits holds; z_2 has a larger one.
  assert.equal(single({ center: ['1.2', '1.6'], iterations: 9 }), 1);
  assert.equal(single({ center: [`1.2${'0'.repeat(60)}1`, '1.6'], iterations: 9 }), 0);
  assert.equal(single({ center: [`1.1${'9'.repeat(60)}`, '1.6'], iterations: 9 }), 1);
  // c = 1: 1, 2, 5.
  assert.equal(single({ center: ['1', '0'], iterations: 9 }), 2);
});

test('the Julia set of c = 0 is the circle, and of c = -2 the segment', () => {
  const julia = (c: [string, string], center: [string, string], radius = 2) =>
    single({ plane: 'dynamical', c, center, radius, iterations: 2000 });
  // |z_n| = (1 + h)^(2^n) passes 2 when 2^n > log 2 / log (1 + h): h = 1e-100, n = 332.
  assert.equal(julia(['0', '0'], [`1.${'0'.repeat(99)}1`, '0']), 331);
  assert.equal(julia(['0', '0'], ['1', '0']), 2000);
  assert.equal(julia(['0', '0'], ['0.6', '0.8']), 2000);
  // z = w + 1/w goes to w^2 + 1/w^2; 2 + 1e-40 = w + 1/w with w = e^h, h^2 = 1e-40.
  assert.equal(julia(['-2', '0'], ['2', '0']), 2000);
  assert.equal(julia(['-2', '0'], [`2.${'0'.repeat(39)}1`, '0'], 4), 66);
});

test('one iteration, and radii up to 10^6', () => {
  assert.equal(single({ center: ['0.5', '0'], iterations: 1 }), 1);
  assert.equal(single({ center: ['2.5', '0'], iterations: 1 }), 0);
  assert.equal(single({ center: ['2.5', '0'], iterations: 100, radius: 1e6 }), 4);
});
