// The reference of an exact picture, before its slices: what it will cost, and how one worker computes it for all, in
// memory that they share, or copied where none can be shared.
import { memoryNeeded, mostSteps, type ReferenceTables } from '../exact/count.js';
import { readView, spacingExponent } from '../exact/view.js';
import { type Pool, tasks } from '../pool/index.js';
import type { Scene } from '../scene/scene.js';
import { cellParts, type ExactJob, exactView, isExact } from './exact-job.js';

const worker = tasks<typeof import('./exact.js')>(new URL('./exact.js', import.meta.url));

export interface ReferenceOptions {
  /** The workers; without, this thread does it. */
  readonly pool?: Pool | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then which part of the reference and its tables is there, from 0 to 1. */
  readonly onReference?: ((part: number) => void) | undefined;
}

/** How often whoever waits is told. */
const tellMilliseconds = 100;

/** The job with the reference that all of its slices need, which one worker computes. */
export async function withReference<J extends object>(
  job: J | ExactJob,
  { pool, signal, onReference }: ReferenceOptions,
): Promise<J | ExactJob> {
  if (!isExact(job) || job.tables) return job;
  const { view } = job;
  const begun = performance.now();
  const made = (tables: ReferenceTables): ExactJob => {
    onReference?.(1);
    return { view, tables, seconds: (performance.now() - begun) / 1000 };
  };
  if (!pool) {
    const onProgress = onReference && ((done: number, total: number) => onReference(done / total));
    // Loaded where it is wanted: a page leaves it to its workers.
    const { prepareReference } = await import('../exact/count.js');
    return made(await prepareReference(view, { signal, onProgress }));
  }
  const isShared = typeof SharedArrayBuffer === 'function';
  const cell = onReference && isShared ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
  const timer = cell && setInterval(() => onReference!(Atomics.load(cell, 0) / cellParts), tellMilliseconds);
  try {
    return made(await pool.apply(worker.makeReference, [view, cell], { signal }));
  } finally {
    clearInterval(timer);
  }
}

/** So long it is measured how long an exact picture takes. */
const estimateMilliseconds = 100;

/** How many seconds the slices of an exact picture will take, about. */
export async function estimatedSeconds(
  job: ExactJob,
  { pool, signal }: Pick<ReferenceOptions, 'pool' | 'signal'>,
): Promise<number> {
  const each = pool
    ? await pool.apply(worker.exactMilliseconds, [job, estimateMilliseconds], { signal })
    : await (await import('./exact.js')).exactMilliseconds(job, estimateMilliseconds);
  return (each * job.view.rows * job.view.columns) / 1000 / Math.max(1, pool?.workers ?? 1);
}

/** What is expected of an exact picture before it is computed. */
export interface ReferenceCost {
  /** Bits of the reference orbit, and its steps at most. */
  readonly bits: number;
  readonly steps: number;
  /** How long it takes at most, on a core of 2020. */
  readonly seconds: number;
  /** Bytes of the reference and its tables, for one thread. */
  readonly bytes: number;
}

/** What a scene's reference costs; undefined for a scene that doubles count. */
export function referenceCost(scene: Scene): ReferenceCost | undefined {
  if (scene.arithmetic !== 'exact') return undefined;
  const view = exactView(scene);
  const bits = 90 - spacingExponent(readView(view));
  const steps = Math.min(view.iterations, mostSteps);
  // Measured with BigInt: 0.3 us a step of 128 bits, 1.8 of 1024, 17 of 4096, 176 of 16384.
  const step = 1e-7 + 1.7e-4 * (bits / 16384) ** 1.6;
  return { bits, steps, seconds: steps * step, bytes: memoryNeeded(view) };
}
