// The pool's public surface: re-exports only.
export { isCancelled } from './current.js';
export { type Defined, define, isMainThread } from './define.js';
export {
  PoolClosedError,
  RemoteError,
  ResultTimeoutError,
  TaskCloneError,
  TaskError,
  TaskTimeoutError,
  WorkerExitError,
} from './errors.js';
export type { FillOptions, FillProgress, FillReport, SliceTime, WorkerShare } from './fill-report.js';
export type { ApplyOptions, ImapOptions, MapOptions, MapProgress, PoolOptions } from './options.js';
export { Pool } from './pool.js';
export type { ResourceLimits, TypedArray, WorkerLike } from './protocol.js';
export { AsyncResult, type ResultCallbacks } from './result.js';
export { serve } from './serve.js';
export { type SliceOrder, type SliceRange, sliceRange } from './slices.js';
export {
  amdahl,
  median,
  type SpeedUp,
  type SpeedUpSummary,
  serialPart,
  speedUps,
  summarizeSpeedUp,
} from './speed-up.js';
export type { PoolStats, Stretch, WorkerStats } from './stats.js';
export type { Items } from './stream.js';
export { partial, type Task, type Tasks, tasks } from './tasks.js';
