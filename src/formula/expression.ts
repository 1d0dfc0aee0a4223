// The expression tree for one step, z -> f(z, c). Data only: formula/parse.ts makes it from text, kernel/reference.ts
// defines its value in doubles, and kernel/lower.ts turns it into instructions.
import type { Complex } from '../scene/complex.js';

/** `z`, the constant `c`, the sample point `p`, and `previous`, the z one step before (0 at the first). */
export type VariableName = 'z' | 'c' | 'p' | 'previous';

export type FunctionName =
  | ('conj' | 're' | 'im' | 'abs' | 'arg' | 'sqrt' | 'exp' | 'log')
  | ('sin' | 'cos' | 'tan' | 'sinh' | 'cosh' | 'tanh');

export type Expression =
  | { readonly kind: 'constant'; readonly value: Complex }
  | { readonly kind: 'variable'; readonly name: VariableName }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operand: Expression }
  | {
      readonly kind: 'add' | 'subtract' | 'multiply' | 'divide';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: number };

/**
 * The shape of a value, by its form only. Real and imaginary numbers have one part; the other takes no part in arithmetic,
 * so that `i * abs(im z)` has no real part that could become NaN (C11, annex G.5).
 */
export type Shape = 'real' | 'imaginary' | 'complex';

export function shapeOf(expression: Expression): Shape {
  switch (expression.kind) {
    case 'constant': {
      const [re, im] = expression.value;
      if (Object.is(im, 0)) return 'real';
      return Object.is(re, 0) ? 'imaginary' : 'complex';
    }
    case 'variable':
      return 'complex';
    case 'negate':
      return shapeOf(expression.operand);
    case 'call': {
      if (['re', 'im', 'abs', 'arg'].includes(expression.name)) return 'real';
      const shape = shapeOf(expression.operand);
      if (expression.name === 'conj') return shape;
      return shape === 'real' && !['sqrt', 'log'].includes(expression.name) ? 'real' : 'complex';
    }
    case 'power': {
      const base = shapeOf(expression.base);
      return base === 'imaginary' && expression.exponent % 2 === 0 ? 'real' : base;
    }
    default: {
      const [left, right] = [shapeOf(expression.left), shapeOf(expression.right)];
      if (expression.kind === 'add' || expression.kind === 'subtract')
        return left === right ? left : 'complex';
      if (left === 'complex' || right === 'complex') return 'complex';
      return left === right ? 'real' : 'imaginary';
    }
  }
}

const variable = (name: VariableName): Expression => ({ kind: 'variable', name });
export const z: Expression = variable('z');
export const c: Expression = variable('c');
export const p: Expression = variable('p');
export const previous: Expression = variable('previous');
export const constant = (re: number, im = 0): Expression => ({ kind: 'constant', value: [re, im] });
export const negate = (operand: Expression): Expression => ({ kind: 'negate', operand });
export const call = (name: FunctionName, operand: Expression): Expression => ({
  kind: 'call',
  name,
  operand,
});

const binary =
  (kind: 'add' | 'subtract' | 'multiply' | 'divide') =>
  (left: Expression, right: Expression): Expression => ({ kind, left, right });
export const add = binary('add');
export const subtract = binary('subtract');
export const multiply = binary('multiply');
export const divide = binary('divide');

/** The largest exponent of `power`. */
export const largestExponent = 1024;

/** `base ^ exponent`; the exponent is a whole number from 1 to 1024. Throws RangeError for another. */
export function power(base: Expression, exponent: number): Expression {
  if (!Number.isInteger(exponent) || exponent < 1 || exponent > largestExponent)
    throw new RangeError(`exponent ${exponent}: must be a whole number from 1 to ${largestExponent}`);
  return { kind: 'power', base, exponent };
}

/** Functions whose values are rational or roots of rational numbers where their operands are. */
const algebraic: readonly FunctionName[] = ['conj', 're', 'im', 'abs'];

/**
 * The first part of a step that exact arithmetic does not have, as a formula says it: a function such as exp, or a power
 * that is not a whole number, which the parser makes of exp and log.
 */
export function transcendentalPart(step: Expression): string | undefined {
  switch (step.kind) {
    case 'constant':
    case 'variable':
      return undefined;
    case 'power':
      return transcendentalPart(step.base);
    case 'negate':
      return transcendentalPart(step.operand);
    case 'call': {
      const { name, operand } = step;
      if (algebraic.includes(name)) return transcendentalPart(operand);
      const isPower =
        name === 'exp' &&
        operand.kind === 'multiply' &&
        operand.right.kind === 'call' &&
        operand.right.name === 'log';
      return isPower ? 'power that is not a whole number' : name;
    }
    default:
      return transcendentalPart(step.left) ?? transcendentalPart(step.right);
  }
}

/** A step with another expression in the place of a variable. */
export function substitute(step: Expression, name: VariableName, by: Expression): Expression {
  const inside = (part: Expression) => substitute(part, name, by);
  switch (step.kind) {
    case 'constant':
      return step;
    case 'variable':
      return step.name === name ? by : step;
    case 'power':
      return { ...step, base: inside(step.base) };
    case 'negate':
    case 'call':
      return { ...step, operand: inside(step.operand) };
    default:
      return { ...step, left: inside(step.left), right: inside(step.right) };
  }
}

/** The lesson's formula. */
export const quadratic = add(power(z, 2), c);

/** Ways to write its square. */
const squares = [power(z, 2), multiply(z, z)].map((square) => JSON.stringify(square));

/** Whether an expression is z^2 + c, in any order, and whether its constant is the sample point p. */
export function isQuadratic(step: Expression): { readonly isPlain: boolean; readonly isOfPoint: boolean } {
  if (step.kind !== 'add') return { isPlain: false, isOfPoint: false };
  const { left, right } = step;
  const [square, other] = right.kind === 'variable' ? [left, right] : [right, left];
  const name = other.kind === 'variable' ? other.name : undefined;
  const isPlain = squares.includes(JSON.stringify(square)) && (name === 'c' || name === 'p');
  return { isPlain, isOfPoint: isPlain && name === 'p' };
}
