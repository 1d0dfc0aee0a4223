// Queues the slices that a store lacks, as the queue drains, and waits until all are stored. The store is
// authoritative: whenever events stop arriving, the queue is compared with it, and slices lost by Redis are queued
// again.
import { setFlagsFromString } from 'node:v8';
import type { QueueEvents } from 'bullmq';
import { ClusterError } from '../errors.js';
import { jobId, lostReason, readRefusals, reasonOf, type SliceJob } from './job.js';
import {
  addSlices,
  type CancelEvents,
  countsOf,
  jobsIn,
  lostOf,
  openEvents,
  openQueue,
  removeJob,
  workerNames,
} from './queue.js';
import type { Connection } from './redis.js';

/** The slices to submit. */
export interface Submission {
  /** The number of slices. */
  readonly slices: number;
  /** The version of the code to compute them. */
  readonly code: string;
  /** The store's token. */
  readonly token: string;
  /** A flag for each slice: 1 if it is in the store. */
  kept(): Uint8Array;
  /** A slice's job. */
  jobOf(index: number): SliceJob;
}

export interface SubmitOptions {
  /** Whether to wait until all slices are in the store, or only until all are queued. */
  readonly wait: boolean;
  readonly say: (line: string) => void;
  readonly onProgress?: ((progress: { readonly done: number; readonly slices: number }) => void) | undefined;
}

export interface Submitted {
  /** Slices in the store before. */
  readonly before: number;
  /** Slices in the store now, as far as was waited for. */
  readonly done: number;
  /** Slices queued again because their worker was gone, and because Redis had lost them. */
  readonly stalled: number;
  readonly lost: number;
  /** The slices that no worker could compute, and why. */
  readonly failed: ReadonlyMap<number, string>;
}

/** The most slices of a submission in the queue, and the most added at once. */
const most = 2000;
const batch = 500;
/**
 * Each slice leaves garbage. By default, V8 lets the heap double before collecting it, and enlarges the young
 * generation up to 48 MB. With these flags the heap grows by 20%, and the young generation keeps its size.
 */
const heapFlags = ['--heap-growing-percent=20', '--semi-space-growth-factor=1'];
/** After this long without news, the queue is compared with the store. */
const silentMilliseconds = 5000;
/** After this long without a completed slice, the reason is reported; then at the second interval. */
const sayMilliseconds = 10_000;
const sayAgainMilliseconds = 60_000;
const tickMilliseconds = 500;
/** The most reasons of workers reported; more indicate abuse. */
const mostHeard = 1000;
/** Passes in which the store may lack slices that workers reported: a network folder shows them with a delay. */
const patience = 5;

