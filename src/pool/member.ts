// One worker as the pool sees it: the jobs it was sent and has not answered, and its state. crew.ts assigns jobs to
// workers and handles a worker's end.
import { startThread } from '#thread';
import { type ErrorData, errorFromData } from './error-data.js';
import { startLocal } from './local.js';
import {
  type ContextMessage,
  clock,
  type JobMessage,
  type MemberCells,
  type PoolMessage,
  sharesMemory,
  slotCount,
  type Thread,
  type ThreadEvents,
  type ThreadOptions,
  type WorkerMessage,
} from './protocol.js';
import type { TaskReference } from './tasks.js';

/** A task and the number that identifies it to workers. */
export interface Context {
  readonly number: number;
  readonly task: TaskReference;
  /** Whether workers should forget it when its call has ended; contexts without data are kept. */
  readonly passing: boolean;
  /** Running mean of a call's duration, in milliseconds; one object shared by all contexts of the function. */
  readonly pace: { milliseconds: number };
}

/** A call as the workers see it: a source of jobs. */
export interface Source {
  readonly context: Context;
  /** In milliseconds; undefined: no limit. */
  readonly timeout: number | undefined;
  /** Whether jobs may queue at a worker. */
  readonly prefetch: boolean;
  /** Usual number of calls in a job. */
  readonly chunkSize: number;
  /** Whether it is blocked until somebody takes the available results. */
  readonly stalled: boolean;
  /** Number of jobs that could be taken now. */
  readonly waiting: number;
  /** The next job; undefined if there is none now. */
  take(): Job | undefined;
  /** Returns a job that no worker has begun and that must be taken again. */
  giveBack(job: Job): void;
  done(job: Job, values: readonly unknown[], worker: number, begun: number, milliseconds: number): void;
  /** Call number `call` of the job failed. `path`: the part of its result that cannot be cloned. */
  threw(job: Job, error: ErrorData, call: number, path: string | undefined): void;
  /** The job could not be sent; `error` is the platform's. */
  unsendable(job: Job, error: unknown): void;
  failed(job: Job, error: unknown): void;
  /** The error, with the caller's stack. */
  locate<E extends Error>(error: E): E;
  /** The worker died while it ran this job. */
  lost(job: Job, error: Error, worker: number): void;
  /** The pool has ended; no more events follow. */
  abandon(error: unknown): void;
}

/** A unit of work: sent to a worker, and answered, as a whole. */
export interface Job {
  readonly source: Source;
  /** Index of its first call in the input. */
  readonly first: number;
  /** Number of calls. */
  readonly calls: number;
  /** Number of workers that died while running it. */
  deaths: number;
  /** Whether it can be sent only once, because sending transfers values away. */
  readonly once: boolean;
  /** The message's content after its head. Built when the job is sent, and again if it is sent again. */
  payload(): { kind: JobMessage[0]; body: readonly unknown[]; transfer?: readonly object[] };
}

export interface Sent {
  readonly id: number;
  readonly job: Job;
  readonly slot: number;
  cancelled: boolean;
}

export interface MemberEvents {
  ready(): void;
  broken(error: unknown): void;
  done(job: Job, values: readonly unknown[], begun: number, milliseconds: number): void;
  threw(job: Job, error: ErrorData, call: number, path: string | undefined): void;
  stray(error: unknown): void;
  exit(code: number, cause: unknown): void;
}

let lastJob = 0;

export class Member {
  /** Keyed by job number, in the order in which the worker takes them. */
  readonly sent = new Map<number, Sent>();
  greeted = false;
  ready = false;
  /** Whether it gets no more jobs; `killedFor` is the error to report for its running job, if that caused the kill. */
  leaving = false;
  killedFor: Error | undefined;
  /** Total number of jobs sent to it. */
  jobs = 0;
  /** When the running timed call began; used only without shared memory. */
  private startedAt = Infinity;
  private readonly thread: Thread;
  private readonly cells: MemberCells | undefined;
  private readonly freeSlots: number[] = [];
  private readonly contexts = new Set<number>();
  /** Whether the first message was sent; until then, its exit is not reported. */
  private begun = false;
  private held = false;
  private kept = false;

  /** Starts the worker. Throws if the platform cannot. */
  constructor(
    readonly worker: number,
    options: ThreadOptions,
    initializer: Context | undefined,
    private readonly events: MemberEvents,
  ) {
    if (sharesMemory(options)) {
      this.cells = {
        slots: new Int32Array(new SharedArrayBuffer(4 * (slotCount + 1))),
        started: new BigInt64Array(new SharedArrayBuffer(8)),
      };
      for (let slot = slotCount - 1; slot >= 0; slot--) this.freeSlots.push(slot);
    }
    const threadEvents: ThreadEvents = {
      onMessage: (message) => this.receive(message),
      onExit: (code, cause) => this.begun && events.exit(code, cause),
    };
    this.thread = options.kind === 'local' ? startLocal(threadEvents) : startThread(options, threadEvents);
    try {
      this.thread.post([['begin', worker, this.cells, initializer && contextMessage(initializer)]], []);
      this.begun = true;
    } catch (error) {
      this.thread.terminate();
      throw error;
    }
  }

  /** How many more jobs it can be sent; without shared memory only one, because the running job is not known. */
  get room(): number {
    return this.cells ? this.freeSlots.length : 1 - this.sent.size;
  }

  /** Sends jobs; returns those that cannot be cloned, with the platform's error. */
  send(jobs: readonly Job[]): { job: Job; error: unknown }[] {
    if (jobs.length === 0) return [];
    try {
      this.post(jobs);
      return [];
    } catch (error) {
      if (jobs.length === 1) return [{ job: jobs[0]!, error }];
      return jobs.flatMap((job) => this.send([job]));
    }
  }

