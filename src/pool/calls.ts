// One call of a pool method that returns a single promise: apply, map, starmap. Splits the input into chunks and
// assembles the results. Calls that yield results one by one are in stream.ts.

import { checkSignal } from './checks.js';
import { attempt, cloneError, cloneOf, frames, type Part, sendError } from './cloning.js';
import { compact, type ViewCopies } from './compact.js';
import type { Crew } from './crew.js';
import { type ErrorData, errorFromData } from './error-data.js';
import { PoolClosedError } from './errors.js';
import type { Context, Job, Source } from './member.js';
import type { MapOptions } from './options.js';
import { Progress } from './progress.js';
import { onAbort } from './signals.js';

export interface CallOptions {
  /** Name used in messages. */
  readonly operation: string;
  /** The method that was called: stack traces start at its caller. */
  readonly entry: (...given: never) => unknown;
  readonly context: Context;
  readonly timeout: number | undefined;
  /** How many times a chunk is retried after its worker died. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** Whether each item is a tuple of arguments. */
  readonly spread: boolean;
  /** Whether there is only one item, so that messages omit its index. */
  readonly single: boolean;
}

/** Common to all calls: they end once, can be aborted, and their jobs can be retried. */
export abstract class Call implements Source {
  prefetch = true;
  readonly context: Context;
  readonly timeout: number | undefined;
  private readonly caller: { readonly stack?: unknown };
  private readonly given: Job[] = [];
  private over = false;
  private readonly stopWaiting: (() => void) | undefined;

  constructor(
    protected readonly crew: Crew,
    protected readonly options: CallOptions,
  ) {
    this.context = options.context;
    this.timeout = options.timeout;
    this.caller = callerOf(options.entry);
    const { operation, signal } = options;
    // Reading an option or an input may have closed the pool or aborted the call.
    crew.check(operation);
    checkSignal(operation, signal);
    this.stopWaiting = signal && onAbort(signal, () => this.cancel(signal.reason));
    crew.enter(this);
  }

  abstract readonly stalled: boolean;
  abstract readonly chunkSize: number;
  /** Number of jobs not taken yet, excluding those given back. */
  protected abstract readonly fresh: number;
  protected abstract takeFresh(): Job | undefined;
  protected abstract finished(job: Job, values: readonly unknown[]): void;
  protected abstract fail(job: Job, error: unknown): void;
  /** Ends the call with an error that no job caused. `quiet`: suppress the unhandled rejection if nobody listens. */
  protected abstract reject(error: unknown, quiet: boolean): void;

  get ended(): boolean {
    return this.over;
  }

  get waiting(): number {
    return this.over ? 0 : this.given.length + this.fresh;
  }

  take(): Job | undefined {
    return this.over ? undefined : (this.given.shift() ?? this.takeFresh());
  }

  giveBack(job: Job): void {
    if (this.over) return;
    this.given.push(job);
    this.crew.offer(this);
  }

  done(job: Job, values: readonly unknown[], worker: number, begun: number, milliseconds: number): void {
    this.crew.ledger.chunk(worker, job.first, job.calls, begun, milliseconds);
    if (!this.over) this.finished(job, values);
  }

  failed(job: Job, error: unknown): void {
    if (!this.over) this.fail(job, error);
  }

  threw(job: Job, data: ErrorData, call: number, path: string | undefined): void {
    this.failed(job, this.errorOf(data, this.options.single ? undefined : job.first + call, path));
  }

  /** The error that a call threw, or the reason its result could not be sent. */
  protected errorOf(data: ErrorData, item: number | undefined, path: string | undefined): unknown {
    const stack = this.callerStack;
    const error = errorFromData(data, stack);
    return path === undefined ? error : cloneError(this.context.task, item, path, error, stack);
  }

  /** Guarded because a program can install its own stack formatter. */
  private get callerStack(): unknown {
    return attempt(() => this.caller.stack, '');
  }

  /** Replaces the pool's own frames in the error's stack with the caller's. */
  locate<E extends Error>(error: E): E {
    const calledFrom = frames(this.callerStack);
    if (calledFrom) error.stack = `${error}\n${calledFrom}`;
    return error;
  }

  unsendable(job: Job, error: unknown): void {
    const { task } = this.context;
    const trailing = task.trailing.map((value, i) => ({ name: this.trailingName(i), value }));
    const parts = [...this.parts(job), ...trailing];
    const named = sendError(error, task, parts, this.callerStack);
    const isOfTransfer = job.once && named === error && parts.every(({ value }) => cloneOf(value));
    this.failed(job, isOfTransfer ? transferError(this.options.operation, error) : named);
  }

  /** The values that a job sends, excluding the trailing arguments. */
  protected abstract parts(job: Job): Part[];
  protected trailingName(_index: number): string {
    return 'options';
  }

  lost(job: Job, error: Error, _worker: number): void {
    if (job.deaths <= this.options.retries && !job.once) this.giveBack(job);
    else this.failed(job, error);
  }

  /** Called when the pool has ended. */
  abandon(error: unknown): void {
    if (this.over) return;
    this.end();
    this.reject(
      error,
      attempt(() => error instanceof PoolClosedError, false),
    );
  }

  /** Ends the call from outside: drops jobs not begun and, after a grace period, kills workers still running one. */
  protected cancel(reason: unknown): void {
    if (this.over) return;
    this.end();
    this.crew.withdraw(this);
    this.reject(reason, false);
  }

