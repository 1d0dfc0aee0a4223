// The compiled orbits give the bytes of those in plain TypeScript, and their slopes are what differences say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { families } from '../../src/formula/families.js';
import { parseFormula } from '../../src/formula/parse.js';
import { isCaptured } from '../../src/kernel/capture.js';
import type { ChannelName, ShadeJob } from '../../src/kernel/ends.js';
import { traceInside } from '../../src/kernel/inside.js';
import { compileInside, insideReference, startInside } from '../../src/kernel/inside-module.js';
import { compileKernel, countsType, startKernel } from '../../src/kernel/kernel.js';
import { orbitStep, runCode } from '../../src/kernel/orbit.js';
import { rangeOf } from '../../src/kernel/points.js';
import { countReference, type KernelJob, orbitReference } from '../../src/kernel/reference.js';
import { compileShade, startShade } from '../../src/kernel/shade-rows.js';
import { growthOf, shadingOf } from '../../src/kernel/shading.js';
import { traceReference } from '../../src/kernel/trace.js';
import { findBasins } from '../../src/render/basins.js';
import type { Complex } from '../../src/scene/complex.js';
import type { Trap } from '../../src/scene/scene.js';
import { viewPoints } from '../../src/scene/view.js';
import { isLong } from '../support.js';

const others = [
  'z^3/(z + 2) + p*conj(z)',
  'abs(z)*sqrt(z) + c + p',
  'tan(z) + i*arg(z)*c',
  'log(z*z + 3) + tanh(p)',
  'sinh(z) - cosh(p) + cos(conj(z))',
  'conj(previous)',
  '2.5*z*z - abs(im(z) - re(p))*0.25 - z/3',
];
const jobs: [string, KernelJob, Complex][] = [
  ...Object.entries(families).map(([name, { formula, parameters, view, ...rest }]) => {
    const job = { ...rest, step: parseFormula(formula, parameters), iterations: 60 };
    return [name, job, view.center] as [string, KernelJob, Complex];
  }),
  ...others.map((formula) => {
    const rest = { c: [0.3, 0.2] as const, z0: 'p' as const, iterations: 40, escape: 8 };
    return [formula, { step: parseFormula(formula), ...rest }, [0, 0]] as [string, KernelJob, Complex];
  }),
];

/** Every family and odd formula by its own rule of escape and by others. */
const rules: KernelJob['escape'][] = [
  'overflow',
  2,
  1e8,
  { converged: 1e-6 },
  { converged: 1e-6, bailout: 100 },
];

const names: ChannelName[] = ['smooth', 'distance', 'slope', 'angle', 'trap', 'period', 'basin'];
const newArrays = (length: number) => ({
  smooth: new Float64Array(length),
  distance: new Float32Array(length),
  slope: new Float32Array(length),
  angle: new Float32Array(length),
  trap: new Float32Array(length),
  period: new Uint16Array(length),
  basin: new Uint8Array(length),
});
const arraysOf = (wanted: readonly ChannelName[], length: number) =>
  Object.fromEntries(wanted.map((name) => [name, newArrays(length)[name]])) as ReturnType<typeof newArrays>;

const traps: Trap[] = [{ point: [0.2, 0.1] }, { line: [0.1, 0, 0.13] }, { circle: [0, 0.1, 0.5] }];
const sets: ChannelName[][] = [names, ['smooth'], ['angle', 'trap']];

const [columns, rows] = isLong ? [43, 71] : [11, 8];
const viewOf = ([re, im]: Complex) => ({
  center: [String(re), String(im)] as const,
  width: 3.7,
  columns,
  rows,
});

/** What is computed of a view of this kernel. */
const jobOf = (
  kernel: KernelJob,
  view: ReturnType<typeof viewOf>,
  trap: Trap,
  wanted: ChannelName[],
): ShadeJob => {
  const points = viewPoints(view);
  return {
    kernel,
    wanted,
    spacing: view.width / columns,
    shading: shadingOf(kernel, points),
    trap,
    basins: findBasins(kernel, points),
  };
};

test('what is compiled gives the bytes of the plain TypeScript, for every family and odd formulas', () => {
  for (const [at, [name, ownKernel, center]] of jobs.entries())
    for (const [i, escape] of [ownKernel.escape, ...rules].entries()) {
      // Where there is no time for all, each formula meets its own rule and two others.
      if (!isLong && i > 0 && (i + at) % 5 !== 0) continue;
      const kernel = { ...ownKernel, escape };
      const view = viewOf(center);
      const points = viewPoints(view);
      const counts = new (countsType(kernel.iterations))(columns * rows).map((_, place) =>
        countReference(kernel, [
          points.columnRe[place % columns]!,
          points.rowIm[Math.floor(place / columns)]!,
        ]),
      );
      const wanted = sets[(i + at) % 3]!;
      const job = jobOf(kernel, view, traps[at % 3]!, wanted);
      const [compiled, plain] = [arraysOf(wanted, counts.length), arraysOf(wanted, counts.length)];
      const shade = startShade(job, compileShade(job));
      // A sample of a picture comes before it, with rows of fewer points.
      shade(viewPoints({ ...view, columns: 3, rows: 1 }), new (countsType(kernel.iterations))(3), {});
      shade(points, counts, compiled);
      traceInside(job, points, startInside(job, compileInside(job)), counts, compiled);
      traceReference(job, points, counts, plain);
      traceInside(job, points, insideReference(job), counts, plain);
      assert.deepEqual(compiled, plain, `${name} ${JSON.stringify(escape)}`);
      plain.smooth?.forEach((smooth, place) => {
        assert.ok(!Number.isNaN(smooth), name);
        if (counts[place] === kernel.iterations) assert.equal(smooth, kernel.iterations);
      });
    }
});

