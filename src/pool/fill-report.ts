// Options and results of a fill. The work is done in fill.ts.
import type { SliceOrder } from './slices.js';

/** How an array is filled. */
export interface FillOptions {
  /** Number of slices to cut the rows into; default 8 per worker. */
  readonly slices?: number | undefined;
  /** Order in which slices are begun; default: 0, 1, 2, … */
  readonly order?: SliceOrder | undefined;
  /** Number of rows of the row-major array; must divide its length. Default: every element is a row. */
  readonly rows?: number | undefined;
  /** Milliseconds that a slice may take; if exceeded, its worker is terminated and the fill rejects. */
  readonly timeout?: number | undefined;
  /** Aborts the fill: no more slices are begun, and workers still running after a grace period are terminated. */
  readonly signal?: AbortSignal | undefined;
  /** Called at intervals with the progress, and once all slices are done. An error that it throws aborts the fill. */
  readonly onProgress?: ((progress: FillProgress) => void) | undefined;
}

/** Progress of a fill. */
export interface FillProgress {
  /** Number of slices that are done. */
  readonly done: number;
  /** Total number of slices. */
  readonly slices: number;
  /** The slices that are done, by index. */
  timeline(): readonly SliceTime[];
}

/** Which worker did what in a fill. */
export interface FillReport {
  /** Whether workers wrote directly into the target; otherwise slices were copied to workers and back. */
  readonly shared: boolean;
  /** Number of slices. */
  readonly slices: number;
  /** One entry for each worker of the pool. */
  readonly workers: readonly (WorkerShare & {
    /** Index of the worker in the pool, from 0. */
    readonly worker: number;
  })[];
  /** One entry for each slice, by index. */
  readonly timeline: readonly SliceTime[];
}

/** One worker's share of a fill. */
export interface WorkerShare {
  /** Number of slices it filled. */
  readonly slices: number;
  /** Number of rows in those slices. */
  readonly rows: number;
  /** Seconds spent working. */
  readonly busy: number;
}

/** When a slice was filled, in seconds since the call of `fill`, and by which worker. */
export interface SliceTime {
  /** Index of the worker in the pool, from 0. */
  readonly worker: number;
  /** Index of the slice, from 0. */
  readonly slice: number;
  /** When the worker began it. */
  readonly start: number;
  /** When the worker finished it. */
  readonly end: number;
}
