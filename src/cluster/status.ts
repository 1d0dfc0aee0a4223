// What is in the queues, and taking slices out of them again.
import { oneLine } from '../printable.js';
import {
  countsOf,
  jobsIn,
  openQueue,
  otherVersions,
  removeJob,
  removeOrphans,
  tellCancelled,
  workerNames,
} from './queue.js';
import type { Connection } from './redis.js';

/** A job that failed; a slice and its store's folder, or neither for what is not a slice's job. */
export interface FailedJob {
  readonly id: string;
  readonly index?: number;
  readonly folder?: string;
  readonly reason: string;
}

/** The queue of one version. */
export interface QueueStatus {
  /** The version. */
  readonly code: string;
  readonly waiting: number;
  readonly active: number;
  /** Since the queue is there, by all workers. */
  readonly done: number;
  readonly failed: readonly FailedJob[];
  /** The names of the workers that are connected. */
  readonly workers: readonly string[];
}

export interface Status extends QueueStatus {
  /** Those of other versions in which something is left, or for which somebody works. */
  readonly others: readonly QueueStatus[];
}

export async function statusOf(connection: Connection, code: string): Promise<Status> {
  const all = [];
  for (const each of [code, ...(await otherVersions(connection, code))])
    all.push(await queueStatus(connection, each));
  const [own, ...others] = all as [QueueStatus, ...QueueStatus[]];
  const isIdle = ({ waiting, active, failed, workers }: QueueStatus) =>
    waiting + active + failed.length + workers.length === 0;
  return { ...own, others: others.filter((each) => !isIdle(each)) };
}

async function queueStatus(connection: Connection, code: string): Promise<QueueStatus> {
  const queue = openQueue(connection, code);
  try {
    const { waiting, active } = await countsOf(queue);
    const { meta } = await queue.getMetrics('completed', 0, 0);
    const failed: FailedJob[] = [];
    for await (const { id, slice, reason } of jobsIn(queue, ['failed']))
      failed.push({
        id: oneLine(id),
        ...(slice && { index: slice.index, folder: oneLine(slice.folder, 4096) }),
        reason,
      });
    return { code, waiting, active, done: meta.count, failed, workers: await workerNames(queue) };
  } finally {
    await queue.close();
  }
}

/**
 * Takes out of the queues of all versions what waits or has failed: of the store of this token, or of all. Gives how many
 * slices that were. Those that are at work are finished.
 */
export async function cancel(
  connection: Connection,
  code: string,
  token: string | undefined,
): Promise<number> {
  let cancelled = 0;
  for (const each of [code, ...(await otherVersions(connection, code))])
    cancelled += await cancelIn(connection, each, token);
  return cancelled;
}

async function cancelIn(connection: Connection, code: string, token: string | undefined): Promise<number> {
  const queue = openQueue(connection, code);
  try {
    // First, so that nobody who waits queues them again.
    await tellCancelled(connection, code, token);
    let cancelled = 0;
    const found: string[] = [];
    for await (const { id, slice } of jobsIn(queue, ['waiting', 'delayed', 'failed']))
      if (token === undefined || slice?.token === token) found.push(id);
    // One that was taken meanwhile is locked, and is done.
    for (const id of found) if (await removeJob(queue, id)) cancelled++;
    const orphans = await removeOrphans(connection, queue);
    return cancelled + (token === undefined ? orphans : 0);
  } finally {
    await queue.close();
  }
}
