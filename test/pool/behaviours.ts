// What the pool promises, each under the name that CPython's own tests of multiprocessing.Pool give it; the same
// code in Node and in a browser. What needs a process of its own is in node.test.ts, faults are in faults.ts.
import {
  AsyncResult,
  type MapProgress,
  Pool,
  PoolClosedError,
  type PoolOptions,
  partial,
  RemoteError,
  ResultTimeoutError,
  TaskCloneError,
  TaskError,
  type Tasks,
  WorkerExitError,
  type WorkerLike,
} from 'mandoline/pool';
import { patience } from '../patience.js';
import {
  check,
  collect,
  collectUntilError,
  equal,
  rejection,
  sleep,
  sorted,
  thrownBy,
  until,
  upTo,
} from './check.js';

export interface Setting {
  readonly jobs: Tasks<typeof import('./jobs.js')>;
  /** Where task modules can import the pool: not in a page whose modules are served as they are. */
  readonly defined?: typeof import('./defined-jobs.js') | undefined;
  /** A pool of 2 workers, or what the options say. */
  readonly pool: (options?: PoolOptions) => Pool;
  /** Such a pool that many behaviours use, one after the other, and none closes: to start workers for each takes longer. */
  readonly usual: Pool;
  /** A worker as the platform makes it, that serves no functions but takes tasks by their address. */
  readonly worker: () => WorkerLike;
  readonly isNode: boolean;
  /** Whether workers are processes; by default they are threads. */
  readonly processes?: boolean;
  /** Whether there is shared memory. */
  readonly isolated: boolean;
  /** Whether the workers' functions are built into their script, which then is the only one that they can have. */
  readonly bundled: boolean;
}

export interface Behaviour {
  readonly name: string;
  readonly check: (setting: Setting) => Promise<void>;
  /** Where it applies; default everywhere. */
  readonly where?: (setting: Setting) => boolean;
}

/** A setting whose usual pool is made when first used. */
export function settingOf(given: Omit<Setting, 'usual'>): Setting {
  let usual: Pool | undefined;
  return {
    ...given,
    get usual() {
      usual ??= given.pool();
      return usual;
    },
  };
}

const squares = (length: number) => upTo(length).map((x) => x * x);

const innerFrame = () => String(new Error('here').stack);
function outerFrame(): string {
  return innerFrame();
}

