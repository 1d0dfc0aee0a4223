// What is certain about |f(z)| from |z| alone, for a polynomial step: how far a point is from overflow, and
// that what is far out stays far out. The compiled kernel tests for escape only every few steps because of
// these bounds; a point that they cannot tell is given to reference.ts, so a bound that is too wide costs
// time and never a count.
//
// Derivation. Expand f(z) = sum v_i z^i with the constant c put in, and let S(r) = sum s_i r^i be the same
// expansion with every constant replaced by its modulus and every minus by a plus. Evaluating f in doubles
// errs by at most E S(|z|), with E = weight * 2^-50, where weight counts the complex operations (those of the expansion too): each adds a
// relative error below 4 * 2^-53 of what stands below it (Brent, Percival, Zimmermann 2007: sqrt(5) u for a
// product), and the v_i themselves err by as much. Hence for |z| = r
//     lower(r) = (|v_d| - 2E s_d) r^d - sum_{i<d} (|v_i| + 2E s_i) r^i  <=  |f(z)|  <=  sum (|v_i| + 2E s_i) r^i.
// Everything is computed with logarithms to base 2, whose own error (below 2^-40) is covered by `slack`.
import type { Expression } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';

/** Covers every rounding of this file's own logarithms, and that of x*x + y*y. */
const slack = 2 ** -36;
/** Points with |z|^2 beyond this are not told from bounds. */
export const told = 2 ** 1000;
const maximumBlock = 4;
/** Nobody asks for more, and expanding takes the square of it. */
const largestDegree = 128;

/** |z|^2 below `finite`: z is finite k steps later. From `overflown` on: it is not. Between: not told. */
export interface Threshold {
  readonly finite: number;
  readonly overflown: number;
}

/** How the compiled kernel may test for escape. */
export interface EscapeBounds {
  /** Steps from one test to the next. */
  readonly block: number;
  /** A point with |z|^2 below this has not escaped in any step of the block. */
  readonly trigger: number;
  /** For the rule `overflow`: the thresholds for k = 1, 2, ... further steps; from `trigger` on they tell all. */
  readonly thresholds: readonly Threshold[];
}

/** Bounds for the rule `overflow`; without thresholds where growth is not certain. */
export function overflowBounds(step: Expression, c: Complex): EscapeBounds {
  const unknown = { block: 1, trigger: told, thresholds: [] };
  const bounds = modulusBounds(step, c);
  if (!bounds) return unknown;
  const { degree, lower, upper, peak } = bounds;

  // Far out: |f(z)| is at least 2|z|, and the leading term says |f(z)| to within 2^-17.
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
  // So few steps that what was near at the last test is not yet beyond what the thresholds tell.
  const steps = Math.floor(Math.log2(900 / (2 * far)) / Math.log2(degree));
  return { block: Math.min(Math.max(steps, 1), maximumBlock), trigger: 2 ** (2 * far), thresholds };
}

/** Bounds for a bailout radius: a block of one step where a point may come back from outside. */
export function bailoutBounds(step: Expression, c: Complex, radius: number): EscapeBounds {
  const unknown = { block: 1, trigger: radius * radius, thresholds: [] };
  const bounds = modulusBounds(step, c);
  if (!bounds) return unknown;
  const start = Math.log2(radius) - slack;
  let [inner, after] = [start, start];
  for (let n = 1; n < maximumBlock; n++) {
    after = bounds.lower(after) - slack;
    inner = Math.min(inner, after);
  }
  // Wherever a point goes after it has escaped, it is still outside this radius when the block ends.
  if (!(inner > start - 0.1)) return unknown;
  return { block: maximumBlock, trigger: Math.min(2 ** (2 * inner), radius * radius), thresholds: [] };
}

/** Bounds of log2 |f(z)| as functions of l = log2 |z|, all increasing. */
interface ModulusBounds {
  readonly degree: number;
  /** -Infinity where nothing is certain. */
  readonly lower: (l: number) => number;
  readonly upper: (l: number) => number;
  /** No value on the way to f(z) is larger. */
  readonly peak: (l: number) => number;
}

function modulusBounds(step: Expression, c: Complex): ModulusBounds | undefined {
  if (degreeOf(step) > largestDegree) return undefined;
  const peaks: number[] = [];
  const { value, size, weight } = expand(step, c, peaks);
  const error = weight * 2 ** -49;
  const modulus = value.map(([re, im]) => Math.hypot(re, im));
  const top = modulus.map((each, i) => each + error * size[i]!);
  const degree = modulus.length - 1;
  const leading = modulus[degree]! - error * size[degree]!;
  // Outside these sizes a product of parts could be subnormal, which the relative errors above exclude.
  const ordinary = [...size, ...peaks].every((each) => each === 0 || (each > 1e-50 && each < 1e50));
  if (degree < 2 || !(leading > 0.5 * modulus[degree]!) || !ordinary) return undefined;
  return {
    degree,
    lower: (l) => {
      const highest = Math.log2(leading) + degree * l;
      const rest = 2 ** (logSum(top.slice(0, -1), l) - highest);
      return rest < 1 ? highest + Math.log2(1 - rest) : -Infinity;
    },
    upper: (l) => logSum(top, l),
    peak: (l) => logSum(peaks, l),
  };
}

