// A step and its derivative by the sample point, as one piece of straight-line code. With D = dz/dp and G = dz/d
// conj(p) (Wirtinger derivatives), z moves by D d + G conj(d) when p moves by d, so that conj, re, im, abs and arg have
// slopes too. The value is lower.ts's, operation by operation; the slopes are estimates, and counts do not depend on
// them.
import type { Expression, FunctionName } from '../formula/expression.js';
import type { Code, Parts } from './code.js';
import { isHolomorphic, lowering } from './lower.js';
import type { KernelJob } from './reference.js';

/** Positions of a value's derivatives by the sample point and by its conjugate; absent where they are 0. */
interface Slope {
  readonly d?: Parts | undefined;
  readonly g?: Parts | undefined;
}

/**
 * Positions of a step's results. Inputs: those of a step, and, for the slopes of z and of the previous z, dRe, dIm,
 * gRe, gIm, previousDRe, previousDIm, previousGRe, previousGIm.
 */
export interface SlopedStep {
  readonly z: Required<Parts>;
  /** Absent if no slopes were requested. */
  readonly d: Required<Parts> | undefined;
  /** Also absent if the step is holomorphic. */
  readonly g: Required<Parts> | undefined;
}

export function slopedStep(code: Code, { step, c }: KernelJob, hasSlopes: boolean): SlopedStep {
  const value = lowering(code);
  const holomorphic = isHolomorphic(step);
  const complete = ({ re, im }: Parts = {}): Required<Parts> => ({
    re: re ?? code.constant(0),
    im: im ?? code.constant(0),
  });
  const one: Parts = { re: code.constant(1) };

  const plus = (v?: Parts, w?: Parts) => (v && w ? code.plus(v, w) : (v ?? w));
  const negated = (v?: Parts) => v && code.negated(v);
  const conjugated = (v?: Parts) => v && code.conjugate(v);
  const scaled = (by: Parts, v?: Parts) => (v === one ? by : v && (by === one ? v : code.times(by, v)));
  const sum = (v: Slope, w: Slope): Slope => ({ d: plus(v.d, w.d), g: plus(v.g, w.g) });
  const minus = (v: Slope): Slope => ({ d: negated(v.d), g: negated(v.g) });
  const times = (by: Parts, v: Slope): Slope => ({ d: scaled(by, v.d), g: scaled(by, v.g) });
  const isNone = ({ d, g }: Slope) => !d && !g;

  /**
   * The slope of the real part: half the sum of the value's and its conjugate's, so that its G is the conjugate of its
   * D.
   */
  function realPart(of: Slope): Slope {
    if (isNone(of)) return {};
    const d = scaled({ re: code.constant(0.5) }, plus(of.d, conjugated(of.g)));
    return { d, g: conjugated(d) };
  }
  const imaginaryPart = (of: Slope) => realPart(times({ im: code.constant(-1) }, of));

  function input(name: string): Slope {
    const part = (letter: string): Parts => ({
      re: code.input(`${name}${letter}Re`),
      im: code.input(`${name}${letter}Im`),
    });
    const [first, second] = name === '' ? ['d', 'g'] : ['D', 'G'];
    return { d: part(first!), g: holomorphic ? undefined : part(second!) };
  }

  function variable(name: string): Slope {
    if (name === 'z') return input('');
    if (name === 'previous') return input('previous');
    return name === 'p' || c === 'p' ? { d: one } : {};
  }

  function call(expression: Expression & { kind: 'call' }): Slope {
    const { name, operand } = expression;
    const inner = slope(operand);
    if (isNone(inner)) return {};
    const w = value(operand);
    const of = (other: FunctionName) => value({ kind: 'call', name: other, operand });
    const over = (v: Parts, by: Parts) => code.over(complete(v), complete(by));
    switch (name) {
      case 'conj':
        return { d: conjugated(inner.g), g: conjugated(inner.d) };
      case 're':
        return realPart(inner);
      case 'im':
        return imaginaryPart(inner);
      // |w| changes by the component of dw along w, the argument by the component across.
      case 'abs': {
        if (w.im === undefined) return realPart(times({ re: code.real('withSign', one.re!, w.re!) }, inner));
        const size = { re: value(expression).re };
        return realPart(times(code.over(code.conjugate(complete(w)), size), inner));
      }
      case 'arg':
        return imaginaryPart(times(over(one, w), inner));
      case 'sqrt':
        return times(over({ re: code.constant(0.5) }, value(expression)), inner);
      case 'exp':
        return times(value(expression), inner);
      case 'log':
        return times(over(one, w), inner);
      case 'sin':
        return times(of('cos'), inner);
      case 'cos':
        return minus(times(of('sin'), inner));
      case 'sinh':
        return times(of('cosh'), inner);
      case 'cosh':
        return times(of('sinh'), inner);
      case 'tan':
      case 'tanh': {
        const below = complete(of(name === 'tan' ? 'cos' : 'cosh'));
        return times(over(one, code.squared(below)), inner);
      }
    }
  }

  function slopeOnce(expression: Expression): Slope {
    switch (expression.kind) {
      case 'constant':
        return {};
      case 'variable':
        return variable(expression.name);
      case 'negate':
        return minus(slope(expression.operand));
      case 'call':
        return call(expression);
      case 'power': {
        const { base, exponent } = expression;
        const inner = slope(base);
        if (isNone(inner) || exponent === 1) return inner;
        const rest = value(exponent === 2 ? base : { kind: 'power', base, exponent: exponent - 1 });
        return times(code.times({ re: code.constant(exponent) }, rest), inner);
      }
      default: {
        const { kind, left, right } = expression;
        const [v, w] = [slope(left), slope(right)];
        if (kind === 'add') return sum(v, w);
        if (kind === 'subtract') return sum(v, minus(w));
        if (kind === 'multiply') return sum(times(value(right), v), times(value(left), w));
        // (v/w)' = (v' - (v/w) w') / w.
        const above = sum(v, minus(times(value(expression), w)));
        const over = (parts?: Parts) => parts && code.over(complete(parts), value(right));
        return { d: over(above.d), g: over(above.g) };
      }
    }
  }

  const slopes = new Map<Expression, Slope>();
  function slope(expression: Expression): Slope {
    const known = slopes.get(expression) ?? slopeOnce(expression);
    slopes.set(expression, known);
    return known;
  }

  const z = complete(value(step));
  if (!hasSlopes) return { z, d: undefined, g: undefined };
  const { d, g } = slope(step);
  return { z, d: complete(d), g: holomorphic ? undefined : complete(g) };
}
