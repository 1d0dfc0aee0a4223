// Chapter 8: beyond.

/**
 * Warm-up. Counts a point and stops when it has escaped. `next(z)` gives the z after z, an array of two numbers. z is
 * finite as long as Math.hypot(...z) < Infinity. Returns after how many of the `iterations` steps z is still finite, and
 * calls `next` no more often than it has to.
 */
export function untilEscape(z, next, iterations) {
  throw new Error('still to write');
}

/**
 * Core. A picture has the parts 1, 2, ..., parts. `finished` has an array for each machine, of the parts that it
 * finished before it was switched off; two machines may have finished the same part. Deals the parts that are missing,
 * in their order, like cards to `machines` new machines. Returns an array of parts for each of these.
 */
export function giveOut(parts, finished, machines) {
  throw new Error('still to write');
}

/**
 * Challenge. Counts half of the points. The grid has n rows and n columns, n even, and its axis is symmetric:
 * axis[n - i] is -axis[i] for i from 1 on (axis[0] has no mirror image). z and -z have the same count, so
 * count(row, column) equals count(n - row, n - column) where both are in the grid. Returns all counts in one array, row after
 * row, and calls `count` at most n * n / 2 + 2 * n times.
 */
export function half(n, count) {
  throw new Error('still to write');
}
