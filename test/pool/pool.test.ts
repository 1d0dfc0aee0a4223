import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import {
  Pool,
  PoolClosedError,
  partial,
  RemoteError,
  TaskCloneError,
  TaskError,
  tasks,
  WorkerExitError,
} from 'mandoline/pool';
import { run } from '../support.js';

const functions = tasks<typeof import('./functions.js')>(new URL('./functions.js', import.meta.url));
async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
const upTo = (length: number) => Array.from({ length }, (_, i) => i);

test('map equals the local map, for any sizes, chunk sizes and numbers of workers', async () => {
  const pools = [1, 2, 3].map((workers) => new Pool({ workers }));
  const anyPool = fc.constantFrom(...pools);
  const chunkSizes = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      anyPool,
      fc.array(fc.integer(), { maxLength: 120 }),
      chunkSizes,
      async (pool, items, chunkSize) => {
        const mapped = await pool.map(
          functions.increment,
          items,
          chunkSize === undefined ? {} : { chunkSize },
        );
        assert.deepEqual(
          mapped,
          items.map((x) => x + 1),
        );
      },
    ),
    { numRuns: 60 },
  );
  await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
});

test('map takes async iterables and async functions', async () => {
  await using pool = new Pool({ workers: 2 });
  async function* items() {
    yield* [1, 2, 3];
  }
  assert.deepEqual(await pool.map(functions.incrementLater, items(), { chunkSize: 2 }), [2, 3, 4]);
});

test('an empty input gives an empty result', async () => {
  await using pool = new Pool({ workers: 2 });
  assert.deepEqual(await pool.map(functions.increment, []), []);
  assert.deepEqual(await pool.map(functions.increment, [], { chunkSize: 7 }), []);
  assert.deepEqual(await collect(pool.imapUnordered(functions.increment, [])), []);
});

test('partial sets the last parameter', async () => {
  await using pool = new Pool({ workers: 1 });
  assert.deepEqual(await pool.map(partial(functions.scale, { by: 3 }), [1, 2]), [3, 6]);
});

test('imapUnordered gives the same values in whatever order', async () => {
  await using pool = new Pool({ workers: 2 });
  for (const chunkSize of [1, 7]) {
    const values = await collect(pool.imapUnordered(functions.increment, upTo(100), { chunkSize }));
    assert.deepEqual(
      values.sort((a, b) => a - b),
      upTo(100).map((x) => x + 1),
    );
  }
});

test('imapUnordered never takes more from an endless input than its buffer holds, and may be left', async () => {
  const pool = new Pool({ workers: 2 });
  let taken = 0;
  let given = 0;
  function* endless() {
    for (;;) yield taken++;
  }
  for await (const value of pool.imapUnordered(functions.increment, endless(), {
    bufferSize: 5,
    chunkSize: 2,
  })) {
    assert.ok(value > 0);
    assert.ok(taken - given <= 5, `${taken} taken, ${given} given`);
    if (++given === 50) break;
  }
  pool.close();
  await pool.join();
});

test('an input that throws rejects with that very error, and the pool goes on', async () => {
  await using pool = new Pool({ workers: 2 });
  for (const at of [0, 3]) {
    const error = new Error('bad input');
    function* items() {
      for (let i = 0; ; i++) {
        if (i === at) throw error;
        yield i;
      }
    }
    await assert.rejects(pool.map(functions.increment, items()), (thrown) => thrown === error);
    await assert.rejects(
      collect(pool.imapUnordered(functions.increment, items())),
      (thrown) => thrown === error,
    );
  }
  assert.deepEqual(await pool.map(functions.increment, [1]), [2]);
});

test('the error of a task has its name, message, fields, cause, the stack of the worker and that of the caller', async () => {
  await using pool = new Pool({ workers: 2 });
  await assert.rejects(pool.map(functions.failAtThree, upTo(9)), (error) => {
    assert.ok(error instanceof RemoteError);
    assert.equal(error.name, 'ColdError');
    assert.equal(error.message, 'three is too cold');
    assert.equal((error as RemoteError & { degrees: number }).degrees, -7);
    assert.ok(error.cause instanceof RangeError);
    assert.match(error.stack!, /failAtThree[\s\S]*functions\.js[\s\S]*called from[\s\S]*pool\.test\.js/);
    return true;
  });
});

test('an argument that cannot be cloned rejects with module, function and the path inside the argument', async () => {
  await using pool = new Pool({ workers: 1 });
  const items = [0, 1, { deep: [{ callback: () => 1 }] }] as unknown as number[];
  await assert.rejects(pool.map(functions.increment, items), (error) => {
    assert.ok(error instanceof TaskCloneError);
    assert.equal(error.item, 2);
    assert.equal(error.path, 'item.deep[0].callback');
    assert.equal(error.task, 'increment');
    assert.match(error.module, /functions\.js$/);
    return true;
  });
  assert.deepEqual(await pool.map(functions.increment, [1]), [2]);
});

test('a result that cannot be cloned rejects with a clear error; the worker lives on', async () => {
  await using pool = new Pool({ workers: 1 });
  await assert.rejects(
    pool.map(functions.returnFunction, [1]),
    (error) => error instanceof TaskCloneError && error.item === 0 && error.path === 'result',
  );
  assert.deepEqual(await pool.map(functions.increment, [1]), [2]);
});

test('a lambda does not compile and, forced, rejects with what to do instead', async () => {
  await using pool = new Pool({ workers: 1 });
  const says = (error: unknown) =>
    error instanceof TaskError && /export it and name it with tasks/.test(error.message);
  const lambda = (x: number) => x + 1;
  // @ts-expect-error a function is no task
  const mapped = pool.map(lambda, [1]);
  await assert.rejects(mapped, says);
  // @ts-expect-error a function is no task
  const iterated = pool.imapUnordered(lambda, [1]);
  await assert.rejects(collect(iterated), says);
});

