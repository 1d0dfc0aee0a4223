// The invariant behind the counts of formulas: |computed d - (z_n - Z_m)| <= e, with z_n by balls of many bits and Z_m of
// the very reference that the kernel has, after any number of steps. Mutants of the text that is derived from a formula
// must break it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateIn } from '../../src/exact/algebra.js';
import { BallArithmetic, type Pair } from '../../src/exact/balls.js';
import { prepareReference } from '../../src/exact/count.js';
import { type Dyadic, dyadicOf, dyadicToFixed } from '../../src/exact/dyadic.js';
import { FormulaEngine, formulaText } from '../../src/exact/formula-engine.js';
import { formulaSlots, formulaState, orbitStride } from '../../src/exact/formula-follow.js';
import { formulaStarts } from '../../src/exact/formula-reference.js';
import type { ArithmeticName } from '../../src/exact/memory.js';
import { planOf } from '../../src/exact/plan.js';
import { type ExactView, pairToFixed, type ReadView, readView } from '../../src/exact/view.js';
import { parseFormula } from '../../src/formula/parse.js';
import { isLong } from '../support.js';
import { formulaTruth, named, randomStep, truthFormulaView } from './formulas.js';
import { base, sequence } from './views.js';

/** An orbit by balls: centres, and how far z is from them at most. */
class Orbit {
  private readonly points: [center: Pair, error: bigint][];
  constructor(
    private readonly read: ReadView,
    private readonly bits: number,
    start: Pair,
    private readonly p: Pair,
    private readonly isReference = false,
  ) {
    this.points = [[start, 0n]];
  }
  /** Z_n, or what it was when it grew long. */
  at(n: number): [center: Pair, error: bigint] {
    while (this.points.length <= n) {
      const [z, error] = this.points.at(-1)!;
      if (z.some((part) => part >> BigInt(this.bits + 20) > 0n)) return [z, error];
      const balls = new BallArithmetic(this.bits, [error]);
      const next = evaluateIn(balls, this.read.view.step!, {
        z: balls.input(z, 0),
        p: balls.ball(this.p, 0n),
        c: balls.ball(pairToFixed(this.read.c, this.bits), 0n),
        previous: balls.ball([0n, 0n], 0n),
      });
      this.points.push([next.center, this.isReference ? 0n : balls.spread(next)]);
    }
    return this.points[n]!;
  }
}

/** Follows some points for 1, 2, 3, ... steps and then for longer, and checks each state. */
async function check(
  view: ExactView,
  name: ArithmeticName,
  points: number,
  most: number,
  change: (text: string) => string = (text) => text,
): Promise<{ checks: number; violations: number }> {
  const read = readView(view);
  const { header, formula } = await prepareReference(view);
  const { bits } = header;
  const engine = new FormulaEngine(name, read, formula!, change(formulaText(read, formula!)));
  const isPoint = view.plane === 'dynamical';
  const point = pairToFixed(read.center, bits);
  // A reference is the centres alone, whatever their errors: it is the orbit that was computed.
  const references = formulaStarts(read, bits).map((start) => {
    const orbit = new Orbit(read, bits, start, point, true);
    return (m: number) => orbit.at(m)[0];
  });
  // An error may double at each step, and more.
  const fine = 2 * bits + 300 + 3 * most;
  const [random, state] = [sequence(7), engine.view];
  const number = (at: number): Dyadic => {
    const { m, e } = dyadicOf(state.getFloat64(at, true));
    return name === 'scaled' && m !== 0n ? { m, e: e + state.getInt32(at + 8, true) } : { m, e };
  };
  const part = (at: number): bigint =>
    dyadicToFixed(number(at), fine) + (name === 'pair' ? dyadicToFixed(number(at + 8), fine) : 0n);
  const half = name === 'double' ? 8 : 16;
  let [checks, violations] = [0, 0];
  for (let i = 0; i < points; i++) {
    const [row, column] = [random(view.rows), random(view.columns)];
    const offset = read.offset(row, column).map((each) => dyadicToFixed(each, fine)) as [bigint, bigint];
    const center = pairToFixed(read.center, fine);
    const moved: Pair = [center[0] + offset[0], center[1] + offset[1]];
    const orbit = new Orbit(read, fine, isPoint ? moved : pairToFixed(read.z0, fine), moved);
    for (
      let limit = 1;
      limit < Math.min(most, view.iterations);
      limit += limit < 20 ? 1 : 1 + random(limit)
    ) {
      state.setFloat64(formulaSlots.AT_LIMIT, limit, true);
      if (engine.follow(row, column) !== limit) break;
      const orbits = references.map((_, k) => state.getInt32(formulaSlots.AT_ORBIT + k * orbitStride, true));
      const k = orbits.indexOf(state.getInt32(formulaState.orbit, true));
      const [z, error] = orbit.at(limit);
      const Z = references[k]!(state.getInt32(formulaState.index, true));
      const shift = BigInt(fine - bits);
      const x = z[0] - (Z[0] << shift) - part(formulaState.distance);
      const y = z[1] - (Z[1] << shift) - part(formulaState.distance + half);
      const bound = dyadicToFixed(number(formulaState.error), fine) + error + 1n;
      checks++;
      if (x * x + y * y > bound * bound) violations++;
    }
  }
  return { checks, violations };
}

