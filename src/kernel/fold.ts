// Finds the places where a formula folds the plane: `abs(re w) + i*abs(im w)` and the like. Such a step changes no
// modulus, and distances only by folding; the bounds of kernel/ use this.
import type { Expression } from '../formula/expression.js';

/** The w of ±re w or abs(re w), plus or minus i times ±im w or abs(im w), in either order; undefined for others. */
export function foldedOperand(expression: Expression): Expression | undefined {
  if (expression.kind !== 'add' && expression.kind !== 'subtract') return undefined;
  const { left, right } = expression;
  const first = partOf(left, 're');
  const re = first ?? partOf(right, 're');
  const im = re && imaginaryOperand(first ? right : left);
  return im && JSON.stringify(re) === JSON.stringify(im) ? re : undefined;
}

/** The w of i * (im w). */
function imaginaryOperand(expression: Expression): Expression | undefined {
  if (expression.kind === 'negate') return imaginaryOperand(expression.operand);
  if (expression.kind !== 'multiply') return undefined;
  const { left, right } = expression;
  if (isUnit(left)) return partOf(right, 'im');
  return isUnit(right) ? partOf(left, 'im') : undefined;
}

const isUnit = (expression: Expression) =>
  expression.kind === 'constant' && expression.value[0] === 0 && Math.abs(expression.value[1]) === 1;

function partOf(expression: Expression, name: 're' | 'im'): Expression | undefined {
  if (expression.kind === 'negate') return partOf(expression.operand, name);
  if (expression.kind !== 'call') return undefined;
  if (expression.name === 'abs') return partOf(expression.operand, name);
  return expression.name === name ? expression.operand : undefined;
}
