// Chapter 5: slices versus workers.

/**
 * Warm-up. Cuts `rows` rows into `nSlices` slices of neighbouring rows, from the top to the bottom, whose heights differ
 * by at most one row; the first slices are the higher ones. Returns them as { start, end }, where `end` is the row after
 * the last one: cut(5, 2) is [{ start: 0, end: 3 }, { start: 3, end: 5 }].
 */
export function cut(rows, nSlices) {
  const slices = [];
  let start = 0;
  for (let i = 0; i < nSlices; i++) {
    const end = start + Math.floor(rows / nSlices) + (i < rows % nSlices ? 1 : 0);
    slices.push({ start, end });
    start = end;
  }
  return slices;
}

/**
 * Core. The order in which a pool should start slices: the one that costs most first. `costs[i]` is what slice i costs.
 * Returns the numbers of the slices; of slices that cost the same, the one with the smaller number is first.
 */
export function heaviestFirst(costs) {
  return costs.map((_, slice) => slice).sort((one, other) => costs[other] - costs[one] || one - other);
}

/**
 * Challenge. How long does a pool take? Its workers take the slices in their order; slice i takes costs[i] seconds; a
 * worker that is free takes the next slice at once. Returns { seconds, idle }: the time until the last slice is done, and
 * the fraction of the workers' time, 0 to 1, in which they have nothing to do.
 */
export function simulate(costs, nWorkers) {
  const freeAt = new Array(nWorkers).fill(0);
  for (const cost of costs) {
    const worker = freeAt.indexOf(Math.min(...freeAt));
    freeAt[worker] += cost;
  }
  const seconds = Math.max(...freeAt);
  const busy = costs.reduce((sum, cost) => sum + cost, 0);
  return { seconds, idle: 1 - busy / (nWorkers * seconds) };
}
