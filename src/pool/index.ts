// The pool's public surface: re-exports only.
export {
  PoolClosedError,
  RemoteError,
  ResultTimeoutError,
  TaskCloneError,
  TaskError,
  TaskTimeoutError,
  WorkerExitError,
} from './errors.js';
export type { FillOptions, FillReport, SliceTime, WorkerShare } from './fill.js';
export type { Items } from './imap.js';
export {
  type ApplyOptions,
  type CallOptions,
  type ImapOptions,
  type MapOptions,
  Pool,
  type PoolOptions,
  type PoolStats,
} from './pool.js';
export type { ResourceLimits } from './protocol.js';
export { AsyncResult, type Callbacks } from './results.js';
export { type SliceRange, sliceRange } from './slices.js';
export { partial, type Task, type Tasks, tasks } from './tasks.js';
export { isCancelled } from './worker.js';
