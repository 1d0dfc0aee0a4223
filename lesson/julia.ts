// The function that the workers run. It stands in a module of its own, because a worker gets a function by the
// name under which a module exports it.
import { type Complex, type ComplexGrid, escapeCounts, type Field } from 'mandoline';

/** For each point of the grid: how many of the iterations of z := z^2 + c leave it finite. */
export function juliaSet(grid: ComplexGrid, { iterations, c }: { iterations: number; c: Complex }): Field {
  return escapeCounts(grid, { iterations, c });
}
