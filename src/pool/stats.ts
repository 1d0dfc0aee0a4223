// Statistics of a pool's workers: recorded as the work happens, cheap enough to be always on.

/** Work done by one worker of the pool; a replaced worker and its successors count as one. */
export interface WorkerStats {
  /** Index of the worker in the pool, from 0. */
  readonly worker: number;
  /** Task calls that succeeded, excluding slices. */
  readonly tasks: number;
  /** Number of slices it filled. */
  readonly slices: number;
  /** Seconds spent working. */
  readonly busy: number;
  /** How many times it was replaced. */
  readonly restarts: number;
}

/** A period of work: a chunk of calls, or a slice. */
export interface Stretch {
  /** Index of the worker in the pool, from 0. */
  readonly worker: number;
  /** What it worked on. */
  readonly kind: 'chunk' | 'slice';
  /** Index of the chunk's first item in its call, or of the slice in its fill. */
  readonly first: number;
  /** In seconds since the pool was made. */
  readonly start: number;
  /** In seconds since the pool was made. */
  readonly end: number;
}

/** Work done by a pool, and jobs still waiting. */
export interface PoolStats {
  /** One entry for each worker. */
  readonly workers: readonly WorkerStats[];
  /** Number of jobs (chunks of calls, or shares of a fill) not sent to a worker yet. */
  readonly queued: number;
  /** Number of jobs at workers. */
  readonly running: number;
  /** Number of fills. */
  readonly fills: {
    /** Written directly into shared memory. */
    readonly shared: number;
    /** With slices copied to workers and back. */
    readonly copied: number;
  };
  /** Number of errors thrown in workers outside of any task. */
  readonly strayErrors: number;
  /** The last 4096 periods of work, in the order in which the pool recorded them. */
  readonly timeline: readonly Stretch[];
}

const timelineLength = 4096;
const columns = 5;

export class Ledger {
  strayErrors = 0;
  readonly fills = { shared: 0, copied: 0 };
  private readonly workers: { tasks: number; slices: number; busy: number; restarts: number }[];
  /** Ring buffer with rows of worker, 0 for a chunk or 1 for a slice, first, start, end. Allocated on demand. */
  private stretches: Float64Array | undefined;
  private recorded = 0;

  constructor(
    size: number,
    /** When the pool was made, in milliseconds since 1970. */
    private readonly epoch: number,
  ) {
    this.workers = Array.from({ length: size }, () => ({ tasks: 0, slices: 0, busy: 0, restarts: 0 }));
  }

  restarted(worker: number): void {
    this.workers[worker]!.restarts++;
  }

  /** `begun` is in milliseconds since 1970. */
  chunk(worker: number, first: number, calls: number, begun: number, milliseconds: number): void {
    this.workers[worker]!.tasks += calls;
    this.add(worker, 0, first, begun, milliseconds);
  }

  slice(worker: number, index: number, begun: number, milliseconds: number): void {
    this.workers[worker]!.slices++;
    this.add(worker, 1, index, begun, milliseconds);
  }

  private add(worker: number, kind: number, first: number, begun: number, milliseconds: number): void {
    this.workers[worker]!.busy += milliseconds / 1000;
    this.stretches ??= new Float64Array(columns * timelineLength);
    const at = columns * (this.recorded++ % timelineLength);
    this.stretches[at] = worker;
    this.stretches[at + 1] = kind;
    this.stretches[at + 2] = first;
    this.stretches[at + 3] = begun;
    this.stretches[at + 4] = begun + milliseconds;
  }

  stats(lengths: { readonly queued: number; readonly running: number }): PoolStats {
    const length = Math.min(this.recorded, timelineLength);
    const seconds = (milliseconds: number) => (milliseconds - this.epoch) / 1000;
    const timeline = Array.from({ length }, (_, i): Stretch => {
      const at = columns * ((this.recorded - length + i) % timelineLength);
      const [worker, kind, first, start, end] = this.stretches!.subarray(at, at + columns);
      return {
        worker: worker!,
        kind: kind === 0 ? 'chunk' : 'slice',
        first: first!,
        start: seconds(start!),
        end: seconds(end!),
      };
    });
    return {
      workers: this.workers.map((counts, worker) => ({ worker, ...counts })),
      ...lengths,
      fills: { ...this.fills },
      strayErrors: this.strayErrors,
      timeline,
    };
  }
}
