// What is in the queue, and taking slices out of it again.
import type { SliceJob } from './job.js';
import { jobsIn, openQueue, reasonOf, tellCancelled, workerNames } from './queue.js';
import type { Connection } from './redis.js';

export interface Status {
  readonly waiting: number;
  readonly active: number;
  /** Since the queue is there, by all workers. */
  readonly done: number;
  readonly failed: readonly { readonly index: number; readonly folder: string; readonly reason: string }[];
  /** The names of the workers that are connected. */
  readonly workers: readonly string[];
}

export async function statusOf(connection: Connection): Promise<Status> {
  const queue = openQueue(connection);
  try {
    const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
    const { meta } = await queue.getMetrics('completed', 0, 0);
    const failed: Status['failed'][number][] = [];
    for await (const { data, failedReason } of jobsIn(queue, ['failed']))
      failed.push({ index: data.index, folder: data.folder, reason: reasonOf(failedReason) });
    return { waiting, active, done: meta.count, failed, workers: await workerNames(queue) };
  } finally {
    await queue.close();
  }
}

/**
 * Takes out of the queue what waits or has failed: of the store of this token, or of all. Gives how many slices that
 * were. Those that are at work are finished.
 */
export async function cancel(connection: Connection, token: string | undefined): Promise<number> {
  const queue = openQueue(connection);
  try {
    // First, so that nobody who waits queues them again.
    await tellCancelled(connection, token);
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
