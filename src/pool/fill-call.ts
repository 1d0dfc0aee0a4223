// Common to both ways of filling an array by slices: progress, failure, the report. fill.ts distributes the slices to
// the workers.
import { Call, type CallOptions } from './calls.js';
import type { Part } from './cloning.js';
import type { Crew } from './crew.js';
import type { FillOptions, FillReport, SliceTime } from './fill-report.js';
import type { Job } from './member.js';
import { Progress } from './progress.js';
import { clock, type TypedArray } from './protocol.js';
import { sliceRange } from './slices.js';

export interface FillCallOptions extends CallOptions {
  readonly target: TypedArray;
  readonly rows: number;
  readonly slices: number;
  readonly order: readonly number[] | undefined;
  /** How many of the context's trailing values are the fill's own `args`. */
  readonly args: number;
  readonly onProgress: FillOptions['onProgress'];
}

/** A fill of either kind. It ends only when no worker can write into the array any more. */
export abstract class FillCall extends Call {
  readonly promise: Promise<FillReport>;
  readonly stalled = false;
  readonly chunkSize = 1;
  protected readonly begun = clock();
  protected underWay = 0;
  /** Why the fill cannot be finished. */
  protected failure: { readonly error: unknown } | undefined;
  private readonly progress: Progress | undefined;
  private resolve: (report: FillReport) => void = () => {};
  private rejectPromise: (error: unknown) => void = () => {};

  constructor(
    crew: Crew,
    protected readonly fill: FillCallOptions,
  ) {
    super(crew, fill);
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.rejectPromise = reject;
    });
    const { slices, onProgress } = fill;
    if (onProgress)
      this.progress = new Progress(
        () => this.doneCount,
        (done) => this.failure || onProgress({ done, slices, timeline: () => this.timeline() }),
        (error) => this.giveUp(error),
      );
  }

  /** Whether the workers write directly into the array. */
  protected abstract readonly shared: boolean;
  protected abstract readonly doneCount: number;
  /** The worker that filled a slice, -1 if none yet; start and end of each slice, in milliseconds since 1970. */
  protected abstract readonly log: { worker(slice: number): number; readonly times: Float64Array };
  /** Stops workers from beginning more slices. */
  protected abstract stop(): void;

  /** Fails the fill as soon as no worker is busy with it. */
  protected giveUp(error: unknown): void {
    if (this.ended || this.failure) return;
    this.failure = { error };
    this.stop();
    this.crew.withdraw(this);
    this.endIfIdle();
  }

  protected override cancel(reason: unknown): void {
    this.giveUp(reason);
  }

  override get waiting(): number {
    return this.failure ? 0 : super.waiting;
  }

  override giveBack(job: Job): void {
    this.underWay--;
    if (!this.failure) super.giveBack(job);
  }

  override take(): Job | undefined {
    const job = this.failure ? undefined : super.take();
    if (job) this.underWay++;
    return job;
  }

  protected fail(_job: Job, error: unknown): void {
    this.underWay--;
    this.giveUp(error);
    this.endIfIdle();
  }

  protected endIfIdle(): void {
    if (this.underWay > 0 || this.ended) return;
    this.progress?.update();
    if (this.ended) return;
    this.end();
    if (this.failure) this.rejectPromise(this.failure.error);
    else this.resolve(this.report());
  }

  protected reject(error: unknown, quiet: boolean): void {
    if (quiet) this.promise.catch(() => {});
    this.stop();
    this.rejectPromise(error);
  }

  protected override end(): void {
    this.progress?.end();
    super.end();
  }

  protected parts(_job: Job): Part[] {
    return [];
  }

  protected override trailingName(index: number): string {
    return index < this.fill.args ? `args[${index}]` : 'options';
  }

  private report(): FillReport {
    const { rows, slices } = this.fill;
    const { worker: workerOf, times } = this.log;
    const { ledger } = this.crew;
    const workers = Array.from({ length: this.crew.size }, (_, worker) => ({
      worker,
      slices: 0,
      rows: 0,
      busy: 0,
    }));
    for (let slice = 0; slice < slices; slice++) {
      const range = sliceRange(rows, slices, slice);
      const worker = workerOf(slice);
      const milliseconds = times[2 * slice + 1]! - times[2 * slice]!;
      const share = workers[worker]!;
      share.slices += 1;
      share.rows += range.end - range.start;
      share.busy += milliseconds / 1000;
      ledger.slice(worker, slice, times[2 * slice]!, milliseconds);
    }
    let timeline: readonly SliceTime[] | undefined;
    const made = () => this.timeline();
    return {
      shared: this.shared,
      slices,
      workers,
      // Built on demand: creating thousands of objects takes longer than a short fill.
      get timeline() {
        timeline ??= made();
        return timeline;
      },
    };
  }

  private timeline(): SliceTime[] {
    const { worker: workerOf, times } = this.log;
    const seconds = (moment: number) => (moment - this.begun) / 1000;
    const done: SliceTime[] = [];
    for (let slice = 0; slice < this.fill.slices; slice++) {
      const worker = workerOf(slice);
      if (worker < 0) continue;
      done.push({
        worker,
        slice,
        start: seconds(times[2 * slice]!),
        end: seconds(times[2 * slice + 1]!),
      });
    }
    return done;
  }
}
