// A step as a list of operations, each with its operands before it: what the fast engine for formulas needs of a tree. Equal
// parts of the tree are one operation. Powers are squares and products.
import { type Expression, shapeOf } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';

/** One part of a folded value: re w or im w, with its sign, or its modulus with a sign. */
export interface Fold {
  readonly sign: 1 | -1;
  readonly isAbsolute: boolean;
}

export type Operation = (
  | { readonly kind: 'z' | 'p' | 'c' }
  | { readonly kind: 'constant'; readonly value: Complex }
  | { readonly kind: 'negate' | 'conjugate' | 'square' | 're' | 'im' | 'absolute'; readonly of: number }
  | { readonly kind: 'add' | 'subtract'; readonly of: number; readonly by: number }
  | { readonly kind: 'multiply'; readonly of: number; readonly by: number }
  | { readonly kind: 'divide'; readonly of: number; readonly by: number }
  // ±re w or ±|re w|, plus i times ±im w or ±|im w|: it changes no modulus, and no distance but by folding.
  | { readonly kind: 'fold'; readonly of: number; readonly re: Fold; readonly im: Fold }
) & {
  /** Whether the value depends on z, and whether it depends on z or on the sample point. */
  readonly byZ: boolean;
  readonly isMoving: boolean;
  /** Whether it has a complex derivative by z. */
  readonly isHolomorphic: boolean;
};

export interface Plan {
  /** The first is z, the second p. */
  readonly operations: readonly Operation[];
  /** The place of the step's value. */
  readonly last: number;
}

/** Undefined for a step that the engine does not have: with the z before, or the modulus of a complex number. */
export function planOf(step: Expression): Plan | undefined {
  const planner = new Planner();
  const last = planner.place(step);
  return last === undefined ? undefined : { operations: planner.operations, last };
}

type Bare = Operation extends infer T
  ? T extends Operation
    ? Omit<T, 'byZ' | 'isMoving' | 'isHolomorphic'>
    : never
  : never;

class Planner {
  readonly operations: Operation[] = [];
  private readonly places = new Map<string, number>();

  constructor() {
    this.put({ kind: 'z' });
    this.put({ kind: 'p' });
  }

  private put(bare: Bare): number {
    const key = JSON.stringify(bare);
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const operands = [
      ...('of' in bare ? [this.operations[bare.of]!] : []),
      ...('by' in bare ? [this.operations[bare.by]!] : []),
    ];
    const byZ = bare.kind === 'z' || operands.some((each) => each.byZ);
    this.operations.push({
      ...bare,
      byZ,
      isMoving: byZ || bare.kind === 'p' || operands.some(({ isMoving }) => isMoving),
      isHolomorphic:
        !byZ ||
        (!['conjugate', 're', 'im', 'absolute', 'fold'].includes(bare.kind) &&
          operands.every(({ isHolomorphic }) => isHolomorphic)),
    } as Operation);
    this.places.set(key, this.operations.length - 1);
    return this.operations.length - 1;
  }

  place(expression: Expression): number | undefined {
    const fold = foldOf(expression);
    if (fold) {
      const of = this.place(fold.operand);
      return of === undefined ? undefined : this.put({ kind: 'fold', of, re: fold.re, im: fold.im });
    }
    switch (expression.kind) {
      case 'constant':
        return this.put({ kind: 'constant', value: expression.value });
      case 'variable':
        return expression.name === 'previous' ? undefined : this.put({ kind: expression.name });
      case 'negate': {
        const of = this.place(expression.operand);
        return of === undefined ? undefined : this.put({ kind: 'negate', of });
      }
      case 'power': {
        const base = this.place(expression.base);
        if (base === undefined) return undefined;
        let of = base;
        for (const bit of expression.exponent.toString(2).slice(1)) {
          of = this.put({ kind: 'square', of });
          if (bit === '1') of = this.put({ kind: 'multiply', of, by: base });
        }
        return of;
      }
      case 'call':
        return this.call(expression);
      default: {
        const { kind } = expression;
        const [of, by] = [this.place(expression.left), this.place(expression.right)];
        if (of === undefined || by === undefined) return undefined;
        return kind === 'multiply' && of === by
          ? this.put({ kind: 'square', of })
          : this.put({ kind, of, by });
      }
    }
  }

  private call({ name, operand }: Expression & { kind: 'call' }): number | undefined {
    const shape = shapeOf(operand);
    const of = this.place(operand);
    if (of === undefined) return undefined;
    if (name === 'conj') return this.put({ kind: 'conjugate', of });
    if (name === 're' || name === 'im') return this.put({ kind: name, of });
    if (name !== 'abs' || shape === 'complex') return undefined;
    return this.put({ kind: 'absolute', of: shape === 'real' ? of : this.put({ kind: 'im', of }) });
  }
}

interface Part extends Fold {
  readonly name: 're' | 'im';
  readonly operand: Expression;
}

const isUnit = (expression: Expression) =>
  expression.kind === 'constant' && expression.value[0] === 0 && Math.abs(expression.value[1]) === 1;
const flipped = (part: Part | undefined, by: number): Part | undefined =>
  part && { ...part, sign: by < 0 ? (-part.sign as 1 | -1) : part.sign };

/** ±re w, ±im w or ±|...| of them. */
function partOf(expression: Expression): Part | undefined {
  if (expression.kind === 'negate') return flipped(partOf(expression.operand), -1);
  if (expression.kind !== 'call') return undefined;
  const { name, operand } = expression;
  if (name === 're' || name === 'im') return { name, operand, sign: 1, isAbsolute: false };
  const inner = name === 'abs' ? partOf(operand) : undefined;
  return inner && { ...inner, sign: 1, isAbsolute: true };
}
/** The same times i or -i. */
function turnedPart(expression: Expression): Part | undefined {
  if (expression.kind === 'negate') return flipped(turnedPart(expression.operand), -1);
  if (expression.kind !== 'multiply') return undefined;
  const { left, right } = expression;
  const [unit, part] = isUnit(left) ? [left, right] : [right, left];
  return isUnit(unit) && unit.kind === 'constant' ? flipped(partOf(part), unit.value[1]) : undefined;
}

/** Both parts of a fold, as kernel/fold.ts finds them, with their signs. */
function foldOf(
  expression: Expression,
): { readonly operand: Expression; readonly re: Fold; readonly im: Fold } | undefined {
  if (expression.kind !== 'add' && expression.kind !== 'subtract') return undefined;
  const { left, right } = expression;
  const by = expression.kind === 'subtract' ? -1 : 1;
  const re = partOf(left) ?? flipped(partOf(right), by);
  const im = partOf(left) ? flipped(turnedPart(right), by) : turnedPart(left);
  if (re?.name !== 're' || im?.name !== 'im') return undefined;
  if (JSON.stringify(re.operand) !== JSON.stringify(im.operand)) return undefined;
  const only = ({ sign, isAbsolute }: Part): Fold => ({ sign, isAbsolute });
  return { operand: re.operand, re: only(re), im: only(im) };
}
