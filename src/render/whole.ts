// A field in one memory, computed slice by slice by the workers of a pool, or by this thread, once or repeatedly.
import type { ChannelName, Field } from '../field/field.js';
import { countsType, type Exact } from '../kernel/kernel.js';
import {
  type Pool,
  type SliceOrder,
  type SliceRange,
  type SliceTime,
  sliceRange,
  tasks,
  type WorkerShare,
} from '../pool/index.js';
import { orderedSlices } from '../pool/slices.js';
import type { Scene } from '../scene/scene.js';
import { sharedMemory } from '../shared-memory.js';
import { channelArrays } from './channel-types.js';
import { type ExactJob, type ExactSummary, isExact, reportOf, sharedSums, summaryOf } from './exact-job.js';
import { countsBytes, defaultSlices, sceneShape } from './job.js';
import { withReference } from './reference.js';
import { type DoubleJob, iterationsOf, type RenderJob, shapeOf } from './render-job.js';
import type { TraceSetup } from './task.js';
import { takeTurns } from './turns.js';
import { type Verified, type VerifyOptions, verifyField } from './verify.js';

const worker = tasks<typeof import('./task.js')>(new URL('./task.js', import.meta.url));
const exactWorker = tasks<typeof import('./exact.js')>(new URL('./exact.js', import.meta.url));

/** How a field is computed. */
export interface ComputeOptions {
  /** The workers; by default this thread. */
  readonly pool?: Pool | undefined;
  /** Number of slices, at least 1. Default: of 64 rows, or 4 for each worker. */
  readonly slices?: number | undefined;
  /** Order in which slices start. Default: from the first row to the last. */
  readonly order?: SliceOrder | undefined;
  /** How points are counted; the counts are the same. Default: `enclosures`. */
  readonly exact?: Exact | undefined;
  /** Whether to compare a random 1% of the points with the oracle afterwards, and with which seed. */
  readonly verify?: boolean | Pick<VerifyOptions, 'seed'> | undefined;
  /** Aborts with the signal's reason; finished slices remain. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of finished slices, and once when all are finished. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told now and then, before there are slices, which part of an exact picture's reference is there, from 0 to 1. */
  readonly onReference?: ((part: number) => void) | undefined;
}

/** The progress of a computation. */
export interface Progress {
  /** Number of finished slices. */
  readonly done: number;
  /** How many there are. */
  readonly slices: number;
  /** Which worker took which finished slice, and when, if a pool fills the field. */
  readonly timeline?: (() => readonly SliceTime[]) | undefined;
}

/** The work of each worker, and times in seconds. */
export interface Work {
  /** Number of slices. */
  readonly slices: number;
  /** For each worker; one share where this thread did all. */
  readonly shares: readonly WorkerShare[];
  /** Start-up: from the call to the first slice. */
  readonly start: number;
  /** From the first slice to the last. */
  readonly compute: number;
  /** Which worker took which slice, and when, in seconds from the call, if a pool filled the field. */
  readonly timeline?: (() => readonly SliceTime[]) | undefined;
}

/** The result of a computation besides the field's numbers. */
export interface Computed {
  /** The work of each worker, and times. */
  readonly work: Work;
  /** The points that were verified, if requested. */
  readonly verified?: Verified | undefined;
  /** How exact arithmetic settled the points; absent where a page's memory cannot be shared. */
  readonly exact?: ExactSummary | undefined;
}

/** Memory for the counts of all of a scene's sample points, and for these channels. Throws LimitError. */
export const emptyField = (scene: Scene, wanted: readonly ChannelName[]): Field =>
  fieldMemory(sceneShape(scene), scene.iterations, wanted);

function fieldMemory(
  [rows, columns]: readonly [number, number],
  iterations: number,
  wanted: readonly ChannelName[],
): Field {
  const counts = new (countsType(iterations))(sharedMemory(countsBytes([rows, columns], iterations)));
  const channels = channelArrays(wanted, rows * columns);
  return { rows, columns, counts, ...(wanted.length > 0 && { channels }) };
}

/**
 * Memory for all sample points of a job, and what fills it: counts and, if orbits are traced, channels. Throws LimitError
 * for an array of more than 4 GiB.
 */
