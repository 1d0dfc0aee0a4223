// A cluster's worker: takes slices from the queue and computes them in its own pool, so that this thread stays free to
// renew their locks. A slice is acknowledged only when it is in the store.
import { resolve } from 'node:path';
import type { Worker } from 'bullmq';
import { ClusterError } from '../errors.js';
import { Pool, PoolClosedError, TaskTimeoutError, tasks } from '../pool/index.js';
import type { Band } from '../render/band.js';
import { checkJob, lostReason, RefusedError, type SliceJob, tries } from './job.js';
import { readProbe } from './probe.js';
import { bullmq, openQueue, openWorker, type SliceTaken, type SliceWorker } from './queue.js';
import type { Connection } from './redis.js';
import { refusalOf } from './redis-errors.js';
import { makeRefuser } from './refusals.js';

const { computeSlice } = tasks<typeof import('./slice.js')>(new URL('./slice.js', import.meta.url));

/** The time that running slices have to finish when the worker stops; then they are handed back. */
const graceMilliseconds = 5000;
/** The pause of a worker after a temporary server error. */
const retryMilliseconds = 1000;
/** The time limit for handing slices back, in case Redis is away. */
const handBackMilliseconds = 2000;
/**
 * If slices take less than this, one more is taken than there are threads, so that no thread waits for the queue. For
 * longer slices that gains nothing, and would keep a slice that another worker could compute.
 */
const shortMilliseconds = 20;

export interface WorkOptions {
  readonly code: string;
  /** Number of threads, and of slices at once. */
  readonly workers: number;
  /** Time limit of a slice in seconds. */
  readonly timeLimit: number;
  /** The path, on this machine, of the only store to work for; undefined: each slice's store. */
  readonly store?: string | undefined;
  /** Stops the worker: running slices are finished or handed back. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The number of slices that a worker has completed, by origin. */
export type Done = Record<Band['origin'], number>;

/**
 * Works until the signal, then finishes its slices or hands them back. Throws ClusterError if the server prevents the
 * work.
 */
export async function work(connection: Connection, options: WorkOptions): Promise<Done> {
  const { code, workers, timeLimit, signal, say } = options;
  const { UnrecoverableError, WaitingError } = bullmq();
  const pool = new Pool({ workers, retries: 0 });
  const queue = openQueue(connection, code);
  const refuser = makeRefuser(queue, signal, say);
  const done: Done = { computed: 0, kept: 0, mended: 0 };
  let stop: (reason?: ClusterError) => void = () => {};
  const stopped = new Promise<ClusterError | undefined>((resolve) => {
    stop = resolve;
  });
  signal.addEventListener('abort', () => stop());
  if (signal.aborted) stop();

  /** Returns a slice to the queue, for another worker or for this one when restarted. */
  async function handBack(taken: SliceTaken, token: string): Promise<never> {
    await taken.moveToWait(token);
    throw new WaitingError();
  }

  const underWay = new Set<Promise<unknown>>();
  let isShort = false;
  /** Whether a slice runs alone, for its last try: when a worker dies, all of its slices are suspects. */
  let isAlone = false;
  const limit = () => {
    worker.concurrency = isAlone ? 1 : workers + (isShort ? 1 : 0);
  };

  async function compute({ scene, channels, slices, index }: SliceJob, folder: string): Promise<void> {
    const begun = performance.now();
    const slice = pool.apply(computeSlice, [{ scene, channels, slices, index, folder }], {
      timeout: 1000 * timeLimit,
    });
    underWay.add(slice);
    try {
      done[await slice]++;
      isShort = performance.now() - begun < shortMilliseconds;
    } finally {
      underWay.delete(slice);
      limit();
    }
  }
  async function computeAlone(job: SliceJob, folder: string): Promise<void> {
    isAlone = true;
    limit();
    await Promise.allSettled(underWay);
    try {
      await compute(job, folder);
    } finally {
      isAlone = false;
      limit();
    }
  }

  async function take(taken: SliceTaken, token: string): Promise<void> {
    if (signal.aborted || isAlone) return handBack(taken, token);
    let job: SliceJob;
    try {
      job = checkJob(taken.id, taken.data, code);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      say(`refused a job: ${error.message}`);
      const reason = `refused: ${error.message}`;
      // Only its id was left, and its submitter queues the slice again, so the job is removed completely.
      if (reason === lostReason) taken.opts.removeOnFail = true;
      throw new UnrecoverableError(reason);
    }
    const folder = options.store === undefined ? job.folder : resolve(options.store);
    const store = `${job.token} ${folder}`;
    const reason = otherStore(job, folder);
    if (reason !== undefined) return refuser.refuse(taken, token, store, reason);
    try {
      await (taken.stalledCounter < tries - 1 ? compute : computeAlone)(job, folder);
      refuser.succeed(store);
    } catch (error) {
      if (error instanceof PoolClosedError) return handBack(taken, token);
      const { name, message } = error as Error;
      if (name === 'StoreError') return refuser.refuse(taken, token, store, message);
      say(`slice ${job.index} failed: ${message}`);
      if (error instanceof TaskTimeoutError)
        throw new UnrecoverableError(
          `it took longer than ${timeLimit} s; give more slices, or raise --time-limit`,
        );
      throw error;
    }
  }

  const worker = openWorker(connection, code, workers, take);
  hearRefusals(worker, connection, say, stop);
  worker.run().catch((error) => stop(new ClusterError(`the queue: ${error.message}`)));
  const reason = await stopped;
  await finish(worker, pool, underWay);
  if (reason) throw reason;
  return done;
}

/** Stops the worker on a permanent server error; on a temporary one, pauses it and reports the error once. */
function hearRefusals(
  worker: Worker,
  { address }: Connection,
  say: (line: string) => void,
  stop: (reason: ClusterError) => void,
): void {
  let said = '';
  worker.on('error', (error) => {
    const refusal = refusalOf(address.shown, error);
    if (!refusal) return;
    if (!refusal.isPassing) return stop(refusal);
    if (refusal.message !== said) say(refusal.message);
    said = refusal.message;
    if (worker.isPaused()) return;
    // Otherwise it would retry at once, endlessly.
    void worker.pause(true);
    setTimeout(() => void worker.resume(), retryMilliseconds);
  });
  worker.on('completed', () => {
    said = '';
  });
}

function otherStore({ folder: theirs, token }: SliceJob, folder: string): string | undefined {
  const found = readProbe(folder);
  if (found === token) return undefined;
  const what =
    found === undefined ? 'does not exist on this machine' : 'is not the same store on this machine';
  const where = folder === theirs ? folder : `${folder} for ${theirs}`;
  return (
    `${where}: ${what}; share the store of the queued slices, give its folder here by --store, ` +
    'or "mandoline cluster cancel" them'
  );
}

/** Gives running slices some time, then terminates the pool, which hands them back. */
async function finish(
  worker: SliceWorker,
  pool: Pool,
  underWay: ReadonlySet<Promise<unknown>>,
): Promise<void> {
  const closed = worker.close();
  await within(graceMilliseconds, Promise.allSettled(underWay));
  pool.terminate();
  // If Redis is away, nothing can be handed back: others detect the expired locks.
  if (!(await within(handBackMilliseconds, closed))) worker.abandon();
}

/** Whether work settles within some milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
