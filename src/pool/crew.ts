// The workers and the queue before them: starts threads, hands out requests, replaces who dies. It knows
// requests and answers; what they are made of is pool.ts's and fill.ts's.
import type { startThread } from '#thread';
import {
  type ErrorData,
  errorFromData,
  PoolClosedError,
  TaskTimeoutError,
  WorkerExitError,
} from './errors.js';
import {
  cancelled,
  type FromWorker,
  type Request,
  type ResourceLimits,
  running,
  type TaskReference,
  type Thread,
} from './protocol.js';
import { Queue } from './queue.js';

/** A request with what to do with its answer; exactly one of `done` and `failed` is called, once. */
export interface Job {
  readonly task: TaskReference;
  readonly request: Request;
  /** Milliseconds that a worker may take for it, from when it begins. */
  readonly timeout?: number | undefined;
  /** What moves to the worker instead of being copied; such a job cannot be sent twice. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** How often it is tried again after a worker that ran it died. */
  retries?: number;
  done(values: readonly unknown[]): void;
  failed(failure: Failure): void;
}

/** `data` is an error that the task threw, `error` one of this side. */
export type Failure = { readonly data: ErrorData } | { readonly error: unknown };

/** The error to be thrown here; `caller` adds where the call was made to the worker's stack. */
export function failureToError(failure: Failure, caller?: Error): unknown {
  return 'data' in failure ? errorFromData(failure.data, caller?.stack) : failure.error;
}

/** How the workers are to be; the checked options of a Pool. */
export interface CrewOptions {
  readonly size: number;
  readonly initializer: TaskReference | undefined;
  readonly initArgs: readonly unknown[];
  /** After so many requests a worker is replaced. */
  readonly lifetime: number;
  readonly resourceLimits: ResourceLimits | undefined;
  /** Starts a thread in another way than the platform's. */
  readonly startThread: typeof startThread;
  /** Is told every error outside of a task. */
  readonly stray: (error: unknown) => void;
}

/** What the workers in one place have done, one after the other. */
export interface PlaceStats {
  /** Calls that were answered. */
  tasks: number;
  /** Seconds at work. */
  busy: number;
  /** How often the worker was replaced. */
  restarts: number;
}

interface Member {
  readonly place: number;
  readonly thread: Thread;
  /** What runs, and what of it is cancelled: see protocol.ts. */
  readonly status: Int32Array<SharedArrayBuffer>;
  /** The numbers of the tasks that the worker knows. */
  readonly tasks: Map<string, number>;
  /** Sent and not answered yet, in the order in which the worker takes them. */
  readonly sent: { readonly id: number; readonly job: Job }[];
  ready: boolean;
  /** It was told to end. */
  ending: boolean;
  /** A running mean of how long a request takes, in milliseconds. */
  milliseconds: number;
  /** How many requests it may still be sent. */
  left: number;
  /** Ends the worker when the first of the sent takes too long. */
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The job that took too long. */
  overdue: Job | undefined;
}

/** Requests that take less than this may wait at a worker, so that it need not wait for us. */
const prefetchMilliseconds = 0.25;
const prefetchLimit = 16;
/** How long a cancelled job may take to end by itself. */
const cancelMilliseconds = 100;

export class Crew {
  readonly stats: readonly PlaceStats[];
  private readonly members: (Member | undefined)[] = [];
  private readonly queue = new Queue<Job>();
  private lastId = 0;
  /** Calls that have entered and not left. */
  private calls = 0;
  /** Why no worker can begin. */
  private broken: Failure | undefined;
  private state: 'open' | 'closed' | 'ended' = 'open';
  private readonly whenEnded: (() => void)[] = [];

  constructor(private readonly options: CrewOptions) {
    this.stats = Array.from({ length: options.size }, () => ({ tasks: 0, busy: 0, restarts: 0 }));
    for (let place = 0; place < options.size; place++) this.start(place);
  }

  get size(): number {
    return this.options.size;
  }

