// The oracle for any formula: its balls contain the values that rational numbers have, and its counts are those of another
// program, of the oracle for z^2 + c, and of closed forms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateIn } from '../../src/exact/algebra.js';
import { type Ball, BallArithmetic, type Pair, Pole } from '../../src/exact/balls.js';
import { countPoint } from '../../src/exact/count.js';
import { NotRational, type Rational, rationals } from '../../src/exact/rationals.js';
import type { ExactView } from '../../src/exact/view.js';
import { call, type Expression, z } from '../../src/formula/expression.js';
import { isLong } from '../support.js';
import { formulaTruth, formulaView, randomStep, stepOf, truthFormulaView } from './formulas.js';
import { base, sequence, truth, truthView } from './views.js';

const bits = 96;
const rational = ([x, y]: Pair): Rational => ({ x, y, d: 1n << BigInt(bits) });

/** Whether |value - centre| <= spread. */
function contains(ball: Ball, spread: bigint, { x, y, d }: Rational): boolean {
  const unit = 1n << BigInt(bits);
  const [dx, dy] = [x * unit - ball.center[0] * d, y * unit - ball.center[1] * d];
  return dx * dx + dy * dy <= (spread * d) ** 2n;
}

/** How many values of random steps are outside their balls; `Arithmetic`: may be a mutant. */
function outside(steps: number, Arithmetic = BallArithmetic): { checks: number; violations: number } {
  const random = sequence(5);
  const size = () => BigInt(random(2 ** 30)) << BigInt(random(bits - 28));
  const number = (): Pair => [size() * (random(2) ? 1n : -1n), size() * (random(3) ? 1n : -1n)];
  let [checks, violations] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const step = randomStep(random);
    const errors = [0, 1].map(() => (random(4) === 0 ? 0n : 1n << BigInt(random(bits - 6))));
    const balls = new Arithmetic(bits, errors);
    const centers = [number(), number(), number(), number()];
    // An input's true value is anywhere in its ball, often at its edge.
    const moved = ([x, y]: Pair, error: bigint): Pair => {
      const ways: Pair[] = [
        [x + error, y],
        [x, y - error],
        [x - (error * 6n) / 10n, y + (error * 8n) / 10n],
      ];
      return ways[random(3)]!;
    };
    const [zc, before, cc, pc] = centers as [Pair, Pair, Pair, Pair];
    try {
      const exact = evaluateIn(rationals, step, {
        z: rational(moved(zc, errors[0]!)),
        previous: rational(moved(before, errors[1]!)),
        c: rational(cc),
        p: rational(pc),
      });
      const ball = evaluateIn(balls, step, {
        z: balls.input(zc, 0),
        previous: balls.input(before, 1),
        c: balls.ball(cc, 0n),
        p: balls.ball(pc, 0n),
      });
      checks++;
      if (!contains(ball, balls.spread(ball), exact)) violations++;
    } catch (error) {
      if (!(error instanceof Pole || error instanceof NotRational)) throw error;
    }
  }
  return { checks, violations };
}

test('balls of random steps contain the values that rational numbers have', () => {
  const { checks, violations } = outside(isLong ? 20_000 : 1000);
  assert.ok(checks > 300, `${checks} checks`);
  assert.equal(violations, 0, `of ${checks}`);
});

/** Arithmetics whose balls lack a part, which must be found out. */
const mutants: Record<string, typeof BallArithmetic> = {
  'the second order of a product': class extends BallArithmetic {
    override multiply(v: Ball, w: Ball): Ball {
      const whole = super.multiply(v, w);
      return { ...whole, rest: whole.rest - ((this.spread(v) * this.spread(w)) >> BigInt(bits)) };
    }
  },
  'the second order of a quotient': class extends BallArithmetic {
    override divide(v: Ball, w: Ball): Ball {
      const whole = super.divide(v, w);
      return { ...whole, rest: whole.rest / 2n };
    }
  },
  'the second order of a modulus': class extends BallArithmetic {
    override modulus(w: Ball): Ball {
      const whole = super.modulus(w);
      return { ...whole, rest: whole.rest / 2n };
    }
  },
  'a fold that may be crossed': class extends BallArithmetic {
    override absolute(x: Ball): Ball {
      return x.center[0] < 0n ? this.negate(x) : x;
    }
  },
  'the conjugate slope': class extends BallArithmetic {
    override conjugate(w: Ball): Ball {
      return { ...w, center: [w.center[0], -w.center[1]] };
    }
  },
};
for (const [what, Mutant] of Object.entries(mutants))
  test(`a mutant is found out: ${what}`, () => {
    const { checks, violations } = outside(2000, Mutant);
    assert.ok(violations > 0, `none of ${checks}`);
  });

