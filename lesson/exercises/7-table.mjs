// Chapter 7: the table.

/**
 * Warm-up. The serial program takes `serialSeconds`, `workers` workers take `seconds`. Returns { speedUp, efficiency };
 * an efficiency of 100% is 1.
 */
export function judge(serialSeconds, seconds, workers) {
  throw new Error('still to write');
}

/**
 * Core. Solves Amdahl's law, speedUp = 1 / (s + (1 - s) / workers), for the serial fraction s. There are at least two
 * workers.
 */
export function serialFraction(workers, speedUp) {
  throw new Error('still to write');
}

/**
 * Challenge. The serial fraction that fits several measurements best, by least squares: `points` is an array of
 * { workers, speedUp }. With t = 1 / speedUp, the law is t - 1 / workers = s (1 - 1 / workers): a straight line through
 * the origin, whose slope is s. Returns s, at least 0 and at most 1.
 */
export function fit(points) {
  throw new Error('still to write');
}
