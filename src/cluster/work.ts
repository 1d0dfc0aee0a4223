// A cluster's worker: takes slices out of the queue and has them computed by a pool of its own, so that this thread stays
// free to say that it is at them. A slice is acknowledged when it is in the store, and not before.
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

/** So long the slices under way may take when the worker is to end; then they are handed back. */
const graceMilliseconds = 5000;
/** How long a worker rests after the server refused something that may pass. */
const retryMilliseconds = 1000;
/** So long handing them back may take, where Redis is away. */
const handBackMilliseconds = 2000;
/**
 * Where slices take less, one more is taken than there are threads, so that none waits for the queue. Where they take
 * longer that gains nothing, and a slice that one worker has and does not begin is one that another cannot do.
 */
const shortMilliseconds = 20;

export interface WorkOptions {
  readonly code: string;
  /** Threads, and slices at once. */
  readonly workers: number;
  /** Seconds that a slice may take. */
  readonly timeLimit: number;
  /** The only store that is worked for, where it is for this machine. Without: that of each slice. */
  readonly store?: string | undefined;
  /** Ends the work: slices that are under way are finished or handed back. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** How many slices a worker has done, and in which way. */
export type Done = Record<Band['origin'], number>;

/**
 * Works until the signal, then finishes its slices or hands them back. Throws ClusterError where the server does not let
 * it work.
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

  /** For another worker, or for this one when it is started again. */
  async function handBack(taken: SliceTaken, token: string): Promise<never> {
    await taken.moveToWait(token);
    throw new WaitingError();
  }

  const underWay = new Set<Promise<unknown>>();
  let isShort = false;
  /** Whether a slice is tried for the last time, alone: where a worker ended, all of its slices are suspected. */
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
      // Only its id was left, and whoever waits for its slice queues it again: nothing of it stays behind.
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

/** Ends the work where the server refuses what it needs, or lets it rest where that may pass, which it says once. */
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
    // Without that it would ask again at once, without end.
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
  const what = found === undefined ? 'is not there on this machine' : 'is not the same store on this machine';
  const where = folder === theirs ? folder : `${folder} for ${theirs}`;
  return (
    `${where}: ${what}; share the store of the queued slices, give its folder here by --store, ` +
    'or "mandoline cluster cancel" them'
  );
}

/** Lets slices end for a while, then takes them from the pool, which hands them back. */
async function finish(
  worker: SliceWorker,
  pool: Pool,
  underWay: ReadonlySet<Promise<unknown>>,
): Promise<void> {
  const closed = worker.close();
  await within(graceMilliseconds, Promise.allSettled(underWay));
  pool.terminate();
  // Where Redis is away, nothing can be handed back: others find it to be abandoned.
  if (!(await within(handBackMilliseconds, closed))) worker.abandon();
}

/** Whether something ends within some milliseconds. */
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
