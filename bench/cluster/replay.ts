// What a job would take on so many workers, replayed from what its slices took on one: handed out one by one, each to the
// worker that is free first (Graham 1969, list scheduling), or shared beforehand. Nothing is measured here.

/** What a way of sharing a job costs besides its slices, in seconds. */
export interface Costs {
  /** Before a worker's first slice. */
  readonly start: number;
  /** For each slice at the one place that hands them out, one after the other. */
  readonly hand: number;
  /** For each slice at its worker. */
  readonly keep: number;
  /** For each slice at the one place that gathers them, one after the other as they are done. */
  readonly collect: number;
  /** In the end, at one place. */
  readonly end: number;
}

export interface Replay {
  readonly seconds: number;
  /** The time until the last slice is done, wherever it is. */
  readonly makespan: number;
}

/** Slices handed out in turn. */
export function replay(
  slices: Float64Array,
  workers: number,
  { start, hand, keep, collect, end }: Costs,
): Replay {
  // A heap of the times at which workers are free, the first one on top.
  const free = new Float64Array(workers).fill(start);
  let handed = 0;
  const done = slices.map((slice) => {
    handed = Math.max(handed, free[0]!) + hand;
    sink(free, handed + slice + keep);
    return handed + slice + keep;
  });
  const makespan = done.sort().at(-1)!;
  const collected = done.reduce((last, each) => Math.max(last, each) + collect, 0);
  return { seconds: collected + end, makespan };
}

/** Every so-many-th slice is a worker's, as `--part` shares them. */
export function replayShares(slices: Float64Array, workers: number, { start, keep, end }: Costs): Replay {
  const done = new Float64Array(workers).fill(start);
  slices.forEach((slice, i) => {
    done[i % workers]! += slice + keep;
  });
  const makespan = done.reduce((last, each) => Math.max(last, each));
  return { seconds: makespan + end, makespan };
}

/** Takes the least of a heap away and puts a value in, which is not less. */
function sink(heap: Float64Array, value: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
}
