// The compiled orbits give the bytes of those in plain TypeScript, and their slopes are what differences say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { families } from '../../src/formula/families.js';
import { parseFormula } from '../../src/formula/parse.js';
import { compileFollow, fields, followReference, placeOf, startFollow } from '../../src/kernel/orbits.js';
import { countReference, type KernelJob, orbitReference } from '../../src/kernel/reference.js';
import { followOptions, growthOf, shadingOf, tracePoints } from '../../src/kernel/trace.js';
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

const names = ['smooth', 'distance', 'slope', 'angle', 'trap', 'period', 'basin'];
const newArrays = (length: number) => ({
  ...{ smooth: new Float64Array(length), distance: new Float32Array(length) },
  ...{ slope: new Float32Array(length), angle: new Float32Array(length), trap: new Float32Array(length) },
  ...{ period: new Uint16Array(length), basin: new Uint8Array(length) },
});

const traps: Trap[] = [{ point: [0.2, 0.1] }, { line: [0.1, 0, 0.13] }, { circle: [0, 0.1, 0.5] }];

const [columns, rows] = isLong ? [17, 13] : [9, 8];
test('what is compiled gives the bytes of the plain TypeScript, for every family and odd formulas', () => {
  for (const [at, [name, kernel, [re, im]]] of jobs.entries()) {
    const view = { center: [String(re), String(im)] as const, width: 3.7, columns, rows };
    const points = viewPoints(view);
    const counts = new Uint32Array(columns * rows).map((_, place) =>
      countReference(kernel, [points.columnRe[place % columns]!, points.rowIm[Math.floor(place / columns)]!]),
    );
    const trap = traps[at % 3]!;
    const options = followOptions(names, trap);
    const job = {
      ...{ kernel, points, spacing: 3.7 / columns, shading: shadingOf(kernel, points), trap },
      basinOf: () => 1,
    };
    const [compiled, plain] = [newArrays(counts.length), newArrays(counts.length)];
    const module = compileFollow(kernel, options);
    tracePoints(job, startFollow(module), counts, [0, 40], compiled);
    tracePoints(job, startFollow(module), counts, [40, counts.length], compiled);
    tracePoints(job, followReference(kernel, options), counts, [0, counts.length], plain);
    assert.deepEqual(compiled, plain, name);
    plain.smooth.forEach((smooth, place) => {
      assert.ok(!Number.isNaN(smooth), name);
      if (counts[place] === kernel.iterations) assert.equal(smooth, kernel.iterations);
    });
  }
});

test('the orbits are those of the oracle, and their slopes are what central differences say', () => {
  for (const [name, kernel] of jobs) {
    const follower = followReference(kernel, { hasSlopes: true, trap: undefined });
    for (const p of [
      [0.31, 0.42],
      [-0.57, 0.23],
      [0.11, -0.77],
    ] as Complex[]) {
      const steps = 3;
      const job = { ...kernel, iterations: steps, escape: 'overflow' as const };
      const [zRe, zIm] = kernel.z0 === 'p' ? p : kernel.z0;
      const { states } = follower;
      states.fill(0);
      const given = { zRe, zIm, pRe: p[0], pIm: p[1], dRe: kernel.z0 === 'p' ? 1 : 0, most: steps };
      const at = (field: string) => placeOf(0, fields[field as keyof typeof fields]);
      for (const [field, value] of Object.entries({ ...given, near: -1, from: Infinity }))
        states[at(field)] = value;
      follower.follow(1);
      const { z } = orbitReference(job, p);
      assert.deepEqual([states[at('zRe')], states[at('zIm')]], [...z], name);
      const h = 1e-6;
      const moved = (dx: number, dy: number) => orbitReference(job, [p[0] + dx, p[1] + dy]).z;
      const [right, left, up, down] = [moved(h, 0), moved(-h, 0), moved(0, h), moved(0, -h)];
      const [d, g] = ['d', 'g'].map((each) => [states[at(`${each}Re`)]!, states[at(`${each}Im`)]!]);
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
