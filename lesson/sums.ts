// Functions for workers that give one number for a grid. The constant stands in the function, in a parameter of its own,
// or among options.
import type { ComplexGrid } from 'mandoline';
import { juliaSet, type Parameters } from './julia.js';

/** The sum of the counts for the lesson's constant. */
export function sumOfCounts(grid: ComplexGrid): number {
  return sumFor(grid, { iterations: 500, c: [-0.83, -0.22] });
}

/** The sum of the counts for any constant. */
export function sumFor(grid: ComplexGrid, parameters: Parameters): number {
  let sum = 0;
  for (const count of juliaSet(grid, parameters).counts) sum += count;
  return sum;
}
