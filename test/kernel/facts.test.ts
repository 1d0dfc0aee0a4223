// The kernel against facts that others have found about the Mandelbrot set.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quadratic } from '../../src/formula/expression.js';
import { compileKernel, countsType, startKernel } from '../../src/kernel/kernel.js';
import { rangeOf } from '../../src/kernel/points.js';
import { evaluate, type KernelJob } from '../../src/kernel/reference.js';
import type { Complex } from '../../src/scene/complex.js';

function mandelbrot(iterations: number): KernelJob {
  return { step: quadratic, c: 'p', z0: [0, 0], iterations, escape: 2 };
}

/** The counts of c = re[column] + i im[row]. */
function countsOf(job: KernelJob, re: Float64Array, im: Float64Array) {
  const points = {
    rowRe: new Float64Array(im.length).fill(-0),
    rowIm: im,
    columnRe: re,
    columnIm: new Float64Array(re.length).fill(-0),
  };
  const counts = new (countsType(job.iterations))(re.length * im.length);
  startKernel(job, compileKernel(job, rangeOf(points)), points).count(0, im.length, counts);
  return counts;
}
const countOf = (job: KernelJob, [re, im]: Complex) =>
  countsOf(job, Float64Array.of(re), Float64Array.of(im))[0]!;

test('OEIS A097486: steps until c = -3/4 + i 10^-n escapes are the digits of pi', () => {
  // The sequence counts the step that escapes as well.
  for (const [n, steps] of [3, 33, 315, 3143, 31417, 314160].entries())
    assert.equal(countOf(mandelbrot(400_000), [-0.75, 10 ** -n]) + 1, steps);
});

test('OEIS A300078: steps until c = -5/4 - e^2 + e i escapes, for e = 10^-n', () => {
  for (const [n, steps] of [1, 18, 159, 1586, 15731, 157085].entries()) {
    const e = 10 ** -n;
    assert.equal(countOf(mandelbrot(200_000), [-5 / 4 - e * e, e]) + 1, steps);
  }
});

test('nuclei of period 3 and 4, and what is around them, never escape', () => {
  const nuclei: Record<number, readonly Complex[]> = {
    3: [
      [-1.754877666246693, 0],
      [-0.122561166876654, 0.744861766619744],
    ],
    4: [
      [-1.940799806529485, 0],
      [-1.310702641336833, 0],
      [0.282271390766914, 0.530060617578525],
      [-0.156520166833755, 1.032247108922832],
    ],
  };
  for (const [period, all] of Object.entries(nuclei))
    for (const c of all) {
      let z: Complex = [0, 0];
      for (let n = 0; n < Number(period); n++) z = evaluate(quadratic, { z, c, p: c, previous: z });
      assert.ok(Math.hypot(...z) < 1e-12, `period ${period}: ${c}`);
      const near = (x: number) => Float64Array.from({ length: 9 }, (_, i) => x + (i - 4) * 1e-6);
      const counts = countsOf(mandelbrot(100_000), near(c[0]), near(c[1]));
      assert.ok(counts.every((count) => count === 100_000));
    }
});

test('the area of the Mandelbrot set is 1.50659 within what counting pixels allows', () => {
  // Half of the set: it is symmetric. Points of 2000 steps that have not escaped by then add less than 0.002.
  const [columns, rows, side] = [1250, 600, 2 / 1000];
  const re = Float64Array.from({ length: columns }, (_, i) => -2 + (i + 0.5) * side);
  const im = Float64Array.from({ length: rows }, (_, i) => (i + 0.5) * side);
  let inside = 0;
  for (const count of countsOf(mandelbrot(2000), re, im)) if (count === 2000) inside++;
  assert.ok(Math.abs(2 * inside * side * side - 1.50659) < 0.004, `${2 * inside * side * side}`);
});

test("the Benchmarks Game's mandelbrot for N = 200 is the same bitmap byte for byte", () => {
  const size = 200;
  const re = Float64Array.from({ length: size }, (_, x) => (2 * x) / size - 1.5);
  const im = Float64Array.from({ length: size }, (_, y) => (2 * y) / size - 1);
  const counts = countsOf(mandelbrot(50), re, im);
  const drawn = bitmap(size, (x, y) => counts[y * size + x] === 50);
  assert.deepEqual(
    drawn,
    bitmap(size, (x, y) => {
      // As its rules say it: 50 steps, none beyond |z| = 2.
      let [zr, zi, tr, ti] = [0, 0, 0, 0];
      for (let n = 0; n < 50; n++) {
        zi = 2 * zr * zi + im[y]!;
        zr = tr - ti + re[x]!;
        tr = zr * zr;
        ti = zi * zi;
        if (tr + ti > 4) return false;
      }
      return true;
    }),
  );
  assert.equal(drawn.length, 'P4\n200 200\n'.length + 25 * 200);
});

/** A portable bitmap, with ones where points are inside. */
function bitmap(size: number, isInside: (x: number, y: number) => boolean): Buffer {
  const bytes = Buffer.alloc((size / 8) * size);
  for (let i = 0; i < size * size; i++)
    if (isInside(i % size, Math.floor(i / size))) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return Buffer.concat([Buffer.from(`P4\n${size} ${size}\n`), bytes]);
}
