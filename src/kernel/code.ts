// Straight-line code on doubles, with complex arithmetic. Equal operations are computed once; nothing else is
// rearranged, folded or left out, because 0 * x and x + 0 are not no-ops in IEEE 754 arithmetic. A value may lack a
// part, depending on its shape (formula/expression.ts); absent parts take no part in any operation.
import type { realFunctions } from './functions.js';

/** A part of a variable: of z, c, the sample point, or the z before; or a number of a tile (enclosure.ts). */
export type InputName = string;
export type RealFunction = keyof typeof realFunctions;
type OneArgument = Exclude<RealFunction, 'atan2'>;

type BinaryKind =
  | ('add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum')
  | ('smaller' | 'larger' | 'withSign' | 'less' | 'atMost' | 'and');

type UnaryKind = 'negate' | 'absolute' | 'root' | 'single' | 'mantissa' | 'exponent';

/**
 * One instruction; its operands are positions of earlier instructions. Masks are all ones or all zeros. `smaller` and
 * `larger` give the right operand if it is the smaller or larger one, else the left one. A number is its `mantissa`,
 * from sqrt(1/2) to sqrt(2), times 2 to its `exponent`, by its bits.
 */
export type Instruction =
  | { readonly kind: 'input'; readonly name: InputName }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: UnaryKind; readonly left: number }
  | { readonly kind: 'function'; readonly name: OneArgument; readonly left: number }
  | { readonly kind: 'atan2'; readonly left: number; readonly right: number }
  | {
      readonly kind: BinaryKind;
      readonly left: number;
      readonly right: number;
    }
  | { readonly kind: 'select'; readonly mask: number; readonly left: number; readonly right: number };

/** Positions of the parts of a value. */
export interface Parts {
  readonly re?: number | undefined;
  readonly im?: number | undefined;
}

/** Builds code; every method returns the position of its result. */
export class Code {
  readonly instructions: Instruction[] = [];
  private readonly known = new Map<string, number>();

  emit(instruction: Instruction): number {
    // A key distinguishes -0 from 0, which are different constants.
    const key = Object.values(instruction)
      .map((value) => (Object.is(value, -0) ? '-0' : value))
      .join(' ');
    const before = this.known.get(key);
    if (before !== undefined) return before;
    this.known.set(key, this.instructions.length);
    return this.instructions.push(instruction) - 1;
  }

  input(name: InputName): number {
    return this.emit({ kind: 'input', name });
  }
  constant(value: number): number {
    return this.emit({ kind: 'constant', value });
  }
  real(kind: BinaryKind | 'atan2', left: number, right: number): number {
    return this.emit({ kind, left, right });
  }
  /** Rounds to the nearest 32-bit float. */
  single(left: number): number {
    return this.emit({ kind: 'single', left });
  }
  apply(name: OneArgument, left: number): number {
    return this.emit({ kind: 'function', name, left });
  }
  root(left: number): number {
    return this.emit({ kind: 'root', left });
  }
  absolute(left: number): number {
    return this.emit({ kind: 'absolute', left });
  }
  select(mask: number, left: number, right: number): number {
    return this.emit({ kind: 'select', mask, left, right });
  }

  sum(a: number, b: number): number;
  sum(a?: number, b?: number): number | undefined;
  sum(a?: number, b?: number): number | undefined {
    return a === undefined ? b : b === undefined ? a : this.real('add', a, b);
  }
  product(a: number, b: number): number;
  product(a?: number, b?: number): number | undefined;
  product(a?: number, b?: number): number | undefined {
    return a === undefined || b === undefined ? undefined : this.real('multiply', a, b);
  }
  minus(a: number): number;
  minus(a?: number): number | undefined;
  minus(a?: number): number | undefined {
    return a === undefined ? a : this.emit({ kind: 'negate', left: a });
  }
  /** a - b, which by IEEE 754 equals a + (-b). */
  difference(a?: number, b?: number): number | undefined {
    return a !== undefined && b !== undefined ? this.real('subtract', a, b) : (a ?? this.minus(b));
  }

  negated({ re, im }: Parts): Parts {
    return { re: this.minus(re), im: this.minus(im) };
  }
  conjugate({ re, im }: Parts): Parts {
    return { re, im: this.minus(im) };
  }
  plus(v: Parts, w: Parts): Parts {
    return { re: this.sum(v.re, w.re), im: this.sum(v.im, w.im) };
  }
  without(v: Parts, w: Parts): Parts {
    return { re: this.difference(v.re, w.re), im: this.difference(v.im, w.im) };
  }
  times(v: Parts, w: Parts): Parts {
    return {
      re: this.difference(this.product(v.re, w.re), this.product(v.im, w.im)),
      im: this.sum(this.product(v.re, w.im), this.product(v.im, w.re)),
    };
  }
  squared({ re, im }: Parts): Parts {
    const half = this.product(re, im);
    return { re: this.difference(this.product(re, re), this.product(im, im)), im: this.sum(half, half) };
  }
  over(v: Parts, { re, im }: Parts): Parts {
    const by = (value: Parts, divisor: number): Parts => ({
      re: value.re === undefined ? undefined : this.real('divide', value.re, divisor),
      im: value.im === undefined ? undefined : this.real('divide', value.im, divisor),
    });
    if (im === undefined) return by(v, re!);
    if (re === undefined) return by({ re: v.im, im: this.minus(v.re) }, im);
    const square = this.sum(this.product(re, re), this.product(im, im));
    return by(this.times(v, { re, im: this.minus(im) }), square);
  }
  modulus({ re, im }: Parts): number {
    if (re !== undefined && im !== undefined)
      return this.root(this.sum(this.product(re, re), this.product(im, im)));
    return this.absolute((re ?? im)!);
  }
}
