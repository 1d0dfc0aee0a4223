// The expression tree for one step, z -> f(z, c). Data only: what it means in doubles is said by
// kernel/reference.ts, and kernel/lower.ts turns it into instructions.
import type { Complex } from '../scene/complex.js';

export type Expression =
  | { readonly kind: 'constant'; readonly value: Complex }
  | { readonly kind: 'variable'; readonly name: 'z' | 'c' }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | { readonly kind: 'add' | 'subtract' | 'multiply'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: number };

export const z: Expression = { kind: 'variable', name: 'z' };
export const c: Expression = { kind: 'variable', name: 'c' };
export const constant = (re: number, im = 0): Expression => ({ kind: 'constant', value: [re, im] });
export const negate = (operand: Expression): Expression => ({ kind: 'negate', operand });
export const add = (left: Expression, right: Expression): Expression => ({ kind: 'add', left, right });
export const subtract = (left: Expression, right: Expression): Expression => ({
  kind: 'subtract',
  left,
  right,
});
export const multiply = (left: Expression, right: Expression): Expression => ({
  kind: 'multiply',
  left,
  right,
});

/** `base ^ exponent`; the exponent is a whole number from 1 to 1024. Throws RangeError for another. */
export function power(base: Expression, exponent: number): Expression {
  if (!Number.isInteger(exponent) || exponent < 1 || exponent > 1024)
    throw new RangeError(`exponent ${exponent}: must be a whole number from 1 to 1024`);
  return { kind: 'power', base, exponent };
}

/** The lesson's formula. */
export const quadratic = add(power(z, 2), c);
