// The behaviours that CPython's tests of multiprocessing.Pool check, under their names, and what this pool adds.
// What pool.test.ts and fill.test.ts hold in detail is not held here again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  Pool,
  PoolClosedError,
  ResultTimeoutError,
  TaskTimeoutError,
  tasks,
  WorkerExitError,
} from 'mandoline/pool';
import { run } from '../support.js';

const functions = tasks<typeof import('./functions.js')>(new URL('./functions.js', import.meta.url));
const upTo = (length: number) => Array.from({ length }, (_, i) => i);
const counter = (value: number) => new Int32Array(new SharedArrayBuffer(4)).fill(value);

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test('apply', async () => {
  await using pool = new Pool({ workers: 2 });
  assert.equal(await pool.apply(functions.add, [3, 4]), 7);
  assert.equal(await pool.apply(functions.incrementLater, [3]), 4);
  await assert.rejects(pool.apply(functions.throwTypeError, [1]), TypeError);
});

test('apply: what is transferred moves to the worker', async () => {
  await using pool = new Pool({ workers: 1 });
  const values = Float64Array.of(1, 2, 3);
  assert.equal(await pool.apply(functions.sumOf, [values], { transfer: [values.buffer] }), 6);
  assert.equal(values.length, 0);
});

test('map, map with chunksize', async () => {
  await using pool = new Pool({ workers: 4 });
  const expected = upTo(100).map((x) => x + 1);
  assert.deepEqual(await pool.map(functions.increment, upTo(100)), expected);
  assert.deepEqual(await pool.map(functions.increment, upTo(100), { chunkSize: 20 }), expected);
});

test('starmap', async () => {
  await using pool = new Pool({ workers: 2 });
  const tuples = upTo(30).map((x): [number, number] => [x, 2 * x]);
  const expected = upTo(30).map((x) => 3 * x);
  assert.deepEqual(await pool.starmap(functions.add, tuples), expected);
  assert.deepEqual(await pool.starmap(functions.add, tuples, { chunkSize: 4 }), expected);
  assert.deepEqual(await pool.starmapAsync(functions.add, tuples), expected);
});

test('map_async, apply_async', async () => {
  await using pool = new Pool({ workers: 1 });
  const result = pool.mapAsync(functions.incrementLater, [1, 2]);
  assert.equal(result.ready(), false);
  assert.throws(() => result.successful(), /has not ended/);
  assert.deepEqual(await result.get(), [2, 3]);
  assert.deepEqual(await result, [2, 3]);
  assert.deepEqual([result.ready(), result.successful()], [true, true]);

  const failed = pool.applyAsync(functions.throwTypeError, [1]);
  await failed.wait();
  assert.deepEqual([failed.ready(), failed.successful()], [true, false]);
  await assert.rejects(failed.get(), TypeError);

  const controller = new AbortController();
  const endless = pool.applyAsync(functions.forever, [1], { signal: controller.signal });
  await endless.wait(10);
  assert.equal(endless.ready(), false);
  await assert.rejects(
    endless.get(10),
    (error) => error instanceof ResultTimeoutError && error.timeout === 10,
  );
  controller.abort();
  await endless.wait();
});

test('callbacks', async () => {
  await using pool = new Pool({ workers: 1 });
  const called: string[] = [];
  const callbacks = {
    callback: (value: unknown) => called.push(`value ${JSON.stringify(value)}`),
    errorCallback: (error: unknown) => called.push(`error ${(error as Error).name}`),
  };
  await pool.applyAsync(functions.add, [1, 2], callbacks);
  await pool.mapAsync(functions.increment, [1], callbacks);
  await pool.applyAsync(functions.throwTypeError, [1], callbacks).wait();
  assert.deepEqual(called, ['value 3', 'value [2]', 'error TypeError']);
});

test('map_chunksize, empty_iterable', async () => {
  await using pool = new Pool({ workers: 2 });
  for (const chunkSize of [1, 3, 100]) {
    const options = { chunkSize };
    assert.deepEqual(await pool.map(functions.increment, [], options), []);
    assert.deepEqual(await pool.starmap(functions.add, [], options), []);
    assert.deepEqual(await collect(pool.imap(functions.increment, [], options)), []);
    assert.deepEqual(await collect(pool.imapUnordered(functions.increment, [], options)), []);
  }
});

