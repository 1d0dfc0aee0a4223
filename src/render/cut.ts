// Decides how many slices to cut if each must be worth sending to another machine. The time of a slice is measured on
// pieces of the picture, in this thread, with the code of workers.
import type { ChannelName } from '../field/field.js';
import { largestTile } from '../kernel/cover.js';
import type { Scene } from '../scene/scene.js';
import { type BandJob, computeBand, pointBytes } from './band.js';
import { isExact } from './exact-job.js';
import { pictureShape, prepareJob, sceneShape } from './job.js';
import { fewestSlices } from './stream.js';

/** Minimum time of a slice, unless it must be smaller to fit into memory: 100 times its cost in a queue. */
const sliceMilliseconds = 50;
/** Time for measuring pieces, after a warm-up in which the engine optimizes WebAssembly. */
const measureMilliseconds = 400;
const warmMilliseconds = 100;
/** Number of measured pieces of a tile's height, and tiles per piece. */
const pieces = 8;

/** Slices of at least 50 ms, on average, of this machine's core, as far as there are rows and a slice fits the memory. */
export async function slicesByTime(given: Scene, channels: readonly ChannelName[]): Promise<number> {
  const { scene, job: render, setup } = prepareJob(given, channels);
  const [rows, columns] = sceneShape(scene);
  if (isExact(render)) {
    const each = await (await import('./exact.js')).exactMilliseconds(render, measureMilliseconds);
    return slicesOf(scene, channels, each * rows * columns);
  }
  const { rowRe, rowIm, columnRe, columnIm } = render.points;
  const points = {
    rowRe: some(rowRe),
    rowIm: some(rowIm),
    columnRe: some(columnRe),
    columnIm: some(columnIm),
  };
  const [sampleRows, sampleColumns] = [points.rowRe.length, points.columnRe.length];
  const height = Math.min(largestTile, sampleRows);
  const job: BandJob = {
    render: { ...render, points },
    channels,
    exact: 'enclosures',
    tones: undefined,
    seed: undefined,
    setup,
    slots: [new ArrayBuffer(height * sampleColumns * pointBytes(channels, scene.iterations))],
  };
  const count = Math.floor(sampleRows / height);
  // Steps of 3 visit all eight, far from each other.
  const stride = count === pieces ? 3 : 1;
  const compute = (piece: number) => {
    const start = ((piece * stride) % count) * height;
    computeBand({ index: 0, start, end: start + height }, job);
  };
  const begun = performance.now();
  for (let piece = 0; performance.now() - begun < warmMilliseconds; piece++) compute(piece);
  const warm = performance.now();
  let [measured, milliseconds] = [0, 0];
  for (; measured < count && milliseconds < measureMilliseconds; measured++) {
    compute(measured);
    milliseconds = performance.now() - warm;
  }
  return slicesOf(scene, channels, (milliseconds * rows * columns) / (measured * height * sampleColumns));
}

/** How many slices a scene is cut into that takes so long as a whole. */
function slicesOf(scene: Scene, channels: readonly ChannelName[], milliseconds: number): number {
  const slices = Math.floor(milliseconds / sliceMilliseconds);
  return Math.min(pictureShape(scene)[0], Math.max(1, slices, fewestSlices(scene, channels)));
}

/** Points of an axis for the pieces, tile by tile, evenly spread. */
function some(axis: Float64Array): Float64Array {
  if (axis.length <= pieces * largestTile) return axis;
  return Float64Array.from({ length: pieces * largestTile }, (_, i) => {
    const start = Math.round((Math.floor(i / largestTile) / (pieces - 1)) * (axis.length - largestTile));
    return axis[start + (i % largestTile)]!;
  });
}
