// What a step of a scene's formula costs, told from its code before anything is computed.
import { parseFormula } from '../formula/parse.js';
import { lower } from '../kernel/lower.js';
import type { Scene } from '../scene/scene.js';

/**
 * A call of exp, log, sin and their like takes as long as so many of the operations of z^2 + c: sin(z)/2 + c took 230 ns a
 * step, exp(z)/10 + c 290 ns, three or four such functions each, and z^2 + c 0.64 ns for 7 operations.
 */
const functionOperations = 800;

/** Of scenes for which this was asked: it is asked for each of their slices. */
const known = new WeakMap<Scene, number>();

/** Operations on doubles in one step, about; those of z^2 + c are 7. */
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