  get open(): boolean {
    return this.state === 'open' && !this.broken;
  }

  /** How many jobs wait, and how many workers have. */
  get load(): { readonly queued: number; readonly sent: number } {
    return {
      queued: this.queue.length,
      sent: this.present().reduce((sum, { sent }) => sum + sent.length, 0),
    };
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
   * Drops jobs: what waits is taken out of the queue; a worker that runs one is told, and is ended and replaced
   * if that does not help in a moment. A job that was dropped from the queue is neither done nor failed.
   */
  cancel(jobs: ReadonlySet<Job>): void {
    this.queue.remove((job) => jobs.has(job));
    for (const job of jobs) job.retries = 0;
    this.dispatch();
    const tell = () => {
      const affected = this.present().filter(({ sent }) => sent.some(({ job }) => jobs.has(job)));
      for (const member of affected) {
        const now = runningAt(member);
        if (now && jobs.has(now.job)) Atomics.store(member.status, cancelled, now.id);
      }
      return affected;
    };
    tell();
    const timer = setInterval(() => {
      for (const member of this.present()) {
        const now = runningAt(member);
        if (now && jobs.has(now.job) && member.status[cancelled] === now.id) retire(member);
      }
      if (tell().length === 0) clearInterval(timer);
    }, cancelMilliseconds);
  }

  /** No more calls; the workers end when all are done. */
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

  private start(place: number): void {
    const { lifetime, initializer, initArgs, resourceLimits } = this.options;
    const thread = this.options.startThread(
      {
        onMessage: (message) => this.receive(member, message),
        onExit: (code, error) => this.bury(member, code, error),
      },
      resourceLimits,
    );
    const status = new Int32Array(new SharedArrayBuffer(8));
    const idle = {
      ready: false,
      ending: false,
      milliseconds: Infinity,
      timer: undefined,
      overdue: undefined,
    };
    const member: Member = { place, thread, status, tasks: new Map(), sent: [], left: lifetime, ...idle };
    this.members[place] = member;
    try {
      thread.post({ type: 'begin', worker: place, status, initializer, initArgs });
    } catch (error) {
      this.giveUp({ error });
    }
    thread.keepAlive(this.whenEnded.length > 0);
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const member = this.freest();
      if (!member) break;
      this.send(member, this.queue.take()!);
    }
    if (this.state === 'closed' && this.calls === 0) {
      for (const member of this.present()) if (member.sent.length === 0) retire(member);
    }
    this.tellWhenEnded();
  }

  /** The worker with the fewest requests that still may get one, a ready one first. */
  private freest(): Member | undefined {
    let best: Member | undefined;
    for (const member of this.members) {
      if (!member || member.ending || member.left === 0) continue;
      const window = Math.min(prefetchLimit, 1 + Math.floor(prefetchMilliseconds / member.milliseconds));
      if (member.sent.length >= window) continue;
      const better =
        best && (member.sent.length - best.sent.length || Number(best.ready) - Number(member.ready));
      if (better === undefined || better < 0) best = member;
    }
    return best;
  }

  private send(member: Member, job: Job): void {
    this.lastId = (this.lastId % 0x7fffffff) + 1;
    const id = this.lastId;
    try {
      const { module, name, options } = job.task;
      // A task's address is sent once; what is sent with every small task is small.
      const key = `${name} ${module}`;
      const number = member.tasks.get(key) ?? member.tasks.size;
      const known = member.tasks.has(key);
      const message = known
        ? ([id, number, job.request, options] as const)
        : ([id, number, job.request, options, { module, name }] as const);
      member.thread.post(message, job.transfer);
      if (!known) member.tasks.set(key, number);
    } catch (error) {
      job.failed({ error });
      return;
    }
    member.left--;
    member.sent.push({ id, job });
    if (member.sent.length > 1) return;
    member.thread.keepAlive(true);
    this.watch(member);
  }

