// What this thread knows of the pool: the functions that modules have defined, and what a task may know of itself while
// it runs. The state of a worker is set by worker.ts; on a thread that is no worker it says nothing.
import type { AnyFunction } from './tasks.js';

interface Current {
  cancelled: () => boolean;
  /** Address of the task's module whose first lines run just now. */
  importing: string | undefined;
  /** Whether a pool started this thread, or process. */
  isWorker: boolean;
  /** Whether the code that runs is a task's or an initializer's; undefined where the platform cannot tell. */
  inTask: (() => boolean) | undefined;
  /** What modules gave to `define`, by their addresses and the functions' names. */
  readonly defined: Map<string, Map<string, AnyFunction>>;
}

const thread = globalThis as { [key: symbol]: Current | undefined };
const key = Symbol.for('mandoline.pool.current');
thread[key] ??= {
  cancelled: () => false,
  importing: undefined,
  isWorker: false,
  inTask: undefined,
  defined: new Map(),
};

/** The state of this thread: one for all copies of this module, because a worker's script brings one of its own. */
export const current: Current = thread[key];

/**
 * Whether the result of the task that runs in this worker is not wanted any more, because its call was aborted or
 * its fill has failed. A task that asks now and then, and returns, keeps its worker from being ended and replaced.
 * False outside of tasks. Where memory cannot be shared, an answer comes only to tasks that await something.
 */
export const isCancelled = (): boolean => current.cancelled();
