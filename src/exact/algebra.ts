// A formula's value in any numbers that have its operations: balls (balls.ts) and rational numbers (rationals.ts).
import { type Expression, shapeOf, type VariableName } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';

/** Complex numbers of some kind. */
export interface Algebra<T> {
  constant(value: Complex): T;
  negate(w: T): T;
  conjugate(w: T): T;
  add(v: T, w: T): T;
  multiply(v: T, w: T): T;
  divide(v: T, w: T): T;
  /** A real number: re w or im w. */
  part(w: T, name: 're' | 'im'): T;
  /** |x| of a real number. */
  absolute(x: T): T;
  /** |w| of a complex number. */
  modulus(w: T): T;
}

/** The value of a step. Throws for functions that an algebra does not have; scenes with them are rejected before. */
export function evaluateIn<T>(
  algebra: Algebra<T>,
  step: Expression,
  variables: Readonly<Record<VariableName, T>>,
): T {
  const value = (expression: Expression): T => evaluateIn(algebra, expression, variables);
  switch (step.kind) {
    case 'constant':
      return algebra.constant(step.value);
    case 'variable':
      return variables[step.name];
    case 'negate':
      return algebra.negate(value(step.operand));
    case 'power': {
      const base = value(step.base);
      let result = base;
      for (const bit of step.exponent.toString(2).slice(1)) {
        result = algebra.multiply(result, result);
        if (bit === '1') result = algebra.multiply(result, base);
      }
      return result;
    }
    case 'call': {
      const { name, operand } = step;
      const w = value(operand);
      if (name === 'conj') return algebra.conjugate(w);
      if (name === 're' || name === 'im') return algebra.part(w, name);
      if (name !== 'abs') throw new RangeError(`formula: ${name} has no exact value`);
      const shape = shapeOf(operand);
      if (shape === 'complex') return algebra.modulus(w);
      return algebra.absolute(shape === 'real' ? w : algebra.part(w, 'im'));
    }
    case 'multiply':
      return algebra.multiply(value(step.left), value(step.right));
    case 'divide':
      return algebra.divide(value(step.left), value(step.right));
    default: {
      const [v, w] = [value(step.left), value(step.right)];
      return algebra.add(v, step.kind === 'add' ? w : algebra.negate(w));
    }
  }
}
