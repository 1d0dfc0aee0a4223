// The cost of a step of a scene's formula, estimated from its code before any computation.
import { parseFormula } from '../formula/parse.js';
import { lower } from '../kernel/lower.js';
import type { Scene } from '../scene/scene.js';

/**
 * The cost of exp, log, sin and others, in operations of z^2 + c: sin(z)/2 + c took 230 ns per step, exp(z)/10 + c 290 ns,
 * with three or four such functions each, and z^2 + c 0.64 ns for 7 operations.
 */
const functionOperations = 800;

/** Cached per scene, because it is requested for each slice. */
const known = new WeakMap<Scene, number>();

/** Approximate operations on doubles in one step; z^2 + c has 7. */
export function stepOperations(scene: Scene): number {
  const operations = known.get(scene) ?? countOperations(scene);
  known.set(scene, operations);
  return operations;
}

function countOperations({ formula, parameters }: Scene): number {
  let operations = 0;
  for (const { kind } of lower(parseFormula(formula, parameters)).instructions) {
    if (kind === 'function' || kind === 'atan2') operations += functionOperations;
    else if (kind !== 'input' && kind !== 'constant') operations++;
  }
  return operations;
}
