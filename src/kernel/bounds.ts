// Bounds of |f(z)| from |z| alone: how far a point is from overflow, and that points far out stay far out. They let the
// compiled kernel test for escape only every few steps. Points that they cannot decide are passed to reference.ts, so a
// bound that is too wide costs time but never changes a count.
//
// Derivation. Let S(r) be f with every constant replaced by its modulus and every minus by a plus; then |f(z)| <= S(r)
// for |z| = r. From below, |a + b| >= |a| - |b|, |a b| = |a| |b|, and folding the plane changes no modulus. Evaluating
// f in doubles errs by at most E S(r), with E = weight * 2^-49, where weight counts the complex operations: each adds a
// relative error below 4 * 2^-53 of the tree below it (Brent, Percival, Zimmermann 2007: sqrt(5) u for a product).
// Everything is computed with logarithms to base 2, whose own error (below 2^-40) is covered by `slack`.
import type { Expression } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';
import { foldedOperand } from './fold.js';

/** Covers all rounding errors of this file's own logarithms, and that of x*x + y*y. */
const slack = 2 ** -36;
/** Points with |z|^2 beyond this are not decided by bounds. */
export const told = 2 ** 1000;
const maximumBlock = 4;
/** The largest modulus of a constant for which no product of parts of a step is subnormal or overflows by itself. */
const largestConstant = 2 ** 166;

/** With |z|^2 below `finite`, z is finite k steps later; from `overflown` on, it is not; between, it is undecided. */
export interface Threshold {
  readonly finite: number;
  readonly overflown: number;
}

/** How the compiled kernel may test for escape. */
export interface EscapeBounds {
  /** Steps from one test to the next: 1, 2 or 4. */
  readonly block: number;
  /** A point with |z|^2 below this has not escaped in any step of the block. */
  readonly trigger: number;
  /** For the rule `overflow`: thresholds for k = 1, 2, ... further steps; they cover all |z|^2 from `trigger` on. */
  readonly thresholds: readonly Threshold[];
}

/** The step to bound: c is a constant, or any sample point p, whose moduli are at most `reach`. */
export interface BoundedStep {
  readonly step: Expression;
  readonly c: Complex | 'p';
  readonly reach: number;
}

/**
 * Bounds for the rule `overflow`; without thresholds where growth is not certain. Where it is, a point past the trigger
 * stays past it: |z| at least doubles until a part of z is not finite, and then z is never finite again. For f is made
 * of z by products, sums with terms that grow less, conj, abs and folds. A factor with a non-finite part leaves
 * non-finite parts in a product, since Infinity times 0 is not a number; a sum with such a term is not finite; the
 * others keep the parts.
 */
export function overflowBounds(of: BoundedStep): EscapeBounds {
  const unknown = { block: 1, trigger: told, thresholds: [] };
  const bounds = modulusBounds(of);
  if (!bounds) return unknown;
  const { degree, lower, upper, peak } = bounds;

  // Far out: |f(z)| is at least 2|z|, and the leading term gives |f(z)| to within 2^-17.
  const farEnough = (l: number) => lower(l) >= l + 1 && lower(l) >= upper(l) - 2 ** -17;
  const far = Math.max(Math.log2(1000), smallest(farEnough));
  if (far > 400) return unknown;

  const largestDouble = 1024 - 2 ** -30;
  let finite = largest((l) => peak(l) <= largestDouble);
  let overflown = smallest((l) => lower(l) >= 1024);
  const thresholds: Threshold[] = [];
  while (overflown > far) {
    thresholds.push({ finite: 2 ** (2 * (finite - slack)), overflown: 2 ** (2 * (overflown + slack)) });
    const [nextFinite, nextOverflown] = [finite, overflown];
    finite = largest((l) => upper(l) <= nextFinite && peak(l) <= largestDouble);
    overflown = Math.max(
      far,
      smallest((l) => lower(l) >= nextOverflown),
    );
  }
  // Few enough steps that a point below the trigger at the last test is still in the range of the thresholds.
  const steps = Math.floor(Math.log2(900 / (2 * far)) / Math.log2(degree));
  const block = steps >= maximumBlock ? maximumBlock : steps >= 2 ? 2 : 1;
  return { block, trigger: 2 ** (2 * far), thresholds };
}