export const behaviours: readonly Behaviour[] = [
  {
    name: 'define: a defined function is called here as it is, and by workers in every kind of call',
    where: ({ defined }) => defined !== undefined,
    async check({ pool: make, defined }) {
      const { area, later, renamed, ramp, start, started } = defined!;
      equal([1, 2].map(renamed), [2, 3]);
      equal([area(2, 3), await later(4), renamed.name, area.length], [6, 5, 'addOne', 2]);
      await using pool = make({ initializer: start, initArgs: [7] } as PoolOptions);
      equal(await pool.map(renamed, upTo(5)), [1, 2, 3, 4, 5]);
      equal(await pool.map(later, [1]), [2]);
      equal(await pool.apply(area, [2, 3]), 6);
      equal(await pool.starmap(area, [[2, 3]]), [6]);
      equal(await pool.map(partial(area, 5), [2]), [10]);
      equal(await collect(pool.imap(renamed, [3])), [4]);
      equal(await pool.map(started, [1]), [7]);
      const target = new Float64Array(6);
      await pool.fill(ramp, target, [10], { slices: 3 });
      equal([...target], [10, 11, 12, 13, 14, 15]);
    },
  },
  {
    name: 'apply: equals the local call',
    async check({ usual: pool, jobs }) {
      equal(await pool.apply(jobs.square, [5]), 25);
      equal(await pool.apply(jobs.squareLater, [5]), 25);
      equal(await pool.apply(jobs.multiply, [6, 7]), 42);
    },
  },
  {
    name: 'map: equals the local map',
    async check({ usual: pool, jobs }) {
      equal(await pool.map(jobs.square, upTo(10)), squares(10));
      equal(await pool.map(jobs.squareLater, upTo(10)), squares(10));
      equal(await pool.map(jobs.square, new Set(upTo(10))), squares(10));
      equal(await pool.map(partial(jobs.scale, { by: 3 }), upTo(4)), [0, 3, 6, 9]);
    },
  },
  {
    name: 'map with chunksize: equals the local map with 20, and every other size',
    async check({ usual: pool, jobs }) {
      for (const chunkSize of [1, 2, 7, 20, 99, 100, 101, 1000])
        equal(await pool.map(jobs.square, upTo(100), { chunkSize }), squares(100));
    },
  },
  {
    name: 'starmap: each tuple is spread over the parameters',
    async check({ usual: pool, jobs }) {
      const tuples = upTo(100).map((x): [number, number] => [x, x + 1]);
      const products = upTo(100).map((x) => x * (x + 1));
      equal(await pool.starmap(jobs.multiply, tuples), products);
      equal(await pool.starmap(jobs.multiply, tuples, { chunkSize: 20 }), products);
      equal(await pool.starmapAsync(jobs.multiply, tuples).get(), products);
    },
  },
  {
    name: 'map_async, apply_async: ready, successful, wait, get, and await',
    async check({ usual: pool, jobs }) {
      const mapped = pool.mapAsync(jobs.squareLater, upTo(10));
      check(mapped instanceof AsyncResult, 'an AsyncResult');
      check(!mapped.ready(), 'not ready at once');
      try {
        mapped.successful();
        throw new TypeError('successful() did not throw');
      } catch (error) {
        check(error instanceof Error && /not ready/.test(error.message), 'successful() throws while pending');
      }
      await mapped.wait();
      check(mapped.ready() && mapped.successful(), 'ready and successful after wait()');
      equal(await mapped.get(), squares(10));
      equal(await mapped, squares(10));
      equal(await pool.applyAsync(jobs.multiply, [2, 3]), 6);

      const controller = new AbortController();
      const slow = pool.applyAsync(jobs.neverSettles, [7], { signal: controller.signal });
      await slow.wait(5);
      check(!slow.ready(), 'wait(5) came back before the result');
      const late = await rejection(slow.get(5), ResultTimeoutError);
      equal(late.timeout, 5);
      controller.abort('enough');
      equal(await thrownBy(slow.get(patience)), 'enough');
      equal(await pool.applyAsync(jobs.square, [7]).get(patience), 49);

      const failed = pool.applyAsync(partial(jobs.failAt, { at: 1 }), [1]);
      await failed.wait();
      check(failed.ready() && !failed.successful(), 'failed is ready and not successful');
      await rejection(failed.get(), RemoteError);
      await rejection(slow.get(-1), RangeError);
    },
  },
  {
    name: 'callbacks: exactly one of success and error is called, once',
    async check({ usual: pool, jobs }) {
      const told: unknown[] = [];
      const options = {
        callback: (value: unknown) => told.push(['callback', value]),
        errorCallback: (error: unknown) => told.push(['errorCallback', (error as Error).name]),
      };
      await pool.applyAsync(jobs.square, [3], options).wait();
      await pool.mapAsync(jobs.square, [1, 2], options).wait();
      await pool.mapAsync(jobs.square, [], options).wait();
      await pool.applyAsync(partial(jobs.failAt, { at: 0 }), [0], options).wait();
      await pool.mapAsync(partial(jobs.failAt, { at: 3 }), upTo(6), { ...options, chunkSize: 1 }).wait();
      await pool.starmapAsync(jobs.multiply, [[2, 3]], options).wait();
      await sleep(20);
      equal(told, [
        ['callback', 9],
        ['callback', [1, 4]],
        ['callback', []],
        ['errorCallback', 'ColdError'],
        ['errorCallback', 'ColdError'],
        ['callback', [6]],
      ]);
    },
  },
  {
    name: 'map_unpicklable: the error names module, export, item and the path inside the argument',
    async check({ usual: pool, jobs }) {
      const bad = { deep: [{ callback: () => 1 }] } as unknown as number;
      const about = ({ module, export: name, item, path }: TaskCloneError) => {
        check(module === '' || module.endsWith('/jobs.js'), `of ${module}`);
        return [name, item, path];
      };
      const caught = async (promise: PromiseLike<unknown>) => about(await rejection(promise, TaskCloneError));
      for (const chunkSize of [undefined, 1, 2, 50])
        equal(await caught(pool.map(jobs.square, [...upTo(7), bad], { chunkSize })), [
          'square',
          7,
          'item.deep[0].callback',
        ]);
      equal(await caught(pool.apply(jobs.multiply, [1, bad])), [
        'multiply',
        undefined,
        'args[1].deep[0].callback',
      ]);
      equal(
        await caught(
          pool.starmap(jobs.multiply, [
            [1, 2],
            [3, bad],
          ]),
        ),
        ['multiply', 1, 'args[1].deep[0].callback'],
      );
      equal(await caught(pool.map(partial(jobs.scale, { by: bad }), [1])), [
        'scale',
        undefined,
        'options.by.deep[0].callback',
      ]);
      const { before, error } = await collectUntilError(pool.imap(jobs.square, [1, 2, bad]));
      equal(before, [1, 4]);
      equal(about(error as TaskCloneError), ['square', 2, 'item.deep[0].callback']);
      const symbol = Symbol('none') as unknown as number;
      equal(await caught(pool.map(jobs.square, [symbol])), ['square', 0, 'item']);
      equal(await pool.map(jobs.square, upTo(5)), squares(5));
    },
  },
  {
    name: 'map_chunksize, empty_iterable: an empty input gives an empty result everywhere',
    async check({ usual: pool, jobs }) {
      async function* nothing(): AsyncGenerator<number> {}
      for (const chunkSize of [undefined, 1, 20]) {
        equal(await pool.map(jobs.square, [], { chunkSize }), []);
        equal(await pool.map(jobs.square, nothing(), { chunkSize }), []);
        equal(await pool.starmap(jobs.multiply, [], { chunkSize }), []);
        equal(await pool.mapAsync(jobs.square, [], { chunkSize }).get(), []);
        equal(await collect(pool.imap(jobs.square, [], { chunkSize })), []);
        equal(await collect(pool.imapUnordered(jobs.square, nothing(), { chunkSize })), []);
      }
      for (const chunkSize of [0, -1, 1.5]) {
        await rejection(pool.map(jobs.square, [1], { chunkSize }), RangeError);
        await rejection(collect(pool.imap(jobs.square, [1], { chunkSize })), RangeError);
      }
    },
  },
  {
    name: 'handle_iterable_exception: an input that throws rejects with that very error; the pool goes on',
    async check({ usual: pool, jobs }) {
      for (const at of [0, 3]) {
        const thrown = new Error('bad input');
        const inputs = [
          function* () {
            yield* upTo(at);
            throw thrown;
          },
          async function* () {
            yield* upTo(at);
            throw thrown;
          },
        ];
        for (const input of inputs) {
          equal(await thrownBy(pool.map(jobs.square, input())), thrown);
          equal(await thrownBy(pool.mapAsync(jobs.square, input())), thrown);
          equal(await thrownBy(collect(pool.imap(jobs.square, input()))), thrown);
          equal(await thrownBy(collect(pool.imapUnordered(jobs.square, input()))), thrown);
        }
        const tuples = function* (): Generator<[number, number]> {
          yield [1, 2];
          throw thrown;
        };
        equal(await thrownBy(pool.starmap(jobs.multiply, tuples())), thrown);
        equal(await pool.map(jobs.square, upTo(9)), squares(9));
      }
      const noItems = 5 as unknown as number[];
      await rejection(pool.map(jobs.square, noItems), TypeError);
    },
  },
  {
    name: 'imap: order is kept with any chunksize; whole chunks before a failing input are yielded, then the error',
    async check({ usual: pool, jobs }) {
      for (const chunkSize of [1, 3, 20, 500]) {
        equal(await collect(pool.imap(jobs.square, upTo(100), { chunkSize })), squares(100));
        equal(await collect(pool.imap(jobs.squareLater, upTo(30), { chunkSize })), squares(30));
      }
      const thrown = new Error('bad input');
      function* input() {
        yield* upTo(10);
        throw thrown;
      }
      for (const [chunkSize, whole] of [
        [1, 10],
        [2, 10],
        [4, 8],
        [20, 0],
      ] as const) {
        const { before, error } = await collectUntilError(pool.imap(jobs.square, input(), { chunkSize }));
        equal(before, squares(whole));
        equal(error, thrown);
      }
      const failing = pool.imap(partial(jobs.failAt, { at: 5 }), upTo(20));
      const { before, error } = await collectUntilError(failing);
      equal(before, upTo(5));
      check(error instanceof RemoteError && error.name === 'ColdError', 'the error of the task');
      equal(await failing.next(), { done: true, value: undefined });
    },
  },
  {
    name: 'imap_unordered: the same multiset; only good values before the error',
    async check({ usual: pool, jobs }) {
      for (const chunkSize of [1, 3, 53])
        equal(sorted(await collect(pool.imapUnordered(jobs.square, upTo(100), { chunkSize }))), squares(100));
      const failing = pool.imapUnordered(partial(jobs.failAt, { at: 50 }), upTo(100), { chunkSize: 5 });
      const { before, error } = await collectUntilError(failing);
      check(error instanceof RemoteError && error.name === 'ColdError', 'the error of the task');
      check(new Set(before).size === before.length && before.length % 5 === 0, 'whole chunks, none twice');
      check(
        before.every((x) => x < 50 || x >= 55),
        'nothing of the chunk that failed',
      );
    },
  },
  {
    name: 'imap with buffersize: an endless input holds at most that many; leaving early, then close and join, returns',
    async check({ pool: make, jobs }) {
      for (const ordered of [true, false]) {
        const pool = make();
        let last = { taken: 0 };
        for (const [bufferSize, chunkSize] of [
          [1, 1],
          [5, 2],
          [8, 8],
          [3, 20],
        ] as const) {
          const input = { taken: 0, isClosed: false };
          last = input;
          function* endless() {
            try {
              for (;;) yield input.taken++;
            } finally {
              input.isClosed = true;
            }
          }
          let [used, most] = [0, 0];
          const options = { bufferSize, chunkSize };
          const results = ordered
            ? pool.imap(jobs.square, endless(), options)
            : pool.imapUnordered(jobs.square, endless(), options);
          for await (const _ of results) {
            most = Math.max(most, input.taken - used);
            if (++used === 40) break;
          }
          check(most <= bufferSize, `${most} were held, not ${bufferSize}`);
          check(input.isClosed, 'the input is closed');
        }
        pool.close();
        await pool.join();
        const { taken } = last;
        await sleep(5);
        equal(last.taken, taken, 'nothing is read any more');
      }
    },
  },
  {
    name: 'imap: a closed pool finishes what is still to be read; join does not wait for a reader who waits for it',
    async check({ pool: make, jobs }) {
      const pool = make();
      const results = pool.imap(jobs.square, upTo(50), { bufferSize: 4 });
      equal(await results.next(), { done: false, value: 0 });
      pool.close();
      await pool.join();
      equal(await collect(results), squares(50).slice(1));
      await pool.join();
    },
  },
  {
    name: 'imap: several readers at once get all results',
    async check({ usual: pool, jobs }) {
      const results = pool.imap(jobs.square, upTo(5), { bufferSize: 1 });
      const read = await Promise.all(upTo(7).map(() => results.next()));
      equal(
        read.map(({ value }) => value),
        [0, 1, 4, 9, 16, undefined, undefined],
      );
    },
  },
  {
    name: 'imap: settled results go on after the error of an item, whatever the chunks; the input still ends it',
    async check({ usual: pool, jobs }) {
      const told = (result: PromiseSettledResult<unknown>) =>
        result.status === 'fulfilled' ? result.value : (result.reason as Error).name;
      for (const chunkSize of [1, 2, 5]) {
        const items = [0, 1, 2, 3, 4, 5, 6, 13];
        const options = { chunkSize, settled: true } as const;
        const results = await collect(pool.imap(jobs.failInEveryWay, items, options));
        equal(results.map(told), [0, 1, 4, 'RangeError', 16, 'TaskCloneError', 36, 'RangeError']);
        const [threw, uncloneable] = [results[3]!, results[5]!].map((each) =>
          each.status === 'rejected' ? each.reason : undefined,
        ) as [Error, TaskCloneError];
        equal(threw.message, '3 is bad');
        equal([uncloneable.item, uncloneable.path], [5, 'result.list[0]']);
        const unordered = await collect(pool.imapUnordered(jobs.failInEveryWay, items, options));
        equal(unordered.map(told).map(String).sort(), results.map(told).map(String).sort());
      }
      function* failing() {
        yield* [1, 3];
        throw new SyntaxError('no more');
      }
      const { before, error } = await collectUntilError(
        pool.imap(jobs.failInEveryWay, failing(), { settled: true }),
      );
      equal([before.map(told), (error as Error).message], [[1, 'RangeError'], 'no more']);
    },
  },
  {
    name: 'imap: settled results include those of a worker that died: its chunk is rejected, others are not',
    async check({ pool: make, jobs }) {
      await using pool = make({ onStrayError: () => {} });
      const results = await collect(pool.imap(jobs.failInEveryWay, upTo(10), { settled: true }));
      equal(results[7]!.status === 'rejected' && results[7].reason instanceof WorkerExitError, true);
      equal(
        results.map(({ status }) => status === 'fulfilled'),
        upTo(10).map((x) => ![3, 5, 7].includes(x)),
      );
    },
  },
  {
    name: 'apply: a task without parameters needs no arguments',
    async check({ usual: pool, jobs }) {
      equal([await pool.apply(jobs.answer), await pool.applyAsync(jobs.answer)], [42, 42]);
      equal(await pool.apply(partial(jobs.square, 5)), 25);
    },
  },
  {
    name: 'onProgress: map and starmap tell how many items are done, at last all; what it throws ends the call',
    async check({ usual: pool, jobs }) {
      const told: (readonly [number, number])[] = [];
      const onProgress = ({ done, items }: MapProgress) => told.push([done, items]);
      equal(await pool.map(jobs.square, upTo(20), { onProgress }), squares(20));
      equal(told.at(-1), [20, 20]);
      const slowly = partial(jobs.squareLater, 20);
      await pool.map(slowly, upTo(12), { chunkSize: 2, onProgress });
      equal(told.at(-1), [12, 12]);
      await rejection(pool.map(partial(jobs.failAt, { at: 3 }), upTo(5), { onProgress }), Error);
      equal(told.at(-1), [5, 5]);
      await pool.starmap(jobs.multiply, [[2, 3]], { onProgress });
      await pool.mapAsync(jobs.square, [], { onProgress });
      equal(told.slice(-2), [
        [1, 1],
        [0, 0],
      ]);
      check(
        told.every(([done], i) => i === 0 || told[i - 1]![1] !== told[i]![1] || told[i - 1]![0] < done),
        'it goes forward',
      );
      const stop = new Error('stop');
      const throwing = () => {
        throw stop;
      };
      equal(await thrownBy(pool.map(jobs.square, [1, 2], { onProgress: throwing })), stop);
      const endless = pool.map(jobs.neverSettles, upTo(9), {
        onProgress: ({ done }) => done === 0 && throwing(),
      });
      equal(await thrownBy(endless), stop);
      equal(await pool.map(jobs.square, [3]), [9]);
    },
  },
  {
    name: 'traceback: errors of workers that were ended begin with the frame of the caller',
    // A bundler gives functions other names.
    where: ({ bundled }) => !bundled,
    async check({ pool: make, jobs }) {
      // WebKit leaves out the frames of functions whose last act is a call.
      if (!outerFrame().includes('outerFrame')) return;
      await using pool = make({ onStrayError: () => {} });
      const caller = {
        timed: () => pool.apply(jobs.neverSettles, [1], { timeout: 20 }),
        mapped: () => pool.mapAsync(jobs.neverSettles, [1], { timeout: 20 }),
        streamed: () => pool.imap(jobs.neverSettles, [1], { timeout: 20 }).next(),
        filled: () => pool.fill(jobs.fillNeverSettling, new Uint8Array(1), [0], { timeout: 20 }),
        left: () => pool.apply(jobs.failInEveryWay, [7]),
      };
      for (const [name, call] of Object.entries(caller)) {
        const error = (await thrownBy(call())) as Error;
        const [first, second] = (error.stack ?? '').split('\n');
        equal(first, `${error.name}: ${error.message}`);
        check(second?.includes(name), `${name}: ${error.stack}`);
      }
      const threw = await rejection(pool.apply(jobs.throwTypeError, ['here']), TypeError);
      check(/called from\n[^\n]*check/.test(threw.stack!), threw.stack!);
    },
  },
  {
    name: 'make_pool: unknown options are errors that suggest the right one',
    async check({ pool: make, jobs }) {
      const suggested = async (options: object) => {
        const made = async () => make(options as PoolOptions).terminate();
        return /did you mean (\w+)\?/.exec((await rejection(made(), TypeError)).message)?.[1];
      };
      for (const [given, meant] of [
        ['processes', 'workers'],
        ['maxThreads', 'workers'],
        ['minWorkers', 'workers'],
        ['maxtasksperchild', 'maxTasksPerWorker'],
        ['max_tasks_per_worker', 'maxTasksPerWorker'],
        ['initargs', 'initArgs'],
        ['workerType', 'kind'],
        ['resourceLimit', 'resourceLimits'],
        ['retrys', 'retries'],
        ['nonsense', undefined],
      ])
        equal(await suggested({ [given!]: 1 }), meant, given);
      await using pool = make();
      const timout = { timout: 5 } as object;
      const { message } = await rejection(pool.map(jobs.square, [1], timout), TypeError);
      equal(message.slice(0, 59), 'map: option timout: unknown; did you mean timeout? The opti');
    },
  },
  {
    name: 'make_pool: -1 workers is a RangeError; 3 gives 3',
    async check({ pool: make, jobs }) {
      for (const workers of [-1, 1.5, Number.NaN, '2' as unknown as number]) {
        const made = async () => make({ workers });
        await rejection(made(), RangeError);
      }
      await using pool = make({ workers: 3 });
      equal(pool.workers, 3);
      equal(pool.stats().workers.length, 3);
      const seen = new Set<number>();
      while (seen.size < 3)
        for (const each of await pool.map(jobs.whichWorker, upTo(12), { chunkSize: 1 })) seen.add(each);
      equal(seen.size, 3);
    },
  },
  {
    name: 'terminate: with 10,000 endless tasks every call rejects, and join returns',
    async check({ pool: make, jobs, isolated }) {
      const pool = make();
      const flag = isolated ? new Int32Array(new SharedArrayBuffer(4)) : new Int32Array(1);
      const first = rejection(pool.apply(jobs.spin, [flag, false]), PoolClosedError);
      const mapped = rejection(pool.map(jobs.forever, upTo(10_000), { chunkSize: 1 }), PoolClosedError);
      const applied = upTo(100).map((x) => rejection(pool.apply(jobs.forever, [x]), PoolClosedError));
      const iterated = rejection(collect(pool.imap(jobs.forever, upTo(10))), PoolClosedError);
      // Nobody listens to these: they must not be reported as unhandled.
      void pool.map(jobs.forever, [1]);
      void pool.applyAsync(jobs.forever, [1]);
      await until(() => !isolated || Atomics.load(flag, 0) === 1);
      pool.terminate();
      await pool.join();
      await Promise.all([first, mapped, iterated, ...applied]);
      await rejection(pool.apply(jobs.square, [1]), PoolClosedError);
    },
  },
  {
    name: 'terminate: a call whose input never comes rejects too',
    async check({ pool: make, jobs }) {
      const pool = make();
      async function* never(): AsyncGenerator<number> {
        yield 1;
        await new Promise(() => {});
      }
      const mapped = rejection(pool.map(jobs.square, never()), PoolClosedError);
      const results = pool.imap(jobs.square, never());
      equal(await results.next(), { done: false, value: 1 });
      const next = rejection(results.next(), PoolClosedError);
      pool.terminate();
      await Promise.all([mapped, next, pool.join()]);
    },
  },
  {
    name: 'context: await using closes; a later call rejects with PoolClosedError',
    async check({ pool: make, jobs }) {
      let kept: Pool;
      let pending: Promise<number[]>;
      {
        await using pool = make();
        kept = pool;
        equal(await pool.map(jobs.square, upTo(5)), squares(5));
        pending = pool.map(jobs.squareLater, upTo(20), { chunkSize: 1 });
        await rejection(pool.join(), Error);
      }
      equal(await pending, squares(20));
      equal((await rejection(kept.map(jobs.square, [1]), PoolClosedError)).operation, 'map');
      await rejection(kept.apply(jobs.square, [1]), PoolClosedError);
      await rejection(kept.starmap(jobs.multiply, [[1, 2]]), PoolClosedError);
      await rejection(collect(kept.imap(jobs.square, [1])), PoolClosedError);
      await rejection(kept.applyAsync(jobs.square, [1]), PoolClosedError);
      await rejection(kept.fill(jobs.fillLater, new Uint8Array(4), []), PoolClosedError);
    },
  },
  {
    name: 'traceback: the error of a task has the stacks of the worker and of the caller',
    async check({ usual: pool, jobs, bundled }) {
      const error = await rejection(pool.map(partial(jobs.failAt, { at: 1 }), [1]), RemoteError);
      if (bundled) check(/called from/.test(error.stack!), error.stack!);
      else
        check(
          /failAt[\s\S]*jobs\.js[\s\S]*called from[\s\S]*behaviours\.js/.test(error.stack!),
          error.stack!,
        );
    },
  },
  {
    name: 'wrapped_exception: name, message, cause and own fields arrive; a known class as that class',
    async check({ usual: pool, jobs }) {
      const error = await rejection(pool.apply(partial(jobs.failAt, { at: 1 }), [1]), RemoteError);
      equal([error.name, error.message], ['ColdError', '1 is too cold']);
      equal((error as RemoteError & { degrees: number }).degrees, -7);
      check(error.cause instanceof RangeError && error.cause.message === 'below zero', 'the cause');
      equal((await rejection(pool.apply(jobs.throwTypeError, ['so']), TypeError)).message, 'so');
      const several = await rejection(pool.apply(jobs.throwAggregate, []), AggregateError);
      equal(
        several.errors.map(({ name, message }) => [name, message]),
        [
          ['RangeError', 'one'],
          ['TypeError', 'two'],
        ],
      );
      const abort = await rejection(pool.apply(jobs.throwAbort, []), DOMException);
      equal([abort.name, abort.message], ['AbortError', 'enough']);
      const mixed = await rejection(pool.apply(jobs.throwUncloneableField, []), Error);
      equal({ ...mixed }, { good: 1 });
      for (const value of [undefined, null, 0, 'text', { code: 5 }])
        equal(await thrownBy(pool.apply(jobs.throwValue, [value])), value);
    },
  },
  {
    name: 'map_no_failfast: all jobs are waited for, and the first error in order is told; big errors hurt nobody',
    async check({ pool: make, jobs, isolated }) {
      const pool = make();
      if (isolated) {
        const counter = new Int32Array(new SharedArrayBuffer(4));
        const kinds = upTo(30).map((x): [Int32Array, 'throw' | 'wait'] => [
          counter,
          x === 0 ? 'throw' : 'wait',
        ]);
        await rejection(pool.starmap(jobs.countAnd, kinds, { chunkSize: 1 }), RangeError);
        equal(counter[0], 30);
      }
      const error = await rejection(
        pool.map(partial(jobs.failAt, { at: 2 }), upTo(9), { chunkSize: 3 }),
        Error,
      );
      equal(error.message, '2 is too cold');
      const long = await Promise.all(upTo(6).map(() => rejection(pool.apply(jobs.failLong, [1]), Error)));
      check(
        long.every(({ message }) => message.length === 1_000_000),
        'the whole message',
      );
      pool.close();
      await pool.join();
    },
  },
  {
    name: 'unpicklable_result: a result that cannot be cloned rejects with a clear error; the worker lives on',
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const [worker] = await pool.map(jobs.whichWorker, [1]);
      for (const chunkSize of [1, 4]) {
        const error = await rejection(pool.map(jobs.returnFunction, upTo(4), { chunkSize }), TaskCloneError);
        equal([error.item, error.path, error.task], [2, 'result.list[1].handle', 'returnFunction']);
      }
      const single = await rejection(pool.apply(jobs.returnFunction, [2]), TaskCloneError);
      equal([single.item, single.path], [undefined, 'result.list[1].handle']);
      equal(await pool.map(jobs.whichWorker, [1]), [worker]);
    },
  },
  {
    name: 'worker_lifetime: 100 tasks are right over recycled workers; 0, -1, 0.5 and "12" are RangeErrors',
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 3, maxTasksPerWorker: 20 });
      const results = upTo(100).map((x) => pool.apply(jobs.square, [x]));
      equal(await Promise.all(results), squares(100));
      await until(() => pool.stats().workers.reduce((sum, { restarts }) => sum + restarts, 0) >= 2);
      const tokens = await pool.map(jobs.whichWorker, upTo(50), { chunkSize: 1 });
      for (const token of new Set(tokens))
        check(tokens.filter((each) => each === token).length <= 20, 'at most 20');
      for (const maxTasksPerWorker of [0, -1, 0.5, '12' as unknown as number]) {
        const made = async () => make({ maxTasksPerWorker });
        await rejection(made(), RangeError);
      }
    },
  },
  {
    name: 'lifetime_early_close: with recycling and queued tasks, close then join finishes them all',
    async check({ pool: make, jobs }) {
      const pool = make({ workers: 3, maxTasksPerWorker: 1 });
      const results = upTo(6).map((x) => pool.applyAsync(jobs.squareLater, [x, 30]));
      pool.close();
      await pool.join();
      check(
        results.every((result) => result.ready() && result.successful()),
        'all are done',
      );
      equal(await Promise.all(results), squares(6));
    },
  },
  {
    name: 'no_leak_on_failure: where the 4th of 5 workers cannot start there is an error and no worker is left',
    async check({ worker, jobs, bundled, pool: make }) {
      let made = 0;
      const alive: Promise<unknown>[] = [];
      const failing = (): WorkerLike => {
        if (++made === 4) throw new Error('no more threads');
        const each = worker();
        alive.push(endOf(each));
        return each;
      };
      const making = async () => new Pool({ workers: 5, worker: failing });
      equal((await rejection(making(), Error)).message, 'no more threads');
      equal(made, 4);
      equal(alive.length, 3);
      await Promise.all(alive);
      // And one that starts but never becomes a worker.
      if (bundled) return;
      await using pool = make();
      equal(await pool.map(jobs.square, [2]), [4]);
    },
  },
  {
    name: 'initializer: runs once in each worker before its first task, with its arguments',
    async check({ pool: make, jobs }) {
      const pool = make({ workers: 3, initializer: jobs.initialize, initArgs: ['a', { b: 1 }] });
      await using closing = pool;
      equal(await closing.map(jobs.initializedTimes, upTo(30), { chunkSize: 1 }), upTo(30).fill(1));
      equal(await pool.apply(jobs.initializedWith, []), ['a', { b: 1 }]);
    },
  },
  {
    name: 'initializer: one that throws rejects every call and does not respawn for ever',
    async check({ pool: make, jobs }) {
      const pool = make({ workers: 3, initializer: jobs.failToInitialize });
      for (let i = 0; i < 2; i++) {
        const error = await rejection(pool.map(jobs.square, upTo(10)), RangeError);
        equal(error.message, 'no such device');
      }
      equal((await rejection(collect(pool.imap(jobs.square, [1])), RangeError)).message, 'no such device');
      check(
        pool.stats().workers.every(({ restarts }) => restarts === 0),
        'nobody took their place',
      );
      pool.close();
      await pool.join();
      const hanging = make({ initializer: jobs.neverInitialized });
      const waiting = rejection(hanging.map(jobs.square, [1]), PoolClosedError);
      await sleep(20);
      hanging.terminate();
      await Promise.all([waiting, hanging.join()]);
    },
  },
  {
    name: 'pool_in_worker: a pool inside a worker works',
    // Without a bundler a browser's worker has no import map, so that `mandoline/pool` means nothing to it.
    where: ({ isNode, bundled }) => isNode || bundled,
    async check({ usual: pool, jobs, bundled }) {
      equal(await pool.map(partial(jobs.poolInside, bundled), [3, 5], { chunkSize: 1 }), [
        squares(3),
        squares(5),
      ]);
    },
  },
  {
    name: 'lambda: a function rejects with what to do instead, and so does a name that is not exported',
    async check({ usual: pool, jobs, bundled }) {
      const lambda = ((x: number) => x + 1) as unknown as typeof jobs.square;
      for (const call of [
        () => pool.map(lambda, [1]),
        () => pool.apply(lambda, [1]),
        () => pool.starmap(lambda, [[1]]),
        () => collect(pool.imap(lambda, [1])),
        () => collect(pool.imapUnordered(lambda, [1])),
        () => pool.mapAsync(lambda, [1]),
      ]) {
        const error = await rejection(call(), TaskError);
        // A bundler may give it another name.
        const named = bundled ? /^the function .* cannot be sent/ : /lambda/;
        check(named.test(error.message), error.message);
        check(/define\(import\.meta\.url/.test(error.message), error.message);
      }
      const { missing } = jobs as unknown as { missing: typeof jobs.square };
      const error = await rejection(pool.map(missing, [1]), TaskError);
      check(
        (bundled ? /no function missing is registered/ : /exports no function missing/).test(error.message),
        error.message,
      );
      check(/square/.test(error.message), 'says what there is');
      equal(await pool.map(jobs.square, [3]), [9]);
    },
  },
  {
    name: 'partial: its value is cloned once per worker and call, and may be set again and again',
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const state = { calls: 0 };
      const counting = partial(jobs.callsWith, state);
      equal(await pool.map(counting, upTo(5), { chunkSize: 2 }), [1, 2, 3, 4, 5]);
      equal(await pool.map(counting, upTo(2)), [1, 2]);
      state.calls = 10;
      equal(await pool.map(counting, upTo(2)), [11, 12]);
      equal(await pool.apply(partial(partial(jobs.multiply, 6), 7), []), 42);
    },
  },
  {
    name: 'views: a part of a buffer is sent and returned as that part alone, a buffer to be transferred is moved',
    async check({ usual: pool, jobs, isolated }) {
      const all = new Uint8Array(1000);
      const parts = upTo(10).map((i) => all.subarray(100 * i, 100 * (i + 1)));
      equal(await pool.map(jobs.bytesBehind, parts), Array(10).fill(100));
      equal(await pool.apply(jobs.bytesBehindField, [{ view: parts[3]! }]), 100);
      equal((await pool.apply(jobs.firstHalf, [7])).buffer.byteLength, 500);
      equal(await pool.apply(jobs.sum, [new Float64Array([1, 2, 3]).subarray(1)]), 5);
      if (isolated) {
        const shared = new Uint8Array(new SharedArrayBuffer(1000));
        equal(await pool.apply(jobs.bytesBehind, [shared.subarray(10, 20)]), 1000);
      }
      const moved = new ArrayBuffer(64);
      equal(await pool.apply(jobs.lengthOf, [moved], { transfer: [moved] }), 64);
      equal(moved.byteLength, 0);
    },
  },
  {
    name: 'stats: tasks, slices, busy time, restarts, queue lengths and a time line',
    async check({ pool: make, jobs }) {
      await using pool = make();
      await pool.map(jobs.squareLater, upTo(10), { chunkSize: 2 });
      await pool.fill(jobs.fillLater, new Uint8Array(6), [], { slices: 3 });
      const { workers, queued, running, fills, timeline, strayErrors } = pool.stats();
      const total = (count: 'tasks' | 'slices' | 'busy') =>
        workers.reduce((sum, each) => sum + each[count], 0);
      equal([total('tasks'), total('slices'), queued, running, strayErrors], [10, 3, 0, 0, 0]);
      equal(fills, { shared: 0, copied: 1 });
      check(total('busy') > 0.005, 'busy at least as long as the tasks slept');
      equal(
        sorted(timeline.filter(({ kind }) => kind === 'chunk').map(({ first }) => first)),
        [0, 2, 4, 6, 8],
      );
      equal(sorted(timeline.filter(({ kind }) => kind === 'slice').map(({ first }) => first)), [0, 1, 2]);
      check(
        timeline.every(({ worker, start, end }) => worker in [0, 1] && start <= end),
        'of worker 0 or 1, and forward in time',
      );
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = thrownBy(pool.map(jobs.neverSettles, upTo(100), { chunkSize: 1, signal }));
      await until(() => pool.stats().running >= 2);
      const busy = pool.stats();
      check(busy.queued + busy.running === 100, `${busy.queued} queued, ${busy.running} running`);
      controller.abort('enough');
      equal(await waiting, 'enough');
    },
  },
];

/** Resolves when a worker has ended, as far as its platform tells. */
async function endOf(worker: WorkerLike): Promise<void> {
  if ('on' in worker) {
    const { on } = worker as { on(event: 'exit', listener: () => void): void };
    await new Promise<void>((resolve) => on.call(worker, 'exit', resolve));
    return;
  }
  // A browser tells nothing; that it was told to end is all that can be seen.
  const terminate = worker.terminate.bind(worker);
  await new Promise<void>((resolve) => {
    worker.terminate = () => {
      terminate();
      resolve();
    };
  });
}
