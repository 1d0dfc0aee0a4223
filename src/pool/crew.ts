// The workers and the queue before them: starts threads, hands out requests, replaces who dies. It knows
// requests and answers; what they are made of is pool.ts's and fill.ts's.
import { startThread } from '#thread';
import { type ErrorData, errorFromData, PoolClosedError, WorkerExitError } from './errors.js';
import type { FromWorker, Request, TaskReference, Thread } from './protocol.js';

/** A request with what to do with its answer; exactly one of `done` and `failed` is called, once. */
export interface Job {
  readonly task: TaskReference;
  readonly request: Request;
  done(values: readonly unknown[]): void;
  failed(failure: Failure): void;
}

/** `data` is an error that the task threw, `error` one of this side. */
export type Failure = { readonly data: ErrorData } | { readonly error: unknown };

/** The error to be thrown here; `caller` adds where the call was made to the worker's stack. */
export function failureToError(failure: Failure, caller?: Error): unknown {
  return 'data' in failure ? errorFromData(failure.data, caller?.stack) : failure.error;
}

interface Member {
  readonly thread: Thread;
  readonly running: Int32Array<SharedArrayBuffer>;
  /** Sent and not answered yet, in the order in which the worker takes them. */
  readonly sent: Map<number, Job>;
  ready: boolean;
  /** A running mean of how long a request takes, in milliseconds. */
  milliseconds: number;
}

/** Requests that take less than this may wait at a worker, so that it need not wait for us. */
const prefetchMilliseconds = 0.25;
const prefetchLimit = 16;
/** How long a cancelled job may take to end by itself. */
const cancelMilliseconds = 20;

export class Crew {
  private readonly members: (Member | undefined)[] = [];
  private readonly queue: Job[] = [];
  private queueHead = 0;
  private lastId = 0;
  /** Calls that have entered and not left. */
  private calls = 0;
  /** Why no worker can begin. */
  private broken: Failure | undefined;
  private state: 'open' | 'closed' | 'ended' = 'open';
  private readonly whenEnded: (() => void)[] = [];

  /** Starts the workers; `stray` is told every error outside of a task. */
  constructor(
    readonly size: number,
    private readonly initializer: TaskReference | undefined,
    private readonly stray: (error: unknown) => void,
  ) {
    for (let worker = 0; worker < size; worker++) this.start(worker);
  }

  get open(): boolean {
    return this.state === 'open' && !this.broken;
  }

  /**
   * Begins a call, which may submit jobs until `leave`: a closed crew stays until all calls have left.
   * Throws where no more calls are taken.
   */
  enter(operation: string): void {
    if (this.broken) throw failureToError(this.broken);
    if (this.state !== 'open') throw new PoolClosedError(operation);
    this.calls++;
  }

  leave(): void {
    this.calls--;
    this.dispatch();
  }

  /** Puts a job at the end of the queue. */
  submit(job: Job): void {
    if (this.state === 'ended') job.failed(this.broken ?? { error: new PoolClosedError('terminate') });
    else this.queue.push(job);
    this.dispatch();
  }

  /**
   * Drops such jobs: what waits is taken out of the queue, and a worker that still runs one after a moment is ended
   * and replaced. Nothing is done or failed by a job that was dropped from the queue.
   */
  cancel(isMeant: (job: Job) => boolean): void {
    const kept = this.queue.slice(this.queueHead).filter((job) => !isMeant(job));
    this.queue.splice(0, this.queue.length, ...kept);
    this.queueHead = 0;
    this.dispatch();
    const timer = setInterval(() => {
      for (const { sent, running, thread } of this.present()) {
        const job = sent.get(running[0]!);
        if (job && isMeant(job)) thread.terminate();
      }
      const some = this.present().some(({ sent }) => [...sent.values()].some(isMeant));
      if (!some) clearInterval(timer);
    }, cancelMilliseconds);
  }

  /** No more jobs; the workers end when all are done. */
  close(): void {
    if (this.state === 'open') this.state = 'closed';
    this.dispatch();
  }

  /** Ends every worker at once; jobs that are not done fail. */
  terminate(): void {
    this.end({ error: new PoolClosedError('terminate') });
  }

