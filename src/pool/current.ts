// The pool's state in this thread: the functions that modules have defined, and what a task can query while it runs.
// worker.ts sets what concerns the running task.
import type { AnyFunction } from './tasks.js';

interface Current {
  cancelled: () => boolean;
  /** Address of the task's module that is being imported. */
  importing: string | undefined;
  /** Whether a pool started this thread or process. */
  isWorker: boolean;
  /** Whether the running code belongs to a task or an initializer; undefined where the platform cannot tell. */
  inTask: (() => boolean) | undefined;
  /** Functions passed to `define`, by module address and function name. */
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

/** The state of this thread, shared by all copies of this module: a worker's bundle contains its own copy. */
export const current: Current = thread[key];

/**
 * Whether the result of the task running in this worker is no longer wanted, because its call was aborted or its fill
 * has failed. A task that checks this now and then, and returns, saves its worker from being terminated.
 * False outside of tasks. Without shared memory, only tasks that await something see the change.
 */
export const isCancelled = (): boolean => current.cancelled();
