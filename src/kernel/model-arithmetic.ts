// Values of a step enclosed by models, and the operations on them; model.ts has the derivation.
import { Code, type Parts } from './code.js';

export const rounding = 2 ** -47;
export const underflow = 2 ** -1000;
export const inflation = 1 + 2 ** -40;
export const tiny = 2 ** -560;
/** An upper bound of tiles' radii and of divisors; its inverse is the least divisor. */
export const largest = 2 ** 500;

/** Derivatives by a variable and by its conjugate, where they are not 0. */
export interface Slope {
  readonly d?: Parts | undefined;
  readonly g?: Parts | undefined;
}

/** Positions in the code: the value's parts; how it depends on z and the sample point; the rest where it is not 0. */
export interface Model {
  readonly mid: Parts;
  readonly z: Slope;
  readonly p: Slope;
  readonly rest?: number | undefined;
}

/** Applies `change` to each derivative of a value. */
const each = (of: Slope, change: (parts: Parts) => Parts): Slope => ({
  d: of.d && change(of.d),
  g: of.g && change(of.g),
});
const both = (v: Slope, w: Slope, join: (a?: Parts, b?: Parts) => Parts | undefined): Slope => ({
  d: join(v.d, w.d),
  g: join(v.g, w.g),
});

/** Models of values, and the code that computes them. */
export class ModelArithmetic {
  readonly code = new Code();
  readonly one = this.code.constant(1);
  readonly zero = this.code.constant(0);
  readonly rho = this.code.input('rho');
  readonly zSpread = this.code.input('spread');
  readonly z: Model = {
    mid: { re: this.code.input('zRe'), im: this.code.input('zIm') },
    z: { d: { re: this.one } },
    p: {},
  };
  readonly spreads = new Map<Model, number | undefined>();
  readonly sizes = new Map([[this.z, this.code.input('size')]]);

  /** An upper bound of a modulus, even where the squares underflow. */
  modulus({ re, im }: Parts): number {
    const { code } = this;
    if (re === undefined || im === undefined) return code.absolute((re ?? im)!);
    const square = code.sum(code.product(re, re), code.product(im, im));
    return code.root(code.sum(square, code.constant(underflow)));
  }

  /** The largest distance of a value from its middle due to a variable within a radius. */
  reach({ d, g }: Slope, radius: number): number | undefined {
    const { code, one } = this;
    if (d?.re === one && d.im === undefined && !g) return radius;
    const size = code.sum(d && this.modulus(d), g && this.modulus(g));
    return code.product(size, size === undefined ? undefined : radius);
  }

  /** The largest distance of a value from its middle; undefined if it is 0. */
  spread(model: Model): number | undefined {
    const { rho, zSpread, spreads } = this;
    if (!spreads.has(model))
      spreads.set(model, this.sum(this.reach(model.z, zSpread), this.reach(model.p, rho), model.rest));
    return spreads.get(model);
  }

  size(model: Model): number {
    const { sizes } = this;
    return sizes.get(model) ?? this.modulus(model.mid);
  }

  bound(model: Model): number {
    const { code } = this;
    return code.sum(this.size(model), this.spread(model))!;
  }

  /** The product of a derivative and a value; a factor of 1 is skipped. */
  scaled(by: Parts, parts: Parts): Parts {
    const { code, one } = this;
    return parts.re === one && parts.im === undefined ? by : code.times(by, parts);
  }

  plus(v?: Parts, w?: Parts): Parts | undefined {
    const { code } = this;
    return v && w ? code.plus(v, w) : (v ?? w);
  }

  sum(...terms: (number | undefined)[]): number | undefined {
    const { code } = this;
    return terms.reduce<number | undefined>((all, term) => code.sum(all, term), undefined);
  }

  variable(name: string, isPoint: boolean): Model {
    const { code, one } = this;
    const mid = { re: code.input(`${name}Re`), im: code.input(`${name}Im`) };
    return { mid, z: {}, p: isPoint ? { d: { re: one } } : {} };
  }

  add(v: Model, w: Model, sign: 1 | -1): Model {
    const { code } = this;
    const join = (a: Parts, b: Parts) => (sign === 1 ? code.plus(a, b) : code.without(a, b));
    const joined = (a?: Parts, b?: Parts) =>
      a && b ? join(a, b) : (a ?? (b && (sign === 1 ? b : code.negated(b))));
    return {
      mid: join(v.mid, w.mid),
      z: both(v.z, w.z, joined),
      p: both(v.p, w.p, joined),
      rest: this.sum(
        v.rest,
        w.rest,
        code.product(code.sum(this.bound(v), this.bound(w)), code.constant(rounding)),
      ),
    };
  }

