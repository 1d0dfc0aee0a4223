// The workers and their queue: assigns jobs to workers, replaces workers, and detects when all have ended. A single
// worker is in member.ts; jobs are built in calls.ts, stream.ts and fill.ts.
import { PoolClosedError, TaskTimeoutError, WorkerExitError } from './errors.js';
import { type Context, type Job, Member, type Sent, type Source } from './member.js';
import { clock, sharesMemory, slotCount, type ThreadOptions } from './protocol.js';
import { Ledger } from './stats.js';
import type { TaskReference } from './tasks.js';

/** How much work is queued at a worker after its running job, so that it need not wait for the pool. */
const prefetchMilliseconds = 0.5;
/** How long a cancelled job may keep running before its worker is killed. */
const cancelMilliseconds = 100;
/** How long a worker may take to end after it was asked to. */
const endMilliseconds = 1000;
/** How long the module of a user's worker may take to call `serve`. */
const greetMilliseconds = 10_000;
/** How many workers in a row may exit by themselves without completing a job. */
const fruitlessLimit = 5;

export interface CrewOptions extends ThreadOptions {
  readonly size: number;
  readonly initializer: TaskReference | undefined;
  /** How many jobs a worker runs before it is replaced. */
  readonly maxJobs: number;
  /** Called with every error outside a task. */
  readonly stray: (error: unknown) => void;
}

export class Crew {
  readonly ledger: Ledger;
  private readonly members: (Member | undefined)[];
  /** From `queueHead` on: sources with jobs to take, and some that have run out. */
  private queue: Source[] = [];
  private queueHead = 0;
  private readonly calls = new Set<Source>();
  private readonly contexts = new Map<string, Context>();
  private readonly initializer: Context | undefined;
  private lastContext = 0;
  private dispatching = false;
  /** Why workers cannot start. */
  private broken: { readonly error: unknown } | undefined;
  private state: 'open' | 'closed' | 'ended' = 'open';
  private readonly joiners: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private timerDue = Infinity;
  private fruitless = 0;

  /** Starts the workers. If one of them cannot be made, ends all of them and throws. */
  constructor(private readonly options: CrewOptions) {
    this.ledger = new Ledger(options.size, clock());
    this.members = Array(options.size).fill(undefined);
    this.initializer = options.initializer && this.contextOf(options.initializer);
    try {
      for (let worker = 0; worker < options.size; worker++) this.start(worker);
    } catch (error) {
      this.giveUp(error);
      throw error;
    }
  }

  get size(): number {
    return this.options.size;
  }

  get sharesMemory(): boolean {
    return sharesMemory(this.options);
  }

  get open(): boolean {
    return this.state === 'open';
  }

  /** Number of jobs not sent yet, and of jobs at workers. */
  get lengths(): { queued: number; running: number } {
    const queued = [...new Set(this.queue.slice(this.queueHead))].reduce(
      (sum, source) => sum + source.waiting,
      0,
    );
    return { queued, running: this.present().reduce((sum, { sent }) => sum + sent.size, 0) };
  }

  /** Throws if the crew accepts no more calls. */
  check(operation: string): void {
    if (this.broken) throw this.broken.error;
    if (this.state !== 'open') throw new PoolClosedError(operation);
  }

  /** A task and the number that identifies it to workers; `more` goes between each call's arguments and `trailing`. */
  contextOf(task: TaskReference, more: readonly unknown[] = []): Context {
    const key = `${task.module} ${task.name}${task.defined ? ' defined' : ''}`;
    let context = this.contexts.get(key);
    if (!context) {
      const bare = { ...task, trailing: [] };
      context = { number: ++this.lastContext, task: bare, passing: false, pace: { milliseconds: Infinity } };
      this.contexts.set(key, context);
    }
    const trailing = [...more, ...task.trailing];
    if (trailing.length === 0) return context;
    return { ...context, number: ++this.lastContext, task: { ...task, trailing }, passing: true };
  }

  /** Registers a call, which may offer jobs until it leaves: a closed crew stays until all have left. */
  enter(source: Source): void {
    this.calls.add(source);
  }

  leave(source: Source): void {
    if (!this.calls.delete(source)) return;
    for (const member of this.present()) member.forget(source.context);
    this.settle();
  }

  /** Queues a source that has jobs to take. */
  offer(source: Source): void {
    if (this.state === 'ended') return;
    if (this.queue.at(-1) !== source) this.queue.push(source);
    if (this.dispatching) return;
    // Dispatches in a microtask, so that jobs requested together are sent together.
    this.dispatching = true;
    queueMicrotask(() => {
      this.dispatching = false;
      this.dispatch();
    });
  }

