// The pool's public surface: re-exports only.
export { PoolClosedError, RemoteError, TaskCloneError, TaskError, WorkerExitError } from './errors.js';
export type { FillOptions, FillReport, SliceTime, WorkerShare } from './fill.js';
export { type ImapOptions, type MapOptions, Pool, type PoolOptions } from './pool.js';
export { type SliceRange, sliceRange } from './slices.js';
export { partial, type Task, type Tasks, tasks } from './tasks.js';
