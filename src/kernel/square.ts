// The special properties of the step z^2 + c: how to recognise it, and how to compute 2xy with one operation less.
import type { FunctionBody } from '../assembler.js';
import type { Expression } from '../formula/expression.js';
import type { PointRange } from './points.js';
import type { KernelJob } from './reference.js';

/** Whether a step is z^2 + c or z^2 + p. */
export function isSquare(
  step: Expression,
): step is Expression & { readonly right: { readonly name: 'c' | 'p' } } {
  if (step.kind !== 'add' || step.left.kind !== 'power' || step.right.kind !== 'variable') return false;
  const { exponent, base } = step.left;
  const isConstant = step.right.name === 'c' || step.right.name === 'p';
  return exponent === 2 && base.kind === 'variable' && base.name === 'z' && isConstant;
}

const least = 2 ** -400;
/** The square of such a radius is finite, so that values that are not finite are outside. */
const largestRadius = 2 ** 500;

/**
 * Whether a job's steps may double x by adding 1 to its exponent with an integer addition, in units of the processor
 * that the other operations leave free. That equals x + x unless x is not finite, too large, subnormal or 0, and it
 * changes no count of z^2 + c with b = im c:
 * - Where |x| >= 2^1023, x^2 is not finite, and neither is z from then on, whatever y becomes.
 * - Where x or x y is below 2^-1021 in modulus, both ways of doubling give at most 2^-1020 (|y| + 1), with the sign of
 *   x y. If b = 0 and the orbit is real, y is 0, and so is the result. If |b| >= 2^-400, it is lost in the sum with b
 *   for |y| < 2^520, and where |y| is larger, y^2 is not finite, and neither is z from then on.
 */
export function isDoubledByExponent({ step, c, z0, escape }: KernelJob, range: PointRange): boolean {
  if (!isSquare(step) || typeof escape === 'object') return false;
  if (escape !== 'overflow' && escape > largestRadius) return false;
  if (c !== 'p' && step.right.name === 'c') return Math.abs(c[1]) >= least;
  return range.leastImaginary >= least && (z0 === 'p' || z0[1] === 0);
}

/** Emits the step with x doubled in this way; `push` pushes a part of c. */
export function emitSquareStep(
  body: FunctionBody,
  { zRe, zIm }: { readonly zRe: number; readonly zIm: number },
  push: (part: 'Re' | 'Im') => void,
): void {
  body
    .get(zRe)
    .i64x2(1n << 52n)
    .op('i64x2.add')
    .get(zIm)
    .op('f64x2.mul');
  push('Im');
  body.op('f64x2.add');
  body.get(zRe, zRe).op('f64x2.mul').get(zIm, zIm).op('f64x2.mul', 'f64x2.sub');
  push('Re');
  body.op('f64x2.add').set(zRe).set(zIm);
}
