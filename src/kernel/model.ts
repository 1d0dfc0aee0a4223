// The effect of a step on all points of a tile at once, as straight-line code. z over the tile is enclosed by
//     z(d) = mid + D d + G conj(d) + e,   |e| <= rest,
// where d is the sample point's distance from the tile's middle, |d| <= rho: a first-order Taylor model with a disc as
// remainder (Makino, Berz 1996; discs: Gargantini, Henrici 1972). D and G are the Wirtinger derivatives, so that conj,
// re, im and abs have models too; without them G is 0 and left out.
//
// Within the step, each value w is enclosed likewise, but by the distances of z and the sample point from their
// middles:
//     w = mid + L x + M conj(x) + P d + Q conj(d) + e,   |x| <= spread of z,   |e| <= rest of w,
// so that the new D is L D + M conj(G) + P, and the old rest enters as (|L| + |M|) rest: where a step contracts, as
// Newton's does, so does the rest.
//
// The rests bound the results of the plain kernel's doubles, not only those of exact numbers. With u = 2^-53, a product
// of complex doubles errs by at most sqrt(5) u |v| |w| (Brent, Percival, Zimmermann 2007), at the point and again in
// `mid`; the products and sums in L, M, P, Q err by at most 6.6 u each, relative to V W, where V and W bound |v| and
// |w| on the tile, and x and d are in the tile for two of the four each. Together that is below 18 u V W < 2^-48 V W;
// `rounding` is twice that, for sums with V + W in place of V W. The rounding errors of the rests themselves, some u
// for each of at most 2000 operations, are covered at the end of the step by `inflation`. Products of parts may be
// subnormal, in L to Q too: each errs by at most 2^-1074 times a radius, and a modulus by 2^-500; `tiny` and
// `underflow` cover these.
import type { Expression } from '../formula/expression.js';
import type { Code, Parts } from './code.js';
import { foldedOperand } from './fold.js';
import { isHolomorphic } from './lower.js';
import { inflation, type Model, ModelArithmetic, rounding, tiny } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';

/**
 * The model of z after a step from the model before. Inputs: zRe, zIm, dRe, dIm, gRe, gIm, rest, size (|mid|), spread
 * (the bound of |D d + G conj(d)| + rest), rho, pRe, pIm, cRe, cIm.
 */
export interface StepModel {
  readonly code: Code;
  readonly mid: Required<Parts>;
  readonly d: Required<Parts>;
  /** Absent where the step is holomorphic. */
  readonly g: Required<Parts> | undefined;
  readonly rest: number;
}

/** Undefined if the step has an operation that is not bounded here. */
export function modelStep({ step, c }: KernelJob): StepModel | undefined {
  const holomorphic = isHolomorphic(step);
  const arithmetic = new ModelArithmetic();
  const { code, zero, zSpread } = arithmetic;
  const result = new ExpressionModels(arithmetic, c).model(step);
  if (!result) return undefined;
  const { z: byZ, p: byP } = result;
  const old = {
    d: { re: code.input('dRe'), im: code.input('dIm') },
    g: holomorphic ? undefined : { re: code.input('gRe'), im: code.input('gIm') },
  };
  const complete = ({ re = zero, im = zero }: Parts = {}) => ({ re, im });
  const times = (a?: Parts, b?: Parts) => a && b && arithmetic.scaled(b, a);
  const turned = (parts?: Parts) => parts && code.conjugate(parts);
  const d = arithmetic.plus(arithmetic.plus(times(byZ.d, old.d), times(byZ.g, turned(old.g))), byP.d);
  const g = arithmetic.plus(arithmetic.plus(times(byZ.d, old.g), times(byZ.g, turned(old.d))), byP.g);
  // The old rest, and the rounding errors of the products in the new D and G.
  const lost = code.product(arithmetic.reach(byZ, zSpread), code.constant(rounding));
  const rest = arithmetic.sum(
    result.rest,
    arithmetic.reach(byZ, code.input('rest')),
    lost,
    code.constant(tiny),
  )!;
  return {
    code,
    mid: complete(result.mid),
    d: complete(d),
    g: holomorphic ? undefined : complete(g),
    rest: code.product(rest, code.constant(inflation)),
  };
}

/** The models of a step's expressions. */
class ExpressionModels {
  readonly models = new Map<Expression, Model | undefined>();

  constructor(
    readonly arithmetic: ModelArithmetic,
    readonly c: KernelJob['c'],
  ) {}

