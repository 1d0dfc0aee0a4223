// Complex expression tree -> straight-line code on doubles, in the very order that reference.ts defines.
// Equal operations are done once; nothing else is rearranged, folded or left out, because 0 * x and x + 0
// are not nothing in IEEE 754 arithmetic.
import type { Expression } from '../formula/expression.js';

/** One instruction; `left` and `right` are positions of earlier instructions. */
export type Instruction =
  | { readonly kind: 'input'; readonly name: 'x' | 'y' | 'cx' | 'cy' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'negate'; readonly left: number }
  | { readonly kind: 'add' | 'subtract' | 'multiply'; readonly left: number; readonly right: number };

/** The step as real code: `re` and `im` are the positions of the two results. */
export interface StraightLine {
  readonly instructions: readonly Instruction[];
  readonly re: number;
  readonly im: number;
}

type Pair = readonly [re: number, im: number];

export function lower(step: Expression): StraightLine {
  const instructions: Instruction[] = [];
  const known = new Map<string, number>();

  function emit(instruction: Instruction): number {
    // A key tells -0 from 0, which are different constants.
    const key = JSON.stringify(instruction, (_, value) => (Object.is(value, -0) ? '-0' : value));
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, instructions.length);
    return instructions.push(instruction) - 1;
  }
  const real = (kind: 'add' | 'subtract' | 'multiply', left: number, right: number) =>
    emit({ kind, left, right });

  function multiply([a, b]: Pair, [x, y]: Pair): Pair {
    const re = real('subtract', real('multiply', a, x), real('multiply', b, y));
    return [re, real('add', real('multiply', a, y), real('multiply', b, x))];
  }

  function square([x, y]: Pair): Pair {
    const re = real('subtract', real('multiply', x, x), real('multiply', y, y));
    const half = real('multiply', x, y);
    return [re, real('add', half, half)];
  }

  function lowerComplex(expression: Expression): Pair {
    switch (expression.kind) {
      case 'constant': {
        const [re, im] = expression.value;
        return [emit({ kind: 'constant', value: re }), emit({ kind: 'constant', value: im })];
      }
      case 'variable': {
        const [re, im] = expression.name === 'z' ? (['x', 'y'] as const) : (['cx', 'cy'] as const);
        return [emit({ kind: 'input', name: re }), emit({ kind: 'input', name: im })];
      }
      case 'negate': {
        const [x, y] = lowerComplex(expression.operand);
        return [emit({ kind: 'negate', left: x }), emit({ kind: 'negate', left: y })];
      }
      case 'power': {
        const base = lowerComplex(expression.base);
        let result = base;
        for (const bit of expression.exponent.toString(2).slice(1)) {
          result = square(result);
          if (bit === '1') result = multiply(result, base);
        }
        return result;
      }
      case 'multiply':
        return multiply(lowerComplex(expression.left), lowerComplex(expression.right));
      default: {
        const [a, b] = lowerComplex(expression.left);
        const [x, y] = lowerComplex(expression.right);
        return [real(expression.kind, a, x), real(expression.kind, b, y)];
      }
    }
  }

  const [re, im] = lowerComplex(step);
  return { instructions, re, im };
}