  /** Marks the call as over; later events are ignored. */
  protected end(): void {
    if (this.over) return;
    this.over = true;
    this.given.length = 0;
    this.stopWaiting?.();
    this.crew.leave(this);
  }
}

type Capture = (target: { stack?: unknown }, above: object) => void;
const { captureStackTrace } = Error as { captureStackTrace?: Capture };

/** WebKit drops frames whose last act is a call, and captures nothing when `above` is one of them. */
function capturesTailCalls(capture: Capture): boolean {
  const inner = (target: { stack?: unknown }) => {
    capture(target, outer);
    return target;
  };
  function outer(target: { stack?: unknown }) {
    return inner(target);
  }
  return frames(attempt(() => outer({}).stack, '')) !== '';
}
const capture = captureStackTrace && capturesTailCalls(captureStackTrace) ? captureStackTrace : undefined;

/** Captures the caller's stack. In engines that cannot, it starts with the pool's own frames. */
function callerOf(entry: CallOptions['entry']): { readonly stack?: unknown } {
  if (!capture) return new Error();
  const caller = {};
  capture(caller, entry);
  return caller;
}

const transferError = (place: string, cause: unknown): TypeError =>
  new TypeError(
    `${place}: transfer: a value cannot be transferred; give buffers and ports, each only once and not transferred before`,
    { cause },
  );

/** Calls for a list of items, with results in order, or a single call. Starts when it receives the items. */
export class ListCall extends Call {
  /** The results, or the result of a single call. */
  readonly promise: Promise<unknown>;
  readonly stalled = false;
  chunkSize = 1;
  private resolve: (values: unknown) => void = () => {};
  private rejectPromise: (error: unknown) => void = () => {};
  private items: readonly unknown[] = [];
  private results: unknown[] = [];
  private next = 0;
  private unanswered = 0;
  private failure: { readonly item: number; readonly error: unknown } | undefined;
  private itemsDone = 0;
  private readonly progress: Progress | undefined;

  constructor(
    crew: Crew,
    options: CallOptions,
    private readonly transfer: readonly object[] = [],
    onProgress?: MapOptions['onProgress'],
  ) {
    super(crew, options);
    if (onProgress)
      this.progress = new Progress(
        () => this.itemsDone,
        (done) => onProgress({ done, items: this.items.length }),
        (error) => this.interrupt(error),
      );
    this.prefetch = transfer.length === 0;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.rejectPromise = reject;
    });
  }

  start(items: readonly unknown[], chunkSize: number): void {
    if (this.ended) return;
    this.items = items;
    this.chunkSize = chunkSize;
    this.results = Array(items.length);
    this.unanswered = this.fresh;
    if (this.unanswered > 0) this.crew.offer(this);
    else this.succeed();
  }

  /** Ends the call with an error of its input. */
  interrupt(error: unknown): void {
    this.cancel(error);
  }

  protected get fresh(): number {
    return Math.ceil((this.items.length - this.next) / this.chunkSize);
  }

  protected takeFresh(): Job | undefined {
    if (this.next >= this.items.length) return undefined;
    const first = this.next;
    this.next = Math.min(first + this.chunkSize, this.items.length);
    const kind = this.options.spread ? 'tuples' : 'items';
    return chunkJob(this, kind, first, this.items.slice(first, this.next), this.transfer);
  }

  protected finished(job: Job, values: readonly unknown[]): void {
    for (let i = 0; i < values.length; i++) this.results[job.first + i] = values[i];
    this.answered(job);
  }

  /** As in Python, chunks already begun finish, and the error is reported when all are done. */
  protected fail(job: Job, error: unknown): void {
    const { first } = job;
    if (!this.failure || first < this.failure.item) this.failure = { item: first, error };
    this.answered(job);
  }

  private answered({ calls }: Job): void {
    this.itemsDone += calls;
    if (--this.unanswered === 0) this.succeed();
  }

  private succeed(): void {
    this.progress?.update();
    if (this.ended) return;
    this.end();
    if (this.failure) this.rejectPromise(this.failure.error);
    else this.resolve(this.options.single ? this.results[0] : this.results);
  }

  protected override end(): void {
    this.progress?.end();
    super.end();
  }

  protected reject(error: unknown, quiet: boolean): void {
    if (quiet) this.promise.catch(() => {});
    this.rejectPromise(error);
  }

  protected parts({ first, calls }: Job): Part[] {
    const { spread, single } = this.options;
    const name = spread ? 'args' : 'item';
    return this.items
      .slice(first, first + calls)
      .map((value, i) => ({ ...(single ? {} : { item: first + i }), name, value }));
  }
}

/** A job that calls a function for some items or tuples. */
export function chunkJob(
  source: Source,
  kind: 'items' | 'tuples' | 'settled',
  first: number,
  items: readonly unknown[],
  transfer: readonly object[] = [],
): Job {
  const kept = transfer.length > 0 ? new Set<unknown>(transfer) : undefined;
  const toSend =
    kind === 'tuples'
      ? (tuple: unknown) => {
          const copies: ViewCopies = new Map();
          return Array.from(tuple as readonly unknown[], (argument) => compact(argument, kept, copies));
        }
      : (item: unknown) => compact(item, kept);
  return {
    source,
    first,
    calls: items.length,
    deaths: 0,
    once: transfer.length > 0,
    payload: () => ({ kind, body: [items.map(toSend)], transfer }),
  };
}
