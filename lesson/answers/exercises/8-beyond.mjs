// Chapter 8: beyond.

/**
 * Warm-up. Counts a point and stops when it has escaped. `next(z)` gives the z after z, an array of two numbers. z is
 * finite as long as Math.hypot(...z) < Infinity. Returns after how many of the `iterations` steps z is still finite, and
 * calls `next` no more often than it has to.
 */
export function untilEscape(z, next, iterations) {
  for (let count = 0; count < iterations; count++) {
    z = next(z);
    if (!(Math.hypot(...z) < Infinity)) return count;
  }
  return iterations;
}

/**
 * Core. A picture has the parts 1, 2, ..., parts. `finished` has an array for each machine, of the parts that it
 * finished before it was switched off; two machines may have finished the same part. Deals the parts that are missing,
 * in their order, like cards to `machines` new machines. Returns an array of parts for each of these.
 */
export function giveOut(parts, finished, machines) {
  const done = new Set(finished.flat());
  const shares = Array.from({ length: machines }, () => []);
  const missing = Array.from({ length: parts }, (_, i) => i + 1).filter((part) => !done.has(part));
  for (const [i, part] of missing.entries()) shares[i % machines].push(part);
  return shares;
}

/**
 * Challenge. Counts half of the points. The grid has n rows and n columns, n even, and its axis is symmetric:
 * axis[n - i] is -axis[i] for i from 1 on (axis[0] has no mirror image). z and -z have the same count, so
 * count(row, column) equals count(n - row, n - column) where both are in the grid. Returns all counts in one array, row after
 * row, and calls `count` at most n * n / 2 + 2 * n times.
 */
export function half(n, count) {
  const counts = new Uint16Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const isMirrored = row > n / 2 && column > 0;
      counts[row * n + column] = isMirrored ? counts[(n - row) * n + n - column] : count(row, column);
    }
  }
  return counts;
}
