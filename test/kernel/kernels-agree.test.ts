// The compiled kernel against the reference, point by point, on what nobody would think of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeCounts } from 'mandoline';
import {
  add,
  c,
  constant,
  type Expression,
  multiply,
  negate,
  power,
  quadratic,
  subtract,
  z,
} from '../../src/formula/expression.js';
import { compileKernel, countsType, startKernel } from '../../src/kernel/kernel.js';
import { rangeOf } from '../../src/kernel/points.js';
import { countReference, hasOverflown, type KernelJob } from '../../src/kernel/reference.js';
import { isDoubledByExponent } from '../../src/kernel/square.js';
import { isLong } from '../support.js';

/** Both kernels' counts of the points re[i] + i im[i]. */
function bothCounts(job: KernelJob, re: Float64Array, im: Float64Array): [number[], number[]] {
  const nothing = Float64Array.of(-0);
  const points = { rowRe: nothing, rowIm: nothing, columnRe: re, columnIm: im };
  const counts = new (countsType(job.iterations))(re.length);
  startKernel(job, compileKernel(job, rangeOf(points)), points).count(0, 1, counts);
  const compiled = [...counts];
  return [compiled, [...re].map((x, i) => countReference(job, [x, im[i]!]))];
}

const anyDouble = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 1, arbitrary: fc.double() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -0, Infinity, -Infinity, Number.NaN, 5e-324, 1.7e308, 2 ** 511, 2 ** 512),
  },
);
const points = fc.array(fc.tuple(anyDouble, anyDouble), { minLength: 1, maxLength: 40 });
const constants = fc.oneof(
  fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true })),
  fc.constantFrom([0, 0] as const, [-0.83, -0.22] as const, [1e6, 1] as const, [0, 1e200] as const),
);
const iterations = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(1, 2, 3));
const escapes = fc.oneof(
  fc.constant('overflow' as const),
  fc.constantFrom(2, 0.5, 1e3, 1e150),
  fc.double({ min: 0.01, max: 100, noNaN: true }),
);

function agree(step: Expression) {
  return fc.property(points, constants, iterations, escapes, (starts, c, iterations, escape) => {
    const re = Float64Array.from(starts, ([x]) => x);
    const im = Float64Array.from(starts, ([, y]) => y);
    const [compiled, reference] = bothCounts({ step, c, z0: 'p', iterations, escape }, re, im);
    assert.deepEqual(compiled, reference);
  });
}

test('z^2 + c: random points, constants, iterations and escape rules give the counts of the reference', () => {
  fc.assert(agree(quadratic), { numRuns: isLong ? 1500 : 80 });
});

const formulas: Record<string, Expression> = {
  'z^3 + c': add(power(z, 3), c),
  'z^2 + z^2 - 2 z^2 + c, whose leading terms cancel': add(
    subtract(add(power(z, 2), power(z, 2)), multiply(constant(2), power(z, 2))),
    c,
  ),
  'c z (1 - z)': multiply(c, multiply(z, subtract(constant(1), z))),
  '-(z^5) + (0.5 - 2i) z': add(negate(power(z, 5)), multiply(constant(0.5, -2), z)),
  'z^9': power(z, 9),
  '0.9 z + c, which never overflows': add(multiply(constant(0.9), z), c),
  'a constant': constant(3, -4),
  '1e-40 z^2': multiply(constant(1e-40), power(z, 2)),
};
for (const [name, step] of Object.entries(formulas)) {
  test(`${name}: random points give the counts of the reference`, () => {
    fc.assert(agree(step), { numRuns: isLong ? 200 : 15 });
  });
}

test('random polynomials give the counts of the reference', () => {
  const leaf = fc.oneof(
    fc.constant(z),
    fc.constant(c),
    fc
      .tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }))
      .map(([re, im]) => constant(re, im)),
  );
  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => add(left, right)),
      fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => subtract(left, right)),
      fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => multiply(left, right)),
      fc.tuple(tie('tree'), fc.integer({ min: 2, max: 6 })).map(([base, exponent]) => power(base, exponent)),
      tie('tree').map(negate),
    ),
  }));
  const job = fc.record({
    step: tree,
    z0: fc.constant('p' as const),
    c: constants,
    iterations: fc.integer({ min: 1, max: 60 }),
    escape: escapes,
  });
  fc.assert(
    fc.property(job, points, (job, starts) => {
      const [compiled, reference] = bothCounts(
        job,
        Float64Array.from(starts, ([x]) => x),
        Float64Array.from(starts, ([, y]) => y),
      );
      assert.deepEqual(compiled, reference);
    }),
    { numRuns: isLong ? 1500 : 80 },
  );
});

test('iterations that need 16 bits, and one more, are counted in numbers that hold them', () => {
  const re = Float64Array.of(0, 0.1, 0.26, 3);
  for (const iterations of [65535, 65536]) {
    const job = { step: quadratic, z0: 'p', c: [0, 0], iterations, escape: 'overflow' } as const;
    const [compiled, reference] = bothCounts(job, re, new Float64Array(4));
    assert.deepEqual(compiled, reference);
    assert.equal(compiled[0], iterations);
  }
});

