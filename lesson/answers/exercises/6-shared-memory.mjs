// Chapter 6: shared memory.
import { partial, sliceRange, tasks } from 'mandoline/pool';

/** The functions that this file exports, named for the workers of a pool. */
const pooled = tasks(new URL(import.meta.url));

/**
 * Warm-up. A new Uint16Array for rows * columns counts in memory that all workers can see.
 */
export function sharedCounts(rows, columns) {
  return new Uint16Array(new SharedArrayBuffer(2 * rows * columns));
}

/**
 * Core. Lets the pool fill an array of `sharedCounts`: each element gets the number of its row. The rows are cut into 8
 * slices. Returns the array. Write the function for the workers, too: pool.fill gives it the part of the array that is
 * its slice, and the range of rows, { start, end }.
 */
export async function rowNumbers(pool, rows, columns) {
  const counts = sharedCounts(rows, columns);
  await pool.fill(pooled.fillRows, counts, [columns], { slices: 8, rows });
  return counts;
}

export function fillRows(slice, { start }, columns) {
  for (let i = 0; i < slice.length; i++) slice[i] = start + Math.floor(i / columns);
}

/**
 * Challenge. How often does each count from 0 to 99 occur? `counts` is a Uint16Array in shared memory. All workers add to
 * one shared Uint32Array of 100 numbers, which this function makes and returns. Two workers may add to the same number at
 * the same time, so use Atomics.add. Cut the counts into 8 slices; sliceRange(counts.length, 8, i) is slice i.
 */
export async function histogram(pool, counts) {
  const bins = new Uint32Array(new SharedArrayBuffer(4 * 100));
  const ranges = Array.from({ length: 8 }, (_, i) => sliceRange(counts.length, 8, i));
  await pool.map(partial(pooled.addUp, { counts, bins }), ranges, { chunkSize: 1 });
  return bins;
}

export function addUp({ start, end }, { counts, bins }) {
  for (let i = start; i < end; i++) Atomics.add(bins, counts[i], 1);
}
