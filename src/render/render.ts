// From a scene to its field: the only place that sees all stages and joins them. Pictures and files are color's
// and encode's, which take the field from here.

import { LimitError } from '../errors.js';
import type { Counts, Field } from '../field/field.js';
import { quadratic } from '../formula/expression.js';
import { compileKernel, countsType, reachOf } from '../kernel/kernel.js';
import type { KernelJob } from '../kernel/reference.js';
import { Pool, sliceRange, tasks, type WorkerShare } from '../pool/index.js';
import { axisLength, latticeAxis } from '../scene/lattice.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { countSlice, type RenderJob } from './task.js';

const worker = tasks<typeof import('./task.js')>(new URL('./task.js', import.meta.url));

export interface ComputeOptions {
  /** The workers; without, this thread does all. */
  readonly pool?: Pool | undefined;
  /** Into how many slices the rows are cut, at least 1; default 2000, as in the lesson. */
  readonly slices?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many slices are done, and once when all are. */
  readonly onProgress?: ((progress: { readonly done: number; readonly slices: number }) => void) | undefined;
}

export interface RenderOptions extends ComputeOptions {
  /** How many workers to start for this call, where no `pool` is given; 0: this thread. Default: one a core. */
  readonly workers?: number;
}

/** Who did what, and how long it took, in seconds. */
export interface Work {
  readonly slices: number;
  /** For each worker; one share where this thread did all. */
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
}

/**
 * Computes a scene: `rows x columns` counts, the same bytes with any number of workers and slices. Throws
 * SceneError for what is no scene, LimitError for more than 4 GiB of counts, the signal's reason when aborted.
 */
export async function render(scene: Scene, options: RenderOptions = {}): Promise<Rendering> {
  if (options.pool || options.workers === 0) return prepare(scene).compute(options);
  await using pool = new Pool(options.workers === undefined ? {} : { workers: options.workers });
  return await prepare(scene).compute({ ...options, pool });
}

/** How many sample points a scene has. */
export function sceneShape({ lattice }: Scene): readonly [rows: number, columns: number] {
  const length = axisLength(lattice);
  return [length, length];
}

/** How many bytes a scene's counts take. Throws LimitError beyond 4 GiB. */
export function sceneBytes(scene: Scene): number {
  const [rows, columns] = sceneShape(scene);
  const bytes = rows * columns * countsType(scene.iterations).BYTES_PER_ELEMENT;
  if (bytes > largestField)
    throw new LimitError(`a field of ${rows} x ${columns} counts`, bytes, largestField);
  return bytes;
}

/** The largest typed array that every engine has. */
const largestField = 2 ** 32;

/** A scene compiled and with memory of its own, to be computed once or again and again into the same memory. */
export function prepare(given: Scene) {
  const scene = parseScene(given);
  const { c, iterations, escape } = scene;
  const [rows, columns] = sceneShape(scene);
  const bytes = sceneBytes(scene);
  const kernel: KernelJob = { step: quadratic, c, z0: 'p', iterations, escape };
  const axis = latticeAxis(scene.lattice);
  const zero = new Float64Array(rows).fill(-0);
  const points = { rowRe: axis, rowIm: zero, columnRe: zero, columnIm: axis };
  const job: RenderJob = { kernel, module: compileKernel(kernel, reachOf(points)), points };
  const shared = typeof SharedArrayBuffer === 'function';
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const counts = new (countsType(iterations))(buffer as ArrayBuffer);

  async function compute(options: ComputeOptions = {}): Promise<Rendering> {
    const { pool, slices = 2000, signal, onProgress } = options;
    const called = performance.now();
    const given = { slices, rows, columns, signal, onProgress };
    const work = pool ? await computeInPool(pool, given) : await computeHere(job, counts, given);
    const all = (performance.now() - called) / 1000;
    return { scene, rows, columns, counts, work: { slices, ...work, compute: all - work.start } };
  }

  async function computeInPool(pool: Pool, options: SliceOptions) {
    const { workers, timeline } = await pool.fill(worker.countSlice, counts, [job], options);
    return {
      shares: workers,
      start: timeline.reduce((least, { start }) => Math.min(least, start), Infinity),
    };
  }

  return { scene, rows, columns, counts, compute };
}

/** After this long this thread lets others have their turn: a signal, a progress bar. */
const turnMilliseconds = 30;

type SliceOptions = Pick<ComputeOptions, 'signal' | 'onProgress'> & {
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
};

async function computeHere(
  job: RenderJob,
  counts: Counts,
  { slices, rows, columns, signal, onProgress }: SliceOptions,
) {
  if (!Number.isSafeInteger(slices) || slices < 1)
    throw new RangeError(`slices ${slices}: must be a whole number from 1 on`);
  signal?.throwIfAborted();
  const start = performance.now();
  let turn = start;
  for (let index = 0; index < slices; index++) {
    const range = sliceRange(rows, slices, index);
    const slice = counts.subarray(range.start * columns, range.end * columns);
    if (range.start < range.end) countSlice(slice, range, job);
    if (performance.now() - turn < turnMilliseconds) continue;
    onProgress?.({ done: index + 1, slices });
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    turn = performance.now();
  }
  onProgress?.({ done: slices, slices });
  return { shares: [{ slices, rows, busy: (performance.now() - start) / 1000 }], start: 0 };
}
