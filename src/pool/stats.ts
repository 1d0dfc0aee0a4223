// What the workers of a pool have done so far: counted as it happens, cheap enough to be always on.

/** What one worker of the pool has done; a worker that was replaced and its successors count as one. */
export interface WorkerStats {
  /** Its number in the pool, from 0. */
  readonly worker: number;
  /** Calls of tasks that have ended well, slices apart. */
  readonly tasks: number;
  /** Slices that it filled. */
  readonly slices: number;
  /** Seconds at work. */
  readonly busy: number;
  /** How many times another took its place. */
  readonly restarts: number;
}

/** A stretch of work: a chunk of calls, or a slice. */
export interface Stretch {
  /** The worker's number in the pool, from 0. */
  readonly worker: number;
  /** What it worked at. */
  readonly kind: 'chunk' | 'slice';
  /** Number of the chunk's first item in its call, or of the slice in its fill. */
  readonly first: number;
  /** In seconds since the pool was made. */
  readonly start: number;
  /** In seconds since the pool was made. */
  readonly end: number;
}

/** What a pool has done and has to do. */
export interface PoolStats {
  /** For each worker. */
  readonly workers: readonly WorkerStats[];
  /** Jobs, which are chunks of calls or shares in a fill, that no worker has been sent. */
  readonly queued: number;
  /** Jobs that are with workers. */
  readonly running: number;
  /** How many fills there were. */
  readonly fills: {
    /** That wrote straight into shared memory. */
    readonly shared: number;
    /** That had their slices copied there and back. */
    readonly copied: number;
  };
  /** Errors that were thrown in workers outside of any task. */
  readonly strayErrors: number;
  /** The last 4096 stretches of work, in the order in which the pool heard of them. */
  readonly timeline: readonly Stretch[];
}

const timelineLength = 4096;
const columns = 5;

export class Ledger {
  strayErrors = 0;
  readonly fills = { shared: 0, copied: 0 };
  private readonly workers: { tasks: number; slices: number; busy: number; restarts: number }[];
  /** Rows of worker, 0 for a chunk or 1 for a slice, first, start, end, written around. Made when it is needed. */
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

  /** `begun` in milliseconds since 1970. */
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
