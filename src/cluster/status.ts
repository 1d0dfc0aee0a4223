// Reports the state of the queues, and cancels slices.
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

/** A failed job, with its slice and its store's folder; with neither if it is not a slice's job. */
export interface FailedJob {
  readonly id: string;
  readonly index?: number;
  readonly folder?: string;
  readonly reason: string;
}

/** The state of one version's queue. */
export interface QueueStatus {
  /** The version. */
  readonly code: string;
  readonly waiting: number;
  readonly active: number;
  /** Slices completed by all workers since the queue was created. */
  readonly done: number;
  readonly failed: readonly FailedJob[];
  /** The names of the workers that are connected. */
  readonly workers: readonly string[];
}

export interface Status extends QueueStatus {
  /** The queues of other versions that have jobs or workers. */
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
 * Removes waiting and failed slices from the queues of all versions: those of the store with this token, or all.
 * Returns their number. Slices being computed are finished.
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
    // First, so that no waiting submitter queues them again.
    await tellCancelled(connection, code, token);
    let cancelled = 0;
    const found: string[] = [];
    for await (const { id, slice } of jobsIn(queue, ['waiting', 'delayed', 'failed']))
      if (token === undefined || slice?.token === token) found.push(id);
    // A slice taken meanwhile is locked, and is finished.
    for (const id of found) if (await removeJob(queue, id)) cancelled++;
    const orphans = await removeOrphans(connection, queue);
    return cancelled + (token === undefined ? orphans : 0);
  } finally {
    await queue.close();
  }
}
