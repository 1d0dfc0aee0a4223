// Chapter 4: parameters that don't change. The cheat sheet lists the calls of a pool.
import { escapeCounts } from 'mandoline';
import { partial, tasks } from 'mandoline/pool';

/** For the workers: the sum of all counts of a grid. There is nothing to write here. */
export function sumFor(grid, { iterations, c }) {
  let sum = 0;
  for (const count of escapeCounts(grid, { iterations, c }).counts) sum += count;
  return sum;
}

/** The functions of this file, named for the workers of a pool. Those that you export are there, too. */
const pooled = tasks(new URL(import.meta.url));

/**
 * Warm-up. Lets the pool compute `sumFor` of each grid with `iterations` steps and c = -0.83 - 0.22i. The parameters are
 * the same for all grids: pass them once, by `partial`.
 */
export async function withPartial(pool, grids, iterations) {
  return await pool.map(partial(pooled.sumFor, { iterations, c: [-0.83, -0.22] }), grids);
}

/**
 * Core. Now c changes, too: grid number i belongs to constants[i], an array of two numbers. 80 steps. Two parameters
 * change from call to call, so each call is a list of all its parameters.
 */
export async function forConstants(pool, grids, constants) {
  return await pool.starmap(
    pooled.sumFor,
    grids.map((grid, i) => [grid, { iterations: 80, c: constants[i] }]),
  );
}

/**
 * Challenge. Computes numbers.map((x) => x * factor) in the workers. A lambda cannot be sent: write the function out,
 * export it, and give it the factor as its last parameter.
 */
export async function scaled(pool, numbers, factor) {
  return await pool.map(partial(pooled.times, { factor }), numbers);
}

export function times(x, { factor }) {
  return x * factor;
}