  /**
   * Cancels the jobs of a source: takes back jobs not begun, and kills and replaces workers still running one after a
   * grace period. The source is notified of every job that a worker has begun.
   */
  withdraw(source: Source): void {
    const isMeant = (job: Job) => job.source === source;
    for (const member of this.present()) {
      for (const job of member.takeBack(isMeant)) source.giveBack(job);
      member.cancel(isMeant);
    }
    const holders = () =>
      this.present().filter(({ sent }) => [...sent.values()].some(({ job }) => isMeant(job)));
    this.dispatch();
    if (holders().length === 0) return;
    const timer = setInterval(() => {
      const left = holders();
      for (const member of left) if (member.running()?.job.source === source) member.kill();
      if (left.length === 0) clearInterval(timer);
    }, cancelMilliseconds);
  }

  /** Accepts no more calls; the workers end when all calls have ended. */
  close(): void {
    if (this.state === 'open') this.state = 'closed';
    this.settle();
  }

  /** Kills every worker at once; unfinished calls reject. */
  terminate(): void {
    this.end(new PoolClosedError('terminate'));
  }

  /** Resolves when no worker is left. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.joiners.push(resolve);
      for (const member of this.present()) member.hold();
      this.settle();
    });
  }

  private start(worker: number): void {
    const member: Member = new Member(worker, this.options, this.initializer, {
      ready: () => this.dispatch(),
      broken: (error) => this.giveUp(error),
      stray: (error) => {
        this.ledger.strayErrors++;
        queueMicrotask(() => this.options.stray(error)); // What it throws is its owner's.
      },
      done: (job, values, begun, milliseconds) => {
        const { pace } = job.source.context;
        const each = milliseconds / Math.max(1, job.calls);
        pace.milliseconds += pace.milliseconds === Infinity ? 0 : (each - pace.milliseconds) / 8;
        if (pace.milliseconds === Infinity) pace.milliseconds = each;
        job.source.done(job, values, worker, begun, milliseconds);
        this.answered(member);
      },
      threw: (job, error, call, path) => {
        job.source.threw(job, error, call, path);
        this.answered(member);
      },
      exit: (code, cause) => this.bury(member, code, cause),
    });
    this.members[worker] = member;
    if (this.joiners.length > 0) member.hold();
    if (!this.options.worker) return;
    const late = new Error(`the module of \`worker\` did not call serve() within ${greetMilliseconds} ms`);
    laterUnlessIdle(greetMilliseconds, () => member.greeted || member.kill(late));
  }

  private answered(member: Member): void {
    this.fruitless = 0;
    if (member.jobs >= this.options.maxJobs && member.sent.size === 0) this.retire(member);
    else this.refill(member, slotCount);
    if (member.sent.size === 0) {
      this.share(member);
      this.settle();
    }
  }

  private dispatch(): void {
    if (this.state !== 'ended' && this.nextSource()) this.spread();
    this.settle();
  }

  /** Gives jobs to the workers that have room. */
  private spread(): void {
    for (let worker = 0; worker < this.size; worker++) if (!this.members[worker]) this.restart(worker);
    // First one job for each idle worker, so that a few long jobs are spread.
    for (const limit of [1, slotCount]) {
      for (const member of this.present()) {
        if (!this.nextSource()) return;
        if (limit > 1 || member.sent.size === 0) this.refill(member, limit);
      }
    }
  }

  /** Sends jobs to a worker whose queue is short. */
  private refill(member: Member, limit: number): void {
    if (member.leaving) return;
    const batch: Job[] = [];
    const most = Math.min(limit, member.room, this.options.maxJobs - member.jobs);
    let source = this.nextSource();
    if (source && member.sent.size > this.window(source) / 2) return;
    while (source && batch.length < most && member.sent.size + batch.length < this.window(source)) {
      const job = source.take();
      if (job) batch.push(job);
      source = this.nextSource();
    }
    this.send(member, batch);
  }

  private send(member: Member, jobs: readonly Job[]): void {
    const failures = member.send(jobs);
    for (const { timeout } of jobs.map(({ source }) => source)) {
      if (timeout !== undefined) this.watchWithin(timeout);
    }
    for (const { job, error } of failures) job.source.unsendable(job, error);
    // These jobs get no answer that would trigger the next dispatch.
    if (failures.length > 0) queueMicrotask(() => this.dispatch());
  }

  /** How many jobs a worker may hold while this source is served. */
  private window({ prefetch, context, chunkSize }: Source): number {
    if (!prefetch) return 1;
    const milliseconds = Math.max(context.pace.milliseconds * chunkSize, 1e-3);
    return Math.min(slotCount, 2 + Math.floor(prefetchMilliseconds / milliseconds));
  }

