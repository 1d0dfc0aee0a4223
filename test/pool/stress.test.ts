// Faults in random order on pools of random size: every call settles, the next map is right, join leaves nothing.
// MANDOLINE_STRESS=long: each fault 200 times and a soak of 60 seconds; otherwise a few times and 2 seconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, TaskTimeoutError, tasks, WorkerExitError } from 'mandoline/pool';

const functions = tasks<typeof import('./functions.js')>(new URL('./functions.js', import.meta.url));
const upTo = (length: number) => Array.from({ length }, (_, i) => i);
const counter = (value: number) => new Int32Array(new SharedArrayBuffer(4)).fill(value);
const isLong = process.env.MANDOLINE_STRESS === 'long';

/** Pseudo-random numbers below `end` (Lehmer's generator): a failure comes again with its seed. */
function randomFrom(seed: number) {
  let state = seed;
  return (end: number) => {
    state = (state * 48271) % 2147483647;
    return state % end;
  };
}

const faults: Record<string, (pool: Pool) => Promise<void>> = {
  'process.exit(3) inside a task': async (pool) => {
    const beside = pool.map(functions.incrementLater, upTo(5), { chunkSize: 1 });
    await assert.rejects(
      pool.map(functions.exitAtTwo, [1, 2, 3], { chunkSize: 1 }),
      (error) => error instanceof WorkerExitError && error.code === 3,
    );
    assert.deepEqual(await beside, [1, 2, 3, 4, 5]);
  },
  'while (true) with an AbortSignal': async (pool) => {
    const controller = new AbortController();
    const endless = pool.map(functions.forever, [1, 2], { chunkSize: 1, signal: controller.signal });
    const behind = pool.map(functions.increment, upTo(5));
    setTimeout(() => controller.abort(), 5);
    await assert.rejects(endless, { name: 'AbortError' });
    assert.deepEqual(await behind, [1, 2, 3, 4, 5]);
  },
  'while (true) with a timeout': async (pool) => {
    await assert.rejects(pool.apply(functions.forever, [1], { timeout: 5 }), TaskTimeoutError);
  },
  'heap out of memory': async (pool) => {
    await assert.rejects(pool.apply(functions.exhaustHeap, [1]), WorkerExitError);
  },
  'a throw after the task has ended': async (pool) => {
    assert.deepEqual(await pool.map(functions.throwLater, [1, 2]), [1, 2]);
  },
  'a worker dies while it holds slices of shared memory': async (pool) => {
    const target = new Uint8Array(new SharedArrayBuffer(20));
    await pool.fill(functions.dieAtSliceFive, target, [counter(1)], { slices: 20 });
    assert.deepEqual([...target], Array(20).fill(1));
  },
};

test('every fault, in random order on pools of random size: it settles, the next map is right, join returns', async (context) => {
  context.mock.method(console, 'error', () => {});
  const stray: unknown[] = [];
  const onStray = (error: unknown) => stray.push(error);
  process.on('unhandledRejection', onStray);
  const random = randomFrom(20261123);
  const names = Object.keys(faults);
  const rounds = isLong ? 200 : 4;
  const order = upTo(rounds * names.length).map((i) => names[i % names.length]!);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  for (let at = 0; at < order.length; ) {
    const pool = new Pool({ workers: 1 + random(4), resourceLimits: { maxOldGenerationSizeMb: 24 } });
    for (const end = Math.min(at + 1 + random(5), order.length); at < end; at++) {
      await faults[order[at]!]!(pool);
      assert.deepEqual(
        await pool.map(functions.increment, upTo(10)),
        upTo(10).map((x) => x + 1),
        order[at]!,
      );
    }
    pool.close();
    await pool.join();
  }
  await sleep(20);
  process.off('unhandledRejection', onStray);
  assert.deepEqual(stray, []);
});

test('a soak of mixed calls with random deaths: every promise settles, and every value is right', async (context) => {
  const random = randomFrom(42);
  const until = performance.now() + (isLong ? 60_000 : 2_000);
  const counts = { right: 0, exits: 0, aborts: 0, timeouts: 0, fills: 0 };
  const pool = new Pool({ workers: 3, maxTasksPerWorker: 50 });
  const calls: (() => Promise<void>)[] = [
    async () => {
      const items = upTo(random(200));
      assert.deepEqual(
        await pool.map(functions.increment, items),
        items.map((x) => x + 1),
      );
      counts.right++;
    },
    async () => {
      let expected = 1;
      for await (const value of pool.imap(functions.incrementLater, upTo(20), { bufferSize: 1 + random(9) }))
        assert.equal(value, expected++);
      counts.right++;
    },
    async () => {
      await assert.rejects(pool.map(functions.exitAtTwo, upTo(4), { chunkSize: 1 }), WorkerExitError);
      counts.exits++;
    },
    async () => {
      await assert.rejects(pool.apply(functions.forever, [1], { signal: AbortSignal.timeout(5) }), {
        name: 'TimeoutError',
      });
      counts.aborts++;
    },
    async () => {
      await assert.rejects(pool.apply(functions.forever, [1], { timeout: 5 }), TaskTimeoutError);
      counts.timeouts++;
    },
    async () => {
      const target = new Uint8Array(new SharedArrayBuffer(20));
      await pool.fill(functions.dieAtSliceFive, target, [counter(random(2))], { slices: 20 });
      assert.deepEqual([...target], Array(20).fill(1));
      counts.fills++;
    },
  ];
  while (performance.now() < until)
    await Promise.all(upTo(1 + random(6)).map(() => calls[random(calls.length)]!()));
  pool.close();
  await pool.join();
  assert.deepEqual([pool.stats().queued, pool.stats().sent], [0, 0]);
  context.diagnostic(JSON.stringify(counts));
  assert.ok(Object.values(counts).every((count) => count > 0));
});
