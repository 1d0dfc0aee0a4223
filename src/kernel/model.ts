// What a step makes of all points of a tile at once, as straight-line code. z over the tile is enclosed by
//     z(d) = mid + D d + G conj(d) + e,   |e| <= rest,
// where d is the sample point's distance from the tile's middle, |d| <= rho: a first-order Taylor model with a disc
// as remainder (Makino, Berz 1996; discs: Gargantini, Henrici 1972), with D and G the derivatives by Wirtinger, so
// that conj, re, im and abs have models too; without them G is 0 and left out.
//
// Within the step each value w is enclosed likewise, but by how far z and the sample point are from their middles:
//     w = mid + L x + M conj(x) + P d + Q conj(d) + e,   |x| <= spread of z,   |e| <= rest of w,
// so that the new D is L D + M conj(G) + P, and the old rest comes in as (|L| + |M|) rest: where a step contracts, as
// Newton's does, so does the rest.
//
// The rests bound what the doubles of the plain kernel give, not only what exact numbers would. With u = 2^-53, a
// product of complex doubles errs by at most sqrt(5) u |v| |w| (Brent, Percival, Zimmermann 2007), at the point
// and again in `mid`; the products and sums in L, M, P, Q err by at most 6.6 u each, relative to V W, where V and W
// bound |v| and |w| on the tile, and x and d are in the tile for two of the four each. Together that is below 18 u V W
// < 2^-48 V W; `rounding` takes twice that, for sums with V + W in place of V W. What the rests themselves lose to
// rounding, some u for each of at most 2000 operations, is given back at the end of the step by `inflation`. Products
// of parts may be subnormal, in L to Q too: each errs by at most 2^-1074 times a radius, and a modulus by 2^-500, for
// which `tiny` and `underflow` stand.
import type { Expression } from '../formula/expression.js';
import { Code, type Parts } from './code.js';
import { foldedOperand } from './fold.js';
import { isHolomorphic } from './lower.js';
import type { KernelJob } from './reference.js';

const rounding = 2 ** -47;
export const underflow = 2 ** -1000;
export const inflation = 1 + 2 ** -40;
const tiny = 2 ** -560;
/** Radii of tiles are below this, and so is what is divided by; its inverse is the least that is. */
export const largest = 2 ** 500;

/** Derivatives by a variable and by its conjugate, where they are not 0. */
interface Slope {
  readonly d?: Parts | undefined;
  readonly g?: Parts | undefined;
}

/** Positions in the code: the value's parts; how it depends on z and on the sample point; the rest where it is not 0. */
interface Model {
  readonly mid: Parts;
  readonly z: Slope;
  readonly p: Slope;
  readonly rest?: number | undefined;
}

/**
 * The model of z after a step from that before. Inputs: zRe, zIm, dRe, dIm, gRe, gIm, rest, size (|mid|), spread (the
 * bound of |D d + G conj(d)| + rest), rho, pRe, pIm, cRe, cIm.
 */
export interface StepModel {
  readonly code: Code;
  readonly mid: Required<Parts>;
  readonly d: Required<Parts>;
  /** Absent where the step is holomorphic. */
  readonly g: Required<Parts> | undefined;
  readonly rest: number;
}