  private post(jobs: readonly Job[]): void {
    const messages: WorkerMessage[] = [];
    const transfers: object[] = [];
    const sent: Sent[] = [];
    const learnt = new Set<number>();
    for (const [index, job] of jobs.entries()) {
      const { context, timeout } = job.source;
      if (!this.contexts.has(context.number) && !learnt.has(context.number)) {
        messages.push(contextMessage(context));
        learnt.add(context.number);
      }
      const { kind, body, transfer } = job.payload();
      lastJob = (lastJob % 0x7fffffff) + 1;
      const slot = this.cells ? this.freeSlots[this.freeSlots.length - 1 - index]! : 0;
      sent.push({ id: lastJob, job, slot, cancelled: false });
      messages.push([
        kind,
        lastJob,
        slot,
        context.number,
        timeout !== undefined,
        ...body,
      ] as unknown as JobMessage);
      if (transfer) transfers.push(...transfer);
    }
    if (this.cells) for (const { id, slot } of sent) Atomics.store(this.cells.slots, slot, id);
    this.thread.post(messages, transfers);
    for (const number of learnt) this.contexts.add(number);
    for (const each of sent) this.sent.set(each.id, each);
    if (this.cells) this.freeSlots.length -= sent.length;
    this.jobs += sent.length;
    this.keepAlive();
  }

  /** The job that it is running, or was running when it exited. */
  running(): Sent | undefined {
    for (const each of this.sent.values()) if (this.hasBegun(each)) return each;
    return undefined;
  }

  private hasBegun({ id, slot }: Sent): boolean {
    return this.cells ? Atomics.load(this.cells.slots, slot) === -id : this.ready;
  }

  /** Number of jobs waiting for others to finish, or for the worker to become ready. */
  get behind(): number {
    return this.sent.size - (this.ready && this.sent.size > 0 ? 1 : 0);
  }

  /** Takes back jobs that it has not begun. */
  takeBack(isMeant: (job: Job) => boolean, limit = Infinity): Job[] {
    const taken: Job[] = [];
    if (!this.cells) return taken;
    for (const each of [...this.sent.values()].reverse()) {
      if (taken.length >= limit) break;
      if (!isMeant(each.job)) continue;
      if (Atomics.compareExchange(this.cells.slots, each.slot, each.id, 0) !== each.id) continue;
      this.release(each);
      this.jobs--;
      taken.push(each.job);
    }
    this.keepAlive();
    return taken.reverse();
  }

  /** Tells the worker that the results of these jobs are no longer wanted. */
  cancel(isMeant: (job: Job) => boolean): void {
    for (const each of this.sent.values()) {
      if (!isMeant(each.job) || each.cancelled) continue;
      each.cancelled = true;
      if (this.cells && this.hasBegun(each)) Atomics.store(this.cells.slots, slotCount, each.id);
      this.thread.post([['cancel', each.id]], []);
    }
  }

  /** Milliseconds until the running timed call times out, at most its timeout; undefined if no job is timed. */
  timeLeft(): number | undefined {
    let least: number | undefined;
    for (const each of this.sent.values()) {
      const { timeout } = each.job.source;
      if (timeout === undefined) continue;
      const left = this.hasBegun(each) ? Math.min(this.started + timeout - clock(), timeout) : timeout;
      least = Math.min(least ?? left, left);
    }
    return least;
  }

  /** When the running timed call began, in milliseconds since 1970; Infinity if none has. */
  private get started(): number {
    if (!this.cells) return this.startedAt;
    return Number(Atomics.load(this.cells.started, 0)) / 1000 || Infinity;
  }

  /** Makes the worker drop the context of a call that has ended. */
  forget({ number, passing }: Context): void {
    if (passing && this.contexts.delete(number)) this.thread.post([['forget', number]], []);
  }

  /** Keeps the program alive until the worker ends, because somebody waits for that. */
  hold(): void {
    this.held = true;
    this.keepAlive();
  }

  /** Keeps the program alive while the worker has jobs. */
  private keepAlive(): void {
    const alive = this.held || this.sent.size > 0;
    if (alive === this.kept) return;
    this.kept = alive;
    this.thread.keepAlive(alive);
  }

  /** Asks the worker to exit by itself. */
  end(): void {
    this.leaving = true;
    this.hold();
    this.thread.post([['end']], []);
  }

  /** Terminates the worker at once; its running job fails with `reason` if given. */
  kill(reason?: Error): void {
    this.leaving = true;
    this.killedFor ??= reason;
    this.thread.terminate();
  }

  private release({ id, slot }: Sent): void {
    this.sent.delete(id);
    if (this.cells) this.freeSlots.push(slot);
  }

  private receive(message: PoolMessage): void {
    this.greeted = true;
    switch (message[0]) {
      case 'hello':
        break;
      case 'ready':
        this.ready = true;
        this.events.ready();
        break;
      case 'broken':
        this.events.broken(errorFromData(message[1]));
        break;
      case 'started':
        this.startedAt = clock();
        break;
      case 'stray':
        this.events.stray(errorFromData(message[1]));
        break;
      default: {
        const sent = this.sent.get(message[1]);
        if (!sent) return;
        this.release(sent);
        this.startedAt = Infinity;
        if (message[0] === 'done') this.events.done(sent.job, message[2], message[3], message[4]);
        else this.events.threw(sent.job, message[2], message[3], message[4]);
        this.keepAlive();
      }
    }
  }
}

const contextMessage = ({ number, task }: Context): ContextMessage => [
  'context',
  number,
  task.module,
  task.name,
  task.trailing,
  task.defined,
];
