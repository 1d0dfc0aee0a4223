// What a fill is given, and what it tells of who did what. The work is fill.ts's.
import type { SliceOrder } from './slices.js';

/** How an array is filled. */
export interface FillOptions {
  /** Into how many slices the rows are cut; default 8 a worker. */
  readonly slices?: number | undefined;
  /** In which order slices are begun; default: 0, 1, 2, … */
  readonly order?: SliceOrder | undefined;
  /** How many rows the array has, row-major; must divide its length. Default: every element is a row. */
  readonly rows?: number | undefined;
  /** Milliseconds that a slice may take; where it takes longer, its worker is ended and the fill rejects. */
  readonly timeout?: number | undefined;
  /** Ends the fill: nothing more is begun, and what still runs after a moment is ended. */
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many slices are done, and at last that all are. What it throws ends the fill. */
  readonly onProgress?: ((progress: FillProgress) => void) | undefined;
}

/** How far a fill has come. */
export interface FillProgress {
  /** How many slices are done. */
  readonly done: number;
  /** How many there are. */
  readonly slices: number;
  /** For each slice that is done, in their order. */
  timeline(): readonly SliceTime[];
}

/** Who did what in a fill. */
export interface FillReport {
  /** Whether workers wrote straight into the target; otherwise slices were copied there and back. */
  readonly shared: boolean;
  /** Into how many slices the rows were cut. */
  readonly slices: number;
  /** For each worker of the pool. */
  readonly workers: readonly (WorkerShare & {
    /** Its number in the pool, from 0. */
    readonly worker: number;
  })[];
  /** For each slice, in their order. */
  readonly timeline: readonly SliceTime[];
}

/** What one worker did of a fill. */
export interface WorkerShare {
  /** How many slices it filled. */
  readonly slices: number;
  /** How many rows those have. */
  readonly rows: number;
  /** Seconds at work. */
  readonly busy: number;
}

/** When a slice was filled, in seconds since the fill was called, and by whom. */
export interface SliceTime {
  /** The worker's number in the pool, from 0. */
  readonly worker: number;
  /** The slice's number, from 0. */
  readonly slice: number;
  /** When it was begun. */
  readonly start: number;
  /** When it was done. */
  readonly end: number;
}
