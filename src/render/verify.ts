// Verifies a field: recomputes random points with the oracle, kernel/reference.ts.
import { VerifyError } from '../errors.js';
import type { Field } from '../field/field.js';
import { type Pool, partial, tasks } from '../pool/index.js';
import { isExact } from './exact-job.js';
import { findWrong, type PointValues, placesWithin, type WrongValue } from './places.js';
import type { RenderJob } from './render-job.js';
import type { TraceSetup } from './task.js';
import { takeTurns } from './turns.js';

const worker = tasks<typeof import('./task.js')>(new URL('./task.js', import.meta.url));
const exactWorker = tasks<typeof import('./exact.js')>(new URL('./exact.js', import.meta.url));

/** The number of verified points, and the seed that selects the same ones again. */
export interface Verified {
  /** Number of recomputed points. */
  readonly points: number;
  /** From 0 to 2^32 - 1. */
  readonly seed: number;
}

/** How points are compared with the oracle. */
export interface VerifyOptions {
  /** The workers; by default this thread. */
  readonly pool?: Pool | undefined;
  /** From 0 to 2^32 - 1. Default: random. */
  readonly seed?: number | undefined;
  /** Aborts with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Points per task. */
const chunkLength = 64;

/** A random seed. */
export const anySeed = (): number => Math.floor(Math.random() * 2 ** 32);

/** The error of a wrong value among the points that a seed selects. */
export const verifyError = ({ row, column, counted, expected, of }: WrongValue, seed: number): VerifyError =>
  new VerifyError(row, column, counted, expected, seed, of);

/** Recomputes a random 1% of the points and their channels. Throws VerifyError for the first mismatch from the top. */
export async function verifyField(
  field: Field,
  job: RenderJob,
  setup: TraceSetup | undefined,
  { pool, seed = anySeed(), signal }: VerifyOptions = {},
): Promise<Verified> {
  const { length } = field.counts;
  const places = placesWithin(0, length, length, seed);
  const chunks = Array.from({ length: Math.ceil(places.length / chunkLength) }, (_, i) =>
    places.slice(i * chunkLength, (i + 1) * chunkLength),
  );
  const task = isExact(job)
    ? partial(exactWorker.exactReferencePoints, job)
    : partial(partial(worker.referencePoints, setup), job);
  const values = pool
    ? await pool.map(task, chunks, { signal })
    : await computeHere(chunks, job, setup, signal);
  for (const [i, chunk] of chunks.entries()) {
    const wrong = findWrong(chunk, values[i]!, field, 0);
    if (wrong) throw verifyError(wrong, seed);
  }
  return { points: places.length, seed };
}

async function computeHere(
  chunks: readonly number[][],
  job: RenderJob,
  setup: TraceSetup | undefined,
  signal: AbortSignal | undefined,
) {
  const values: PointValues[] = [];
  const compute = await referenceOf(job, setup);
  const turns = takeTurns(signal);
  for (const chunk of chunks) {
    values.push(compute(chunk));
    if (turns.isDue()) await turns.give();
  }
  return values;
}

async function referenceOf(
  job: RenderJob,
  setup: TraceSetup | undefined,
): Promise<(places: readonly number[]) => PointValues> {
  if (isExact(job)) {
    const { exactReferencePoints } = await import('./exact.js');
    return (places) => exactReferencePoints(places, job);
  }
  const { referencePoints } = await import('./task.js');
  return (places) => referencePoints(places, job, setup);
}