test('imap: order is kept for any chunk size; whole chunks before a failing input come, then the error', async () => {
  await using pool = new Pool({ workers: 3 });
  for (const chunkSize of [1, 5, 100]) {
    assert.deepEqual(
      await collect(pool.imap(functions.incrementLater, upTo(50), { chunkSize })),
      upTo(50).map((x) => x + 1),
    );
  }
  const error = new Error('bad input');
  function* failing() {
    yield* upTo(7);
    throw error;
  }
  for (const [chunkSize, whole] of [
    [1, 7],
    [3, 6],
    [10, 0],
  ] as const) {
    for (const each of ['imap', 'imapUnordered'] as const) {
      const seen: number[] = [];
      const reading = async () => {
        for await (const value of pool[each](functions.increment, failing(), { chunkSize })) seen.push(value);
      };
      await assert.rejects(reading(), (thrown) => thrown === error);
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        upTo(whole).map((x) => x + 1),
      );
    }
  }
});

test('imap_unordered: only good values before the error', async () => {
  await using pool = new Pool({ workers: 2 });
  const seen: number[] = [];
  const reading = async () => {
    for await (const value of pool.imapUnordered(functions.failAtThree, upTo(20))) seen.push(value);
  };
  await assert.rejects(reading(), { name: 'ColdError' });
  assert.ok(!seen.includes(3));
});

test('imap with buffersize: an endless input holds at most that many, and the loop may be left', async () => {
  const pool = new Pool({ workers: 2 });
  let [taken, given] = [0, 0];
  function* endless() {
    for (;;) yield taken++;
  }
  for await (const value of pool.imap(functions.increment, endless(), { bufferSize: 7, chunkSize: 3 })) {
    assert.equal(value, given + 1);
    assert.ok(taken - given <= 7, `${taken} taken, ${given} given`);
    if (++given === 60) break;
  }
  pool.close();
  await pool.join();
});

test('make_pool', () => {
  for (const workers of [0, -1]) assert.throws(() => new Pool({ workers }), RangeError);
  for (const options of [{ retries: -1 }, { taskTimeout: 0 }, { taskTimeout: Number.NaN }])
    assert.throws(() => new Pool(options), RangeError);
});

test('context: await using closes; a later call rejects with PoolClosedError', async () => {
  let left: Pool;
  {
    await using pool = new Pool({ workers: 1 });
    left = pool;
  }
  await assert.rejects(left.apply(functions.add, [1, 2]), PoolClosedError);
  await assert.rejects(collect(left.imap(functions.increment, [1])), PoolClosedError);
});

test('wrapped_exception: a known class arrives as that class', async () => {
  await using pool = new Pool({ workers: 1 });
  await assert.rejects(
    pool.map(functions.throwTypeError, [1]),
    (error) => error instanceof TypeError && error.message === 'not that',
  );
});

test('map_no_failfast: all chunks are waited for, and big errors do not block join', async () => {
  const pool = new Pool({ workers: 2 });
  await assert.rejects(
    pool.map(functions.throwBig, upTo(8), { chunkSize: 1 }),
    (error) => (error as Error).message.length === 1e7,
  );
  assert.equal(pool.stats().queued + pool.stats().sent, 0);
  pool.close();
  await pool.join();
});

test('worker_lifetime: maxTasksPerWorker', async () => {
  for (const maxTasksPerWorker of [0, -1, 0.5, '12' as unknown as number])
    assert.throws(() => new Pool({ maxTasksPerWorker }), RangeError);
  await using pool = new Pool({ workers: 3, maxTasksPerWorker: 10 });
  const identities = new Set(await pool.map(functions.whoAmI, upTo(100), { chunkSize: 1 }));
  assert.ok(identities.size >= 10, `${identities.size} workers`);
  assert.ok(pool.stats().workers.reduce((sum, { restarts }) => sum + restarts, 0) >= 7);
});

test('lifetime_early_close: with recycling and queued tasks, close then join finishes them all', async () => {
  const pool = new Pool({ workers: 3, maxTasksPerWorker: 1 });
  const results = upTo(12).map((x) => pool.applyAsync(functions.incrementLater, [x]));
  pool.close();
  await pool.join();
  assert.deepEqual(
    await Promise.all(results),
    upTo(12).map((x) => x + 1),
  );
});

test('no_leak_on_failure: the 4th of 5 workers fails to start', async () => {
  const pool = new Pool({ workers: 5, initializer: functions.failInFourth, initArgs: [counter(0)] });
  const mapped = pool.map(
    functions.untilCancelled,
    upTo(5).map(() => counter(0)),
    { chunkSize: 1 },
  );
  await assert.rejects(mapped, /the fourth/);
  pool.close();
  await pool.join();
});

test('pool_in_worker', async () => {
  await using pool = new Pool({ workers: 1 });
  assert.equal(await pool.apply(functions.poolInside, [41]), 42);
});

test('large_pool', async () => {
  await using pool = new Pool({ workers: 200 });
  const values = await pool.map(functions.increment, upTo(1000), { chunkSize: 1 });
  assert.equal(
    values.reduce((sum, value) => sum + value, 0),
    500_500,
  );
});

