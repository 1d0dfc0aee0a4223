// Tiles that are proved to have one count, against the same points counted one by one; and proofs that are made wrong
// on purpose, which must be seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { families } from '../../src/formula/families.js';
import { parseFormula } from '../../src/formula/parse.js';
import { testBytes, testRows, tilesAtOnce } from '../../src/kernel/enclosure-tiles.js';
import { realFunctions } from '../../src/kernel/functions.js';
import { compileKernel, countsType, startKernel } from '../../src/kernel/kernel.js';
import { rangeOf, type SamplePoints } from '../../src/kernel/points.js';
import { countReference, type KernelJob } from '../../src/kernel/reference.js';
import type { Complex } from '../../src/scene/complex.js';
import { viewPoints } from '../../src/scene/view.js';
import { isLong } from '../support.js';

/** Sample points as a picture has them: rows from top to bottom, columns from left to right, turned by some degrees. */
const view = ([x, y]: Complex, width: number, columns: number, rows: number, rotation = 0): SamplePoints =>
  viewPoints({ center: [String(x), String(y)], width, columns, rows, rotation });

const pointOf = (
  { rowRe, rowIm, columnRe, columnIm }: SamplePoints,
  row: number,
  column: number,
): Complex => [rowRe[row]! + columnRe[column]!, rowIm[row]! + columnIm[column]!];

const rotations = fc.oneof(fc.constantFrom(0, 45, 90), fc.double({ min: -360, max: 360, noNaN: true }));

/** Both ways agree, and a part of the points, every `stride`-th, with the reference. */
function checkCounts(job: KernelJob, points: SamplePoints, stride: number): void {
  const [rows, columns] = [points.rowRe.length, points.columnRe.length];
  const kernel = startKernel(job, compileKernel(job, rangeOf(points)), points);
  const make = () => new (countsType(job.iterations))(rows * columns);
  const [enclosed, brute] = [make(), make()];
  kernel.count(0, rows, enclosed);
  kernel.count(0, rows, brute, 'brute');
  assert.deepEqual(enclosed, brute);
  for (let i = 0; i < rows * columns; i += stride) {
    const p = pointOf(points, Math.floor(i / columns), i % columns);
    assert.equal(enclosed[i], countReference(job, p), `p = ${p}`);
  }
}

for (const [name, family] of Object.entries(families)) {
  test(`${name}: random views have the counts of brute force`, () => {
    const { c, z0, escape, parameters } = family;
    const step = parseFormula(family.formula, parameters);
    const random = fc.record({
      x: fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      y: fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      zoom: fc.oneof(
        fc.double({ min: -1, max: 5, noNaN: true }),
        fc.double({ min: 5, max: 48, noNaN: true }),
      ),
      columns: fc.integer({ min: 1, max: 90 }),
      rows: fc.integer({ min: 1, max: 70 }),
      iterations: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 2, 3, 129, 1000)),
      rule: fc.constantFrom<KernelJob['escape'][]>(escape, escape, 'overflow', 2, 30),
      rotation: rotations,
    });
    fc.assert(
      fc.property(random, ({ x, y, zoom, columns, rows, iterations, rule, rotation }) => {
        const { center, width } = family.view;
        const at: Complex = [center[0] + x * width, center[1] + y * width];
        const points = view(at, width * 2 ** -zoom, columns, rows, rotation);
        checkCounts({ step, c, z0, iterations, escape: rule }, points, 97);
      }),
      { numRuns: isLong ? 50 : 4 },
    );
  });
}

