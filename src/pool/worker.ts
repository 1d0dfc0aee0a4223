// A worker's loop: takes jobs in the order of arrival, one at a time, and answers each. thread.node.ts and
// thread.web.ts connect it to the pool; member.ts is the pool's side.
import { isCloneFailure } from './cloning.js';
import { current } from './current.js';
import { errorToData } from './error-data.js';
import {
  type ContextMessage,
  clock,
  type JobMessage,
  type MemberCells,
  type PoolMessage,
  type SettledCall,
  slotCount,
  type WorkerMessage,
} from './protocol.js';
import { cloneableOutcome, isThenable, uncloneableResult } from './run-calls.js';
import { runJob } from './run-job.js';
import { type Functions, makeContexts, type Run, type Source } from './worker-functions.js';

/** The number of the initializer, which is treated as a job; real jobs are numbered from 1. */
const initializing = 0;

export interface WorkerLine extends Source {
  post(message: PoolMessage, transfer?: readonly object[]): void;
  /** Ends this thread. */
  end(): void;
  /** Runs an action so that its errors reach `stray` with the job's number; absent if the platform cannot tell. */
  within?<T>(job: number, action: () => T): T;
}

/**
 * Connects a worker to the pool: pass all messages to `receive`, and every uncaught error to `stray`. `served` are the
 * functions of a worker that the user made.
 */
export function runWorker(line: WorkerLine, served: Functions | undefined) {
  const { post, end } = line;
  const contexts = makeContexts(line, served);
  const answers = makeAnswers(post);
  const guard = makeGuard();
  let worker = 0;
  let cells: MemberCells | undefined;
  let busy = true;
  let cancelled = 0;
  const inbox: (JobMessage | readonly ['end'])[] = [];
  if (!line.isLocal) current.isWorker = true;
  post(['hello']);

  return {
    receive(messages: readonly WorkerMessage[]): void {
      for (const message of messages) {
        if (message[0] === 'begin') void begin(message);
        else if (message[0] === 'context') contexts.learn(message);
        else if (message[0] === 'forget') contexts.forget(message[1]);
        else if (message[0] === 'cancel') cancelled = message[1];
        else inbox.push(message);
      }
      work();
    },
    /** `job` is the job that caused the error, if known. */
    stray(error: unknown, job?: number): void {
      if (!guard.fail(error, job)) post(['stray', errorToData(error)]);
    },
  };

  async function begin([, number, shared, initializer]: Extract<
    WorkerMessage,
    readonly ['begin', ...unknown[]]
  >) {
    worker = number;
    cells = shared;
    try {
      if (initializer) {
        const run = () => initialize(initializer);
        await guard.unlessStray(initializing, line.within ? line.within(initializing, run) : run());
      }
      post(['ready']);
      busy = false;
      work();
    } catch (error) {
      // Stays busy: a worker whose initializer failed runs no jobs.
      post(['broken', errorToData(error)]);
    }
  }

  async function initialize(initializer: ContextMessage): Promise<void> {
    contexts.learn(initializer);
    const context = contexts.get(initializer[1]);
    await (await contexts.find(context))(...context.trailing);
  }

  /** Runs waiting jobs. Avoids needless awaits: a turn of the event loop costs more than a small task. */
  function work(): void {
    while (!busy && inbox.length > 0) {
      const message = inbox.shift()!;
      if (message[0] === 'end') {
        end();
        return;
      }
      const [, job, slot, , timed] = message;
      if (cells && timed) Atomics.store(cells.started, 0, 0n);
      // The pool may have taken the job back while it waited here.
      if (cells && Atomics.compareExchange(cells.slots, slot, job, -job) !== job) continue;
      const pending = line.within ? line.within(job, () => perform(message)) : perform(message);
      if (!pending) continue;
      busy = true;
      void pending.then(() => {
        busy = false;
        work();
      });
    }
  }

  /** Runs a job and answers it; never throws. Returns a promise only if the job is asynchronous. */
  function perform(message: JobMessage): Promise<void> | undefined {
    const [, job, , number, timed] = message;
    const context = contexts.get(number);
    const begun = clock();
    const progress = { call: 0 };
    current.cancelled = () =>
      cancelled === job || (cells !== undefined && Atomics.load(cells.slots, slotCount) === job);
    const starting = timed ? () => tellStarted(job) : undefined;
    const execute = (run: Run) => runJob(message, run, context.trailing, { worker, progress, starting });
    const succeeded = (values: readonly unknown[]) => answers.succeeded(message, values, begun);
    const failed = (error: unknown) => answers.failed(job, error, progress.call);
    try {
      // The import counts towards the timeout, because it may never end.
      if (timed && !context.run) tellStarted(job);
      const values = context.run ? execute(context.run) : contexts.find(context).then(execute);
      if (isThenable(values)) return guard.unlessStray(job, values).then(succeeded, failed);
      succeeded(values);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  function tellStarted(job: number): void {
    if (cells) Atomics.store(cells.started, 0, BigInt(Math.round(clock() * 1000)));
    else post(['started', job]);
  }
}

/** Posts the answers of jobs, even if a result or an error cannot be sent; never throws. */
function makeAnswers(post: WorkerLine['post']) {
  return {
    succeeded(message: JobMessage, values: readonly unknown[], begun: number): void {
      const [kind, job] = message;
      try {
        const transfer = kind === 'slice' ? [message[6].buffer as ArrayBuffer] : [];
        post(['done', job, values, begun, clock() - begun], transfer);
      } catch (error) {
        if (kind === 'settled') {
          post(['done', job, (values as SettledCall[]).map(cloneableOutcome), begun, clock() - begun]);
          return;
        }
        const { call, path } = uncloneableResult(values);
        failed(job, error, call, isCloneFailure(error) ? path : undefined);
      }
    },
    failed,
  };

  function failed(job: number, error: unknown, call: number, path?: string): void {
    try {
      post(['failed', job, errorToData(error), call, path]);
    } catch (failure) {
      // The answer did not fit into memory.
      post(['failed', job, errorToData(failure), call]);
    }
  }
}

/** Lets an error outside of any call fail the job that caused it. */
function makeGuard() {
  /** The job being awaited, and a function that makes it fail. */
  let pending: { readonly job: number; readonly fail: (error: unknown) => void } | undefined;
  return {
    /** Awaits a job. If one of its callbacks throws, its promise may never settle: it then fails with that error. */
    unlessStray<T>(job: number, awaited: PromiseLike<T>): Promise<T> {
      const failure = new Promise<never>((_, reject) => {
        pending = { job, fail: reject };
      });
      const over = () => {
        pending = undefined;
      };
      return Promise.race([awaited, failure]).finally(over);
    },
    /** Fails the awaited job, if it caused the error; returns whether it did. */
    fail(error: unknown, job: number | undefined): boolean {
      if (pending === undefined || pending.job !== job) return false;
      pending.fail(error);
      return true;
    },
  };
}
