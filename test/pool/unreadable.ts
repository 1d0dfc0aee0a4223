// "It never hangs", whatever a task throws, returns or posts, and whatever its caller gives: each call settles, and the
// pool goes on. The same code in Node and in a browser.
import {
  type Pool,
  PoolClosedError,
  type PoolOptions,
  partial,
  TaskCloneError,
  TaskError,
  TaskTimeoutError,
  tasks,
} from 'mandoline/pool';
import type { Behaviour, Setting } from './behaviours.js';
import { check, collect, equal, rejection, thrownBy } from './check.js';

/** A value that the types do not allow. */
const any = <T>(value: unknown): T => value as T;
const lazy = (): object => ({
  get owner() {
    throw new Error('not loaded');
  },
});
const always =
  <T>(value: T) =>
  () =>
    value;
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const messageOf = async (promise: PromiseLike<unknown>): Promise<string> =>
  ((await rejection(promise, TypeError)) as Error).message;

async function stillWorks(pool: Pool, { jobs }: Setting): Promise<void> {
  equal(await pool.map(jobs.square, [1, 2, 3]), [1, 4, 9]);
}

export const unreadableBehaviours: readonly Behaviour[] = [
  {
    name: 'apply: an error that cannot be read rejects its call, whatever the call',
    async check(setting) {
      const { jobs } = setting;
      const pool = setting.usual;
      for (const kind of await pool.apply(jobs.unreadableKinds, [])) {
        await thrownBy(pool.apply(jobs.throwUnreadable, [kind]));
        await thrownBy(pool.map(jobs.rejectUnreadable, [kind, kind], { chunkSize: 1 }));
        await thrownBy(collect(pool.imap(jobs.throwUnreadable, [kind])));
        await thrownBy(pool.fill(jobs.fillUnreadable, new Uint8Array(4), [kind]));
      }
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'an error whose causes never end rejects its call with the first of them',
    async check(setting) {
      await using pool = setting.pool({ workers: 1 });
      const error = await rejection(pool.apply(setting.jobs.throwEndless, []), Error);
      check((error.cause as Error).cause instanceof Error, 'some of the causes');
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'initializer: one whose error cannot be read rejects every call',
    async check(setting) {
      for (const kind of ['name', 'revoked', 'message is a symbol']) {
        await using pool = setting.pool({
          workers: 1,
          initializer: any(setting.jobs.throwUnreadable),
          initArgs: [kind],
        });
        await thrownBy(pool.apply(setting.jobs.square, [1]));
        await thrownBy(pool.apply(setting.jobs.square, [2]));
      }
    },
  },
  {
    name: 'initializer: one that waits for a callback which throws rejects every call',
    // A browser cannot tell whose callback it is.
    where: ({ isNode }) => isNode,
    async check(setting) {
      const { square, throwInCallbackUnreadable } = setting.jobs;
      const options = { initializer: any(throwInCallbackUnreadable), initArgs: ['TaskCloneError'] };
      await using pool = setting.pool(options as PoolOptions);
      equal((await rejection(pool.apply(square, [1]), Error)).message, 'x');
      await rejection(pool.map(square, [1]), Error);
    },
  },
  {
    name: 'a throw after the task has ended that cannot be read: told, hurts no other task',
    async check(setting) {
      const { jobs } = setting;
      const strays: unknown[] = [];
      await using pool = setting.pool({ workers: 1, onStrayError: (error) => strays.push(error) });
      const kinds = ['name', 'revoked', 'traps', 'message is a symbol'];
      for (const kind of kinds) {
        const before = strays.length;
        equal(await pool.apply(jobs.throwUnreadableLater, [kind]), 1);
        equal(await pool.apply(jobs.rejectUnreadableLater, [kind]), 1);
        while (strays.length < before + 2) equal(await pool.map(jobs.squareLater, [3]), [9]);
      }
      equal(strays.length, 2 * kinds.length);
      equal(pool.stats().workers[0]!.restarts, 0);
    },
  },
  {
    name: 'apply: a result that cannot be read rejects its call; its worker lives on',
    async check(setting) {
      const { jobs } = setting;
      await using pool = setting.pool({ workers: 1 });
      for (const kind of await pool.apply(jobs.resultKinds, [])) {
        const error = await rejection(pool.apply(jobs.returnUnreadable, [kind]), Error);
        if (!/revoked|constructor/.test(kind)) equal(error.message, 'of a getter', kind);
        await rejection(pool.map(jobs.returnUnreadable, [kind, kind]), Error);
      }
      equal(pool.stats().workers[0]!.restarts, 0);
    },
  },
  {
    name: 'messages that a task posts itself, or that are posted to its worker, are not taken for those of the pool',
    async check(setting) {
      const { jobs, bundled } = setting;
      const made: { postMessage(message: unknown): void }[] = [];
      const worker = () => {
        const each = setting.worker();
        made.push(each);
        return each;
      };
      const strays: unknown[] = [];
      const options: PoolOptions = { workers: 1, onStrayError: (error) => strays.push(error) };
      await using pool = setting.pool({ ...options, ...(!bundled && { worker }) });
      const messages = [null, undefined, 5, 'closed', ['stray'], ['done', 1, [], 0, 0], ['ready'], [[]], {}];
      for (const message of messages) {
        for (const each of made) each.postMessage(message);
        equal(await pool.apply(jobs.post, [message]), 1);
      }
      await rejection(pool.apply(jobs.post, [Symbol('x')]), Error);
      await stillWorks(pool, setting);
      equal([strays.length, pool.stats().workers[0]!.restarts], [0, 0]);
    },
  },
  {
    name: 'map: an item that cannot be read rejects with what reading it threw, in every call',
    async check(setting) {
      const { jobs } = setting;
      const pool = setting.pool();
      const scale = any<typeof jobs.identity>(partial(jobs.multiply, any(lazy())));
      for (const item of [lazy(), { list: [lazy()] }, new Map([[1, lazy()]])]) {
        const filled = [item] as unknown as [number];
        for (const call of [
          () => pool.map(jobs.identity, [item]),
          () => pool.map(jobs.identity, [1, 2, item], { chunkSize: 1 }),
          () => pool.apply(jobs.identity, [item]),
          () => pool.starmap(jobs.identity, [[item]]),
          () => pool.mapAsync(jobs.identity, [item]),
          () => collect(pool.imap(jobs.identity, [item])),
          () => pool.map(scale, [1]),
          () => pool.fill(jobs.fillWith, new Uint8Array(4), filled),
        ])
          equal((await rejection(call(), Error)).message, 'not loaded');
      }
      for (const item of [revoked(), new Proxy({}, {}), new Map([[Symbol('key'), () => 1]])])
        await rejection(pool.map(jobs.identity, [item]), TaskCloneError);
      await stillWorks(pool, setting);
      pool.close();
      await pool.join();
    },
  },
  {
    name: 'initializer: arguments that cannot be sent are named, and no worker is left',
    async check(setting) {
      for (const [value, expected] of [
        [{ list: [() => 1] }, TaskCloneError],
        [lazy(), Error],
      ] as const) {
        const making = async () => setting.pool({ initializer: setting.jobs.initialize, initArgs: [value] });
        const error = await rejection(making(), expected);
        equal(
          error instanceof TaskCloneError ? error.path : error.message,
          'path' in error ? 'initArgs[0].list[0]' : 'not loaded',
        );
      }
    },
  },
  {
    name: 'map: an input that closes the pool or aborts the call while it is read ends the call',
    async check(setting) {
      const { jobs } = setting;
      for (const end of ['close', 'terminate'] as const) {
        const pool = setting.pool({ workers: 1 });
        function* ending() {
          yield 1;
          pool[end]();
          yield 2;
        }
        await rejection(pool.map(jobs.square, ending()), PoolClosedError);
        await pool.join();
      }
      await using pool = setting.pool({ workers: 1 });
      const controller = new AbortController();
      const reason = new Error('enough');
      function* aborting() {
        yield 1;
        controller.abort(reason);
        yield 2;
      }
      equal(await thrownBy(pool.map(jobs.square, aborting(), { signal: controller.signal })), reason);
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'fill: a target that is transferred meanwhile rejects, and the pool goes on',
    async check(setting) {
      await using pool = setting.pool({ workers: 1 });
      // Before the slices are sent, which is later in this turn, and before the first one can have come back.
      for (const turns of [0, 5]) {
        const target = new Uint8Array(100);
        const begun = messageOf(pool.fill(setting.jobs.fillWith, target, [1], { slices: 100 }));
        for (let turn = 0; turn < turns; turn++) await undefined;
        structuredClone(target.buffer, { transfer: [target.buffer] });
        check(/its memory was transferred/.test(await begun), 'says why');
      }
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'traceback: an error of shared parts arrives with them still shared; chains and circles arrive whole',
    async check({ usual: pool, jobs }) {
      let error = await rejection(pool.apply(jobs.throwShared, [40]), AggregateError);
      for (let depth = 39; depth > 0; depth--) {
        equal([error.message, error.errors.length], [`of depth ${depth}`, 4]);
        check(
          error.errors.every((each) => each === error.errors[0]),
          'one error, four times',
        );
        error = error.errors[0];
      }
      check(error.errors[3] instanceof RangeError, 'the innermost');
      let link = await rejection(pool.apply(jobs.throwChain, [100]), Error);
      for (let number = 99; number > 0; number--) {
        equal(link.message, String(number));
        link = link.cause as Error;
      }
      equal([link.message, link.cause], ['0', undefined]);
      const circle = await rejection(pool.apply(jobs.throwUnreadable, ['cyclic']), Error);
      check(circle.cause === circle, 'its own cause');
    },
  },
  {
    name: 'traceback: own fields of any name are fields, `__proto__` too, and change no class',
    async check({ usual: pool, jobs }) {
      const error = await rejection(pool.apply(jobs.throwFields, []), TaskCloneError);
      for (const key of ['__proto__', 'constructor', 'toString', 'then', 'export', 'errors'])
        equal(Object.getOwnPropertyDescriptor(error, key)?.value, { of: key });
    },
  },
  {
    name: 'traceback: a program that formats stacks in its own way, not as text, gets its errors',
    async check(setting) {
      await using pool = setting.pool({ workers: 1 });
      const stacks = Error as { prepareStackTrace?: unknown };
      const before = stacks.prepareStackTrace;
      try {
        for (const format of [() => ['frames'], () => revoked(), () => undefined]) {
          stacks.prepareStackTrace = format;
          equal((await rejection(pool.apply(setting.jobs.throwTypeError, ['so']), TypeError)).message, 'so');
          await rejection(pool.apply(setting.jobs.returnFunction, [2]), TaskCloneError);
          await rejection(pool.apply(setting.jobs.identity, [() => 1]), TaskCloneError);
        }
      } finally {
        stacks.prepareStackTrace = before;
      }
    },
  },
  {
    name: 'apply: only own exports are tasks',
    async check({ usual: pool, jobs }) {
      const all = jobs as unknown as Record<string, typeof jobs.square>;
      for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'])
        await rejection(pool.apply(all[name]!, [1]), TaskError);
      const served = tasks<Record<string, typeof jobs.square>>();
      await rejection(pool.apply(served.constructor as unknown as typeof jobs.square, [1]), TaskError);
    },
  },
  {
    name: 'apply: a view that is sent twice arrives as one; an array keeps its other keys',
    async check({ usual: pool, jobs }) {
      const view = new Uint8Array(100).subarray(0, 10);
      equal(await pool.apply(jobs.arrivesAs, [Object.assign([view, view], { extra: 5 })]), [true, 5]);
      equal(await pool.apply(jobs.arrivesAs, [any({ 0: view, 1: view, extra: view })]), [
        true,
        new Uint8Array(10),
      ]);
      equal(await pool.apply(jobs.isSame, [view, [view]]), true);
      const [one, other] = await pool.apply(jobs.twice, []);
      check(one === other && (one as Uint8Array).buffer.byteLength === 10, 'one view, of its own memory');
    },
  },
  {
    name: 'fill: a view of a part of its buffer is filled, and the caller keeps all memory',
    async check({ usual: pool, jobs }) {
      class Own extends Uint8Array {
        // As a Buffer's: another view of the same memory.
        override slice(start?: number, end?: number) {
          return super.subarray(start, end) as never;
        }
      }
      const buffer = new ArrayBuffer(12);
      await pool.fill(jobs.fillWith, new Own(buffer, 2, 8), [9], { slices: 3 });
      equal([...new Uint8Array(buffer)], [0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0]);
    },
  },
  {
    name: 'timeout: covers a module whose first lines never end',
    async check(setting) {
      await using pool = setting.pool({ workers: 1 });
      for (const text of ['for (;;); ', 'await new Promise(() => {}); ']) {
        const address = new URL(`data:text/javascript,${text}export const f = () => 1;`);
        const { f } = tasks<{ f: () => number }>(address);
        const call = pool.apply(f, [], { timeout: 100 });
        equal((await rejection(call, TaskTimeoutError)).timeout, 100);
      }
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'map: a string is an iterable of strings',
    async check({ usual: pool, jobs }) {
      equal(await pool.map(jobs.identity, 'abc'), ['a', 'b', 'c']);
      equal(await collect(pool.imap(jobs.identity, 'abc')), ['a', 'b', 'c']);
    },
  },
  {
    name: 'cancel: one signal ends many calls, and is listened to once',
    async check(setting) {
      const { jobs } = setting;
      const pool = setting.usual;
      const controller = new AbortController();
      const { signal } = controller;
      const listeners = new Set<unknown>();
      const { addEventListener } = signal;
      signal.addEventListener = (type: string, listener: never) => {
        check(!listeners.has(listener), 'not twice');
        listeners.add(listener);
        addEventListener.call(signal, type, listener);
      };
      const calls = Array.from({ length: 30 }, (_, i) =>
        thrownBy(
          i % 2 ? pool.apply(jobs.neverSettles, [1], { signal }) : pool.map(jobs.forever, [1], { signal }),
        ),
      );
      equal(listeners.size, 1);
      controller.abort('enough');
      equal(await Promise.all(calls), Array(30).fill('enough'));
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'map: what cannot be meant is an error that says what to give instead, never one of the engine',
    async check(setting) {
      const { jobs } = setting;
      await using pool = setting.pool({ workers: 1 });
      const target = new Uint8Array(4);
      const items = 'give an array or any other iterable';
      const expected: [() => PromiseLike<unknown>, string][] = [
        [() => pool.map(jobs.identity, any(5)), `map: items 5: not iterable; ${items}`],
        [() => pool.map(jobs.identity, any(null)), `map: items null: not iterable; ${items}`],
        [() => collect(pool.imap(jobs.identity, any({}))), `imap: items an object: not iterable; ${items}`],
        [
          () => pool.apply(jobs.multiply, any(1), any(2)),
          'apply: args 1: not an array; give the arguments as an array, such as [1, 2], or [] for none',
        ],
        [
          () => pool.starmap(jobs.multiply, any([[1, 2], 3])),
          'starmap: item 1, 3: not an array; give the arguments of each call as an array, such as [[1, 2], [3, 4]]',
        ],
        [
          () => pool.fill(jobs.fillWith, any([1, 2, 3]), any([])),
          'fill: target an array: not a typed array; give one, such as a Float64Array',
        ],
        [
          () => pool.fill(jobs.fillWith, any(undefined), any(undefined)),
          'fill: target undefined: not a typed array; give one, such as a Float64Array',
        ],
        [
          () => pool.fill(jobs.fillWith, target, any(undefined)),
          "fill: args undefined: not an array; give the task's other arguments as an array, [] for none",
        ],
        [
          () => pool.map(jobs.identity, [1], any(null)),
          'map: options null: not an object; the options are { signal, timeout, chunkSize, onProgress }',
        ],
        [
          () => pool.mapAsync(jobs.identity, [1], any(20)),
          'mapAsync: options 20: not an object; the options are { signal, timeout, chunkSize, onProgress }',
        ],
        [
          () => pool.map(jobs.identity, [1], any({ chunksize: 20 })),
          'map: option chunksize: unknown; did you mean chunkSize? The options are signal, timeout, chunkSize, onProgress',
        ],
        [
          () => pool.mapAsync(jobs.identity, [1], any({ callback: 5 })),
          'mapAsync: callback 5: must be a function',
        ],
        [
          () => pool.map(jobs.identity, [1], { signal: any({ aborted: false, addEventListener() {} }) }),
          'map: signal an object: must be an AbortSignal, such as an AbortController has',
        ],
        [
          () => pool.apply(jobs.identity, [1], { transfer: any([5]) }),
          'apply: transfer: a value cannot be transferred; give buffers and ports, each only once and not transferred before',
        ],
      ];
      for (const [call, message] of expected) equal(await messageOf(call()), message);
      for (const timeout of ['500', 5n, Symbol('x'), null, Number.NaN])
        await rejection(pool.map(jobs.identity, [1], { timeout: any(timeout) }), RangeError);
      for (const rows of ['2', 5n, Symbol('x'), null, 3])
        await rejection(pool.fill(jobs.fillWith, target, [1], { rows: any(rows) }), RangeError);
      const orders: unknown[] = [5, [0, 1, Symbol('x'), 2], null, [0, 1, 2]];
      for (const order of orders)
        await rejection(
          pool.fill(jobs.fillWith, target, [1], { slices: 4, order: () => any(order) }),
          RangeError,
        );
      await rejection(pool.fill(jobs.fillWith, target, [1], { slices: 1e12 }), RangeError);
      await stillWorks(pool, setting);
    },
  },
  {
    name: 'make_pool: options that cannot be meant are errors; tasks() takes no text for an address',
    async check(setting) {
      for (const [options, expected] of [
        [{ processes: 2 }, TypeError],
        [{ worker: () => null }, TypeError],
        [{ worker: always(setting.worker()) }, TypeError],
        [{ onStrayError: 5 }, TypeError],
        [{ workers: 5n }, RangeError],
        [{ workers: 1e9 }, RangeError],
        [{ taskTimeout: '500' }, RangeError],
      ] as const) {
        const making = async () => setting.pool({ workers: 2, ...any<PoolOptions>(options) });
        await rejection(making(), expected);
      }
      for (const address of ['./jobs.js', 'file:///jobs.js', Promise.resolve({}), null, 5]) {
        const naming = async () => tasks(any<URL>(address));
        check(/: not a URL; give/.test((await rejection(naming(), TaskError)).message), String(address));
      }
    },
  },
];
