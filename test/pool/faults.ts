// What the pool promises beyond Python's, whose pool hangs when a worker dies: each fault settles, hurts nobody
// beside it, and leaves a pool that works. Also the stress test's and the soak's material.
import { type Pool, PoolClosedError, partial, TaskTimeoutError, WorkerExitError } from 'mandoline/pool';
import type { Behaviour, Setting } from './behaviours.js';
import { check, collect, equal, inOneOf, rejection, thrownBy, until, upTo } from './check.js';

export interface Fault {
  readonly name: string;
  /** In how many milliseconds it settles on an idle machine: measured by bench/faults.ts, asserted by no test. */
  readonly within: number;
  /** Causes the fault in a pool and checks what it promises. Leaves the pool open. */
  readonly cause: (pool: Pool, setting: Setting) => Promise<void>;
  readonly options?: {
    readonly retries?: number;
    readonly resourceLimits?: { maxOldGenerationSizeMb: number };
  };
  readonly where?: (setting: Setting) => boolean;
}

const isNode = ({ isNode }: Setting) => isNode;
const isShared = ({ isNode, isolated }: Setting) => isNode && isolated;
/** A worker in a browser cannot tell when it ends, so that its exit code is 0. */
const exitCode = ({ isNode }: Setting) => (isNode ? 3 : 0);

export const faults: readonly Fault[] = [
  {
    name: 'exit inside a task: it rejects with WorkerExitError and its code; tasks beside it are unhurt',
    within: 1000,
    async cause(pool, setting) {
      const { jobs } = setting;
      const leaving = partial(jobs.leave, { at: 2, code: 3 });
      const beside = upTo(30).map((x) => pool.apply(jobs.square, [x]));
      const error = await rejection(pool.map(leaving, upTo(5), { chunkSize: 1 }), WorkerExitError);
      equal([error.code, error.task], [exitCode(setting), 'leave']);
      equal(
        await Promise.all(beside),
        upTo(30).map((x) => x * x),
      );
      // What waited behind the one that left is done by others.
      const settled = await Promise.allSettled(upTo(8).map((x) => pool.apply(leaving, [x])));
      equal(
        settled.map(({ status }) => status === 'fulfilled'),
        upTo(8).map((x) => x !== 2),
      );
    },
  },
  {
    name: 'exit inside a task that is tried again: it succeeds where `retries` says so',
    within: 1500,
    options: { retries: 2 },
    where: isShared,
    async cause(pool, { jobs }) {
      const deaths = (count: number) => new Int32Array(new SharedArrayBuffer(4)).fill(count);
      equal(await pool.apply(jobs.leaveWhile, [deaths(2)]), 'done');
      const always = deaths(100);
      const error = await rejection(pool.apply(jobs.leaveWhile, [always]), WorkerExitError);
      equal([error.code, always[0]], [9, 97]);
    },
  },
  {
    name: 'an endless task with an AbortSignal: it alone is ended, what is queued behind it runs',
    within: 1000,
    async cause(pool, { jobs, isolated }) {
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error('enough');
      const flags = upTo(5).map(
        () => new Int32Array(isolated ? new SharedArrayBuffer(4) : new ArrayBuffer(4)),
      );
      const endless = flags.map((flag) => thrownBy(pool.apply(jobs.spin, [flag, false], { signal })));
      const mapped = thrownBy(pool.map(jobs.neverSettles, upTo(100), { signal }));
      const behind = pool.map(jobs.square, upTo(10), { chunkSize: 1 });
      // Until every worker runs one. Without shared memory nobody sees that, but no job that was sent is taken back.
      const spinning = () => flags.filter((flag) => Atomics.load(flag, 0) === 1).length;
      await until(() => !isolated || spinning() === pool.workers);
      controller.abort(reason);
      equal(await Promise.all([...endless, mapped]), Array(6).fill(reason));
      equal(
        await behind,
        upTo(10).map((x) => x * x),
      );
      equal(await thrownBy(pool.map(jobs.square, [1], { signal })), reason);
      equal(await thrownBy(collect(pool.imap(jobs.square, [1], { signal }))), reason);
    },
  },
  {
    name: 'an endless task with a timeout: TaskTimeoutError for it alone; the timer starts when the task does',
    within: 1000,
    async cause(pool, { jobs }) {
      // Where the machine is so busy that a call takes longer than it may, all have more time; if the timer started
      // sooner than the task, none would ever be enough.
      await withTimeEnough(async (timeout) => {
        // Every worker is busy for longer than those that wait for it may take.
        const slowly = partial(jobs.squareLater, 1.5 * timeout);
        const before = pool.map(slowly, upTo(pool.workers), { chunkSize: 1 });
        const waiting = pool.map(jobs.square, upTo(5), { chunkSize: 1, timeout });
        // All calls of a chunk together take longer than one of them may; each takes a small part of its time.
        const chunk = pool.map(partial(jobs.squareLater, timeout / 20), upTo(24), { chunkSize: 24, timeout });
        const given = await Promise.allSettled([before, waiting, chunk]);
        for (const each of given) if (each.status === 'rejected') throw each.reason;
        equal((await before).length, pool.workers);
        equal(
          await waiting,
          upTo(5).map((x) => x * x),
        );
        equal(
          await chunk,
          upTo(24).map((x) => x * x),
        );
      });
      const beside = pool.map(partial(jobs.squareLater, 1), upTo(20), { chunkSize: 1 });
      const error = await rejection(pool.apply(jobs.forever, [1], { timeout: 50 }), TaskTimeoutError);
      equal([error.task, error.timeout], ['forever', 50]);
      equal((await beside).length, 20);
    },
  },
  {
    name: 'heap out of memory: rejects with the reason',
    within: 5000,
    options: { resourceLimits: { maxOldGenerationSizeMb: 24 } },
    where: isNode,
    async cause(pool, { jobs, processes }) {
      const beside = pool.map(jobs.square, upTo(10));
      const error = await rejection(pool.apply(jobs.exhaustHeap, [1]), WorkerExitError);
      if (processes) equal(error.code, 134);
      else equal((error.cause as { code?: string }).code, 'ERR_WORKER_OUT_OF_MEMORY');
      check(/memory/.test(error.message), error.message);
      equal(
        await beside,
        upTo(10).map((x) => x * x),
      );
    },
  },
  {
    name: 'a throw after the task has ended: reported, hurts no other task',
    within: 1000,
    async cause(pool, { jobs }) {
      const before = pool.stats().strayErrors;
      equal(await pool.map(jobs.throwLater, [1, 2], { chunkSize: 1 }), [1, 2]);
      equal(await pool.map(jobs.rejectLater, [3], { chunkSize: 1 }), [3]);
      while (pool.stats().strayErrors < before + 3) equal(await pool.map(jobs.squareLater, [3]), [9]);
    },
  },
  {
    name: 'a worker ends between tasks: nobody is hurt',
    within: 1000,
    where: isNode,
    async cause(pool, { jobs }) {
      const restarts = () => pool.stats().workers.reduce((sum, each) => sum + each.restarts, 0);
      const before = restarts();
      equal(await pool.apply(jobs.leaveLater, [1]), 1);
      await until(() => restarts() > before);
    },
  },
  {
    name: 'a worker dies while it holds slices: they are given out again once it is gone, and no slice twice',
    within: 1500,
    where: isShared,
    async cause(pool, { jobs }) {
      for (const died of [1, 2]) {
        const target = new Uint8Array(new SharedArrayBuffer(60));
        const deaths = new Int32Array(new SharedArrayBuffer(4)).fill(died);
        const report = await pool.fill(jobs.fillDying, target, [7, deaths], { slices: 20 });
        equal([...target], Array(60).fill(1));
        equal(
          report.timeline.map(({ slice }) => slice),
          upTo(20),
        );
        const copied = new Uint8Array(60);
        deaths.fill(died);
        await pool.fill(jobs.fillDying, copied, [7, deaths], { slices: 20 });
        equal([...copied], Array(60).fill(1));
      }
    },
  },
];

