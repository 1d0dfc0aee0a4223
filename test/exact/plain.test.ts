// The first rung of moderate views: the error bound of single steps against big numbers, its mutants, and the counts
// that it decides against the oracle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, FunctionBody, v128 } from '../../src/assembler.js';
import { dyadicOf, dyadicToFixed } from '../../src/exact/dyadic.js';
import { countPoint } from '../../src/exact/oracle.js';
import { PlainCounter } from '../../src/exact/plain.js';
import { type ExactView, readView } from '../../src/exact/view.js';
import { parseFormula } from '../../src/formula/parse.js';

import { proofEmitter, scale } from '../../src/kernel/proof.js';
import type { KernelJob, Proof } from '../../src/kernel/reference.js';
import { isLong } from '../support.js';
import { base, places, placeView, sequence } from './views.js';

const reach = 2.5;
const off = reach * 2 ** -51;
const radius = 2;

/** A body in which a constant that is near `from` becomes `to`. */
class Mutant extends FunctionBody {
  constructor(private readonly change: readonly [from: number, to: number] | undefined) {
    super({ parameters: [], results: [] });
  }
  override f64x2(value: number): this {
    const isNear = this.change && Math.abs(value / this.change[0] - 1) < 0.01;
    return super.f64x2(isNear ? this.change![1] : value);
  }
}

/** How often |computed z - z| exceeds the bound on the orbits of some points. */
function violations(
  proof: Proof,
  change?: readonly [from: number, to: number],
): { checks: number; bad: number } {
  const job: KernelJob = {
    step: parseFormula('z^2 + c', {}),
    c: 'p',
    z0: [0, 0],
    iterations: 1000,
    escape: radius,
    proof,
  };
  const body = new Mutant(change);
  const locals = ['x', 'y', 'pRe', 'pIm', 'error'].map(() => body.local(v128));
  const [x, y, pRe, pIm, error] = locals as [number, number, number, number, number];
  for (const [i, local] of locals.entries())
    body
      .i32(0)
      .load(16 * i)
      .set(local);
  proofEmitter(body, job, true)!.step({ x, y, error, pRe, pIm });
  for (const [i, local] of locals.entries())
    body
      .i32(0)
      .get(local)
      .store(16 * i);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = assemble({ imports: [], exports: [{ name: 'step', body }] });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } });
  const step = exports.step as () => void;
  const state = new Float64Array(memory.buffer, 0, 10);
  const random = sequence(5);
  const bits = 400;
  const fixed = (value: number) => dyadicToFixed(dyadicOf(value), bits);
  let [checks, bad] = [0, 0];
  for (let i = 0; i < 40; i++) {
    // On the circle on which the bulbs touch the cardioid, orbits stay and errors grow.
    const angle = random(1 << 20);
    const [re, im] = [-1 + 0.2501 * Math.cos(angle), 0.2501 * Math.sin(angle)];
    state.fill(0);
    state.set([re, re, im, im], 4);
    const turn = random(1 << 20);
    const [cx, cy] = [
      fixed(re) + fixed(off * 0.99 * Math.cos(turn)),
      fixed(im) + fixed(off * 0.99 * Math.sin(turn)),
    ];
    let [a, b] = [0n, 0n];
    for (let n = 0; n < 500; n++) {
      step();
      [a, b] = [(((a - b) * (a + b)) >> BigInt(bits)) + cx, ((a * b) >> BigInt(bits - 1)) + cy];
      if (!(state[0]! ** 2 + state[2]! ** 2 <= radius ** 2)) break;
      const [dx, dy] = [fixed(state[0]!) - a, fixed(state[2]!) - b];
      checks++;
      if (dx * dx + dy * dy > fixed(state[8]! / scale) << BigInt(bits)) bad++;
    }
  }
  return { checks, bad };
}

test('the bound of doubles without perturbation holds at every step', () => {
  const { checks, bad } = violations({ off, reach });
  assert.ok(checks > 5000, `${checks} checks`);
  assert.equal(bad, 0);
});

const growth = 4 * (1 + 2 ** -11) ** 2;
const mutants: [what: string, proof: Proof, change?: [from: number, to: number]][] = [
  ['the growth of an error', { off, reach }, [growth, growth * 0.8]],
  ['the rounding of a step and of the points', { off: -(2 ** -53) * 24 * 1.002, reach: 0 }],
];
for (const [what, proof, change] of mutants)
  test(`a mutant breaks the bound of doubles: ${what}`, () => {
    const { checks, bad } = violations(proof, change);
    assert.ok(bad > 0, `none of ${checks}`);
  });

const viewOf = (name: string): ExactView => {
  const place = places.find((each) => each.name.startsWith(name))!;
  return placeView(place, 48);
};
const views: [what: string, view: ExactView][] = [
  ...['m01', 'm02', 'm05', 'm07', 'm09'].map((name): [string, ExactView] => [name, viewOf(name)]),
  ['near the cusp', { ...viewOf('m08'), iterations: 1500 }],
  ['a turned view', { ...viewOf('m01'), rotation: 33 }],
  ['the whole set', { ...base, center: ['-0.5', '0'], columns: 48, rows: 40 }],
  ['few iterations', { ...viewOf('m01'), iterations: 90 }],
  ['a larger radius', { ...viewOf('m01'), radius: 7.5 }],
];
for (const [what, view] of views)
  test(`what doubles decide without perturbation is what the oracle counts: ${what}`, () => {
    const read = readView(view);
    const { columns, rows } = view;
    const out = new Uint32Array(columns * rows);
    const counter = PlainCounter.of(read)!;
    const open = new Set(counter.count(0, 0, rows, columns, out).open);
    assert.ok(open.size < out.length / 4, `${open.size} of ${out.length} are open`);
    const random = sequence(3);
    for (let i = 0; i < (isLong ? 400 : 25); i++) {
      const at = random(out.length);
      if (open.has(at)) continue;
      assert.equal(out[at], countPoint(read, Math.floor(at / columns), at % columns), `point ${at}`);
    }
    // A rectangle of it has the same counts.
    const part = new Uint32Array(10 * 7);
    const openHere = new Set(counter.count(5, 3, 10, 7, part).open);
    for (const [i, count] of part.entries()) {
      const at = (5 + Math.floor(i / 7)) * columns + 3 + (i % 7);
      if (!openHere.has(i) && !open.has(at)) assert.equal(count, out[at], `point ${at} in a rectangle`);
    }
  });

test('where doubles cannot decide, or prove nothing, there is no such rung', () => {
  const has = (view: ExactView) => PlainCounter.of(readView(view)) !== undefined;
  const view = viewOf('m01');
  assert.equal(has(view), true);
  for (const other of [
    { ...view, width: '1e-14' },
    { ...view, radius: 1000 },
    { ...view, z0: ['0.1', '0'] as const },
    { ...view, plane: 'dynamical' as const },
    { ...view, iterations: 2 ** 16 - 1 },
  ])
    assert.equal(has(other), false);
});