  /** Work-stealing: an idle worker takes half of the jobs waiting at the worker with the most. */
  private share(idle: Member): void {
    if (idle.leaving || !idle.ready) return;
    let most: Member | undefined;
    for (const member of this.present()) if (member.behind > (most?.behind ?? 0)) most = member;
    if (!most) return;
    const limit = Math.min(Math.ceil(most.behind / 2), this.options.maxJobs - idle.jobs);
    this.send(
      idle,
      most.takeBack((job) => !job.once, limit),
    );
  }

  private nextSource(): Source | undefined {
    for (; this.queueHead < this.queue.length; this.queueHead++) {
      const source = this.queue[this.queueHead]!;
      if (source.waiting > 0) return source;
    }
    this.queue = [];
    this.queueHead = 0;
    return undefined;
  }

  private retire(member: Member): void {
    member.end();
    laterUnlessIdle(endMilliseconds, () => member.kill());
  }

  /** Kills the worker of a timed job that exceeded its timeout, and schedules the next check. */
  private watchWithin(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (due >= this.timerDue) return;
    clearTimeout(this.timer);
    this.timerDue = due;
    this.timer = setTimeout(() => {
      this.timerDue = Infinity;
      for (const member of this.present()) {
        const left = member.timeLeft();
        if (left === undefined || member.leaving) continue;
        const running = left <= 0 && member.running();
        if (running) {
          const { source } = running.job;
          member.kill(source.locate(new TaskTimeoutError(source.context.task.name, source.timeout!)));
        } else this.watchWithin(Math.max(1, left));
      }
    }, milliseconds);
  }

  /** Handles a worker's exit: fails or retries its running job, reassigns its waiting jobs, and replaces the worker. */
  private bury(member: Member, code: number, cause: unknown): void {
    this.members[member.worker] = undefined;
    const running = member.ready ? member.running() : undefined;
    const waiting = [...member.sent.values()].filter((sent) => sent !== running);
    member.sent.clear();
    if (this.state !== 'ended') this.mourn(member, code, cause, running, waiting);
    this.settle();
  }

  private mourn(
    member: Member,
    code: number,
    cause: unknown,
    running: Sent | undefined,
    waiting: Sent[],
  ): void {
    const task = running?.job.source.context.task.name;
    const exit = () => new WorkerExitError(code, task, member.killedFor ?? cause);
    const fruitless = !member.leaving && !running && ++this.fruitless >= fruitlessLimit;
    if (!member.ready || fruitless) {
      this.giveUp(exit());
      return;
    }
    for (const { job } of waiting) {
      if (job.once) job.source.failed(job, job.source.locate(exit()));
      else job.source.giveBack(job);
    }
    if (running) {
      const { job, cancelled } = running;
      job.deaths++;
      const error = member.killedFor ?? job.source.locate(exit());
      if (cancelled || member.killedFor) job.source.failed(job, error);
      else job.source.lost(job, error, member.worker);
    }
    // The callbacks above may have dispatched jobs and replaced the worker already.
    if (this.state === 'open' && !this.members[member.worker]) this.restart(member.worker);
    this.dispatch();
  }

  private restart(worker: number): void {
    this.ledger.restarted(worker);
    try {
      this.start(worker);
    } catch (error) {
      this.giveUp(error);
    }
  }

  /** Workers cannot start: this call and all later ones fail with the same error. */
  private giveUp(error: unknown): void {
    this.broken ??= { error };
    this.end(error);
  }

  private end(error: unknown): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.queue = [];
    this.queueHead = 0;
    clearTimeout(this.timer);
    for (const member of this.present()) {
      member.sent.clear();
      member.kill();
    }
    for (const source of [...this.calls]) source.abandon(error);
    this.settle();
  }

  /** Once no more calls can come, lets idle workers end, and resolves `ended` when all have. */
  private settle(): void {
    if (this.state === 'open') return;
    const waited = this.joiners.length > 0;
    const over = this.calls.size === 0 || (waited && [...this.calls].every(({ stalled }) => stalled));
    const present = this.present();
    if (this.state === 'closed' && over) {
      for (const member of present) if (member.sent.size === 0 && !member.leaving) this.retire(member);
    }
    if (over && present.length === 0) for (const resolve of this.joiners.splice(0)) resolve();
  }

  private present(): Member[] {
    return this.members.filter((member) => member !== undefined);
  }
}

function laterUnlessIdle(milliseconds: number, action: () => void): void {
  const timer: { unref?: () => void } | number = setTimeout(action, milliseconds);
  if (typeof timer === 'object') timer.unref?.();
}
