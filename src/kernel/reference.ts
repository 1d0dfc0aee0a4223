// The counts in plain TypeScript: slow, obviously right, the oracle of every test, and the fallback of the compiled
// kernel for the few points that its bounds cannot decide. It defines the meaning of each operation in IEEE 754
// doubles, including the order of operations; nothing is ever fused.
import type { Expression, FunctionName } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';
import type { EscapeRule } from '../scene/scene.js';
import { realFunctions } from './functions.js';

/** What is known of the sample points of a job whose counts are to be proved for exact points (proof.ts). */
export interface Proof {
  /** Each exact sample point is within this of the kernel's. */
  readonly off: number;
  /** No sample point has a larger modulus. */
  readonly reach: number;
}

/** What is counted: the step, its start, the number of iterations, and the escape rule. */
export interface KernelJob {
  readonly step: Expression;
  /** A constant, or the sample point. */
  readonly c: Complex | 'p';
  /** The first z: a constant, or the sample point. */
  readonly z0: Complex | 'p';
  /** From 1 to 2^32 - 1. */
  readonly iterations: number;
  readonly escape: EscapeRule;
  /** Present if counts are to be proved for exact points. */
  readonly proof?: Proof | undefined;
}

/** The orbit of one sample point, up to its escape. */
export interface Orbit {
  /** The number of the `iterations` steps after which the point has not escaped. */
  readonly count: number;
  /** z after the step in which it escaped, or after the last step. */
  readonly z: Complex;
}

/** The number of the `iterations` steps after which sample point `p` has not escaped. */
export const countReference = (job: KernelJob, p: Complex): number => orbitReference(job, p).count;

export function orbitReference({ step, c, z0, iterations, escape }: KernelJob, p: Complex): Orbit {
  const variables = { c: c === 'p' ? p : c, p, z: z0 === 'p' ? p : z0, previous: [0, 0] as Complex };
  for (let count = 0; count < iterations; count++) {
    const z = evaluate(step, variables);
    if (hasEscaped(escape, z, variables.z)) return { count, z };
    variables.previous = variables.z;
    variables.z = z;
  }
  return { count: iterations, z: variables.z };
}

/** The first z of a sample point's orbit and those after its next steps, at most that many; the last one may have escaped. */
export function orbitStart(
  { step, c, z0, iterations, escape }: KernelJob,
  p: Complex,
  most: number,
): Complex[] {
  const variables = { c: c === 'p' ? p : c, p, z: z0 === 'p' ? p : z0, previous: [0, 0] as Complex };
  const orbit = [variables.z];
  while (orbit.length <= Math.min(most, iterations)) {
    const z = evaluate(step, variables);
    orbit.push(z);
    if (hasEscaped(escape, z, variables.z)) break;
    variables.previous = variables.z;
    variables.z = z;
  }
  return orbit;
}

function hasEscaped(rule: EscapeRule, z: Complex, before: Complex): boolean {
  if (rule === 'overflow') return hasOverflown(z);
  const [x, y] = z;
  const isOutside = (radius: number) => !(x * x + y * y <= radius * radius);
  if (typeof rule === 'number') return isOutside(rule);
  const [dx, dy] = [x - before[0], y - before[1]];
  const square = dx * dx + dy * dy;
  if (!(square >= rule.converged * rule.converged && square < Infinity)) return true;
  return rule.bailout !== undefined && isOutside(rule.bailout);
}

/** The values of the variables of a step. */
export type Variables = Readonly<Record<'z' | 'c' | 'p' | 'previous', Complex>>;

/** The value of an expression in complex numbers of doubles; parts that its shape does not have are 0. */
export function evaluate(expression: Expression, variables: Variables): Complex {
  const { re = 0, im = 0 } = valueOf(expression, variables);
  return [re, im];
}

/** A value; parts that its shape (formula/expression.ts) does not have are absent from all arithmetic. */
interface Value {
  readonly re?: number | undefined;
  readonly im?: number | undefined;
}

function valueOf(expression: Expression, variables: Variables): Value {
  switch (expression.kind) {
    case 'constant': {
      const [re, im] = expression.value;
      if (Object.is(im, 0)) return { re };
      return Object.is(re, 0) ? { im } : { re, im };
    }
    case 'variable': {
      const [re, im] = variables[expression.name];
      return { re, im };
    }
    case 'negate':
      return negate(valueOf(expression.operand, variables));
    case 'power':
      return power(valueOf(expression.base, variables), expression.exponent);
    case 'call':
      return call(expression.name, valueOf(expression.operand, variables));
    default: {
      const left = valueOf(expression.left, variables);
      const right = valueOf(expression.right, variables);
      if (expression.kind === 'multiply') return multiply(left, right);
      if (expression.kind === 'divide') return divide(left, right);
      return add(left, expression.kind === 'add' ? right : negate(right));
    }
  }
}

