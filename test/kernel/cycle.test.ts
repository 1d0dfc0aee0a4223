// Points that attracting cycles are said to hold for ever, next to the boundary of the Mandelbrot set, where cycles
// hardly attract and points outside take long to leave: against the same points with every step taken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFormula } from '../../src/formula/parse.js';
import { queueEntry } from '../../src/kernel/count.js';
import { discPlaces, periodAt } from '../../src/kernel/discs.js';
import { compileKernel, startKernel } from '../../src/kernel/kernel.js';
import { rangeOf, type SamplePoints } from '../../src/kernel/points.js';
import type { KernelJob } from '../../src/kernel/reference.js';
import type { Complex } from '../../src/scene/complex.js';
import { viewPoints } from '../../src/scene/view.js';
import { isLong } from '../support.js';

const mandelbrot: KernelJob = {
  step: parseFormula('z^2 + c'),
  c: 'p',
  z0: [0, 0],
  iterations: 1000,
  escape: 2,
};

/** The counts of both ways. */
function countBothWays(job: KernelJob, points: SamplePoints) {
  const [rows, columns] = [points.rowRe.length, points.columnRe.length];
  const kernel = startKernel(job, compileKernel(job, rangeOf(points)), points);
  const [quick, brute] = [new Uint32Array(rows * columns), new Uint32Array(rows * columns)];
  const type = job.iterations < 2 ** 16 ? Uint16Array : Uint32Array;
  for (const [target, exact] of [
    [quick, 'enclosures'],
    [brute, 'brute'],
  ] as const) {
    const counts = new type(rows * columns);
    kernel.count(0, rows, counts, exact);
    target.set(counts);
  }
  return { quick, brute };
}

/** Sample points in one row, in no order, so that none is told as part of a tile. */
function pointsOf(numbers: readonly Complex[]): SamplePoints {
  return {
    rowRe: new Float64Array(1),
    rowIm: new Float64Array(1),
    columnRe: Float64Array.from(numbers, ([re]) => re),
    columnIm: Float64Array.from(numbers, ([, im]) => im),
  };
}

/** The c whose cycle of period 1 or 2 has this multiplier. */
function withMultiplier(period: 1 | 2, modulus: number, angle: number): Complex {
  const [re, im] = [modulus * Math.cos(angle), modulus * Math.sin(angle)];
  if (period === 2) return [re / 4 - 1, im / 4];
  return [re / 2 - (re * re - im * im) / 4, im / 2 - (re * im) / 2];
}

for (const escape of [2, 5, 'overflow'] as const)
  test(`views across the boundary have the counts of brute force: ${escape}`, () => {
    const view = fc.record({
      period: fc.constantFrom<1 | 2>(1, 2),
      angle: fc.oneof(
        fc.double({ min: 0, max: 7, noNaN: true }),
        fc.constantFrom(0, Math.PI, 2.0943951, 1.2566371),
      ),
      zoom: fc.double({ min: 0, max: 44, noNaN: true }),
      iterations: fc.constantFrom(129, 200, 1000, 3001),
      z0: fc.constantFrom<KernelJob['z0'][]>('p', [0, 0]),
    });
    fc.assert(
      fc.property(view, ({ period, angle, zoom, iterations, z0 }) => {
        const [x, y] = withMultiplier(period, 1, angle);
        const points = viewPoints({
          center: [String(x), String(y)],
          width: 2 ** -zoom,
          columns: 24,
          rows: 17,
          rotation: 0,
        });
        const { quick, brute } = countBothWays({ ...mandelbrot, escape, iterations, z0 }, points);
        assert.deepEqual(quick, brute);
      }),
      { numRuns: isLong ? 200 : 25 },
    );
  });

test('points just outside leave when they do, however long a cycle seems to hold them', () => {
  const outside = Array.from({ length: 400 }, (_, i) => {
    const distance = 10 ** (-2 - (i % 40) / 8);
    return withMultiplier(i % 3 === 0 ? 2 : 1, 1 + distance, i % 5 === 0 ? 0 : i);
  });
  const { quick, brute } = countBothWays({ ...mandelbrot, iterations: 20_000 }, pointsOf(outside));
  assert.deepEqual(quick, brute);
  assert.ok(brute.filter((count) => count > 500 && count < 20_000).length > 50);
});

test('radii within which the set does not lie, and starts that are not critical, have the counts of brute force', () => {
  for (const job of [
    { ...mandelbrot, escape: 0.5 },
    { ...mandelbrot, escape: 1.2 },
    { ...mandelbrot, z0: [0.4, 0.3] as const },
    { ...mandelbrot, step: parseFormula('z^3 + c') },
  ]) {
    const points = viewPoints({ center: ['-0.4', '0.2'], width: 2, columns: 60, rows: 40, rotation: 0 });
    const { quick, brute } = countBothWays(job, points);
    assert.deepEqual(quick, brute);
  }
});

test('wider views across the boundary, where most points lie in or near discs of others, have the counts of brute force', () => {
  for (const [center, width] of [
    [['-1.76877883', '-0.0017388'], 0.02],
    [['-0.75', '0.02'], 0.3],
    [['0.27', '0.005'], 0.05],
    [['-0.1528', '1.0397'], 0.03],
  ] as const) {
    const points = viewPoints({ center, width, columns: 180, rows: 120, rotation: 20 });
    const { quick, brute } = countBothWays({ ...mandelbrot, iterations: 1500 }, points);
    assert.deepEqual(quick, brute);
  }
});

test('of queued points those in a disc are told, those near one only with a proof of their own', () => {
  const entryBytes = queueEntry(undefined);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = compileKernel(mandelbrot, { reach: 2, leastImaginary: 0 });
  const { exports } = new WebAssembly.Instance(module, { host: { memory, reference: () => 0 } });
  const pass = exports.pass as (...parameters: number[]) => number;
  const [queue, discs, target] = [0, 8192, 16384];
  const bytes = new DataView(memory.buffer);
  // The disc around 0.1, whose cycle is a fixed point; "near" reaches out of the set.
  const disc = {
    pRe: 0.1,
    pIm: 0,
    square: 0.01 ** 2,
    nearSquare: 1,
    wRe: 0.1127,
    wIm: 0,
    shiftRe: 1.29,
    shiftIm: 0,
  };
  for (const [name, at] of Object.entries(discPlaces))
    bytes.setFloat64(discs + at, disc[name as keyof typeof disc], true);
  bytes.setUint32(discs + periodAt, 1, true);
  const c: Complex[] = [
    [0.105, 0.005],
    [0.3, 0],
    [0.1, 0.1],
    [0.25, 1e-9],
    [0.1, -0.0099],
    [1.5, 0],
  ];
  for (const [i, [re, im]] of c.entries()) {
    bytes.setFloat64(queue + i * entryBytes + 16, re, true);
    bytes.setFloat64(queue + i * entryBytes + 24, im, true);
    bytes.setUint32(queue + i * entryBytes + 52, i, true);
  }
  const end = queue + c.length * entryBytes;
  const begin = pass(queue, end, c.length, target, discs);
  const left = [];
  for (let at = begin; at < end; at += entryBytes) left.push(bytes.getUint32(at + 52, true));
  assert.deepEqual(left, [1, 3, 5]);
  const counts = c.map((_, i) => bytes.getUint16(target + 2 * i, true));
  assert.deepEqual(counts, [1000, 0, 1000, 0, 1000, 0]);
  assert.deepEqual(
    [...c.keys()].slice(3).map((i) => bytes.getFloat64(queue + i * entryBytes + 16, true)),
    [0.3, 0.25, 1.5],
  );
});