export function wholeField(job: RenderJob, setup?: TraceSetup, wanted: readonly ChannelName[] = []) {
  const field = fieldMemory(shapeOf(job), iterationsOf(job), setup ? wanted : []);
  const { rows, counts, channels } = field;
  /** With its reference, once that is there. */
  let ready = job;

  async function compute(options: ComputeOptions = {}): Promise<Computed> {
    const { pool, slices = defaultSlices(rows, pool?.workers ?? 0), exact = 'enclosures' } = options;
    const { order, verify, signal, onProgress, onReference } = options;
    const called = performance.now();
    ready = await withReference(ready, { pool, signal, onReference });
    const sums = isExact(ready) ? sharedSums() : undefined;
    const each = { slices, order, rows, signal, onProgress };
    const isShared = !(counts.buffer instanceof ArrayBuffer);
    // Loaded where it is wanted: a page leaves it to its workers.
    const exactly = async (job: ExactJob) => {
      if (pool) return inPool(pool.fill(exactWorker.fillExactSlice, counts, [job], each));
      const { fillExactSlice } = await import('./exact.js');
      return inThisThread(counts, (slice, range) => fillExactSlice(slice, range, job), each);
    };
    const inDoubles = async (job: DoubleJob) => {
      if (pool && setup && !isShared) return packedInPool(pool, field, job, exact, setup, each);
      if (pool) return inPool(pool.fill(worker.fillSlice, counts, [job, exact, setup, channels], each));
      const { fillSlice } = await import('./task.js');
      const fill = (slice: Field['counts'], range: SliceRange) =>
        fillSlice(slice, range, job, exact, setup, channels);
      return inThisThread(counts, fill, each);
    };
    const work = await (isExact(ready) ? exactly({ ...ready, ...(sums && { sums }) }) : inDoubles(ready));
    const all = (performance.now() - called) / 1000;
    const given = typeof verify === 'object' ? verify : {};
    const verified = verify ? await verifyField(field, job, setup, { pool, signal, ...given }) : undefined;
    return {
      work: { slices, ...work, compute: all - work.start },
      ...(verified && { verified }),
      ...(sums && isExact(ready) && { exact: summaryOf(ready, reportOf(sums)) }),
    };
  }

  return { field, compute };
}

type SliceOptions = Pick<ComputeOptions, 'order' | 'signal' | 'onProgress'> & {
  readonly slices: number;
  readonly rows: number;
};

async function inPool(fill: ReturnType<Pool['fill']>) {
  const report = await fill;
  return {
    shares: report.workers,
    start: report.timeline.reduce((least, { start }) => Math.min(least, start), Infinity),
    timeline: () => report.timeline,
  };
}

/** Fills a field that is not shared memory: a pool copies slices of one array, so that has the counts and the channels. */
async function packedInPool(
  pool: Pool,
  { rows, columns, counts, channels = {} }: Field,
  job: DoubleJob,
  exact: Exact,
  setup: TraceSetup,
  each: SliceOptions,
) {
  const names = Object.keys(channels) as ChannelName[];
  const arrays = [counts, ...Object.values(channels)] as Field['counts'][];
  const rowBytes = arrays.reduce((sum, { BYTES_PER_ELEMENT }) => sum + columns * BYTES_PER_ELEMENT, 0);
  const packed = new Uint8Array(rows * rowBytes);
  const work = await inPool(pool.fill(worker.packSlice, packed, [job, exact, setup, names], each));
  for (let i = 0; i < each.slices; i++) {
    const { start, end } = sliceRange(rows, each.slices, i);
    let at = start * rowBytes;
    for (const { buffer, byteOffset, BYTES_PER_ELEMENT } of arrays) {
      const [from, length] = [start, end - start].map((n) => n * columns * BYTES_PER_ELEMENT) as [
        number,
        number,
      ];
      new Uint8Array(buffer, byteOffset + from, length).set(packed.subarray(at, at + length));
      at += length;
    }
  }
  return work;
}

async function inThisThread<T extends { subarray(start: number, end: number): T; readonly length: number }>(
  target: T,
  work: (slice: T, range: SliceRange) => void,
  { slices, order, rows, signal, onProgress }: SliceOptions,
) {
  if (!Number.isSafeInteger(slices) || slices < 1)
    throw new RangeError(`slices ${slices}: must be a whole number from 1 on`);
  const numbers = orderedSlices(slices, order);
  const columns = target.length / rows;
  const turns = takeTurns(signal);
  const start = performance.now();
  for (let next = 0; next < slices; next++) {
    const range = sliceRange(rows, slices, numbers?.[next] ?? next);
    if (range.start < range.end) work(target.subarray(range.start * columns, range.end * columns), range);
    if (!turns.isDue()) continue;
    onProgress?.({ done: next + 1, slices });
    await turns.give();
  }
  onProgress?.({ done: slices, slices });
  return { shares: [{ slices, rows, busy: (performance.now() - start) / 1000 }], start: 0 };
}