test('random formulas on random lattices have the counts of the reference', () => {
  const number = fc.constantFrom('0.5', '(-1.25)', '2', '(0.3-0.4i)', 'i', '1e-3', '(1+i)');
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('z', 'z', 'c', 'p', 'z^2'),
      number,
      fc
        .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '*', '/'), tie('tree'))
        .map(([a, sign, b]) => `(${a} ${sign} ${b})`),
      fc.tuple(tie('tree'), fc.integer({ min: 2, max: 4 })).map(([a, n]) => `(${a})^${n}`),
      fc.tuple(fc.constantFrom('conj', 're', 'im'), tie('tree')).map(([name, a]) => `${name}(${a})`),
      tie('tree').map((a) => `(abs(re(${a})) + i*abs(im(${a})))`),
      tie('tree').map((a) => `(re(${a}) - i*abs(im(${a})))`),
    ),
  }));
  const job = fc.record({
    formula: tree.map((text) => `${text} + 0*z`),
    plane: fc.constantFrom<Pick<KernelJob, 'c' | 'z0'>[]>(
      { c: [-0.8, 0.3], z0: 'p' },
      { c: 'p', z0: [0, 0] },
      { c: 'p', z0: 'p' },
      { c: [0.1, -1], z0: [0.5, 0.1] },
    ),
    iterations: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constantFrom(200, 300)),
    escape: fc.constantFrom<KernelJob['escape'][]>(
      'overflow',
      2,
      100,
      { converged: 1e-6 },
      { converged: 1e-3, bailout: 50 },
    ),
  });
  const lattice = fc.record({
    x: fc.double({ min: -2, max: 2, noNaN: true }),
    y: fc.double({ min: -2, max: 2, noNaN: true }),
    size: fc.double({ min: -30, max: 6, noNaN: true }),
    rotation: rotations,
  });
  fc.assert(
    fc.property(job, lattice, ({ formula, plane, iterations, escape }, { x, y, size, rotation }) => {
      const step = parseFormula(formula);
      checkCounts({ step, ...plane, iterations, escape }, view([x, y], 2 ** size, 37, 21, rotation), 7);
    }),
    { numRuns: isLong ? 4000 : 60 },
  );
});

test('lattices of huge, tiny and infinite numbers have the counts of the reference', () => {
  const formulas = [
    'z^2 + c',
    'conj(z)^3 + c',
    '(z^2 + 1)/(z^2 - 1) + c',
    '(abs(re z) + i*abs(im z))^2 + c',
    '1e-200*z',
  ];
  const escapes: readonly KernelJob['escape'][] = ['overflow', 2, 1e-100, 1e150, { converged: 1e-9 }];
  // Where there is no time for all, every pair of two of these is met.
  for (const [i, formula] of formulas.entries())
    for (const [j, escape] of escapes.entries())
      for (const [k, width] of [1e-320, 1e-160, 1e-20, 1e154, 1e307].entries())
        for (const [l, at] of [0, 1, -1e154, Infinity].entries()) {
          if (!isLong && (i + j + k + l) % 5 !== 0) continue;
          const job: KernelJob = {
            step: parseFormula(formula),
            c: [0.3, 0.1],
            z0: 'p',
            iterations: 40,
            escape,
          };
          checkCounts(job, view([at, 0], width, 12, 9), 5);
        }
});

test('numbers of iterations around those where something changes are right', () => {
  const step = parseFormula('z^2 + c');
  for (const iterations of [1, 2, 3, 4, 39, 40, 41, 64, 127, 128, 129, 130, 65535, 65536]) {
    checkCounts({ step, c: 'p', z0: [0, 0], iterations, escape: 2 }, view([-0.7, 0.1], 3, 70, 40), 301);
    checkCounts(
      { step, c: [0.3, 0.55], z0: 'p', iterations, escape: 'overflow' },
      view([0, 0], 3, 40, 30),
      301,
    );
  }
});

test('tiles whose orbits fall into 0 are settled at once, not after all iterations', () => {
  const iterations = 2 ** 32 - 1;
  for (const formula of ['z^2 + c', 'z^3 + c', 'conj(z)^2 + c', '(abs(re z) + i*abs(im z))^2 + c'])
    for (const escape of [2, 'overflow'] as const)
      for (const [columns, rows] of [
        [90, 70],
        [1, 1],
      ] as const) {
        const job: KernelJob = { step: parseFormula(formula), c: [0, 0], z0: 'p', iterations, escape };
        const points = view([0.01, 0.02], 3, columns, rows);
        const counts = new (countsType(iterations))(rows * columns);
        startKernel(job, compileKernel(job, rangeOf(points)), points).count(0, rows, counts);
        for (let i = 0; i < counts.length; i++) {
          const p = pointOf(points, Math.floor(i / columns), i % columns);
          // Within the unit disc no orbit leaves; outside it all escape within some steps.
          const expected = Math.hypot(...p) < 1 ? iterations : countReference(job, p);
          assert.equal(counts[i], expected, `${formula}, p = ${p}`);
        }
      }
});