/** Points that take at most so many steps are asked for when time is short. */
const most = isLong ? Infinity : 2500;
for (const scene of formulaTruth)
  test(`the oracle counts as another program did: ${scene.name}`, () => {
    const view = truthFormulaView(scene);
    let points = 0;
    for (const [i, row] of scene.rows_at.entries())
      for (const [j, column] of scene.columns_at.entries()) {
        const expected = scene.counts[i]![j]!;
        if (!isLong && i + j > 0 && (expected > most || (i + j) % 3 > 0)) continue;
        points++;
        assert.equal(countPoint(view, row, column), expected, `[${row}][${column}]`);
      }
    assert.ok(points > 0);
  });

test('of z^2 + c it counts as the oracle for that, written in other ways too', () => {
  const scene = truth.find(({ counts }) => Math.max(...counts.flat()) < 600)!;
  const { columns_at: columns, rows_at: rows, counts } = scene;
  for (const formula of [
    'z^2 + c',
    'c - z*(0 - z)',
    '(z^3 + c*z)/z*1',
    '(re(z) + i*im(z))^2 + conj(conj(c))',
  ])
    for (const at of [0, 2, 4]) {
      const changes = { ...truthView(scene), step: stepOf(formula) };
      // The third divides 0 by 0 at its first step, and leaves.
      const expected = formula.includes('/z') ? 0 : counts[at]![at];
      assert.equal(countPoint(changes, rows[at]!, columns[at]!), expected, formula);
    }
});

const single = (formula: string, changes: Partial<ExactView>): number =>
  countPoint(formulaView(formula, { columns: 1, rows: 1, width: '1e-9', ...changes }), 0, 0);

test('where |z| is exactly the radius the point is inside, for any formula', () => {
  // z_1 = 1.2 + 1.6 i of modulus 2, in decimals that no number of bits holds.
  assert.equal(single('z^3 + c', { center: ['1.2', '1.6'], iterations: 1 }), 1);
  assert.equal(single('z^3 + c', { center: [`1.2${'0'.repeat(60)}1`, '1.6'], iterations: 1 }), 0);
  // |z_1| = |1.2 + 1.6 i| as a formula has it; and 10/3 is not above 10/3 of the next radius.
  assert.equal(single('abs(c) + 0*z', { center: ['1.2', '1.6'], iterations: 1 }), 1);
  assert.equal(single('1/(c + 0*z)', { center: ['0.5', '0'], iterations: 7 }), 7);
  // The tip of the celtic stays at 2 for ever; the ship's at 2 too, on the real axis where its fold is.
  for (const formula of ['abs(re(z^2)) + i*im(z^2) + c', '(abs(re z) + i*abs(im z))^2 + c'])
    assert.equal(single(formula, { center: ['-2', '0'], iterations: 1000 }), 1000);
});

test('a step that divides by 0 leaves every radius, and one that does not is followed past the pole', () => {
  assert.equal(single('z^2 + c + 1/(z - 1)', { z0: ['1', '0'], iterations: 9 }), 0);
  assert.equal(single('1/(z - c)', { z0: ['0.3', '0'], center: ['0.3', '0'], iterations: 9 }), 0);
  // 1/1e-40 is above the radius.
  assert.equal(
    single('1/z', { plane: 'dynamical', center: ['1e-40', '0'], iterations: 9, width: '1e-60' }),
    0,
  );
});

test('previous is the z before, 0 at first', () => {
  // 1, 1 + 0, 1 + 1, 2 + 1, 3 + 2: Fibonacci's numbers; 13 is the first above 10, after five more steps.
  const z0 = ['1', '0'] as const;
  assert.equal(single('z + previous', { z0, radius: 10, iterations: 50 }), 5);
});

test('a formula whose function is not rational is an error of the algebra', () => {
  const step: Expression = call('exp', z);
  assert.throws(() => countPoint({ ...base, step, columns: 1, rows: 1 }, 0, 0), /exp has no exact value/);
});