test('release_task_refs, resource_warning: what a dropped pool leaves', async () => {
  const program = fileURLToPath(new URL('./dropped.js', import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, ['--expose-gc', program]);
  assert.equal(stdout.toString(), 'argument gone, result gone\n');
  assert.equal(
    stderr,
    'A Pool was dropped while it was open; close() or terminate() it, or say `await using`.\n',
  );
  assert.equal(code, 0);
});

test('while (true) with a timeout: only that task is ended, what waits behind it runs', async () => {
  await using pool = new Pool({ workers: 1 });
  const endless = pool.apply(functions.forever, [1], { timeout: 50 });
  const behind = pool.map(functions.increment, upTo(5));
  await assert.rejects(
    endless,
    (error) => error instanceof TaskTimeoutError && error.timeout === 50 && error.task === 'forever',
  );
  assert.deepEqual(await behind, [1, 2, 3, 4, 5]);
  await using strict = new Pool({ workers: 2, taskTimeout: 50 });
  await assert.rejects(strict.map(functions.forever, [1, 2, 3]), TaskTimeoutError);
});

test('a timer starts when the task does, not in the queue', async () => {
  await using pool = new Pool({ workers: 1 });
  const blocker = pool.apply(functions.incrementLater, [1]);
  const waiting = upTo(100).map((x) => pool.apply(functions.incrementLater, [x], { timeout: 10_000 }));
  assert.equal(await blocker, 2);
  assert.deepEqual(
    await Promise.all(waiting),
    upTo(100).map((x) => x + 1),
  );
});

test('a task that asks whether it is cancelled may end by itself, and its worker lives on', async () => {
  await using pool = new Pool({ workers: 1 });
  const controller = new AbortController();
  const seen = counter(0);
  const endless = pool.apply(functions.untilCancelled, [seen], { signal: controller.signal });
  while (Atomics.load(seen, 0) === 0) await sleep(1);
  controller.abort();
  await assert.rejects(endless, { name: 'AbortError' });
  assert.equal(await pool.apply(functions.add, [1, 2]), 3);
  assert.equal(Atomics.load(seen, 0), 2);
  assert.equal(pool.stats().workers[0]!.restarts, 0);
});

test('cancelling drops what is queued of that call and nothing else', async () => {
  await using pool = new Pool({ workers: 1 });
  const controller = new AbortController();
  const blocker = pool.apply(functions.incrementLater, [0]);
  const dropped = pool.map(functions.forever, upTo(10), { signal: controller.signal });
  const kept = pool.map(functions.increment, upTo(10));
  controller.abort();
  await assert.rejects(dropped, { name: 'AbortError' });
  assert.equal(await blocker, 1);
  assert.deepEqual(
    await kept,
    upTo(10).map((x) => x + 1),
  );
});

test('process.exit in a task: tried again as often as `retries` says', async () => {
  await using pool = new Pool({ workers: 2, retries: 2 });
  assert.equal(await pool.apply(functions.exitSometimes, [[7, counter(2)]]), 7);
  await assert.rejects(
    pool.apply(functions.exitSometimes, [[7, counter(3)]]),
    (error) => error instanceof WorkerExitError && error.code === 4,
  );
  assert.equal(
    pool.stats().workers.reduce((sum, { restarts }) => sum + restarts, 0),
    5,
  );
});

test('heap out of memory: rejects with the reason, and the next map is right', async () => {
  await using pool = new Pool({ workers: 2, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  await assert.rejects(pool.apply(functions.exhaustHeap, [1]), (error) => {
    assert.ok(error instanceof WorkerExitError);
    assert.match(error.message, /memory/);
    return true;
  });
  assert.deepEqual(await pool.map(functions.increment, [1, 2]), [2, 3]);
});

test('stats: who did how much, what waits, and who filled which slice when', async () => {
  await using pool = new Pool({ workers: 2 });
  await pool.map(functions.incrementLater, upTo(20), { chunkSize: 5 });
  const target = new Uint8Array(new SharedArrayBuffer(30));
  await pool.fill(functions.fillLater, target, [], { slices: 6 });
  const { workers, queued, sent, timeline } = pool.stats();
  const sum = (key: 'tasks' | 'slices' | 'restarts') => workers.reduce((all, worker) => all + worker[key], 0);
  assert.deepEqual([sum('tasks'), sum('slices'), sum('restarts'), queued, sent], [20, 6, 0, 0, 0]);
  assert.ok(workers.every(({ busy }) => busy >= 0) && workers.some(({ busy }) => busy > 0));
  assert.equal(timeline.length, 6);
});