  multiply(v: Model, w: Model): Model {
    const { code } = this;
    const slope = (a: Slope, b: Slope) =>
      both(
        each(b, (parts) => this.scaled(v.mid, parts)),
        each(a, (parts) => this.scaled(w.mid, parts)),
        (a, b) => this.plus(a, b),
      );
    return {
      mid: v === w ? code.squared(v.mid) : code.times(v.mid, w.mid),
      z: slope(v.z, w.z),
      p: slope(v.p, w.p),
      rest: this.sum(
        w.rest && code.product(this.size(v), w.rest),
        v.rest && code.product(this.size(w), v.rest),
        code.product(this.spread(v), this.spread(w)),
        code.product(code.product(this.bound(v), this.bound(w)), code.constant(rounding)),
        code.constant(tiny),
      ),
    };
  }

  /**
   * 1/w. With w = m + x, |x| <= s < |m|: 1/w - 1/m + x/m^2 = x^2 / (m^2 w), and |w| >= |m| - s. The quotient of the
   * plain kernel errs by less than 16 u |v| / |w|, which the product with this bounds.
   */
  invert(w: Model): Model {
    const { code, one } = this;
    const mid = code.over({ re: one }, w.mid);
    const minusSquare = code.negated(code.squared(mid));
    const s = this.spread(w);
    const most = this.size(w);
    const far = code.product(most, code.constant(2 - inflation));
    const least =
      s === undefined ? far : code.real('subtract', far, code.product(s, code.constant(inflation)));
    const isTold = code.real(
      'and',
      code.real('less', code.constant(1 / largest), least),
      code.real('less', most, code.constant(largest)),
    );
    const inverse = code.select(isTold, code.real('divide', one, least), code.constant(Infinity));
    const square = code.product(this.modulus(mid), this.modulus(mid));
    const second = s && code.product(code.product(s, s), code.product(square, inverse));
    return {
      mid,
      z: each(w.z, (parts) => this.scaled(minusSquare, parts)),
      p: each(w.p, (parts) => this.scaled(minusSquare, parts)),
      rest: this.sum(
        w.rest && code.product(square, w.rest),
        second,
        code.product(inverse, code.constant(16 * rounding)),
        code.constant(tiny),
      ),
    };
  }

  /** The real numbers re w and im w: mid + 2 re(D d) + e, so that G is the conjugate of D. */
  part(w: Model, name: 're' | 'im'): Model {
    const { code, zero } = this;
    const factor = name === 're' ? { re: code.constant(0.5) } : { im: code.constant(-0.5) };
    const slope = ({ d, g }: Slope): Slope => {
      const other = g && code.conjugate(g);
      const whole =
        name === 're' || !other ? this.plus(d, other) : d ? code.without(d, other) : code.negated(other);
      const half = whole && code.times(factor, whole);
      return { d: half, g: half && code.conjugate(half) };
    };
    return {
      mid: { re: w.mid[name] ?? zero },
      z: slope(w.z),
      p: slope(w.p),
      rest: this.sum(w.rest, code.constant(tiny)),
    };
  }

  /** |x| of a real number: x or -x where its sign is certain; `certain` is a mask of where it is. */
  absolute(x: Model): { model: Model; certain: number | undefined } {
    const { code, one, zero } = this;
    const mid = { re: code.absolute(x.mid.re!) };
    const s = this.spread(x);
    if (s === undefined) return { model: { mid, z: {}, p: {} }, certain: undefined };
    const certain = code.real('less', code.product(s, code.constant(inflation)), mid.re);
    const sign = { re: code.select(certain, code.real('withSign', one, x.mid.re!), zero) };
    const slope = (of: Slope) => each(of, (parts) => code.times(sign, parts));
    const rest = code.select(certain, x.rest ?? zero, s);
    return { model: { mid, z: slope(x.z), p: slope(x.p), rest }, certain };
  }

  /** i or -i times a real number, without rounding. */
  turn(x: Model, by: number): Model {
    const { code } = this;
    const slope = (of: Slope) => each(of, (parts) => code.times({ im: code.constant(by) }, parts));
    const mid = { im: by < 0 ? code.minus(x.mid.re!) : x.mid.re };
    return { mid, z: slope(x.z), p: slope(x.p), rest: x.rest };
  }

  negate(w: Model): Model {
    const { code } = this;
    const slope = (of: Slope) => each(of, (parts) => code.negated(parts));
    return { mid: code.negated(w.mid), z: slope(w.z), p: slope(w.p), rest: w.rest };
  }

  conjugate(w: Model): Model {
    const { code } = this;
    const slope = ({ d, g }: Slope): Slope => ({ d: g && code.conjugate(g), g: d && code.conjugate(d) });
    return { mid: code.conjugate(w.mid), z: slope(w.z), p: slope(w.p), rest: w.rest };
  }
}