/** log2 of sum a_i 2^(i l), for a_i >= 0. */
function logSum(coefficients: readonly number[], l: number): number {
  const terms = coefficients.map((each, i) => Math.log2(each) + i * l);
  const highest = Math.max(...terms);
  if (highest === -Infinity) return highest;
  return highest + Math.log2(terms.reduce((sum, each) => sum + 2 ** (each - highest), 0));
}

/** The smallest l from 0 to 1024 for which an increasing property holds, or 1024. */
const smallest = (holds: (l: number) => boolean) => bisect((l) => !holds(l))[1];
/** The largest l from 0 to 1024 for which a decreasing property holds, or 0. */
const largest = (holds: (l: number) => boolean) => bisect(holds)[0];

function bisect(isLow: (l: number) => boolean): [low: number, high: number] {
  let [low, high] = [0, 1024];
  for (let n = 0; n < 64; n++) {
    const middle = (low + high) / 2;
    if (isLow(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}

/** A polynomial in z: coefficients, the same with moduli for all constants, and the operations it took. */
interface Polynomial {
  readonly value: readonly Complex[];
  readonly size: readonly number[];
  readonly weight: number;
}

/** Expands an expression; `peaks` collects the largest size of each power of z in any value on the way. */
function expand(expression: Expression, c: Complex, peaks: number[]): Polynomial {
  return notePeaks(expandOnce(expression, c, peaks), peaks);
}

function expandOnce(expression: Expression, c: Complex, peaks: number[]): Polynomial {
  switch (expression.kind) {
    case 'constant':
      return constantPolynomial(expression.value);
    case 'variable':
      if (expression.name === 'c') return constantPolynomial(c);
      return {
        value: [
          [0, 0],
          [1, 0],
        ],
        size: [0, 1],
        weight: 0,
      };
    case 'negate': {
      const { value, ...rest } = expand(expression.operand, c, peaks);
      return { ...rest, value: value.map(([re, im]) => [-re, -im]) };
    }
    case 'power': {
      const base = expand(expression.base, c, peaks);
      let result = base;
      // Any order of the products will do for a bound.
      for (let n = 1; n < expression.exponent; n++) result = multiply(base, result, peaks);
      return result;
    }
    case 'multiply':
      return multiply(expand(expression.left, c, peaks), expand(expression.right, c, peaks), peaks);
    default: {
      const left = expand(expression.left, c, peaks);
      const right = expand(expression.right, c, peaks);
      const weight = left.weight + right.weight + 1;
      const sign = expression.kind === 'add' ? 1 : -1;
      const length = Math.max(left.size.length, right.size.length);
      const indices = Array.from({ length }, (_, i) => i);
      const value = indices.map((i): Complex => {
        const [a, b] = left.value[i] ?? [0, 0];
        const [x, y] = right.value[i] ?? [0, 0];
        return [a + sign * x, b + sign * y];
      });
      return { value, size: indices.map((i) => (left.size[i] ?? 0) + (right.size[i] ?? 0)), weight };
    }
  }
}

function constantPolynomial(value: Complex): Polynomial {
  return { value: [value], size: [Math.hypot(...value) * (1 + 2 ** -50)], weight: 0 };
}

function multiply(left: Polynomial, right: Polynomial, peaks: number[]): Polynomial {
  const length = left.size.length + right.size.length - 1;
  const value = Array.from({ length }, (): [number, number] => [0, 0]);
  const size = new Array<number>(length).fill(0);
  left.value.forEach(([a, b], i) => {
    right.value.forEach(([x, y], j) => {
      const sum = value[i + j]!;
      sum[0] += a * x - b * y;
      sum[1] += a * y + b * x;
      size[i + j]! += left.size[i]! * right.size[j]!;
    });
  });
  const weight = left.weight + right.weight + Math.min(left.size.length, right.size.length);
  return notePeaks({ value, size, weight }, peaks);
}

function notePeaks(polynomial: Polynomial, peaks: number[]): Polynomial {
  polynomial.size.forEach((each, i) => {
    peaks[i] = Math.max(peaks[i] ?? 0, each);
  });
  return polynomial;
}

function degreeOf(expression: Expression): number {
  switch (expression.kind) {
    case 'constant':
      return 0;
    case 'variable':
      return expression.name === 'z' ? 1 : 0;
    case 'negate':
      return degreeOf(expression.operand);
    case 'power':
      return degreeOf(expression.base) * expression.exponent;
    case 'multiply':
      return degreeOf(expression.left) + degreeOf(expression.right);
    default:
      return Math.max(degreeOf(expression.left), degreeOf(expression.right));
  }
}
