// The reference of an exact picture, before its slices: one worker computes it for all, in memory that they share, or
// copied where none can be shared.
import type { ReferenceTables } from '../exact/tables.js';
import { type Pool, tasks } from '../pool/index.js';
import { cellParts, type ExactJob, isExact } from './exact-job.js';

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