/** The faults as behaviours: once in a pool that is new, after which its map is right and it joins. */
export const faultBehaviours: readonly Behaviour[] = [
  ...faults.map(
    (fault): Behaviour => ({
      name: fault.name,
      ...(fault.where && { where: fault.where }),
      async check(setting) {
        await using pool = setting.pool({ ...fault.options, onStrayError: () => {} });
        await fault.cause(pool, setting);
        equal(
          await pool.map(setting.jobs.square, upTo(20)),
          upTo(20).map((x) => x * x),
        );
      },
    }),
  ),
  {
    name: 'retries: what transferred its arguments is not tried again',
    where: isShared,
    async check({ pool: make, jobs }) {
      await using pool = make({ retries: 3 });
      const times = new Int32Array(new SharedArrayBuffer(4));
      const buffer = new ArrayBuffer(8);
      await rejection(pool.apply(jobs.leaveWith, [buffer, times], { transfer: [buffer] }), WorkerExitError);
      equal(times[0], 1);
      await rejection(pool.apply(jobs.leaveWith, [new ArrayBuffer(8), times]), WorkerExitError);
      equal(times[0], 5);
    },
  },
  {
    name: 'cancel: a task that asks whether it is cancelled, and returns, keeps its worker',
    where: ({ isolated }) => isolated,
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const keepsWorker = async () => {
        const [worker] = await pool.map(jobs.whichWorker, [1]);
        const flag = new Int32Array(new SharedArrayBuffer(4));
        const controller = new AbortController();
        const spinning = thrownBy(pool.apply(jobs.spin, [flag, true], { signal: controller.signal }));
        await until(() => Atomics.load(flag, 0) === 1);
        controller.abort('enough');
        equal(await spinning, 'enough');
        const [next] = await pool.map(jobs.whichWorker, [1]);
        return next === worker && Atomics.load(flag, 0) === 2;
      };
      check(await inOneOf(20, keepsWorker), 'the worker is kept');
    },
  },
  {
    name: 'cancel: only what is meant is cancelled of what is queued, and nothing that was not begun is run',
    where: ({ isolated }) => isolated,
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const counter = new Int32Array(new SharedArrayBuffer(4));
      const controller = new AbortController();
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const first = pool.apply(jobs.holdUntilLowered, [flag]);
      const meant = thrownBy(
        pool.starmap(jobs.countAnd, Array(50).fill([counter, 'return']), {
          chunkSize: 1,
          signal: controller.signal,
        }),
      );
      const other = pool.map(jobs.square, upTo(5), { chunkSize: 1 });
      await until(() => Atomics.load(flag, 0) === 1);
      controller.abort('enough');
      equal(await meant, 'enough');
      Atomics.store(flag, 0, 0);
      Atomics.notify(flag, 0);
      equal([await first, await other], ['lowered', [0, 1, 4, 9, 16]]);
      equal(counter[0], 0);
    },
  },
  {
    name: 'long tasks hold up nobody: what waits behind one is done by a worker that is free',
    where: ({ isolated }) => isolated,
    async check({ usual: pool, jobs }) {
      await pool.map(jobs.square, upTo(200), { chunkSize: 1 });
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const controller = new AbortController();
      const long = thrownBy(pool.apply(jobs.spin, [flag, true], { signal: controller.signal }));
      equal(
        await Promise.all(upTo(100).map((x) => pool.apply(jobs.square, [x]))),
        upTo(100).map((x) => x * x),
      );
      controller.abort('enough');
      equal(await long, 'enough');
    },
  },
  {
    name: 'taskTimeout: of the pool, for every call of a task in a chunk, and for slices',
    async check({ pool: make, jobs, isolated }) {
      // Long enough for a new worker to import its module, and for nothing that ends to be too late.
      const taskTimeout = 2000;
      await using pool = make({ taskTimeout, workers: 4 });
      // Together they take longer than one of them may; each takes a small part of its time.
      const chunk = pool.map(partial(jobs.squareLater, taskTimeout / 20), upTo(24), { chunkSize: 24 });
      const mapped = rejection(pool.map(jobs.neverSettles, [1]), TaskTimeoutError);
      const targets = [new Uint8Array(8), ...(isolated ? [new Uint8Array(new SharedArrayBuffer(8))] : [])];
      const filled = targets.map((target) =>
        rejection(pool.fill(jobs.fillNeverSettling, target, [5], { slices: 8 }), TaskTimeoutError),
      );
      for (const error of await Promise.all([mapped, ...filled])) equal(error.timeout, taskTimeout);
      equal(
        await chunk,
        upTo(24).map((x) => x * x),
      );
      equal(await pool.map(jobs.square, [4]), [16]);
      await rejection(pool.apply(jobs.square, [1], { timeout: -1 }), RangeError);
      const made = async () => make({ taskTimeout: 0 });
      await rejection(made(), RangeError);
    },
  },
  {
    name: 'a fill that fails by its time, with others behind it: one worker takes the place of the one that was ended',
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const fill = () => pool.fill(jobs.fillForever, new Uint8Array(2), [0], { slices: 2, timeout: 100 });
      // One that was forgotten would not be ended either.
      const fills = [fill(), fill()].map((filled) => rejection(filled, TaskTimeoutError));
      await Promise.all(fills);
      equal(await pool.apply(jobs.square, [3]), 9);
      equal(
        pool.stats().workers.map(({ restarts }) => restarts),
        [2],
      );
    },
  },
  {
    name: 'terminate: a fill that runs rejects, and join waits until nobody writes any more',
    where: ({ isolated }) => isolated,
    async check({ pool: make, jobs }) {
      const pool = make();
      const target = new Uint8Array(new SharedArrayBuffer(8));
      const filled = rejection(pool.fill(jobs.fillForever, target, [0], { slices: 8 }), PoolClosedError);
      await until(() => Atomics.load(target, 7) === 1);
      pool.terminate();
      await Promise.all([filled, pool.join()]);
    },
  },
];

/** Runs something with a time limit, and with twice as much where that was too short, up to minutes. */
async function withTimeEnough(run: (timeout: number) => Promise<void>): Promise<void> {
  for (let timeout = 300; ; timeout *= 2)
    try {
      return await run(timeout);
    } catch (error) {
      if (!(error instanceof TaskTimeoutError) || timeout > 100_000) throw error;
    }
}
