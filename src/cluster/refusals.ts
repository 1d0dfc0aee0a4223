// What a worker does with slices that it cannot compute although others may: its machine lacks their store, or the store
// cannot be written to. They go to other workers, and fail once no worker that is there can do them. No worker ends for
// them.
import { setTimeout } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { readRefusals, type SliceJob } from './job.js';
import { bullmq, type SliceTaken, workerName, workerNames } from './queue.js';

/** A store's slices are refused at least so many times by a worker before one fails. */
const fewestTimes = 3;
/** A slice fails when so many workers have refused it, however many others there are. */
const mostWorkers = 10;
/**
 * How long a worker takes nothing after it refused a slice, at least. The slice goes to whoever has waited longest for
 * one, so that it comes to every idle worker before it comes to this one again.
 */
const restMilliseconds = 500;
/** Stores and reasons that are remembered; more of them at once are somebody's mischief. */
const mostRemembered = 1000;

export interface Refuser {
  /** Leaves a slice to others, or lets it fail. */
  refuse(taken: SliceTaken, token: string, store: string, reason: string): Promise<never>;
  /** A slice of this store was done. */
  succeed(store: string): void;
}

/** Refuses slices of a queue until the signal; `say` is told each reason once. */
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
    // Not as a delayed job: idle workers look for those but once a second, and one that has rested would always be first.
    await taken.moveToWait(token);
    const rest = restMilliseconds * (1 + Math.random());
    await setTimeout(rest, undefined, { signal }).catch(() => {});
    throw new WaitingError();
  }
  return { refuse, succeed: (store) => void times.delete(store) };
}
