// Chapter 6: how many points have each count. Ranges of rows go to the workers, 501 numbers come back for each.
// One module for both sides: a worker imports it for `histogram`, and must not make a pool of its own.
//     npm run lesson -- answers/histogram 100 2
import { isMainThread } from 'node:worker_threads';
import { latticeAxis } from 'mandoline';
import { Pool, partial, type SliceRange, sliceRange, tasks } from 'mandoline/pool';
import { juliaRows } from '../julia-rows.js';
import { readArguments } from '../stages.js';

export function histogram(range: SliceRange, axis: Float64Array): Uint32Array {
  const counts = new Uint16Array((range.end - range.start) * axis.length);
  juliaRows(counts, range, axis, { iterations: 500, c: [-0.83, -0.22] });
  const bins = new Uint32Array(501);
  for (const count of counts) bins[count]!++;
  return bins;
}

if (isMainThread) {
  const { histogram } = tasks<typeof import('./histogram.js')>(new URL(import.meta.url));
  const { nSlices, nWorkers, cells } = readArguments({ nSlices: 100, nWorkers: 2 }, { cells: 500 });
  const axis = latticeAxis({ extent: 2, cells });
  const ranges = Array.from({ length: nSlices }, (_, i) => sliceRange(axis.length, nSlices, i));
  await using pool = new Pool({ workers: nWorkers });
  const parts = await pool.map(partial(histogram, axis), ranges, { chunkSize: 1 });
  const bins = new Uint32Array(501);
  for (const part of parts) for (const [count, points] of part.entries()) bins[count]! += points;
  const most = bins.indexOf(Math.max(...bins));
  console.log(
    `${bins.reduce((sum, n) => sum + n)} points; most of them, ${bins[most]}, have the count ${most}`,
  );
  console.log(
    `sent back: ${(parts.length * parts[0]!.byteLength) / 1000} kB instead of ${(2 * axis.length ** 2) / 1e6} MB`,
  );
}