  /** Begins to count the time of the first job that was sent: a worker begins it when it has answered the last. */
  private watch(member: Member): void {
    if (member.timer) clearTimeout(member.timer);
    member.timer = undefined;
    const first = member.sent[0]?.job;
    if (first?.timeout === undefined || !member.ready) return;
    member.timer = setTimeout(() => {
      member.overdue = first;
      retire(member);
    }, first.timeout);
  }

  private receive(member: Member, message: FromWorker): void {
    if (!('type' in message)) {
      const [id, milliseconds, values] = message;
      this.settle(member, id, milliseconds)?.done(values);
      this.dispatch();
    } else if (message.type === 'failed') {
      this.settle(member, message.id, message.milliseconds)?.failed({ data: message.error });
      this.dispatch();
    } else if (message.type === 'ready') {
      member.ready = true;
      this.watch(member);
    } else if (message.type === 'stray') this.options.stray(errorFromData(message.error));
    else this.giveUp({ data: message.error });
  }

  /** The job that was answered; a worker answers in the order in which it was sent. */
  private settle(member: Member, id: number, milliseconds: number): Job | undefined {
    if (member.sent[0]?.id !== id) return undefined;
    const { job } = member.sent.shift()!;
    this.note(member, milliseconds, job);
    this.watch(member);
    if (member.sent.length === 0) {
      member.thread.keepAlive(this.whenEnded.length > 0);
      if (member.left === 0) retire(member);
    }
    return job;
  }

  private note(member: Member, milliseconds: number, job: Job): void {
    const stats = this.stats[member.place]!;
    stats.tasks += 'control' in job.request ? 0 : job.request.length;
    stats.busy += milliseconds / 1000;
    const known = member.milliseconds === Infinity ? milliseconds : member.milliseconds;
    member.milliseconds = known + (milliseconds - known) / 8;
  }

  /** A worker has gone: what it ran has failed, what waited at it goes to others, and another takes its place. */
  private bury(member: Member, code: number, cause: unknown): void {
    clearTimeout(member.timer);
    this.members[member.place] = undefined;
    if (this.state !== 'ended') {
      const waiting = member.sent.map(({ job }) => job);
      const ran = member.overdue ?? runningAt(member)?.job;
      const error = new WorkerExitError(code, ran?.task.name ?? 'no task', cause);
      const lost = waiting.filter((job) => (job === ran ? !mayRetry(job, member.overdue) : job.transfer));
      this.queue.putFirst(waiting.filter((job) => !lost.includes(job)));
      // One that dies before it can begin would be followed by others without end.
      if (!member.ready && !member.ending) this.giveUp({ error });
      else if (this.state === 'open' || this.calls > 0) {
        this.stats[member.place]!.restarts++;
        this.start(member.place);
      }
      for (const job of lost) {
        const late = job === member.overdue && new TaskTimeoutError(job.timeout!, job.task.name);
        job.failed({ error: late || error });
      }
    }
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
    const unfinished = this.queue.takeAll();
    for (const member of this.present()) {
      clearTimeout(member.timer);
      unfinished.push(...member.sent.splice(0).map(({ job }) => job));
      retire(member);
    }
    for (const job of unfinished) job.failed(failure);
    this.tellWhenEnded();
  }

  private present(): Member[] {
    return this.members.filter((member) => member !== undefined);
  }

  private tellWhenEnded(): void {
    if (this.whenEnded.length === 0 || this.state === 'open' || this.present().length > 0) return;
    for (const resolve of this.whenEnded.splice(0)) resolve();
  }
}

/** What a worker runs at this moment, of what was sent to it. */
const runningAt = ({ sent, status }: Member) => sent.find(({ id }) => id === status[running]);

/** Ends a worker, once: telling it again would be told to it again. */
function retire(member: Member): void {
  if (member.ending) return;
  member.ending = true;
  member.thread.terminate();
}

/** Whether a job that killed its worker is tried again; one that took too long would do so again. */
function mayRetry(job: Job, overdue: Job | undefined): boolean {
  if (job === overdue || job.transfer || !job.retries) return false;
  job.retries--;
  return true;
}
