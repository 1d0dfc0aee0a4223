// One run of the uneven picture by a pool: how long it took, and which worker did what.
import { type Pool, partial, type SliceTime, sliceRange, tasks } from 'mandoline/pool';
import { tell } from './figures.js';
import { several } from './stages.js';
import { unevenScene } from './uneven.js';

const { unevenRows } = tasks<typeof import('./uneven.js')>(new URL('./uneven.js', import.meta.url));

/** Which worker computed which slice, and when. */
export async function unevenPicture(pool: Pool, nSlices: number, rows: number): Promise<SliceTime[]> {
  const ranges = Array.from({ length: nSlices }, (_, i) => sliceRange(rows, nSlices, i));
  await pool.map(partial(unevenRows, rows), ranges, { chunkSize: 1 });
  const stretches = pool.stats().timeline.slice(-nSlices);
  return stretches.map(({ worker, first, start, end }) => ({ worker, slice: first, start, end }));
}

/** Seconds at work of each worker. */
export function busyTimes(times: readonly SliceTime[], nWorkers: number): number[] {
  const busy = new Array<number>(nWorkers).fill(0);
  for (const { worker, start, end } of times) busy[worker]! += end - start;
  return busy;
}

/** How much of the workers' time passes without work, 0 to 1. */
export function idleShare(times: readonly SliceTime[], nWorkers: number): number {
  const begun = Math.min(...times.map(({ start }) => start));
  const ended = Math.max(...times.map(({ end }) => end));
  const busy = busyTimes(times, nWorkers).reduce((sum, each) => sum + each, 0);
  return 1 - busy / (nWorkers * (ended - begun));
}

/** Has the run drawn, one lane for each worker. */
export function tellLanes(times: readonly SliceTime[], slices: number, workers: number): void {
  const title = `${several(slices, 'slice')}, ${several(workers, 'worker')}`;
  tell({ kind: 'lanes', title, slices, workers, times, scene: unevenScene(320) });
}
