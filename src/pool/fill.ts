// Filling one array over shared memory: the pool's side. The workers' side, claiming slices, is in worker.ts.
// No lock is held by anybody. A slice of a worker that died is given out again in another pass, which begins
// when all who took part in this one have answered or are gone.
import { type Crew, failureToError, type Job } from './crew.js';
import { cloneError, WorkerExitError } from './errors.js';
import {
  doneSlices,
  type FillControl,
  type FillTarget,
  nextOpen,
  stopped,
  type TaskReference,
} from './protocol.js';
import { sliceRange } from './slices.js';

export interface FillOptions {
  /** Into how many slices the rows are cut; default 8 a worker. */
  readonly slices?: number;
  /** How many rows the array has; its length must be a multiple. Default: every element is a row. */
  readonly rows?: number;
  readonly signal?: AbortSignal;
  /** Told now and then how many slices are done, and once when all are. */
  readonly onProgress?: (progress: { readonly done: number; readonly slices: number }) => void;
}

/** Who did what in a fill. Times are in seconds since it was called. */
export interface FillReport {
  readonly slices: number;
  /** For each worker of the pool. */
  readonly workers: readonly WorkerShare[];
  /** For each slice: which worker filled it, and when. */
  readonly timeline: readonly SliceTime[];
}

export interface WorkerShare {
  readonly slices: number;
  readonly rows: number;
  /** Seconds at work. */
  readonly busy: number;
}

export interface SliceTime {
  readonly worker: number;
  readonly start: number;
  readonly end: number;
}

const progressMilliseconds = 40;

export async function fill(
  crew: Crew,
  task: TaskReference,
  target: FillTarget,
  args: readonly unknown[],
  {
    slices = 8 * crew.size,
    rows = target.length,
    signal,
    onProgress,
    retries,
  }: FillOptions & { retries: number },
): Promise<FillReport> {
  check(target, rows, slices);
  signal?.throwIfAborted();
  const begun = performance.timeOrigin + performance.now();
  const control: FillControl = {
    counters: new Int32Array(new SharedArrayBuffer(12)),
    claimedBy: new Int32Array(new SharedArrayBuffer(4 * slices)),
    times: new Float64Array(new SharedArrayBuffer(16 * slices)),
  };
  const isDone = (slice: number) => control.times[2 * slice + 1] !== 0;
  const progress = () => onProgress?.({ done: Atomics.load(control.counters, doneSlices), slices });
  const timer = onProgress && setInterval(progress, progressMilliseconds);
  try {
    let open = Int32Array.from({ length: slices }, (_, slice) => slice);
    for (let deathsLeft = retries; ; deathsLeft--) {
      const deaths = await pass(open);
      open = open.filter((slice) => !isDone(slice));
      if (open.length === 0) break;
      if (deathsLeft === 0) throw deaths[0];
      for (const slice of open) control.times[2 * slice] = 0;
    }
  } finally {
    clearInterval(timer);
  }
  progress();
  return report(control, rows, slices, crew.size, begun);

  /** Everybody claims from the open slices once; resolves to the workers' deaths, rejects with other errors. */
  async function pass(open: Int32Array): Promise<WorkerExitError[]> {
    control.counters[nextOpen] = 0;
    const caller = new Error('fill');
    const request = { target, rows, slices, open, args, control } as const;
    const share = () =>
      new Promise<void>((done, reject) => {
        const failed: Job['failed'] = (failure) => {
          const error = cloneError(failureToError(failure, caller), task, args, 'args');
          // A worker that died leaves its slice to another pass; any other error ends the fill.
          if (!(error instanceof WorkerExitError)) Atomics.store(control.counters, stopped, 1);
          reject(error);
        };
        const job: Job = { task, request, done: () => done(), failed };
        jobs.add(job);
        crew.submit(job);
      });
    const jobs = new Set<Job>();
    const shares = Array.from({ length: Math.min(crew.size, open.length) }, share);
    const abort = () => {
      Atomics.store(control.counters, stopped, 1);
      crew.cancel(jobs);
      aborted.reject(signal?.reason);
    };
    const aborted = withResolvers();
    signal?.addEventListener('abort', abort);
    try {
      const settled = await Promise.race([Promise.allSettled(shares), aborted.promise]);
      const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      const other = errors.find((error) => !(error instanceof WorkerExitError));
      if (other) throw other;
      return errors;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

function withResolvers() {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_, r) => {
    reject = r;
  });
  promise.catch(() => {});
  return { promise, reject };
}

function check(target: FillTarget, rows: number, slices: number): void {
  if (!(target.buffer instanceof SharedArrayBuffer))
    throw new TypeError(
      'target: must be a typed array over a SharedArrayBuffer, so that workers can write into it',
    );
  if (!Number.isSafeInteger(slices) || slices < 1)
    throw new RangeError(`slices ${slices}: must be a whole number from 1 on`);
  if (
    !Number.isSafeInteger(rows) ||
    rows < 0 ||
    (rows === 0 ? target.length > 0 : target.length % rows !== 0)
  )
    throw new RangeError(`rows ${rows}: must be a whole number that divides the length ${target.length}`);
}

function report(control: FillControl, rows: number, slices: number, size: number, begun: number): FillReport {
  const seconds = (milliseconds: number) => (milliseconds - begun) / 1000;
  const workers = Array.from({ length: size }, () => ({ slices: 0, rows: 0, busy: 0 }));
  const timeline = Array.from({ length: slices }, (_, slice): SliceTime => {
    const [start, end] = [seconds(control.times[2 * slice]!), seconds(control.times[2 * slice + 1]!)];
    const worker = control.claimedBy[slice]! - 1;
    const range = sliceRange(rows, slices, slice);
    const share = workers[worker]!;
    share.slices += 1;
    share.rows += range.end - range.start;
    share.busy += end - start;
    return { worker, start, end };
  });
  return { slices, workers, timeline };
}
