// Complex expression tree -> straight-line code on doubles (code.ts), in exactly the order that reference.ts defines.
import type { Expression, FunctionName } from '../formula/expression.js';
import { Code, type Instruction, type Parts, type RealFunction } from './code.js';

/** The step as real code: `re` and `im` are the positions of the two results. */
export interface StraightLine {
  readonly instructions: readonly Instruction[];
  readonly re: number;
  readonly im: number;
}

/** Whether a step does not depend on the conjugate of z or of the sample point. */
export const isHolomorphic = (step: Expression): boolean =>
  !/"name":"(conj|re|im|abs|arg)"/.test(JSON.stringify(step));

export function lower(step: Expression): StraightLine {
  const code = new Code();
  const { re = code.constant(0), im = code.constant(0) } = lowering(code)(step);
  return { instructions: code.instructions, re, im };
}

/** Adds expressions to `code`; a part that an expression's shape does not have is absent. */
export function lowering(code: Code): (expression: Expression) => Parts {
  const constant = (value: number) => code.constant(value);
  const real: Code['real'] = (kind, left, right) => code.real(kind, left, right);

  function root(value: Parts): Parts {
    const size = code.modulus(value);
    const half = (sum: number) => code.root(real('divide', sum, constant(2)));
    const x = value.re ?? constant(0);
    const im = half(real('subtract', size, x));
    return { re: half(real('add', size, x)), im: real('withSign', im, value.im ?? constant(0)) };
  }

  /** Both parts as products of functions of the two parts, the form of the functions below. */
  function wave(
    re: number,
    im: number,
    of: readonly [RealFunction, RealFunction, RealFunction, RealFunction],
  ) {
    const [a, b, c, d] = of as readonly Exclude<RealFunction, 'atan2'>[];
    return {
      re: real('multiply', code.apply(a!, re), code.apply(b!, im)),
      im: real('multiply', code.apply(c!, re), code.apply(d!, im)),
    };
  }

  function call(name: FunctionName, value: Parts): Parts {
    const { re, im } = value;
    const isReal = im === undefined;
    const x = () => re ?? constant(0);
    const y = () => im ?? constant(0);
    switch (name) {
      case 'conj':
        return code.conjugate(value);
      case 're':
        return { re: x() };
      case 'im':
        return { re: y() };
      case 'abs':
        return { re: code.modulus(value) };
      case 'arg':
        return { re: real('atan2', y(), x()) };
      case 'sqrt':
        return root(value);
      case 'log':
        return { re: code.apply('log', code.modulus(value)), im: real('atan2', y(), x()) };
      case 'tan':
        return code.over(call('sin', value), call('cos', value));
      case 'tanh':
        return code.over(call('sinh', value), call('cosh', value));
      case 'exp': {
        if (isReal) return { re: code.apply('exp', x()) };
        const size = code.apply('exp', x());
        return {
          re: real('multiply', size, code.apply('cos', y())),
          im: real('multiply', size, code.apply('sin', y())),
        };
      }
      case 'sin':
        return isReal ? { re: code.apply('sin', x()) } : wave(x(), im, ['sin', 'cosh', 'cos', 'sinh']);
      case 'cos': {
        if (isReal) return { re: code.apply('cos', x()) };
        const { re, im: below } = wave(x(), im, ['cos', 'cosh', 'sin', 'sinh']);
        return { re, im: code.minus(below) };
      }
      case 'sinh':
        return isReal ? { re: code.apply('sinh', x()) } : wave(x(), im, ['sinh', 'cos', 'cosh', 'sin']);
      case 'cosh':
        return isReal ? { re: code.apply('cosh', x()) } : wave(x(), im, ['cosh', 'cos', 'sinh', 'sin']);
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
          re: code.emit({ kind: 'input', name: `${name}Re` }),
          im: code.emit({ kind: 'input', name: `${name}Im` }),
        };
      }
      case 'negate':
        return code.negated(lowerComplex(expression.operand));
      case 'call':
        return call(expression.name, lowerComplex(expression.operand));
      case 'power': {
        const base = lowerComplex(expression.base);
        let result = base;
        for (const bit of expression.exponent.toString(2).slice(1)) {
          result = code.squared(result);
          if (bit === '1') result = code.times(result, base);
        }
        return result;
      }
      case 'multiply':
        return code.times(lowerComplex(expression.left), lowerComplex(expression.right));
      case 'divide':
        return code.over(lowerComplex(expression.left), lowerComplex(expression.right));
      default: {
        const v = lowerComplex(expression.left);
        const w = lowerComplex(expression.right);
        return expression.kind === 'add' ? code.plus(v, w) : code.without(v, w);
      }
    }
  }

  return lowerComplex;
}
