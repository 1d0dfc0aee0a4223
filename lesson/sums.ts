// Functions for workers that give one number for a grid. The constant stands in the function, in a parameter of its own,
// or among options.
import { type Complex, type ComplexGrid, escapeCounts } from 'mandoline';

/** The sum of the counts for the lesson's constant. */
export function sumOfCounts(grid: ComplexGrid): number {
  return sumFor(grid, { iterations: 80, c: [-0.83, -0.22] });
}

/** The sum of the counts for any constant. */
export function sumFor(grid: ComplexGrid, parameters: { iterations: number; c: Complex }): number {
  let sum = 0;
  for (const count of escapeCounts(grid, parameters).counts) sum += count;
  return sum;
}