test('points just below, at and above each threshold of overflow are counted as the reference counts them', () => {
  const job = { step: quadratic, z0: 'p', c: [-0.83, -0.22], iterations: 80, escape: 'overflow' } as const;
  const radii = Array.from({ length: 10 }, (_, k) => 2 ** (1024 / 2 ** (k + 1)));
  const near = radii.flatMap((radius) =>
    [-1e-3, -1e-7, -1e-12, -1e-16, 0, 1e-16, 1e-12, 1e-7, 1e-3].map((e) => radius * (1 + e)),
  );
  const re = Float64Array.from(near.flatMap((radius) => [radius, 0, -radius * 0.6]));
  const im = Float64Array.from(near.flatMap((radius) => [0, radius, radius * 0.8]));
  const [compiled, reference] = bothCounts(job, re, im);
  assert.deepEqual(compiled, reference);
});

test('where steps double by the exponent, zeros, subnormal and huge parts are counted as the reference counts them', () => {
  const sizes = [
    0,
    5e-324,
    1e-310,
    2 ** -1022,
    3e-308,
    1e-200,
    2 ** -347,
    0.3,
    1,
    1.9,
    1e60,
    1e157,
    2 ** 1023,
  ];
  const parts = [...sizes, ...sizes.map((size) => -size)];
  const pairs = parts.flatMap((x) => parts.map((y) => [x, y] as const));
  const re = Float64Array.from(pairs, ([x]) => x);
  const im = Float64Array.from(pairs, ([, y]) => y);
  const some: Pick<KernelJob, 'c' | 'z0'>[] = [
    ...[0, 1e-300, 2 ** -401, 2 ** -400, -0.22].map((b) => ({ c: [-0.83, b] as const, z0: 'p' as const })),
    ...[[0, 0] as const, [-0, 0.5] as const, 'p' as const].map((z0) => ({ c: 'p' as const, z0 })),
  ];
  const doubled = new Set<boolean>();
  // Where there is no time for all, every pair of two of these is met.
  for (const [i, each] of some.entries())
    for (const [j, escape] of (['overflow', 2, 1e3, 1e200] as const).entries())
      for (const [k, iterations] of [1, 5, 200].entries()) {
        if (!isLong && (i + j + k) % 3 !== 0) continue;
        const job: KernelJob = { step: quadratic, ...each, iterations, escape };
        const [compiled, reference] = bothCounts(job, re, im);
        assert.deepEqual(compiled, reference);
        // Points whose imaginary parts are 0 or not small.
        const isLarge = (y: number) => y === 0 || Math.abs(y) > 2 ** -347;
        const large = pairs.filter(([, y]) => isLarge(y));
        const [re2, im2] = [0, 1].map((i) => Float64Array.from(large, (pair) => pair[i]!));
        assert.deepEqual(...bothCounts(job, re2!, im2!));
        const nothing = Float64Array.of(-0);
        doubled.add(
          isDoubledByExponent(
            job,
            rangeOf({ rowRe: nothing, rowIm: nothing, columnRe: re2!, columnIm: im2! }),
          ),
        );
      }
  assert.equal(doubled.size, 2);
});

test('a modulus overflows from the middle between the largest double and 2^1024 on', () => {
  const { MAX_VALUE } = Number;
  assert.equal(hasOverflown([MAX_VALUE, 0]), false);
  assert.equal(hasOverflown([MAX_VALUE, 2 ** 500]), false);
  assert.equal(hasOverflown([MAX_VALUE, MAX_VALUE]), true);
  // x^2 + y^2 against (2^1024 - 2^970)^2: 2^997.5 is where y tips it.
  assert.equal(hasOverflown([MAX_VALUE, 2 ** 997]), false);
  assert.equal(hasOverflown([MAX_VALUE, 2 ** 998]), true);
  assert.equal(hasOverflown([Infinity, Number.NaN]), true);
  assert.equal(hasOverflown([0, Number.NaN]), true);
});

test('a grid in memory is counted point by point, whatever its size, also after a larger one', () => {
  const job = { step: quadratic, z0: 'p', c: [-0.4, 0.6], iterations: 50, escape: 'overflow' } as const;
  const scattered = (i: number) => ((i * 7919) % 4001) / 1000 - 2;
  // Points of a row that rise are cut into tiles.
  const rising = (i: number) => (i % 2) * (i / 2001 - 1);
  for (const [rows, columns, number] of [
    [0, 5, scattered],
    [1, 1, scattered],
    [3, 7, scattered],
    [5, 4000, scattered],
    [1, 2001, scattered],
    [1, 2001, rising],
    [1, 70, rising],
  ] as const) {
    const values = Float64Array.from({ length: 2 * rows * columns }, (_, i) => number(i));
    const { counts } = escapeCounts({ rows, columns, values }, job);
    const expected = Array.from({ length: rows * columns }, (_, i) =>
      countReference(job, [values[2 * i]!, values[2 * i + 1]!]),
    );
    assert.deepEqual([...counts], expected);
  }
});