/** Bounds for a bailout radius; the block is one step where a point may come back inside. */
export function bailoutBounds(of: BoundedStep, radius: number): EscapeBounds {
  const unknown = { block: 1, trigger: radius * radius, thresholds: [] };
  const bounds = modulusBounds(of);
  if (!bounds) return unknown;
  const start = Math.log2(radius) - slack;
  let [inner, after] = [start, start];
  for (let n = 1; n < maximumBlock; n++) {
    after = bounds.lower(after) - slack;
    inner = Math.min(inner, after);
  }
  // A point that has escaped is still outside this radius at the end of the block, wherever it goes in between.
  if (!(inner > start - 0.1)) return unknown;
  return { block: maximumBlock, trigger: Math.min(2 ** (2 * inner), radius * radius), thresholds: [] };
}

/** The largest reach, below the given one, for which a block has more than one step; 0 if there is none. */
export function nearReach(of: BoundedStep, radius: number): number {
  const isNear = (reach: number) => bailoutBounds({ ...of, reach }, radius).block > 1;
  let [near, far] = [0, of.reach];
  if (!isNear(near)) return 0;
  for (let n = 0; n < 40; n++) {
    const middle = (near + far) / 2;
    if (isNear(middle)) near = middle;
    else far = middle;
  }
  return near;
}

/** How many steps, up to `most`, a z of at most `modulus` certainly stays below `limit`. */
export function stepsBelow(of: BoundedStep, modulus: number, limit: number, most: number): number {
  const bounds = modulusBounds(of);
  let l = Math.log2(modulus) + slack;
  for (let steps = 0; steps < most; steps++) {
    l = bounds ? bounds.upper(l) + slack : Infinity;
    if (!(l < Math.log2(limit) - slack)) return steps;
  }
  return most;
}

/** Bounds of log2 |f(z)| as functions of l = log2 |z|, all increasing. */
interface ModulusBounds {
  readonly degree: number;
  /** -Infinity where nothing is certain. */
  readonly lower: (l: number) => number;
  readonly upper: (l: number) => number;
  /** No intermediate value of f(z) is larger. */
  readonly peak: (l: number) => number;
}

function modulusBounds(of: BoundedStep): ModulusBounds | undefined {
  const error = Math.log2(weightOf(of.step)) - 49;
  const sizeAt = (l: number) => {
    const sizes: number[] = [];
    const size = sizeOf(of.step, l, of, sizes);
    // Below this, a product of parts could be subnormal, which the relative errors exclude.
    const isOrdinary = sizes.every((each) => each === -Infinity || each > -700);
    return size && { ...size, peak: Math.max(...sizes), isOrdinary };
  };
  const form = sizeAt(0);
  if (!form || form.lowDegree < 2) return undefined;
  return {
    degree: form.degree,
    lower: (l) => {
      const { low, up, isOrdinary } = sizeAt(l)!;
      return isOrdinary ? logDifference(low, up + error) : -Infinity;
    },
    upper: (l) => {
      const { up, isOrdinary } = sizeAt(l)!;
      return isOrdinary ? logSum(up, up + error) : Infinity;
    },
    peak: (l) => sizeAt(l)!.peak,
  };
}

/**
 * Bounds of the logarithm of a value's modulus at |z| = 2^l. As functions of r = 2^l, the upper one is a polynomial
 * without minus signs, and the lower one is r^lowDegree times a non-decreasing function, so both increase.
 */
interface Size {
  readonly low: number;
  readonly up: number;
  readonly degree: number;
  readonly lowDegree: number;
}

/** Undefined where no bound is known; `sizes` collects the upper bounds of all intermediate values. */
function sizeOf(expression: Expression, l: number, of: BoundedStep, sizes: number[]): Size | undefined {
  const size = sizeOnce(expression, l, of, sizes);
  if (size) sizes.push(size.up);
  return size;
}