test('what is captured while points are counted are the bytes of the plain TypeScript', () => {
  const sets: ChannelName[][] = [['smooth'], ['angle', 'trap'], names, ['slope'], ['trap', 'basin']];
  for (const [at, [name, ownKernel, center]] of jobs.entries())
    for (const [i, escape] of [ownKernel.escape, ...rules].entries()) {
      if (escape === 'overflow' || (!isLong && i > 0 && (i + at) % 5 !== 0)) continue;
      // With more iterations than points are taken side by side, and with fewer.
      for (const iterations of [60, 131]) {
        const kernel = { ...ownKernel, escape, iterations };
        const view = viewOf(center);
        const points = viewPoints(view);
        const wanted = sets[(i + at) % 5]!;
        const job = jobOf(kernel, view, traps[at % 3]!, wanted);
        if (!isCaptured(job)) continue;
        const [captured, plain] = [arraysOf(wanted, columns * rows), arraysOf(wanted, columns * rows)];
        const counts = new (countsType(iterations))(columns * rows);
        const module = compileKernel(kernel, rangeOf(points), undefined, job);
        const started = startKernel(kernel, module, points, job);
        for (const exact of ['brute', 'enclosures'] as const) {
          for (const values of Object.values(captured)) values.fill(0);
          // In two parts, of which the first has an odd number of rows.
          for (const [from, to] of [
            [0, 3],
            [3, rows],
          ] as const) {
            const part = (values: object) => (values as Float64Array).subarray(from * columns, to * columns);
            const channels = Object.entries(captured).map(([name, values]) => [name, part(values)]);
            started.countWithChannels(from, to, part(counts) as never, Object.fromEntries(channels), exact);
          }
          for (const values of Object.values(plain)) values.fill(0);
          traceReference(job, points, counts, plain);
          traceInside(job, points, undefined, counts, plain);
          assert.deepEqual(captured, plain, `${name} ${JSON.stringify(escape)} ${iterations} ${exact}`);
        }
      }
    }
});

test('the orbits are those of the oracle, and their slopes are what central differences say', () => {
  for (const [name, kernel] of jobs) {
    const { code, next } = orbitStep(kernel, { hasSlopes: true, trap: undefined });
    const values = new Float64Array(code.instructions.length);
    for (const p of [
      [0.31, 0.42],
      [-0.57, 0.23],
      [0.11, -0.77],
    ] as Complex[]) {
      const steps = 3;
      const job = { ...kernel, iterations: steps, escape: 'overflow' as const };
      const [zRe, zIm] = kernel.z0 === 'p' ? p : kernel.z0;
      const [cRe, cIm] = kernel.c === 'p' ? p : kernel.c;
      const dRe = kernel.z0 === 'p' ? 1 : 0;
      const orbit: Record<string, number> = { zRe, zIm, cRe, cIm, pRe: p[0], pIm: p[1], dRe };
      for (let n = 0; n < steps; n++) {
        runCode(code.instructions, (name) => orbit[name] ?? 0, values);
        for (const [name, position] of next) orbit[name] = values[position]!;
      }
      const { z } = orbitReference(job, p);
      assert.deepEqual([orbit.zRe, orbit.zIm], [...z], name);
      const h = 1e-6;
      const moved = (dx: number, dy: number) => orbitReference(job, [p[0] + dx, p[1] + dy]).z;
      const [right, left, up, down] = [moved(h, 0), moved(-h, 0), moved(0, h), moved(0, -h)];
      const [d, g] = ['d', 'g'].map((each) => [orbit[`${each}Re`] ?? 0, orbit[`${each}Im`] ?? 0]);
      // dz/dx = D + G and dz/dy = i (D - G).
      const slopes = [d![0]! + g![0]!, d![1]! + g![1]!, g![1]! - d![1]!, d![0]! - g![0]!];
      const differences = [right[0] - left[0], right[1] - left[1], up[0] - down[0], up[1] - down[1]];
      slopes.forEach((slope, i) => {
        const difference = differences[i]! / (2 * h);
        const size = Math.max(1, ...slopes.map(Math.abs));
        assert.ok(Math.abs(slope - difference) < 1e-4 * size, `${name} ${p} ${i}: ${slope} ${difference}`);
      });
    }
  }
});

test('the growth of a step is its degree far out', () => {
  const growth = (text: string) => growthOf(parseFormula(text));
  assert.equal(growth('z^3 + c*z'), 3);
  assert.equal(growth('((z^2 + c - 1)/(2*z + c - 2))^2'), 2);
  assert.equal(growth('conj(z)^2 + previous'), 2);
  assert.equal(growth('c*exp(z)'), undefined);
});
