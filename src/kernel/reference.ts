// The counts in plain TypeScript: slow, obviously right, the oracle of every test and what the compiled
// kernel asks for the few points that its bounds cannot tell. It defines what each operation means in
// IEEE 754 doubles; the order of operations is part of that meaning, and nothing is ever fused.
import type { Expression } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';
import type { EscapeRule } from '../scene/scene.js';

/** What is counted: the step, its constant, how often, and when a point has escaped. */
export interface KernelJob {
  readonly step: Expression;
  readonly c: Complex;
  /** From 1 to 2^32 - 1. */
  readonly iterations: number;
  readonly escape: EscapeRule;
}

/** How many of the `iterations` steps from `start` leave the point not escaped. */
export function countReference({ step, c, iterations, escape }: KernelJob, start: Complex): number {
  const escaped =
    escape === 'overflow' ? hasOverflown : ([x, y]: Complex) => !(x * x + y * y <= escape * escape);
  let z = start;
  for (let n = 0; n < iterations; n++) {
    z = evaluate(step, z, c);
    if (escaped(z)) return n;
  }
  return iterations;
}

/** The value of an expression in complex numbers of doubles. */
export function evaluate(expression: Expression, z: Complex, c: Complex): Complex {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'variable':
      return expression.name === 'z' ? z : c;
    case 'negate': {
      const [x, y] = evaluate(expression.operand, z, c);
      return [-x, -y];
    }
    case 'power':
      return power(evaluate(expression.base, z, c), expression.exponent);
    default: {
      const [a, b] = evaluate(expression.left, z, c);
      const [x, y] = evaluate(expression.right, z, c);
      if (expression.kind === 'add') return [a + x, b + y];
      if (expression.kind === 'subtract') return [a - x, b - y];
      return [a * x - b * y, a * y + b * x];
    }
  }
}

/** z^n by squaring, from the exponent's highest bit down: z^5 is ((z^2)^2) * z. */
function power(base: Complex, exponent: number): Complex {
  let result = base;
  for (const bit of exponent.toString(2).slice(1)) {
    const [x, y] = result;
    // As numpy squares: 2xy as a sum of two equal products.
    result = [x * x - y * y, x * y + x * y];
    if (bit === '1') {
      const [a, b] = result;
      result = [a * base[0] - b * base[1], a * base[1] + b * base[0]];
    }
  }
  return result;
}

/**
 * Whether |z| is no longer finite: not a number, or hypot(x, y) rounds to infinity, which it does from the
 * middle between the largest double and 2^1024 on. Math.hypot may differ between engines in the last digit,
 * so where it could matter whole numbers decide.
 */
export function hasOverflown([x, y]: Complex): boolean {
  const [a, b] = [Math.abs(x), Math.abs(y)];
  if (a < 2 ** 1023 && b < 2 ** 1023) return false;
  if (!(a <= Number.MAX_VALUE && b <= Number.MAX_VALUE)) return true;
  const middle = 2n ** 1024n - 2n ** 970n;
  // What trunc takes off a small part is far below the distance of two squares that can occur here.
  return BigInt(Math.trunc(a)) ** 2n + BigInt(Math.trunc(b)) ** 2n >= middle ** 2n;
}
