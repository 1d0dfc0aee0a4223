// The oracle for any formula of + - * / whole powers, conj, re, im, abs, numbers, c, p, z and previous: one sample point's
// orbit on balls (balls.ts), and in rational numbers where |z| may equal the escape radius. A step that divides by 0
// leaves every radius. z^2 + c has a faster one (oracle.ts).
import type { Expression } from '../formula/expression.js';
import { evaluateIn } from './algebra.js';
import { BallArithmetic, type Pair, Pole } from './balls.js';
import { type Dyadic, dyadicOf, dyadicToFixed, sumToFixed } from './dyadic.js';
import type { Attempt, PointOrbit, Sum } from './point-orbit.js';
import { exceeds, NotRational, rationalOf, rationals } from './rationals.js';

/** A step, where its orbit starts, its constant, and the sample point. */
export interface FormulaStart {
  readonly step: Expression;
  readonly z: Sum;
  readonly c: Sum;
  readonly p: Sum;
}

export const formulaOrbit = (start: FormulaStart, iterations: number, radius: number): PointOrbit => ({
  follow: (bits, insideAt) => follow(start, iterations, radius, bits, insideAt),
  compare: (exact, n) => compare(start, exact, n),
});

/** A number in fixed point, rounded down, and a bound of what that changes. */
function fixedSum([decimals, dyadics]: Sum, bits: number): [center: Pair, error: bigint] {
  const [x, isExactX] = sumToFixed(decimals[0], dyadics[0], bits);
  const [y, isExactY] = sumToFixed(decimals[1], dyadics[1], bits);
  return [[x, y], isExactX && isExactY ? 0n : 3n];
}

function follow(
  { step, ...start }: FormulaStart,
  iterations: number,
  radius: number,
  bits: number,
  insideAt: ReadonlySet<number>,
): Attempt {
  let [z, error] = fixedSum(start.z, bits);
  let [before, errorBefore]: [Pair, bigint] = [[0n, 0n], 0n];
  const [c, p] = [fixedSum(start.c, bits), fixedSum(start.p, bits)];
  const limit = dyadicToFixed(dyadicOf(radius), bits);
  const isSmall = () => error > 0n && error < limit >> 30n;
  for (let n = 1; n <= iterations; n++) {
    const balls = new BallArithmetic(bits, [error, errorBefore]);
    const variables = {
      z: balls.input(z, 0),
      previous: balls.input(before, 1),
      c: balls.ball(...c),
      p: balls.ball(...p),
    };
    try {
      const next = evaluateIn(balls, step, variables);
      [before, errorBefore] = [z, error];
      [z, error] = [next.center, balls.spread(next)];
    } catch (pole) {
      if (!(pole instanceof Pole)) throw pole;
      return pole.isCertain ? { count: n - 1 } : { undecided: n, isSmall: isSmall() };
    }
    const side = sideOf(z, error, limit);
    if (side === 'outside') return { count: n - 1 };
    if (side === 'near' && !insideAt.has(n)) return { undecided: n, isSmall: isSmall() };
  }
  return { count: iterations };
}

/** Decides on which side of the escape circle a ball is; the largest part of |z| often does without its square. */
function sideOf(z: Pair, error: bigint, limit: bigint): 'inside' | 'outside' | 'near' {
  const [x, y] = z.map((part) => (part < 0n ? -part : part)) as [bigint, bigint];
  if (x + y + error <= limit) return 'inside';
  if (error >= limit) return 'near';
  const square = x * x + y * y;
  if (square <= (limit - error) ** 2n) return 'inside';
  return square > (limit + error) ** 2n ? 'outside' : 'near';
}

/** Whether |z_n| is above the radius, exactly. */
function compare({ step, ...start }: FormulaStart, radius: Dyadic, n: number): boolean | undefined {
  let [z, previous] = [rationalOf(start.z), { x: 0n, y: 0n, d: 1n }];
  const [c, p] = [rationalOf(start.c), rationalOf(start.p)];
  try {
    for (let i = 0; i < n; i++) {
      const next = evaluateIn(rationals, step, { z, previous, c, p });
      [previous, z] = [z, next];
    }
  } catch (problem) {
    if (problem instanceof Pole) return true;
    if (problem instanceof NotRational) return undefined;
    throw problem;
  }
  return exceeds(z, radius);
}
