// How far the orbits of a job are followed for its channels, and what is known of z at their ends.
import type { Expression } from '../formula/expression.js';
import { overflowBounds, stepsBelow } from './bounds.js';
import { foldedOperand } from './fold.js';
import { realFunctions } from './functions.js';
import { rangeOf, type SamplePoints } from './points.js';
import type { KernelJob } from './reference.js';

/** |z| beyond which the potential is read: the next z differs from its leading term by a millionth. */
const leastShadingRadius = 2 ** 20;
/** Steps after the escape within which that radius should be reached. */
const mostShadingSteps = 64;

/** How far the orbits of a job are followed, and how their ends are read. */
export type Shading = ReturnType<typeof shadingOf>;

export function shadingOf(kernel: KernelJob, points: SamplePoints) {
  const { step, escape } = kernel;
  const growth = growthOf(step);
  const hasGrowth = growth !== undefined && growth >= 2;
  const degree = hasGrowth ? growth : 2;
  const rule = typeof escape === 'object' ? escape.bailout : escape;
  const bailout = typeof rule === 'number' ? rule : Number.MAX_VALUE;
  const { reach } = rangeOf(points);
  const bounds = hasGrowth && overflowBounds({ ...kernel, reach });
  const thresholds = bounds ? bounds.thresholds.length : 0;
  const far = bounds && thresholds > 0 ? Math.sqrt(bounds.trigger) : 0;
  const radius = Math.max(far, leastShadingRadius, rule === 'overflow' || !rule ? 0 : rule);
  const mostAfter = hasGrowth ? mostShadingSteps : 0;
  // A count of 0 gives no bound of the first z.
  const first = kernel.z0 === 'p' ? reach : Math.hypot(...kernel.z0);
  const below =
    typeof rule === 'number' ? stepsBelow({ ...kernel, reach }, Math.max(rule, first), radius, mostAfter) : 0;
  return {
    hasGrowth,
    degree,
    /** Whether |z| far out is that of a power of z, without a factor. */
    isMonic: isMonic(step),
    /** Whether the squares of all numbers from which channels are made are finite. */
    isModerate: hasGrowth && 2 * degree ** 2 * Math.log2(radius) < 900,
    bailout,
    /** |z| at which a growing orbit ends. */
    radius,
    /** The level of the bailout radius, or of the radius at which orbits end. */
    bailoutLevel: levelOf(bailout > 1.1 ? bailout : radius),
    /** The largest number of steps from beyond `far` until an orbit overflows; 0 if unknown. */
    thresholds,
    /** The largest number of steps after the first one past the escape. */
    mostAfter,
    /** How many of them are certain, because the radius is not reached earlier. */
    sureAfter: below,
  };
}

/** log2 |z|^2, the unit of potentials. */
export const levelOf = (modulus: number): number => (2 * realFunctions.log(modulus)) / realFunctions.log(2);

/** The degree of z -> step in z, far out; undefined where it grows like no power. */
export function growthOf(step: Expression): number | undefined {
  switch (step.kind) {
    case 'constant':
      return 0;
    case 'variable':
      return step.name === 'z' ? 1 : 0;
    case 'negate':
      return growthOf(step.operand);
    case 'power': {
      const base = growthOf(step.base);
      return base === undefined ? base : base * step.exponent;
    }
    case 'call': {
      const inner = growthOf(step.operand);
      if (inner === 0 || ['conj', 're', 'im', 'abs'].includes(step.name)) return inner;
      return step.name === 'sqrt' && inner !== undefined ? inner / 2 : undefined;
    }
    default: {
      const [left, right] = [growthOf(step.left), growthOf(step.right)];
      if (left === undefined || right === undefined) return undefined;
      if (step.kind === 'multiply') return left + right;
      return step.kind === 'divide' ? left - right : Math.max(left, right);
    }
  }
}

/** Whether |z -> step| is |z| to the power of that degree, far out. */
function isMonic(step: Expression): boolean {
  const folded = foldedOperand(step);
  if (folded) return isMonic(folded);
  switch (step.kind) {
    case 'constant':
      return step.value[0] ** 2 + step.value[1] ** 2 === 1;
    case 'variable':
      return step.name === 'z';
    case 'negate':
      return isMonic(step.operand);
    case 'power':
      return isMonic(step.base);
    case 'call':
      return (step.name === 'conj' || step.name === 'abs') && isMonic(step.operand);
    case 'multiply':
    case 'divide':
      return isMonic(step.left) && isMonic(step.right);
    default: {
      const [left, right] = [growthOf(step.left), growthOf(step.right)];
      if (left === undefined || right === undefined || left === right) return false;
      return isMonic(left > right ? step.left : step.right);
    }
  }
}