const julia: ExactView = {
  ...base,
  step: parseFormula('z^3 - 0.5*z + c'),
  plane: 'dynamical',
  c: ['0.1', '0.6'],
  center: ['0.25', '0.75'],
};
const many = isLong ? 20 : 2;
const views: [name: string, view: ExactView, arithmetic: ArithmeticName][] = [
  ...formulaTruth.map((truth): [string, ExactView, ArithmeticName] => [
    truth.name,
    truthFormulaView(truth),
    'double',
  ]),
  ...Object.entries(named).map(([name, view]): [string, ExactView, ArithmeticName] => [name, view, 'double']),
  ['a turned view in double-double', { ...truthFormulaView(formulaTruth[1]!), rotation: 33 }, 'pair'],
  ['a quotient in double-double', named.magnet!, 'pair'],
  ['a Julia set of a cubic with two critical points', { ...julia, width: '1e-30' }, 'double'],
  ['a Julia set below all doubles', { ...julia, width: '1e-340' }, 'scaled'],
];
for (const [name, view, arithmetic] of views)
  test(`the bound holds at every state: ${name}, ${arithmetic}`, async () => {
    const { checks, violations } = await check(view, arithmetic, many, isLong ? 3000 : 300);
    assert.ok(checks > 3, `${checks} checks`);
    assert.equal(violations, 0, `of ${checks}`);
  });

test('the bound holds at every state: random steps', async () => {
  const random = sequence(3);
  let [checks, violations] = [0, 0];
  for (let i = 0; i < (isLong ? 2000 : 60); i++) {
    const step = randomStep(random);
    if (!planOf(step)) continue;
    const at = () => `${(random(4000) - 2000) / 1000}${random(1e6)}`;
    const view: ExactView = {
      ...base,
      step,
      plane: random(2) === 0 ? 'parameter' : 'dynamical',
      c: ['0.4', '-0.3'],
      z0: ['0.5', '-0.25'],
      center: [at(), at()],
      width: `1e-${random(50)}`,
      radius: 100,
      rotation: random(90),
    };
    const found = await check(view, random(3) === 0 ? 'pair' : 'double', 2, 100);
    checks += found.checks;
    violations += found.violations;
  }
  assert.ok(checks > 300, `${checks} checks`);
  assert.equal(violations, 0, `of ${checks}`);
});

/** Parts of the derived bounds, and what a mutant has instead. */
const wide = (name: string): ExactView => ({
  ...named[name]!,
  width: '1e-3',
  rotation: 10,
  columns: 32,
  rows: 32,
});
/** Steps alone, without blocks. */
const alone: [RegExp, string] = [/level_count > 0/, 'level_count > 99'];
const mutants: [what: string, view: ExactView, ...changes: [from: RegExp, to: string][]][] = [
  ['the growth in a square', wide('burning ship'), alone, [/(= s0 \* T\d+) \* 2\.0/, '$1 * 1.5']],
  [
    'the rounding of a square and of a new start',
    named.tricorn!,
    alone,
    [/\* 10\.0 \+ m(\d+) \* 4\.0\)/, '* 0.01 + m$1 * 0.01)'],
    [/ m(\d+) \* U/g, ' m$1 * U * 0.01'],
    [/= load_mag\(AT_DC_ERROR\)/g, '= load_mag(AT_DC_ERROR) * 0.01'],
    [/u4 \* \(n1\(y\)/, 'u4 * 0.01 * (n1(y)'],
  ],
  ['the growth in a product', wide('cubic'), [/= s(\d+) \* T0 \+ /, '= s$1 * 0.5 * T0 + ']],
  [
    'the derivative where two factors depend on z',
    wide('lambda'),
    [/modulus\(D(\d+)\) \* e/g, 'modulus(D$1) * e * 0.5'],
  ],
  [
    'the divisor of a quotient',
    wide('magnet'),
    alone,
    [/\/ (low\d+)/g, '/ ($1 * 4.0)'],
    [/U \* 32\.0/, 'U * 0.1'],
    [/= load_mag\(AT_DC_ERROR\)/g, '= load_mag(AT_DC_ERROR) * 0.01'],
  ],
  ['a fold that is crossed', wide('burning ship'), [/let far = X \+ s/, 'let far = s']],
  [
    'what blocks cut off',
    { ...wide('perpendicular'), width: '1e-20' },
    [/let q2 = \(y_n \* x_q2 \+ y_q2 \* a \* a\)/, 'let q2 = 1e-8 * (y_n * x_q2 + y_q2 * a * a)'],
    [/let q2 = (q2_\d+) \* UP40/, 'let q2 = $1 * 1e-8'],
  ],
  [
    'the rounding of blocks',
    truthFormulaView(formulaTruth[0]!),
    [/, count: int, tau: double\) \{/, '$& tau = tau * 1e-9;'],
    [/U \* 12\.0/g, 'U * 0.001'],
    [/U \* 16\.0/g, 'U * 0.001'],
    [/U \* [248]\.0\)/g, 'U * 0.001)'],
    [/\* 10\.0 \+ m(\d+) \* 4\.0\) \* m/g, '* 0.001 + m$1 * 0.001) * m'],
    [/ m(\d+) \* U/g, ' m$1 * U * 0.001'],
    [/= load_mag\(AT_DC_ERROR\)/g, '= load_mag(AT_DC_ERROR) * 0.001'],
  ],
  [
    'the derivative of a block that is folded',
    truthFormulaView(formulaTruth[1]!),
    [/let A = y_A \* x_A \+ y_G \* bar\(x_G\)/, 'let A = y_A * x_A + y_G * x_G'],
  ],
];
for (const [what, view, ...changes] of mutants)
  test(`a mutant breaks the bound: ${what}`, async () => {
    const change = (text: string) =>
      changes.reduce((changed, [from, to]) => {
        assert.match(changed, from);
        return changed.replace(from, to);
      }, text);
    const { checks, violations } = await check(view, 'double', 20, 900, change);
    assert.ok(violations > 0, `none of ${checks}`);
  });
