// What a task may know of itself while it runs. Set by worker.ts; on a thread that is no worker it says nothing.

/** The state of this thread. */
export const current = {
  cancelled: (): boolean => false,
  /** Address of the task's module whose first lines run just now. */
  importing: undefined as string | undefined,
};

/**
 * Whether the result of the task that runs in this worker is not wanted any more, because its call was aborted or
 * its fill has failed. A task that asks now and then, and returns, keeps its worker from being ended and replaced.
 * False outside of tasks. Where memory cannot be shared, an answer comes only to tasks that await something.
 */
export const isCancelled = (): boolean => current.cancelled();
