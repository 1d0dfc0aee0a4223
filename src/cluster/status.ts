// What is in the queues, and taking slices out of them again.
import type { SliceJob } from './job.js';
import { jobsIn, openQueue, otherVersions, reasonOf, tellCancelled, workerNames } from './queue.js';
import type { Connection } from './redis.js';

/** The queue of one version. */
export interface QueueStatus {
  /** The version. */
  readonly code: string;
  readonly waiting: number;
  readonly active: number;
  /** Since the queue is there, by all workers. */
  readonly done: number;
  readonly failed: readonly { readonly index: number; readonly folder: string; readonly reason: string }[];
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
    const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
    const { meta } = await queue.getMetrics('completed', 0, 0);
    const failed: QueueStatus['failed'][number][] = [];
    for await (const { data, failedReason } of jobsIn(queue, ['failed']))
      failed.push({ index: data.index, folder: data.folder, reason: reasonOf(failedReason) });
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
    const isMeant = (data: SliceJob) => token === undefined || data.token === token;
    const found = [];
    for await (const job of jobsIn(queue, ['waiting', 'delayed', 'failed']))
      if (isMeant(job.data)) found.push(job);
    for (const job of found) {
      // One that was taken meanwhile is locked, and is done.
      const isRemoved = await job.remove().then(
        () => true,
        () => false,
      );
      if (isRemoved) cancelled++;
    }
    return cancelled;
  } finally {
    await queue.close();
  }
}
