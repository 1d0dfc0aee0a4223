// Chapter 1: the serial program, and its time.

/**
 * Warm-up. Counts one point: after how many of the `iterations` steps of z := z^2 + c is z = x + iy still finite? `c` is
 * an array of its real and its imaginary part. z is finite as long as Math.hypot(x, y) < Infinity. Once it is not, it
 * never is again.
 */
export function countPoint(x, y, { iterations, c }) {
  throw new Error('still to write');
}

/**
 * Core. Counts all points of a grid and returns the counts as a Uint16Array, row after row. `grid` has `rows`, `columns`
 * and `values`: the real and the imaginary part of each point in turn.
 */
export function juliaSet(grid, parameters) {
  throw new Error('still to write');
}

/**
 * Challenge. Times several pieces of work in turn: A B A B, not A A B B. `works` is an object of functions, some of which
 * return promises; the time of those ends when the promise is fulfilled. There are `rounds` rounds. Returns an object
 * with the same names and, for each, an array of its times in seconds.
 */
export async function takeTurns(rounds, works) {
  throw new Error('still to write');
}