/** Tells the tiles of these middles with that radius: the kernel's own test, asked directly. */
function askTiles(job: KernelJob, reach: number) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const host = { memory, reference: () => 0, ...realFunctions };
  const { exports } = new WebAssembly.Instance(compileKernel(job, { reach, leastImaginary: 0 }), { host });
  const cells = new Float64Array(memory.buffer, 0, testBytes / 8);
  return (middle: Complex, radius: number): number => {
    for (let i = 0; i < tilesAtOnce; i++) {
      cells[testRows.pRe + i] = middle[0];
      cells[testRows.pIm + i] = middle[1];
      cells[testRows.rho + i] = radius;
    }
    (exports.test as (address: number) => void)(0);
    return cells[testRows.count]!;
  };
}

const adversaries: Record<string, KernelJob> = {
  'the lesson, where dust is near': {
    step: parseFormula('z^2 + c'),
    c: [-0.83, -0.22],
    z0: 'p',
    iterations: 80,
    escape: 'overflow',
  },
  'the Mandelbrot set': { step: parseFormula('z^2 + c'), c: 'p', z0: [0, 0], iterations: 200, escape: 2 },
  'the burning ship': {
    step: parseFormula('(abs(re z) + i*abs(im z))^2 + c'),
    c: 'p',
    z0: [0, 0],
    iterations: 100,
    escape: 2,
  },
  'a rational map near its poles': {
    step: parseFormula('((z^2 + c - 1)/(2*z + c - 2))^2'),
    c: 'p',
    z0: [0, 0],
    iterations: 60,
    escape: 100,
  },
  "Newton's method": {
    step: parseFormula('newton(z^3 - 1)'),
    c: [0, 0],
    z0: 'p',
    iterations: 60,
    escape: { converged: 1e-6 },
  },
};
for (const [name, job] of Object.entries(adversaries)) {
  test(`a radius that is too small is caught, the right one never: ${name}`, () => {
    const ask = askTiles(job, 4);
    let [told, wrong] = [0, 0];
    let seed = 12345;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const tiles = isLong ? 3000 : 1000;
    for (let n = 0; n < tiles; n++) {
      const middle: Complex = [4 * random() - 2, 4 * random() - 2];
      const radius = 10 ** (-1 - 3 * random());
      // Points on the rim: those that a tile's corners are.
      const rim = Array.from({ length: 8 }, (_, i): Complex => {
        const angle = (i * Math.PI) / 4 + 0.1;
        return [middle[0] + radius * Math.cos(angle), middle[1] + radius * Math.sin(angle)];
      });
      const counts = rim.map((p) => countReference(job, p));
      const count = ask(middle, radius * (1 + 2 ** -40));
      if (count >= 0) {
        told++;
        assert.ok(
          counts.every((each) => each === count),
          `${middle}, radius ${radius}: ${count}, not ${counts}`,
        );
      }
      const guessed = ask(middle, radius / 3);
      if (guessed >= 0 && counts.some((each) => each !== guessed)) wrong++;
    }
    assert.ok(told > tiles / 10, `${told} tiles were told`);
    assert.ok(wrong > (isLong ? 10 : 2), `${wrong} tiles were told wrongly with a third of the radius`);
  });
}

test('points that are written after the start may come in any order', () => {
  const job: KernelJob = {
    step: parseFormula('z^2 + c'),
    c: [0, 0],
    z0: 'p',
    iterations: 50,
    escape: 'overflow',
  };
  // A grid row after row: of 64 points the first and the last lie together, and others far away.
  const side = 63;
  const columns = side ** 2;
  const zeros = (length: number) => new Float64Array(length);
  const given = { rowRe: zeros(1), rowIm: zeros(1), columnRe: zeros(columns), columnIm: zeros(columns) };
  const { points, count } = startKernel(job, compileKernel(job, { reach: 4, leastImaginary: 0 }), given);
  for (let i = 0; i < columns; i++) {
    points.columnRe[i] = (4 * Math.floor(i / side)) / side - 2;
    points.columnIm[i] = (4 * (i % side)) / side - 2;
  }
  const counts = new (countsType(job.iterations))(columns);
  count(0, 1, counts);
  for (let i = 0; i < columns; i++) assert.equal(counts[i], countReference(job, pointOf(points, 0, i)));
});
