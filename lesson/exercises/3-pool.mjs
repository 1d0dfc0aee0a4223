// Chapter 3: a pool of workers. The cheat sheet lists the calls of a pool.
import { escapeCounts } from 'mandoline';
import { tasks } from 'mandoline/pool';

/** For the workers: the sum of all counts of a grid. There is nothing to write here. */
export function sumOfCounts(grid) {
  if (grid.values.length === 0) throw new Error('the grid is empty');
  let sum = 0;
  for (const count of escapeCounts(grid, { iterations: 80, c: [-0.83, -0.22] }).counts) sum += count;
  return sum;
}

/** The same function, named for the workers of a pool. */
const pooled = tasks(new URL(import.meta.url));

/**
 * Warm-up. Lets the pool compute `sumOfCounts` of each grid, closes the pool, waits until its workers are gone, and
 * returns the sums in the order of the grids.
 */
export async function sums(pool, grids) {
  throw new Error('still to write');
}

/**
 * Core. The same sums, but shows the progress: each time a sum is there, in whatever order, calls report(done, of), where
 * `done` is how many are there and `of` how many there will be. Returns the sum of all sums. Leaves the pool open.
 */
export async function progress(pool, grids, report) {
  throw new Error('still to write');
}

/**
 * Challenge. Some grids are empty, and `sumOfCounts` throws. Returns for each grid, in their order, its sum, or the
 * message of the error. `map` would only throw the first error. Leaves the pool open.
 */
export async function sumsOrErrors(pool, grids) {
  throw new Error('still to write');
}
