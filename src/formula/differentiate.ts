// The complex derivative of an expression, by the rules of calculus. Trivial terms are removed (0 * x, 1 * x,
// x + 0), so that trees stay small; nothing else is simplified. kernel/reference.ts evaluates the result in doubles.
import {
  add,
  call,
  constant,
  divide,
  type Expression,
  type FunctionName,
  multiply,
  negate,
  power,
  subtract,
  type VariableName,
} from './expression.js';

/**
 * d expression / d name, with every other variable as a constant. The result shares parts of `expression`. Undefined if
 * there is no derivative: conj, re, im, abs or arg of what depends on `name`.
 */
export function differentiate(expression: Expression, name: VariableName = 'z'): Expression | undefined {
  switch (expression.kind) {
    case 'constant':
      return constant(0);
    case 'variable':
      return constant(expression.name === name ? 1 : 0);
    case 'negate': {
      const inner = differentiate(expression.operand, name);
      return inner && minus(inner);
    }
    case 'call': {
      const inner = differentiate(expression.operand, name);
      if (!inner || isConstant(inner, 0)) return inner;
      return outerDerivatives[expression.name]?.(expression.operand, inner);
    }
    case 'power': {
      const { base, exponent } = expression;
      const inner = differentiate(base, name);
      if (!inner || exponent === 1) return inner;
      const rest = exponent === 2 ? base : power(base, exponent - 1);
      return product(product(constant(exponent), rest), inner);
    }
    default: {
      const { kind, left, right } = expression;
      const [leftInner, rightInner] = [differentiate(left, name), differentiate(right, name)];
      if (!leftInner || !rightInner) return undefined;
      if (kind === 'add') return sum(leftInner, rightInner);
      if (kind === 'subtract') return difference(leftInner, rightInner);
      if (kind === 'multiply') return sum(product(leftInner, right), product(left, rightInner));
      if (isConstant(rightInner, 0)) return quotient(leftInner, right);
      return quotient(difference(product(leftInner, right), product(left, rightInner)), power(right, 2));
    }
  }
}

/** Whether a step is a z + b with |a| of 1 or more, such as z + c, whose orbits do not converge. */
export function bringsNoneNearer(step: Expression): boolean {
  const [slope, memory] = [differentiate(step, 'z'), differentiate(step, 'previous')];
  const factor = slope?.kind === 'negate' ? slope.operand : slope;
  if (factor?.kind !== 'constant' || !memory || !isConstant(memory, 0)) return false;
  return Math.hypot(...factor.value) >= 1;
}

export const isConstant = (expression: Expression, value: number) =>
  expression.kind === 'constant' && expression.value[0] === value && expression.value[1] === 0;

/** The chain rule for f(g), given g and g', which is not 0. Functions without a derivative are not in it. */
const outerDerivatives: Partial<Record<FunctionName, (g: Expression, inner: Expression) => Expression>> = {
  sqrt: (g, inner) => quotient(inner, multiply(constant(2), call('sqrt', g))),
  exp: (g, inner) => product(call('exp', g), inner),
  log: (g, inner) => quotient(inner, g),
  sin: (g, inner) => product(call('cos', g), inner),
  cos: (g, inner) => minus(product(call('sin', g), inner)),
  tan: (g, inner) => quotient(inner, power(call('cos', g), 2)),
  sinh: (g, inner) => product(call('cosh', g), inner),
  cosh: (g, inner) => product(call('sinh', g), inner),
  tanh: (g, inner) => quotient(inner, power(call('cosh', g), 2)),
};

function minus(x: Expression): Expression {
  return isConstant(x, 0) ? x : negate(x);
}

function sum(x: Expression, y: Expression): Expression {
  if (isConstant(x, 0)) return y;
  return isConstant(y, 0) ? x : add(x, y);
}

function difference(x: Expression, y: Expression): Expression {
  if (isConstant(y, 0)) return x;
  return isConstant(x, 0) ? negate(y) : subtract(x, y);
}

function product(x: Expression, y: Expression): Expression {
  if (isConstant(x, 0) || isConstant(y, 1)) return x;
  return isConstant(y, 0) || isConstant(x, 1) ? y : multiply(x, y);
}

function quotient(x: Expression, y: Expression): Expression {
  return isConstant(x, 0) ? x : divide(x, y);
}
