// Orbits followed for their channels: the step with slopes and trap as straight-line code, and an interpreter of such
// code in plain TypeScript, the oracle for what is compiled from it.

import type { Trap } from '../scene/scene.js';
import { Code, type Instruction } from './code.js';
import { type ShadeJob, trapDistance, wantsShape } from './ends.js';
import { realFunctions } from './functions.js';
import { partsOf } from './number-parts.js';
import type { KernelJob } from './reference.js';
import { slopedStep } from './slopes.js';
import { readsPrevious } from './step.js';

/** What is followed along with an orbit. */
export interface OrbitOptions {
  /** Whether its slopes by the sample point are included. */
  readonly hasSlopes: boolean;
  readonly trap: Trap | undefined;
}

/** A step in code, and the variables it changes: zRe, zIm, dRe, ..., and `least`, the trap code's least value. */
export interface OrbitStep {
  readonly code: Code;
  /** The positions of the new values, by the names of the old ones. */
  readonly next: ReadonlyMap<string, number>;
}

export function orbitStep(kernel: KernelJob, { hasSlopes, trap }: OrbitOptions): OrbitStep {
  const code = new Code();
  const sloped = slopedStep(code, kernel, hasSlopes);
  const hasPrevious = readsPrevious(code.instructions);
  const next = new Map<string, number>();
  for (const [name, parts] of Object.entries({ z: sloped.z, d: sloped.d, g: sloped.g })) {
    if (!parts) continue;
    next.set(`${name}Re`, parts.re).set(`${name}Im`, parts.im);
    if (!hasPrevious) continue;
    const before = name === 'z' ? 'previous' : `previous${name.toUpperCase()}`;
    next.set(`${before}Re`, code.input(`${name}Re`)).set(`${before}Im`, code.input(`${name}Im`));
  }
  if (trap) {
    const distance = trapDistance(code, trap, sloped.z);
    next.set('least', code.real('smaller', code.input('least'), distance));
  }
  return { code, next };
}

/** The step of orbits followed for a job's channels. */
export const shadeStep = ({ kernel, wanted, trap }: ShadeJob): OrbitStep =>
  orbitStep(kernel, {
    hasSlopes: wantsShape(wanted),
    trap: wanted.includes('trap') ? trap : undefined,
  });

/** Runs code in plain TypeScript; a mask is 1 or 0. Writes the value of every instruction. */
export function runCode(
  instructions: readonly Instruction[],
  input: (name: string) => number,
  values: Float64Array,
): void {
  for (const [i, instruction] of instructions.entries())
    values[i] = instruction.kind === 'input' ? input(instruction.name) : valueOf(instruction, values);
}

function valueOf(instruction: Exclude<Instruction, { kind: 'input' }>, values: Float64Array): number {
  if (instruction.kind === 'constant') return instruction.value;
  const left = values[instruction.left]!;
  const right = 'right' in instruction ? values[instruction.right]! : 0;
  switch (instruction.kind) {
    case 'negate':
      return -left;
    case 'absolute':
      return Math.abs(left);
    case 'root':
      return Math.sqrt(left);
    case 'single':
      return Math.fround(left);
    case 'mantissa':
      return partsOf(left).mantissa;
    case 'exponent':
      return partsOf(left).exponent;
    case 'function':
      return realFunctions[instruction.name](left);
    case 'atan2':
      return realFunctions.atan2(left, right);
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
    case 'maximum':
      return Math.max(left, right);
    case 'minimum':
      return Math.min(left, right);
    case 'smaller':
      return right < left ? right : left;
    case 'larger':
      return left < right ? right : left;
    case 'withSign':
      return right < 0 || Object.is(right, -0) ? -Math.abs(left) : left;
    case 'less':
      return left < right ? 1 : 0;
    case 'atMost':
      return left <= right ? 1 : 0;
    case 'and':
      return left * right;
    case 'select':
      return values[instruction.mask] === 1 ? left : right;
  }
}
