// From a scene to its field: the only place that sees all stages and joins them. Pictures and files are color's
// and encode's, which take the field from here.

import type { ChannelName, Field } from '../field/field.js';
import { parseFormula } from '../formula/parse.js';
import { compileKernel, countsType, type Exact } from '../kernel/kernel.js';
import { reachOf } from '../kernel/points.js';
import type { KernelJob } from '../kernel/reference.js';
import { largestTile } from '../kernel/tiles.js';
import { Pool, type SliceRange, sliceRange, tasks, type WorkerShare } from '../pool/index.js';
import { axisLength, latticePoints } from '../scene/lattice.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { viewPoints } from '../scene/view.js';
import { prepareChannels } from './channels.js';
import { checkedBytes, sharedMemory } from './memory.js';
import { countSlice, type RenderJob, traceSlice } from './task.js';
import { takeTurns } from './turns.js';
import { type Verified, type VerifyOptions, verifyField } from './verify.js';

const worker = tasks<typeof import('./task.js')>(new URL('./task.js', import.meta.url));

export interface PrepareOptions {
  /** What to tell of each point besides its count: its orbit is then followed once more. */
  readonly channels?: readonly ChannelName[] | undefined;
}

export interface ComputeOptions {
  /** The workers; without, this thread does all. */
  readonly pool?: Pool | undefined;
  /** Into how many slices the rows are cut, at least 1; default: `defaultSlices`. */
  readonly slices?: number | undefined;
  /** How points are counted; the counts are the same. Default: `enclosures`. */
  readonly exact?: Exact | undefined;
  /** Whether to hold a random 1% of the points against the oracle afterwards, and with which seed. */
  readonly verify?: boolean | { readonly seed: number } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many slices are done, and once when all are. */
  readonly onProgress?: ((progress: { readonly done: number; readonly slices: number }) => void) | undefined;
}

export interface RenderOptions extends PrepareOptions, ComputeOptions {
  /** How many workers to start for this call, where no `pool` is given; 0: this thread. Default: one a core. */
  readonly workers?: number | undefined;
}

/** Who did what, and how long it took, in seconds. */
export interface Work {
  readonly slices: number;
  /** For each worker, of the counts; one share where this thread did all. */
  readonly shares: readonly WorkerShare[];
  /** From the call to the first slice: what starting took. */
  readonly start: number;
  /** From the first slice to the last. */
  readonly compute: number;
}

/** A field with its scene and who made it. */
export interface Rendering extends Field {
  readonly scene: Scene;
  readonly work: Work;
  /** What was held against the oracle, where that was asked for. */
  readonly verified?: Verified | undefined;
}

/**
 * Computes a scene: `rows x columns` counts, the same bytes with any number of workers and slices. Throws
 * SceneError for what is no scene, LimitError for more than 4 GiB of counts, the signal's reason when aborted, and
 * VerifyError where `verify` finds a wrong count.
 */
export async function render(scene: Scene, options: RenderOptions = {}): Promise<Rendering> {
  if (options.pool || options.workers === 0) return prepare(scene, options).compute(options);
  await using pool = new Pool({ workers: options.workers });
  return await prepare(scene, options).compute({ ...options, pool });
}

/** Whether a picture shows where orbits come to: they converge, and the step is the same for all of them. */
export const hasBasins = ({ escape, c }: Scene): boolean => typeof escape === 'object' && c !== 'p';

/** How many sample points a scene has. */
export function sceneShape(scene: Scene): readonly [rows: number, columns: number] {
  const [rows, columns] = pictureShape(scene);
  const { samples = 1 } = scene.view ?? {};
  return [rows * samples, columns * samples];
}

/** How many pixels a scene's picture has: a lattice's points, or a view's without its samples. */
export function pictureShape({ lattice, view }: Scene): readonly [rows: number, columns: number] {
  if (view) return [view.rows, view.columns];
  const length = axisLength(lattice);
  return [length, length];
}

/** How many bytes a scene's counts take. Throws LimitError beyond 4 GiB. */
export function sceneBytes(scene: Scene): number {
  const [rows, columns] = sceneShape(scene);
  const bytes = rows * columns * countsType(scene.iterations).BYTES_PER_ELEMENT;
  return checkedBytes(`a field of ${rows} x ${columns} counts`, bytes);
}

