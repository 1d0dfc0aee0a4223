// Chapter 6: shared memory.
import { partial, sliceRange, tasks } from 'mandoline/pool';

/** The functions that this file exports, named for the workers of a pool. */
const pooled = tasks(new URL(import.meta.url));

/**
 * Warm-up. A new Uint16Array for rows * columns counts in memory that all workers can see.
 */
export function sharedCounts(rows, columns) {
  throw new Error('still to write');
}

/**
 * Core. Lets the pool fill an array of `sharedCounts`: each element gets the number of its row. The rows are cut into 8
 * slices. Returns the array. Write the function for the workers, too: pool.fill gives it the part of the array that is
 * its slice, and the range of rows, { start, end }.
 */
export async function rowNumbers(pool, rows, columns) {
  throw new Error('still to write');
}

/**
 * Challenge. How often does each count from 0 to 99 occur? `counts` is a Uint16Array in shared memory. All workers add to
 * one shared Uint32Array of 100 numbers, which this function makes and returns. Two workers may add to the same number at
 * the same time, so use Atomics.add. Cut the counts into 8 slices; sliceRange(counts.length, 8, i) is slice i.
 */
export async function histogram(pool, counts) {
  throw new Error('still to write');
}