  /** Resolves when no worker is left. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.whenEnded.push(resolve);
      for (const { thread } of this.present()) thread.keepAlive(true);
      this.tellWhenEnded();
    });
  }

  private start(worker: number): void {
    const running = new Int32Array(new SharedArrayBuffer(4));
    const thread = startThread({
      onMessage: (message) => this.receive(member, message),
      onExit: (code, error) => this.bury(worker, member, code, error),
    });
    const member: Member = { thread, running, sent: new Map(), ready: false, milliseconds: Infinity };
    this.members[worker] = member;
    thread.post({ type: 'begin', worker, running, initializer: this.initializer });
    thread.keepAlive(this.whenEnded.length > 0);
  }

  private dispatch(): void {
    while (this.queueHead < this.queue.length) {
      const member = this.freest();
      if (!member) break;
      this.send(member, this.queue[this.queueHead++]!);
      // The queue is moved down rarely, because moving costs its length.
      if (this.queueHead > 1024 && this.queueHead * 2 > this.queue.length)
        this.queue.splice(0, this.queueHead);
      if (this.queueHead > this.queue.length) this.queueHead = 0;
    }
    if (this.state === 'closed' && this.calls === 0) {
      for (const { sent, thread } of this.present()) if (sent.size === 0) thread.terminate();
    }
    this.tellWhenEnded();
  }

  /** The worker with the fewest requests that still may get one, a ready one first. */
  private freest(): Member | undefined {
    let best: Member | undefined;
    for (const member of this.present()) {
      const window = Math.min(prefetchLimit, 1 + Math.floor(prefetchMilliseconds / member.milliseconds));
      if (member.sent.size >= window) continue;
      const better = best && (member.sent.size - best.sent.size || Number(best.ready) - Number(member.ready));
      if (better === undefined || better < 0) best = member;
    }
    return best;
  }

  private send(member: Member, job: Job): void {
    this.lastId = (this.lastId % 0x7fffffff) + 1;
    const id = this.lastId;
    try {
      member.thread.post({ type: 'request', id, task: job.task, request: job.request });
    } catch (error) {
      job.failed({ error });
      return;
    }
    if (member.sent.size === 0) member.thread.keepAlive(true);
    member.sent.set(id, job);
  }

  private receive(member: Member, message: FromWorker): void {
    if (message.type === 'ready') member.ready = true;
    else if (message.type === 'stray') this.stray(errorFromData(message.error));
    else if (message.type === 'broken') this.giveUp({ data: message.error });
    else {
      const job = member.sent.get(message.id);
      member.sent.delete(message.id);
      if (member.sent.size === 0) member.thread.keepAlive(this.whenEnded.length > 0);
      if (message.type === 'done') {
        const known = member.milliseconds === Infinity ? message.milliseconds : member.milliseconds;
        member.milliseconds = known + (message.milliseconds - known) / 8;
        job?.done(message.values);
      } else job?.failed({ data: message.error });
      this.dispatch();
    }
  }

  /** A worker has gone: what it ran has failed, what waited at it goes to others, and another takes its place. */
  private bury(worker: number, member: Member, code: number, cause: unknown): void {
    this.members[worker] = undefined;
    const running = member.sent.get(member.running[0]!);
    const error = new WorkerExitError(code, running?.task.name ?? 'no task', cause);
    if (this.state !== 'ended') {
      this.queue.splice(this.queueHead, 0, ...[...member.sent.values()].filter((job) => job !== running));
      // One that dies before it can begin would be followed by others without end.
      if (!member.ready) this.giveUp({ error });
      else if (this.state === 'open' || this.calls > 0) this.start(worker);
    }
    running?.failed({ error });
    this.dispatch();
  }

  /** Workers cannot begin: this call and all later ones fail alike. */
  private giveUp(failure: Failure): void {
    this.broken = failure;
    this.end(failure);
  }

  private end(failure: Failure): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    const waiting = this.queue.splice(0).slice(this.queueHead);
    this.queueHead = 0;
    for (const { sent, thread } of this.present()) {
      waiting.push(...sent.values());
      sent.clear();
      thread.terminate();
    }
    for (const job of waiting) job.failed(failure);
    this.tellWhenEnded();
  }

  private present(): Member[] {
    return this.members.filter((member) => member !== undefined);
  }

  private tellWhenEnded(): void {
    if (this.state === 'open' || this.present().length > 0) return;
    for (const resolve of this.whenEnded.splice(0)) resolve();
  }
}