/** Queues the slices that the store lacks. Throws ClusterError if they are cancelled. */
export async function submit(
  connection: Connection,
  { slices, code, token, kept, jobOf }: Submission,
  { wait, say, onProgress }: SubmitOptions,
): Promise<Submitted> {
  for (const flag of heapFlags) setFlagsFromString(flag);
  const queue = openQueue(connection, code);
  const events = await openEvents(connection, code);
  let flags = kept();
  const before = sum(flags);
  let done = before;
  let [stalled, lost] = [0, 0];
  const failed = new Map<number, string>();
  /** Queued slices by job id. */
  const queued = new Map<string, number>();
  let cancelled = false;
  let news = performance.now();
  /** Whether to compare the queue with the store despite recent news. */
  let isDue = false;
  let wake = () => {};

  const end = (id: string): number | undefined => {
    const index = queued.get(id);
    if (index === undefined) return undefined;
    queued.delete(id);
    news = performance.now();
    if (queued.size === 0 || queued.size === most / 2) wake();
    return index;
  };
  function lookNow(): void {
    isDue = true;
    wake();
  }
  const isDone = (index: number) => {
    flags[index] = 1;
    done++;
    onProgress?.({ done, slices });
  };
  listen(events, {
    completed(id) {
      const index = end(id);
      if (index !== undefined) isDone(index);
    },
    failed(id, reason) {
      if (reason === lostReason && queued.has(id)) return lookNow();
      const index = end(id);
      if (index !== undefined) failed.set(index, reason);
    },
    stalled(id) {
      if (queued.has(id)) stalled++;
    },
    refused: say,
    cancelled(which) {
      if (which !== undefined && which !== token) return;
      cancelled = true;
      wake();
    },
  });
  connection.onReturn(lookNow);

  /** Compares the queued slices with the store and with Redis, and queues lost ones again. */
  async function compare(): Promise<void> {
    news = performance.now();
    isDue = false;
    // The queue first, then the store: a slice completed in between has left the queue, and is found in the store.
    const gone = await lostOf(connection, queue, [...queued.keys()]);
    flags = kept();
    for await (const { id, reason } of jobsIn(queue, ['failed'])) {
      const index = queued.get(id);
      if (index === undefined) continue;
      if (reason === lostReason) {
        await removeJob(queue, id);
        continue;
      }
      failed.set(index, reason);
      queued.delete(id);
    }
    for (const [id, index] of queued) if (flags[index]) queued.delete(id);
    const now = sum(flags);
    if (now !== done) onProgress?.({ done: now, slices });
    done = now;
    const missing = gone.flatMap((id) => queued.get(id) ?? []);
    lost += missing.length;
    await addSlices(connection, queue, missing.map(jobOf));
  }

  let quiet = { done, since: performance.now(), next: sayMilliseconds };
  /** Reports why no slice has been completed for a while. */
  async function explain(): Promise<void> {
    const now = performance.now();
    if (quiet.done !== done) quiet = { done, since: now, next: sayMilliseconds };
    if (now - quiet.since < quiet.next) return;
    quiet.next = now - quiet.since + sayAgainMilliseconds;
    const { waiting, active } = await countsOf(queue);
    const workers = (await workerNames(queue)).length;
    say(
      workers === 0
        ? `no worker of this version, ${code}, is running (waiting slices: ${waiting}); ` +
            'start "mandoline cluster work" on a machine with the store'
        : `no slice was completed for a while (workers: ${workers}, slices in progress: ${active}, waiting: ${waiting})`,
    );
  }

  try {
    // Slices that failed before are tried again.
    for await (const { id, slice, reason } of jobsIn(queue, ['failed']))
      if (slice?.token === token || reason === lostReason) await removeJob(queue, id);
    for (let passes = 0; passes < patience; ) {
      const had = done;
      for (let next = 0; ; ) {
        // Refills in batches, which cost less than single slices.
        const limit = queued.size <= most / 2 ? most : 0;
        while (next < slices && queued.size < limit) {
          const jobs: SliceJob[] = [];
          for (; next < slices && jobs.length < Math.min(batch, limit - queued.size); next++)
            if (!flags[next] && !failed.has(next)) jobs.push(jobOf(next));
          for (const job of jobs) queued.set(jobId(job), job.index);
          await addSlices(connection, queue, jobs);
        }
        if (next === slices && (queued.size === 0 || !wait)) break;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, tickMilliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        if (cancelled)
          throw new ClusterError(
            `cancelled; ${done} of ${slices} slices are in the store; run the same command to resume`,
          );
        if (isDue || performance.now() - news > silentMilliseconds) await compare();
        await explain();
      }
      if (!wait) break;
      flags = kept();
      done = sum(flags);
      if (done + failed.size >= slices) break;
      passes = done > had ? 1 : passes + 1;
    }
    return { before, done, stalled, lost, failed };
  } finally {
    await events.close();
    await queue.close();
  }
}

/** A submission's listeners for the queue; `refused` gets a line with the worker and the reason. */
interface Listeners {
  completed(id: string): void;
  failed(id: string, reason: string): void;
  stalled(id: string): void;
  refused(line: string): void;
  cancelled(token: string | undefined): void;
}

function listen(events: QueueEvents, { completed, failed, stalled, refused, cancelled }: Listeners): void {
  events.on('completed', ({ jobId }) => completed(jobId));
  events.on('failed', ({ jobId, failedReason }) => failed(jobId, reasonOf(failedReason)));
  events.on('stalled', ({ jobId }) => stalled(jobId));
  events.on<CancelEvents, 'cancelled'>('cancelled', ({ token }) => cancelled(token));
  const heard = new Set<string>();
  events.on('progress', ({ data }) => {
    const { by, reason } = readRefusals(data);
    const line = `worker ${by.at(-1)}: ${reason}`;
    if (by.length === 0 || heard.has(line) || heard.size === mostHeard) return;
    heard.add(line);
    refused(line);
  });
}

const sum = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);
