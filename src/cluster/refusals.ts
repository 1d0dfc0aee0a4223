// Handles slices that this worker cannot compute although others may: its machine lacks their store, or the store is
// not writable. They go to other workers, and fail once no connected worker can compute them. No worker stops because
// of them.
import { setTimeout } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { readRefusals, type SliceJob } from './job.js';
import { bullmq, type SliceTaken, workerName, workerNames } from './queue.js';

/** A worker refuses a store's slices at least this many times before one fails. */
const fewestTimes = 3;
/** A slice fails when this many workers have refused it, however many others there are. */
const mostWorkers = 10;
/**
 * The minimum pause of a worker after refusing a slice. The slice goes to the worker that has waited longest, so it
 * reaches every idle worker before it returns to this one.
 */
const restMilliseconds = 500;
/** The most stores and reasons remembered; more at once indicate abuse. */
const mostRemembered = 1000;

export interface Refuser {
  /** Returns a slice to the queue for others, or lets it fail. */
  refuse(taken: SliceTaken, token: string, store: string, reason: string): Promise<never>;
  /** A slice of this store was computed. */
  succeed(store: string): void;
}

/** Refuses slices of a queue until the signal; `say` is called once for each reason. */
export function makeRefuser(
  queue: Queue<SliceJob>,
  signal: AbortSignal,
  say: (line: string) => void,
): Refuser {
  const times = new Map<string, number>();
  const said = new Set<string>();

  async function refuse(taken: SliceTaken, token: string, store: string, reason: string): Promise<never> {
    const { UnrecoverableError, WaitingError } = bullmq();
    for (const memory of [times, said]) if (memory.size >= mostRemembered) memory.clear();
    if (!said.has(reason)) say(reason);
    said.add(reason);
    times.set(store, (times.get(store) ?? 0) + 1);
    const by = [...new Set([...readRefusals(taken.progress).by, workerName])];
    await taken.updateProgress({ by, reason });
    const others = (await workerNames(queue)).filter((name) => !by.includes(name));
    if (by.length >= mostWorkers || (others.length === 0 && times.get(store)! >= fewestTimes))
      throw new UnrecoverableError(
        `${reason} (${by.length === 1 ? 'its worker' : 'all workers'} refused it)`,
      );
    // Not as a delayed job: idle workers check those only once a second, and a worker that has paused would come first.
    await taken.moveToWait(token);
    const rest = restMilliseconds * (1 + Math.random());
    await setTimeout(rest, undefined, { signal }).catch(() => {});
    throw new WaitingError();
  }
  return { refuse, succeed: (store) => void times.delete(store) };
}