  model(expression: Expression): Model | undefined {
    const { models } = this;
    if (!models.has(expression)) models.set(expression, this.modelOnce(expression));
    return models.get(expression);
  }

  private modelOnce(expression: Expression): Model | undefined {
    const { arithmetic, c } = this;
    const folded = foldedOperand(expression);
    if (folded && 'left' in expression) {
      const w = this.model(folded);
      return w && this.fold(expression, w);
    }
    switch (expression.kind) {
      case 'constant': {
        const [re, im] = expression.value.map((each) => arithmetic.code.constant(each));
        const none = { z: {}, p: {} };
        if (Object.is(expression.value[1], 0)) return { mid: { re }, ...none };
        return { mid: Object.is(expression.value[0], 0) ? { im } : { re, im }, ...none };
      }
      case 'variable':
        if (expression.name === 'z') return arithmetic.z;
        if (expression.name === 'previous') return undefined;
        return arithmetic.variable(c === 'p' ? 'p' : expression.name, expression.name === 'p' || c === 'p');
      case 'negate': {
        const w = this.model(expression.operand);
        return w && arithmetic.negate(w);
      }
      case 'power': {
        const base = this.model(expression.base);
        if (!base) return undefined;
        let result = base;
        for (const bit of expression.exponent.toString(2).slice(1)) {
          result = arithmetic.multiply(result, result);
          if (bit === '1') result = arithmetic.multiply(result, base);
        }
        return result;
      }
      case 'call': {
        const w = this.model(expression.operand);
        if (!w) return undefined;
        if (expression.name === 're' || expression.name === 'im') return arithmetic.part(w, expression.name);
        if (expression.name === 'conj') return arithmetic.conjugate(w);
        if (expression.name === 'abs' && w.mid.im === undefined) return arithmetic.absolute(w).model;
        return undefined;
      }
      default: {
        const [v, w] = [this.model(expression.left), this.model(expression.right)];
        if (!v || !w) return undefined;
        if (expression.kind === 'multiply') return arithmetic.multiply(v, w);
        if (expression.kind === 'divide') return arithmetic.multiply(v, arithmetic.invert(w));
        return arithmetic.add(v, w, expression.kind === 'add' ? 1 : -1);
      }
    }
  }

  /** Folding moves no point farther from the middle's image, so where all signs are certain, the rest is w's own. */
  private fold(
    expression: Expression & { left: Expression; right: Expression },
    w: Model,
  ): Model | undefined {
    const { arithmetic } = this;
    const certain: (number | undefined)[] = [];
    const left = this.foldedPart(expression.left, w, certain);
    const right = this.foldedPart(expression.right, w, certain);
    if (!left || !right) return undefined;
    const both = arithmetic.add(left, right, expression.kind === 'add' ? 1 : -1);
    const masks = certain.filter((mask) => mask !== undefined);
    const all = masks.reduce<number | undefined>(
      (m, n) => (m === undefined ? n : arithmetic.code.real('and', m, n)),
      undefined,
    );
    const own = arithmetic.sum(
      w.rest,
      arithmetic.code.product(arithmetic.bound(w), arithmetic.code.constant(rounding)),
    )!;
    return { ...both, rest: all === undefined ? own : arithmetic.code.select(all, own, both.rest!) };
  }

  /** ±re w or |re w|; collects the masks of where their signs are certain. */
  private foldedPart(expression: Expression, w: Model, certain: (number | undefined)[]): Model | undefined {
    const { arithmetic } = this;
    switch (expression.kind) {
      case 'negate': {
        const below = this.foldedPart(expression.operand, w, certain);
        return below && arithmetic.negate(below);
      }
      case 'multiply': {
        const { left, right } = expression;
        const isUnit = left.kind === 'constant';
        const below = this.foldedPart(isUnit ? right : left, w, certain);
        const unit = isUnit ? left : right;
        return below && unit.kind === 'constant' ? arithmetic.turn(below, unit.value[1]) : undefined;
      }
      case 'call': {
        if (expression.name !== 'abs') return arithmetic.part(w, expression.name as 're' | 'im');
        const below = this.foldedPart(expression.operand, w, certain);
        if (!below) return undefined;
        const { model, certain: mask } = arithmetic.absolute(below);
        certain.push(mask);
        return model;
      }
      default:
        return undefined;
    }
  }
}