test('wrong items and exports that a module lacks do not compile and, forced, reject', async () => {
  await using pool = new Pool({ workers: 1 });
  // @ts-expect-error strings are no numbers
  const strings: Promise<number[]> = pool.map(functions.increment, ['1']);
  assert.deepEqual(await strings, ['11']);
  // @ts-expect-error there is no such function
  const decrement = functions.decrement;
  await assert.rejects(pool.map(decrement, [1]), /exports no function decrement; it exports .*increment/);
  // @ts-expect-error the options lack `by`
  const scaled = partial(functions.scale, { times: 2 });
  assert.deepEqual(await pool.map(scaled, [1]), [Number.NaN]);
});

test('0, -1 and 1.5 workers are a RangeError; 3 gives 3', async () => {
  for (const workers of [0, -1, 1.5]) assert.throws(() => new Pool({ workers }), RangeError);
  await using pool = new Pool({ workers: 3 });
  assert.equal(pool.workers, 3);
});

test('a chunk size or buffer of 0 is a RangeError', async () => {
  await using pool = new Pool({ workers: 1 });
  await assert.rejects(pool.map(functions.increment, [1], { chunkSize: 0 }), RangeError);
  await assert.rejects(collect(pool.imapUnordered(functions.increment, [1], { bufferSize: 0 })), RangeError);
});

test('close finishes what was asked for, join waits for it, later calls reject with PoolClosedError', async () => {
  const pool = new Pool({ workers: 2 });
  await assert.rejects(pool.join(), /still open/);
  const mapped = pool.map(functions.incrementLater, upTo(50), { chunkSize: 1 });
  pool.close();
  await pool.join();
  assert.deepEqual(
    await mapped,
    upTo(50).map((x) => x + 1),
  );
  await assert.rejects(pool.map(functions.increment, [1]), PoolClosedError);
  await assert.rejects(
    pool.fill(functions.fillLater, new Uint8Array(new SharedArrayBuffer(1)), []),
    PoolClosedError,
  );
});

test('terminate ends endless tasks at once, and what waited rejects', async () => {
  const pool = new Pool({ workers: 2 });
  const mapped = pool.map(functions.forever, upTo(10_000), { chunkSize: 1 });
  const rejected = assert.rejects(mapped, PoolClosedError);
  pool.terminate();
  await pool.join();
  await rejected;
});

test('the initializer runs once in each worker before its first task', async () => {
  await using pool = new Pool({ workers: 2, initializer: functions.initialize });
  assert.deepEqual(await pool.map(functions.timesInitialized, upTo(20), { chunkSize: 1 }), upTo(20).fill(1));
});

test('an initializer that throws or ends the worker rejects every call, and no worker follows for ever', async () => {
  const throwing = new Pool({ workers: 3, initializer: functions.failToInitialize });
  await assert.rejects(throwing.map(functions.increment, [1]), {
    name: 'RangeError',
    message: 'no such device',
  });
  await assert.rejects(throwing.map(functions.increment, [1]), {
    name: 'RangeError',
    message: 'no such device',
  });
  throwing.close();
  await throwing.join();
  const ending = new Pool({ workers: 3, initializer: functions.exitAtOnce });
  await assert.rejects(
    ending.map(functions.increment, [1]),
    (error) => error instanceof WorkerExitError && error.code === 5,
  );
  ending.close();
  await ending.join();
});

test('process.exit in a task rejects that task alone; the pool goes on', async () => {
  await using pool = new Pool({ workers: 2 });
  for (let round = 0; round < 5; round++) {
    const beside = pool.map(functions.incrementLater, upTo(20), { chunkSize: 1 });
    await assert.rejects(pool.map(functions.exitAtTwo, upTo(4), { chunkSize: 1 }), (error) => {
      assert.ok(error instanceof WorkerExitError);
      assert.deepEqual([error.code, error.task], [3, 'exitAtTwo']);
      return true;
    });
    assert.deepEqual(
      await beside,
      upTo(20).map((x) => x + 1),
    );
  }
});

test('an aborted call rejects with the reason, its endless task is ended, what waits behind it runs', async () => {
  await using pool = new Pool({ workers: 1 });
  const controller = new AbortController();
  const endless = pool.map(functions.forever, [1, 2, 3], { chunkSize: 1, signal: controller.signal });
  const behind = pool.map(functions.increment, [1]);
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(endless, (error) => error === reason);
  assert.deepEqual(await behind, [2]);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await assert.rejects(
    pool.map(functions.increment, [1], { signal: controller.signal }),
    (error) => error === reason,
  );
});

test('a throw after the task has ended hurts no other task', async (context) => {
  const told = context.mock.method(console, 'error', () => {});
  await using pool = new Pool({ workers: 1 });
  assert.deepEqual(await pool.map(functions.throwLater, [1]), [1]);
  while (told.mock.callCount() === 0) assert.deepEqual(await pool.map(functions.incrementLater, [1]), [2]);
  assert.match(String(told.mock.calls[0]!.arguments[1]), /too late/);
});

test('a forgotten idle pool does not keep the program alive, one that works does', async () => {
  const address = new URL('./forgotten.js', import.meta.url);
  const { code, stdout, stderr } = await run(process.execPath, [fileURLToPath(address)]);
  assert.deepEqual([code, stdout.toString(), stderr], [0, '[2,3]\n', '']);
});