function sizeOnce(expression: Expression, l: number, of: BoundedStep, sizes: number[]): Size | undefined {
  const sizeBelow = (below: Expression) => sizeOf(below, l, of, sizes);
  const folded = foldedOperand(expression);
  if (folded) return sizeBelow(folded);
  switch (expression.kind) {
    case 'constant':
      return constantSize(Math.hypot(...expression.value));
    case 'variable': {
      if (expression.name === 'z') return { low: l, up: l, degree: 1, lowDegree: 1 };
      if (expression.name === 'previous') return undefined;
      if (expression.name === 'c' && of.c !== 'p') return constantSize(Math.hypot(...of.c));
      const some = constantSize(of.reach);
      return some && { ...some, low: -Infinity };
    }
    case 'negate':
      return sizeBelow(expression.operand);
    case 'call': {
      const size = sizeBelow(expression.operand);
      // A modulus is the root of a sum of squares.
      if (expression.name === 'abs' && size) sizes.push(2 * size.up);
      if (expression.name === 'conj' || expression.name === 'abs') return size;
      const isPart = expression.name === 're' || expression.name === 'im';
      return isPart ? size && { ...size, low: -Infinity, lowDegree: 0 } : undefined;
    }
    case 'power': {
      const base = sizeBelow(expression.base);
      if (!base) return undefined;
      const { low, up, degree, lowDegree } = base;
      const n = expression.exponent;
      return { low: n * low, up: n * up, degree: n * degree, lowDegree: n * lowDegree };
    }
    case 'multiply': {
      const left = sizeBelow(expression.left);
      const right = sizeBelow(expression.right);
      if (!left || !right) return undefined;
      return {
        low: left.low + right.low,
        up: left.up + right.up,
        degree: left.degree + right.degree,
        lowDegree: left.lowDegree + right.lowDegree,
      };
    }
    case 'divide':
      return undefined;
    default: {
      const left = sizeBelow(expression.left);
      const right = sizeBelow(expression.right);
      if (!left || !right) return undefined;
      const [more, less] = left.lowDegree >= right.degree ? [left, right] : [right, left];
      const grows = more.lowDegree >= less.degree;
      return {
        low: grows ? logDifference(more.low, less.up) : -Infinity,
        up: logSum(left.up, right.up),
        degree: Math.max(left.degree, right.degree),
        lowDegree: grows ? more.lowDegree : 0,
      };
    }
  }
}

function constantSize(modulus: number): Size | undefined {
  const isOrdinary = modulus === 0 || (modulus >= 1 / largestConstant && modulus <= largestConstant);
  const l = Math.log2(modulus);
  return isOrdinary ? { low: l - 2 ** -40, up: l + 2 ** -40, degree: 0, lowDegree: 0 } : undefined;
}

/** The number of complex operations in a value, at least 1. */
function weightOf(expression: Expression): number {
  switch (expression.kind) {
    case 'constant':
    case 'variable':
      return 1;
    case 'negate':
    case 'call':
      return 1 + weightOf(expression.operand);
    case 'power':
      return expression.exponent * (1 + weightOf(expression.base));
    default:
      return 1 + weightOf(expression.left) + weightOf(expression.right);
  }
}

/** log2(2^a + 2^b). */
function logSum(a: number, b: number): number {
  const [high, low] = [Math.max(a, b), Math.min(a, b)];
  return low === -Infinity ? high : high + Math.log2(1 + 2 ** (low - high));
}

/** log2(2^a - 2^b), or -Infinity where that is not positive. */
function logDifference(a: number, b: number): number {
  return a > b ? a + Math.log2(1 - 2 ** (b - a)) : -Infinity;
}

/** The smallest l from 0 to 1024 for which an increasing property holds, or 1024. */
const smallest = (holds: (l: number) => boolean) => bisect((l) => !holds(l))[1];
/** The largest l from 0 to 1024 for which a decreasing property holds, or 0. */
const largest = (holds: (l: number) => boolean) => bisect(holds)[0];

function bisect(isLow: (l: number) => boolean): [low: number, high: number] {
  let [low, high] = [0, 1024];
  while (high - low > 2 ** -41) {
    const middle = (low + high) / 2;
    if (isLow(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}