/** At least so many slices for each worker, that none waits long for the last one. */
const slicesPerWorker = 4;

/** Into how many slices rows are cut where nobody says: lower ones would cut tiles, higher ones gain nothing. */
export const defaultSlices = (rows: number, workers: number): number =>
  Math.max(Math.ceil(rows / largestTile), Math.min(rows, slicesPerWorker * Math.max(1, workers)));

/**
 * A scene compiled and with memory of its own, to be computed once or again and again into the same memory. Throws
 * SceneError for what is no scene, LimitError for more than 4 GiB of counts.
 */
export function prepare(given: Scene, { channels: wanted = [] }: PrepareOptions = {}) {
  const scene = parseScene(given);
  const { formula, parameters, c, z0, iterations, escape } = scene;
  const [rows, columns] = sceneShape(scene);
  const counts = new (countsType(iterations))(sharedMemory(sceneBytes(scene)));
  const kernel: KernelJob = { step: parseFormula(formula, parameters), c, z0, iterations, escape };
  const points = scene.view ? viewPoints(scene.view) : latticePoints(scene.lattice);
  const job: RenderJob = { kernel, module: compileKernel(kernel, reachOf(points)), points };
  const traced = wanted.length > 0 ? prepareChannels(scene, job, wanted) : undefined;
  const field: Field = { rows, columns, counts, ...(traced && { channels: traced.channels }) };

  async function compute(options: ComputeOptions = {}): Promise<Rendering> {
    const { pool, slices = defaultSlices(rows, pool?.workers ?? 0), exact = 'enclosures' } = options;
    const { verify, signal, onProgress } = options;
    const called = performance.now();
    const passes = traced ? 2 : 1;
    const each = (pass: number): SliceOptions => ({
      ...{ slices, rows, signal },
      onProgress:
        onProgress && (({ done }) => onProgress({ done: pass * slices + done, slices: passes * slices })),
    });
    const work = pool
      ? await inPool(pool.fill(worker.countSlice, counts, [job, exact], each(0)))
      : await inThisThread(counts, (slice, range) => countSlice(slice, range, job, exact), each(0));
    if (traced) {
      const { channels, setup } = traced;
      // A slice of one array is what a pool copies where there is no shared memory; these are several.
      const isShared = !(counts.buffer instanceof ArrayBuffer);
      if (pool && isShared)
        await pool.fill(worker.traceSlice, counts, [job, setup, counts, channels], each(1));
      else
        await inThisThread(
          counts,
          (slice, range) => traceSlice(slice, range, job, setup, counts, channels),
          each(1),
        );
    }
    const all = (performance.now() - called) / 1000;
    const given = typeof verify === 'object' ? verify : {};
    const verified = verify ? await verifyCounts({ pool, signal, ...given }) : undefined;
    return {
      scene,
      ...field,
      work: { slices, ...work, compute: all - work.start },
      ...(verified && { verified }),
    };
  }

  const verifyCounts = (options: VerifyOptions = {}) => verifyField(field, job, options);
  return { scene, ...field, compute, verify: verifyCounts };
}

type SliceOptions = Pick<ComputeOptions, 'signal' | 'onProgress'> & {
  readonly slices: number;
  readonly rows: number;
};

async function inPool(fill: ReturnType<Pool['fill']>) {
  const { workers, timeline } = await fill;
  return {
    shares: workers,
    start: timeline.reduce((least, { start }) => Math.min(least, start), Infinity),
  };
}

async function inThisThread<T extends { subarray(start: number, end: number): T; readonly length: number }>(
  target: T,
  work: (slice: T, range: SliceRange) => void,
  { slices, rows, signal, onProgress }: SliceOptions,
) {
  if (!Number.isSafeInteger(slices) || slices < 1)
    throw new RangeError(`slices ${slices}: must be a whole number from 1 on`);
  const columns = target.length / rows;
  const turns = takeTurns(signal);
  const start = performance.now();
  for (let index = 0; index < slices; index++) {
    const range = sliceRange(rows, slices, index);
    if (range.start < range.end) work(target.subarray(range.start * columns, range.end * columns), range);
    if (!turns.isDue()) continue;
    onProgress?.({ done: index + 1, slices });
    await turns.give();
  }
  onProgress?.({ done: slices, slices });
  return { shares: [{ slices, rows, busy: (performance.now() - start) / 1000 }], start: 0 };
}