const sum = (a: number | undefined, b: number | undefined) =>
  a === undefined ? b : b === undefined ? a : a + b;
const product = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a * b;
const minus = (a: number | undefined) => (a === undefined ? a : -a);

const negate = ({ re, im }: Value): Value => ({ re: minus(re), im: minus(im) });
const add = (v: Value, w: Value): Value => ({ re: sum(v.re, w.re), im: sum(v.im, w.im) });
const multiply = (v: Value, w: Value): Value => ({
  re: sum(product(v.re, w.re), minus(product(v.im, w.im))),
  im: sum(product(v.re, w.im), product(v.im, w.re)),
});

/** Textbook division: v times the conjugate of w, over |w|^2; by a real or imaginary number, part by part. */
function divide(v: Value, { re, im }: Value): Value {
  const by = (value: Value, divisor: number): Value => ({
    re: value.re === undefined ? undefined : value.re / divisor,
    im: value.im === undefined ? undefined : value.im / divisor,
  });
  if (im === undefined) return by(v, re!);
  if (re === undefined) return by({ re: v.im, im: minus(v.re) }, im);
  return by(multiply(v, { re, im: -im }), re * re + im * im);
}

/** z^n by squaring, from the exponent's highest bit down: z^5 is ((z^2)^2) * z. */
function power(base: Value, exponent: number): Value {
  let result = base;
  for (const bit of exponent.toString(2).slice(1)) {
    result = square(result);
    if (bit === '1') result = multiply(result, base);
  }
  return result;
}

/** As numpy squares: 2xy as a sum of two equal products. */
function square({ re: x, im: y }: Value): Value {
  const half = product(x, y);
  return { re: sum(product(x, x), minus(product(y, y))), im: sum(half, half) };
}

function call(name: FunctionName, value: Value): Value {
  const { re, im } = value;
  const { exp, log, sin, cos, sinh, cosh, atan2 } = realFunctions;
  const isReal = im === undefined;
  const [x, y] = [re ?? 0, im ?? 0];
  switch (name) {
    case 'conj':
      return { re, im: minus(im) };
    case 're':
      return { re: x };
    case 'im':
      return { re: y };
    case 'abs':
      return { re: modulus(value) };
    case 'arg':
      return { re: atan2(y, x) };
    case 'sqrt': {
      const size = modulus(value);
      const part = Math.sqrt((size - x) / 2);
      return { re: Math.sqrt((size + x) / 2), im: y < 0 || Object.is(y, -0) ? -part : part };
    }
    case 'exp':
      return isReal ? { re: exp(x) } : { re: exp(x) * cos(y), im: exp(x) * sin(y) };
    case 'log':
      return { re: log(modulus(value)), im: atan2(y, x) };
    case 'sin':
      return isReal ? { re: sin(x) } : { re: sin(x) * cosh(y), im: cos(x) * sinh(y) };
    case 'cos':
      return isReal ? { re: cos(x) } : { re: cos(x) * cosh(y), im: -(sin(x) * sinh(y)) };
    case 'sinh':
      return isReal ? { re: sinh(x) } : { re: sinh(x) * cos(y), im: cosh(x) * sin(y) };
    case 'cosh':
      return isReal ? { re: cosh(x) } : { re: cosh(x) * cos(y), im: sinh(x) * sin(y) };
    case 'tan':
      return divide(call('sin', value), call('cos', value));
    case 'tanh':
      return divide(call('sinh', value), call('cosh', value));
  }
}

/** |w| as the root of the sum of squares; with a single part, its absolute value. */
function modulus({ re, im }: Value): number {
  if (im === undefined) return Math.abs(re!);
  return re === undefined ? Math.abs(im) : Math.sqrt(re * re + im * im);
}

/**
 * Whether |z| is no longer finite: NaN, or hypot(x, y) rounds to infinity, which it does from halfway between the
 * largest double and 2^1024 on. Math.hypot may differ between engines in the last digit, so integers decide the close
 * cases.
 */
export function hasOverflown([x, y]: Complex): boolean {
  const [a, b] = [Math.abs(x), Math.abs(y)];
  if (a < 2 ** 1023 && b < 2 ** 1023) return false;
  if (!(a <= Number.MAX_VALUE && b <= Number.MAX_VALUE)) return true;
  const middle = 2n ** 1024n - 2n ** 970n;
  // What trunc removes from a small part is far below the distance of two squares that can occur here.
  return BigInt(Math.trunc(a)) ** 2n + BigInt(Math.trunc(b)) ** 2n >= middle ** 2n;
}
