// Chapter 7: the table.

/**
 * Warm-up. The serial program takes `serialSeconds`, `workers` workers take `seconds`. Returns { speedUp, efficiency };
 * an efficiency of 100% is 1.
 */
export function judge(serialSeconds, seconds, workers) {
  const speedUp = serialSeconds / seconds;
  return { speedUp, efficiency: speedUp / workers };
}

/**
 * Core. Solves Amdahl's law, speedUp = 1 / (s + (1 - s) / workers), for the serial fraction s. There are at least two
 * workers.
 */
export function serialFraction(workers, speedUp) {
  return (1 / speedUp - 1 / workers) / (1 - 1 / workers);
}

/**
 * Challenge. The serial fraction that fits several measurements best, by least squares: `points` is an array of
 * { workers, speedUp }. With t = 1 / speedUp, the law is t - 1 / workers = s (1 - 1 / workers): a straight line through
 * the origin, whose slope is s. Returns s, at least 0 and at most 1.
 */
export function fit(points) {
  let [above, below] = [0, 0];
  for (const { workers, speedUp } of points) {
    const x = 1 - 1 / workers;
    above += (1 / speedUp - 1 / workers) * x;
    below += x * x;
  }
  return Math.min(1, Math.max(0, above / below));
}
