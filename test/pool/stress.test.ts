// Faults again and again in random order and over random numbers of workers, and a soak of mixed calls with random
// kills. Short by default; MANDOLINE_STRESS=long runs 200 rounds of every fault and a soak of 400 pools.
// MANDOLINE_SEED repeats a run. How long each fault takes is bench/faults.ts's.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Pool, partial, tasks } from 'mandoline/pool';
import { isLong } from '../support.js';
import { settingOf } from './behaviours.js';
import { collect, upTo } from './check.js';
import { type Fault, faults } from './faults.js';

const rounds = isLong ? 200 : 2;
const soakPools = isLong ? 400 : 6;
const seed = Number(process.env.MANDOLINE_SEED ?? randomInt(1_000_000));

/** Marsaglia's xorshift, so that a seed repeats a run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const jobs = tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url));
const setting = settingOf({
  jobs,
  pool: (options) => new Pool({ workers: 2, ...options }),
  worker: () => assert.fail('not used here'),
  isNode: true,
  isolated: true,
  bundled: false,
});
/** How many workers of this process have started and not ended, each pool's and each nested one's. */
let liveWorkers = 0;
process.on('worker', (worker) => {
  liveWorkers++;
  worker.once('exit', () => liveWorkers--);
});

test(`every fault ${rounds} times in random order, seed ${seed}`, async () => {
  const random = randomFrom(seed);
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const schedule = faults.flatMap((fault) => Array<Fault>(rounds).fill(fault));
  for (let i = schedule.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [schedule[i], schedule[j]] = [schedule[j]!, schedule[i]!];
  }
  for (const fault of schedule) {
    const pool = new Pool({ workers: 1 + random(5), ...fault.options, onStrayError: () => {} });
    await fault.cause(pool, setting);
    assert.equal(liveWorkers, pool.workers);
    assert.deepEqual(
      await pool.map(jobs.square, upTo(20)),
      upTo(20).map((x) => x * x),
    );
    pool.close();
    await pool.join();
  }
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
  assert.equal(liveWorkers, 0);
});

test(`a soak of ${soakPools} pools with random kills settles every promise, seed ${seed}`, async (context) => {
  const random = randomFrom(seed + 1);
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  let pending = 0;

  /** One call of some kind; gives what it must give, or nothing where it may fail. */
  async function call(pool: Pool): Promise<void> {
    const n = random(40);
    const chunkSize = 1 + random(10);
    const signal = random(4) === 0 ? AbortSignal.timeout(random(60)) : undefined;
    const squares = upTo(n).map((x) => x * x);
    const deaths = new Int32Array(new SharedArrayBuffer(4)).fill(random(3));
    const target = new Uint8Array(new SharedArrayBuffer(64));
    const calls: (() => Promise<unknown>)[] = [
      async () => assert.deepEqual(await pool.map(jobs.square, upTo(n), { chunkSize, signal }), squares),
      async () => assert.deepEqual(await pool.map(jobs.squareLater, upTo(n), { chunkSize, signal }), squares),
      async () =>
        assert.deepEqual(await collect(pool.imap(jobs.square, upTo(n), { chunkSize, signal })), squares),
      async () =>
        assert.equal((await collect(pool.imapUnordered(jobs.squareLater, upTo(n), { signal }))).length, n),
      async () => {
        for await (const _ of pool.imap(jobs.square, upTo(1000), { bufferSize: 1 + random(9) }))
          if (random(5) === 0) break;
      },
      async () => assert.equal(await pool.apply(jobs.multiply, [n, 3], { signal }), 3 * n),
      () => pool.apply(partial(jobs.leave, { at: n, code: 3 }), [n]),
      () => pool.map(partial(jobs.failAt, { at: n >> 1 }), upTo(n), { chunkSize }),
      () => pool.apply(jobs.forever, [1], { timeout: 1 + random(40) }),
      () => pool.apply(jobs.forever, [1], { signal: AbortSignal.timeout(random(40)) }),
      async () => {
        await pool.fill(jobs.fillDying, target, [3, deaths], { slices: 1 + random(64), signal });
        assert.deepEqual([...target], Array(64).fill(1));
      },
      () => pool.fill(jobs.fillForever, target, [2], { slices: 4, signal: AbortSignal.timeout(random(40)) }),
      () => pool.apply(jobs.throwLater, [n], { signal }),
    ];
    const which = random(calls.length);
    pending++;
    try {
      await calls[which]!();
      count('fulfilled');
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      count((error as Error).name);
    } finally {
      pending--;
    }
  }

  for (let made = 0; made < soakPools; made++) {
    const pool = new Pool({
      workers: 1 + random(4),
      ...(random(3) === 0 && { maxTasksPerWorker: 1 + random(20) }),
      onStrayError: () => count('stray error'),
    });
    const batches = 1 + random(4);
    for (let batch = 0; batch < batches; batch++)
      await Promise.all(upTo(1 + random(20)).map(() => call(pool)));
    const last = Promise.all(upTo(random(5)).map(() => call(pool)));
    if (random(2) === 0) pool.close();
    else pool.terminate();
    await Promise.all([last, pool.join()]);
  }
  assert.equal(pending, 0);
  assert.equal(liveWorkers, 0);
  context.diagnostic([...counts].map(([what, times]) => `${times} ${what}`).join(', '));
});