/** Undefined where the step has something that is not bounded here. */
export function modelStep({ step, c }: KernelJob): StepModel | undefined {
  const holomorphic = isHolomorphic(step);
  const code = new Code();
  const one = code.constant(1);
  const zero = code.constant(0);
  const rho = code.input('rho');
  const zSpread = code.input('spread');

  /** An upper bound of a modulus, also where the squares are too small to be told from 0. */
  function modulus({ re, im }: Parts): number {
    if (re === undefined || im === undefined) return code.absolute((re ?? im)!);
    const square = code.sum(code.product(re, re), code.product(im, im));
    return code.root(code.sum(square, code.constant(underflow)));
  }

  /** How far a value may be from its middle by a variable that is within a radius. */
  function reach({ d, g }: Slope, radius: number): number | undefined {
    if (d?.re === one && d.im === undefined && !g) return radius;
    const size = code.sum(d && modulus(d), g && modulus(g));
    return code.product(size, size === undefined ? undefined : radius);
  }

  const spreads = new Map<Model, number | undefined>();
  /** How far a value may be from its middle; undefined: not at all. */
  function spread(model: Model): number | undefined {
    if (!spreads.has(model))
      spreads.set(model, sum(reach(model.z, zSpread), reach(model.p, rho), model.rest));
    return spreads.get(model);
  }
  const sizes = new Map<Model, number>();
  const size = (model: Model) => sizes.get(model) ?? modulus(model.mid);
  const bound = (model: Model) => code.sum(size(model), spread(model))!;

  /** A product of a derivative with a value, where a factor of 1 does nothing. */
  const scaled = (by: Parts, parts: Parts) =>
    parts.re === one && parts.im === undefined ? by : code.times(by, parts);
  const plus = (v?: Parts, w?: Parts) => (v && w ? code.plus(v, w) : (v ?? w));
  const sum = (...terms: (number | undefined)[]) =>
    terms.reduce<number | undefined>((all, term) => code.sum(all, term), undefined);

  function variable(name: string, isPoint: boolean): Model {
    const mid = { re: code.input(`${name}Re`), im: code.input(`${name}Im`) };
    return { mid, z: {}, p: isPoint ? { d: { re: one } } : {} };
  }

  const z: Model = { mid: { re: code.input('zRe'), im: code.input('zIm') }, z: { d: { re: one } }, p: {} };
  sizes.set(z, code.input('size'));

  /** The same done with each derivative of a value. */
  const each = (of: Slope, change: (parts: Parts) => Parts): Slope => ({
    d: of.d && change(of.d),
    g: of.g && change(of.g),
  });
  const both = (v: Slope, w: Slope, join: (a?: Parts, b?: Parts) => Parts | undefined): Slope => ({
    d: join(v.d, w.d),
    g: join(v.g, w.g),
  });

  function add(v: Model, w: Model, sign: 1 | -1): Model {
    const join = (a: Parts, b: Parts) => (sign === 1 ? code.plus(a, b) : code.without(a, b));
    const joined = (a?: Parts, b?: Parts) =>
      a && b ? join(a, b) : (a ?? (b && (sign === 1 ? b : code.negated(b))));
    return {
      mid: join(v.mid, w.mid),
      z: both(v.z, w.z, joined),
      p: both(v.p, w.p, joined),
      rest: sum(v.rest, w.rest, code.product(code.sum(bound(v), bound(w)), code.constant(rounding))),
    };
  }

  function multiply(v: Model, w: Model): Model {
    const slope = (a: Slope, b: Slope) =>
      both(
        each(b, (parts) => scaled(v.mid, parts)),
        each(a, (parts) => scaled(w.mid, parts)),
        plus,
      );
    return {
      mid: v === w ? code.squared(v.mid) : code.times(v.mid, w.mid),
      z: slope(v.z, w.z),
      p: slope(v.p, w.p),
      rest: sum(
        w.rest && code.product(size(v), w.rest),
        v.rest && code.product(size(w), v.rest),
        code.product(spread(v), spread(w)),
        code.product(code.product(bound(v), bound(w)), code.constant(rounding)),
        code.constant(tiny),
      ),
    };
  }

  /**
   * 1/w. With w = m + x, |x| <= s < |m|: 1/w - 1/m + x/m^2 = x^2 / (m^2 w), and |w| >= |m| - s. The quotient of the
   * plain kernel errs by less than 16 u |v| / |w|, which the product with this bounds.
   */
  function invert(w: Model): Model {
    const mid = code.over({ re: one }, w.mid);
    const minusSquare = code.negated(code.squared(mid));
    const s = spread(w);
    const most = size(w);
    const far = code.product(most, code.constant(2 - inflation));
    const least =
      s === undefined ? far : code.real('subtract', far, code.product(s, code.constant(inflation)));
    const isTold = code.real(
      'and',
      code.real('less', code.constant(1 / largest), least),
      code.real('less', most, code.constant(largest)),
    );
    const inverse = code.select(isTold, code.real('divide', one, least), code.constant(Infinity));
    const square = code.product(modulus(mid), modulus(mid));
    const second = s && code.product(code.product(s, s), code.product(square, inverse));
    return {
      mid,
      z: each(w.z, (parts) => scaled(minusSquare, parts)),
      p: each(w.p, (parts) => scaled(minusSquare, parts)),
      rest: sum(
        w.rest && code.product(square, w.rest),
        second,
        code.product(inverse, code.constant(16 * rounding)),
        code.constant(tiny),
      ),
    };
  }

  /** The real numbers re w and im w: mid + 2 re(D d) + e, so that G is the conjugate of D. */
  function part(w: Model, name: 're' | 'im'): Model {
    const factor = name === 're' ? { re: code.constant(0.5) } : { im: code.constant(-0.5) };
    const slope = ({ d, g }: Slope): Slope => {
      const other = g && code.conjugate(g);
      const whole =
        name === 're' || !other ? plus(d, other) : d ? code.without(d, other) : code.negated(other);
      const half = whole && code.times(factor, whole);
      return { d: half, g: half && code.conjugate(half) };
    };
    return {
      mid: { re: w.mid[name] ?? zero },
      ...{ z: slope(w.z), p: slope(w.p), rest: sum(w.rest, code.constant(tiny)) },
    };
  }

  /** |x| of a real number: x or -x where its sign is certain; `certain` is a mask of where it is. */
  function absolute(x: Model): { model: Model; certain: number | undefined } {
    const mid = { re: code.absolute(x.mid.re!) };
    const s = spread(x);
    if (s === undefined) return { model: { mid, z: {}, p: {} }, certain: undefined };
    const certain = code.real('less', code.product(s, code.constant(inflation)), mid.re);
    const sign = { re: code.select(certain, code.real('withSign', one, x.mid.re!), zero) };
    const slope = (of: Slope) => each(of, (parts) => code.times(sign, parts));
    const rest = code.select(certain, x.rest ?? zero, s);
    return { model: { mid, z: slope(x.z), p: slope(x.p), rest }, certain };
  }

  /** ±re w or |re w|, and with the masks of where their signs are certain. */
  function foldedPart(expression: Expression, w: Model, certain: (number | undefined)[]): Model | undefined {
    switch (expression.kind) {
      case 'negate': {
        const below = foldedPart(expression.operand, w, certain);
        return below && negate(below);
      }
      case 'multiply': {
        const { left, right } = expression;
        const isUnit = left.kind === 'constant';
        const below = foldedPart(isUnit ? right : left, w, certain);
        const unit = isUnit ? left : right;
        return below && unit.kind === 'constant' ? turn(below, unit.value[1]) : undefined;
      }
      case 'call': {
        if (expression.name !== 'abs') return part(w, expression.name as 're' | 'im');
        const below = foldedPart(expression.operand, w, certain);
        if (!below) return undefined;
        const { model, certain: mask } = absolute(below);
        certain.push(mask);
        return model;
      }
      default:
        return undefined;
    }
  }

  /** i or -i times a real number, which no rounding touches. */
  function turn(x: Model, by: number): Model {
    const slope = (of: Slope) => each(of, (parts) => code.times({ im: code.constant(by) }, parts));
    const mid = { im: by < 0 ? code.minus(x.mid.re!) : x.mid.re };
    return { mid, z: slope(x.z), p: slope(x.p), rest: x.rest };
  }

  function negate(w: Model): Model {
    const slope = (of: Slope) => each(of, (parts) => code.negated(parts));
    return { mid: code.negated(w.mid), z: slope(w.z), p: slope(w.p), rest: w.rest };
  }

  function conjugate(w: Model): Model {
    const slope = ({ d, g }: Slope): Slope => ({ d: g && code.conjugate(g), g: d && code.conjugate(d) });
    return { mid: code.conjugate(w.mid), z: slope(w.z), p: slope(w.p), rest: w.rest };
  }

  /** Folding moves no point farther from the middle's image, so that the rest is w's own where it is certain. */
  function fold(
    expression: Expression & { left: Expression; right: Expression },
    w: Model,
  ): Model | undefined {
    const certain: (number | undefined)[] = [];
    const left = foldedPart(expression.left, w, certain);
    const right = foldedPart(expression.right, w, certain);
    if (!left || !right) return undefined;
    const both = add(left, right, expression.kind === 'add' ? 1 : -1);
    const masks = certain.filter((mask) => mask !== undefined);
    const all = masks.reduce<number | undefined>(
      (m, n) => (m === undefined ? n : code.real('and', m, n)),
      undefined,
    );
    const own = sum(w.rest, code.product(bound(w), code.constant(rounding)))!;
    return { ...both, rest: all === undefined ? own : code.select(all, own, both.rest!) };
  }

  const models = new Map<Expression, Model | undefined>();
  function model(expression: Expression): Model | undefined {
    if (!models.has(expression)) models.set(expression, modelOnce(expression));
    return models.get(expression);
  }

  function modelOnce(expression: Expression): Model | undefined {
    const folded = foldedOperand(expression);
    if (folded && 'left' in expression) {
      const w = model(folded);
      return w && fold(expression, w);
    }
    switch (expression.kind) {
      case 'constant': {
        const [re, im] = expression.value.map((each) => code.constant(each));
        const none = { z: {}, p: {} };
        if (Object.is(expression.value[1], 0)) return { mid: { re }, ...none };
        return { mid: Object.is(expression.value[0], 0) ? { im } : { re, im }, ...none };
      }
      case 'variable':
        if (expression.name === 'z') return z;
        if (expression.name === 'previous') return undefined;
        return variable(c === 'p' ? 'p' : expression.name, expression.name === 'p' || c === 'p');
      case 'negate': {
        const w = model(expression.operand);
        return w && negate(w);
      }
      case 'power': {
        const base = model(expression.base);
        if (!base) return undefined;
        let result = base;
        for (const bit of expression.exponent.toString(2).slice(1)) {
          result = multiply(result, result);
          if (bit === '1') result = multiply(result, base);
        }
        return result;
      }
      case 'call': {
        const w = model(expression.operand);
        if (!w) return undefined;
        if (expression.name === 're' || expression.name === 'im') return part(w, expression.name);
        if (expression.name === 'conj') return conjugate(w);
        if (expression.name === 'abs' && w.mid.im === undefined) return absolute(w).model;
        return undefined;
      }
      default: {
        const [v, w] = [model(expression.left), model(expression.right)];
        if (!v || !w) return undefined;
        if (expression.kind === 'multiply') return multiply(v, w);
        if (expression.kind === 'divide') return multiply(v, invert(w));
        return add(v, w, expression.kind === 'add' ? 1 : -1);
      }
    }
  }

  const result = model(step);
  if (!result) return undefined;
  const { z: byZ, p: byP } = result;
  const old = {
    d: { re: code.input('dRe'), im: code.input('dIm') },
    g: holomorphic ? undefined : { re: code.input('gRe'), im: code.input('gIm') },
  };
  const complete = ({ re = zero, im = zero }: Parts = {}) => ({ re, im });
  const times = (a?: Parts, b?: Parts) => a && b && scaled(b, a);
  const turned = (parts?: Parts) => parts && code.conjugate(parts);
  const d = plus(plus(times(byZ.d, old.d), times(byZ.g, turned(old.g))), byP.d);
  const g = plus(plus(times(byZ.d, old.g), times(byZ.g, turned(old.d))), byP.g);
  // The old rest, and what the products in the new D and G lose.
  const lost = code.product(reach(byZ, zSpread), code.constant(rounding));
  const rest = sum(result.rest, reach(byZ, code.input('rest')), lost, code.constant(tiny))!;
  return {
    ...{ code, mid: complete(result.mid), d: complete(d), g: holomorphic ? undefined : complete(g) },
    rest: code.product(rest, code.constant(inflation)),
  };
}
