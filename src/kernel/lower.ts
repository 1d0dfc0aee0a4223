// Complex expression tree -> straight-line code on doubles, in the very order that reference.ts defines.
// Equal operations are done once; nothing else is rearranged, folded or left out, because 0 * x and x + 0
// are not nothing in IEEE 754 arithmetic. Parts that a value's shape does not have are absent.
import type { Expression, FunctionName } from '../formula/expression.js';
import type { realFunctions } from './functions.js';

/** A part of a variable: of z, c, the sample point, or the z before. */
export type InputName = 'zRe' | 'zIm' | 'cRe' | 'cIm' | 'pRe' | 'pIm' | 'previousRe' | 'previousIm';
export type RealFunction = keyof typeof realFunctions;

/** One instruction; `left` and `right` are positions of earlier instructions. */
export type Instruction =
  | { readonly kind: 'input'; readonly name: InputName }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'negate' | 'absolute' | 'root'; readonly left: number }
  | { readonly kind: 'function'; readonly name: Exclude<RealFunction, 'atan2'>; readonly left: number }
  | { readonly kind: 'atan2'; readonly left: number; readonly right: number }
  | {
      readonly kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'withSign';
      readonly left: number;
      readonly right: number;
    };

/** The step as real code: `re` and `im` are the positions of the two results. */
export interface StraightLine {
  readonly instructions: readonly Instruction[];
  readonly re: number;
  readonly im: number;
}

/** Positions of the parts of a value. */
interface Parts {
  readonly re?: number | undefined;
  readonly im?: number | undefined;
}

export function lower(step: Expression): StraightLine {
  const instructions: Instruction[] = [];
  const known = new Map<string, number>();

  function emit(instruction: Instruction): number {
    // A key tells -0 from 0, which are different constants, and infinities from null.
    const key = JSON.stringify(instruction, (_, value) =>
      typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value,
    );
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, instructions.length);
    return instructions.push(instruction) - 1;
  }
  const real = (
    kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'atan2' | 'withSign',
    left: number,
    right: number,
  ) => emit({ kind, left, right });
  const constant = (value: number) => emit({ kind: 'constant', value });
  const apply = (name: Exclude<RealFunction, 'atan2'>, left: number) =>
    emit({ kind: 'function', name, left });

  const sum = (a?: number, b?: number) => (a === undefined ? b : b === undefined ? a : real('add', a, b));
  const product = (a?: number, b?: number) =>
    a === undefined || b === undefined ? undefined : real('multiply', a, b);
  const minus = (a?: number) => (a === undefined ? a : emit({ kind: 'negate', left: a }));
  /** a - b, which IEEE 754 makes the same as a + (-b). */
  const difference = (a?: number, b?: number) =>
    a !== undefined && b !== undefined ? real('subtract', a, b) : (a ?? minus(b));

  const negate = ({ re, im }: Parts): Parts => ({ re: minus(re), im: minus(im) });
  const multiply = (v: Parts, w: Parts): Parts => ({
    re: difference(product(v.re, w.re), product(v.im, w.im)),
    im: sum(product(v.re, w.im), product(v.im, w.re)),
  });

  function square({ re, im }: Parts): Parts {
    const half = product(re, im);
    return { re: difference(product(re, re), product(im, im)), im: sum(half, half) };
  }

  function divide(v: Parts, { re, im }: Parts): Parts {
    const by = (value: Parts, divisor: number): Parts => ({
      re: value.re === undefined ? undefined : real('divide', value.re, divisor),
      im: value.im === undefined ? undefined : real('divide', value.im, divisor),
    });
    if (im === undefined) return by(v, re!);
    if (re === undefined) return by({ re: v.im, im: minus(v.re) }, im);
    return by(multiply(v, { re, im: minus(im) }), real('add', product(re, re)!, product(im, im)!));
  }

  function modulus({ re, im }: Parts): number {
    if (re !== undefined && im !== undefined)
      return emit({ kind: 'root', left: real('add', product(re, re)!, product(im, im)!) });
    return emit({ kind: 'absolute', left: (re ?? im)! });
  }

  function root(value: Parts): Parts {
    const size = modulus(value);
    const half = (sum: number) => emit({ kind: 'root', left: real('divide', sum, constant(2)) });
    const x = value.re ?? constant(0);
    const im = half(real('subtract', size, x));
    return { re: half(real('add', size, x)), im: real('withSign', im, value.im ?? constant(0)) };
  }

  /** The products of functions of the two parts that the functions below are. */
  function wave(
    re: number,
    im: number,
    of: readonly [RealFunction, RealFunction, RealFunction, RealFunction],
  ) {
    const [a, b, c, d] = of as readonly Exclude<RealFunction, 'atan2'>[];
    return {
      re: real('multiply', apply(a!, re), apply(b!, im)),
      im: real('multiply', apply(c!, re), apply(d!, im)),
    };
  }

  function call(name: FunctionName, value: Parts): Parts {
    const { re, im } = value;
    const isReal = im === undefined;
    const x = () => re ?? constant(0);
    const y = () => im ?? constant(0);
    switch (name) {
      case 'conj':
        return { re, im: minus(im) };
      case 're':
        return { re: x() };
      case 'im':
        return { re: y() };
      case 'abs':
        return { re: modulus(value) };
      case 'arg':
        return { re: real('atan2', y(), x()) };
      case 'sqrt':
        return root(value);
      case 'log':
        return { re: apply('log', modulus(value)), im: real('atan2', y(), x()) };
      case 'tan':
        return divide(call('sin', value), call('cos', value));
      case 'tanh':
        return divide(call('sinh', value), call('cosh', value));
      case 'exp': {
        if (isReal) return { re: apply('exp', x()) };
        const size = apply('exp', x());
        return {
          re: real('multiply', size, apply('cos', y())),
          im: real('multiply', size, apply('sin', y())),
        };
      }
      case 'sin':
        return isReal ? { re: apply('sin', x()) } : wave(x(), im, ['sin', 'cosh', 'cos', 'sinh']);
      case 'cos': {
        if (isReal) return { re: apply('cos', x()) };
        const { re, im: below } = wave(x(), im, ['cos', 'cosh', 'sin', 'sinh']);
        return { re, im: minus(below) };
      }
      case 'sinh':
        return isReal ? { re: apply('sinh', x()) } : wave(x(), im, ['sinh', 'cos', 'cosh', 'sin']);
      case 'cosh':
        return isReal ? { re: apply('cosh', x()) } : wave(x(), im, ['cosh', 'cos', 'sinh', 'sin']);
    }
  }

  function lowerComplex(expression: Expression): Parts {
    switch (expression.kind) {
      case 'constant': {
        const [re, im] = expression.value;
        if (Object.is(im, 0)) return { re: constant(re) };
        return Object.is(re, 0) ? { im: constant(im) } : { re: constant(re), im: constant(im) };
      }
      case 'variable': {
        const { name } = expression;
        return {
          re: emit({ kind: 'input', name: `${name}Re` }),
          im: emit({ kind: 'input', name: `${name}Im` }),
        };
      }
      case 'negate':
        return negate(lowerComplex(expression.operand));
      case 'call':
        return call(expression.name, lowerComplex(expression.operand));
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
      case 'divide':
        return divide(lowerComplex(expression.left), lowerComplex(expression.right));
      default: {
        const v = lowerComplex(expression.left);
        const w = lowerComplex(expression.right);
        const join = expression.kind === 'add' ? sum : difference;
        return { re: join(v.re, w.re), im: join(v.im, w.im) };
      }
    }
  }

  const { re = constant(0), im = constant(0) } = lowerComplex(step);
  return { instructions, re, im };
}
