// What the pool promises of values that cannot be read, on Node; in a browser it is browser.test.ts's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Pool, tasks } from 'mandoline/pool';
import { patience } from '../patience.js';
import { settingOf } from './behaviours.js';
import { unreadableBehaviours } from './unreadable.js';

const jobs = tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url));
const setting = settingOf({
  jobs,
  pool: (options) => new Pool({ workers: 2, ...options }),
  worker: () => new Worker(new URL('../../src/pool/worker.node.js', import.meta.url)),
  isNode: true,
  isolated: true,
  bundled: false,
});

for (const { name, where, check } of unreadableBehaviours) {
  test(name, { skip: !(where?.(setting) ?? true), timeout: patience }, () => check(setting));
}

test('fill: a Buffer is filled as a Uint8Array is, and keeps its memory, which others may share', async () => {
  await using pool = new Pool({ workers: 1 });
  const bytes = Buffer.alloc(10, 7);
  await pool.fill(jobs.fillWith, bytes, [9], { slices: 2 });
  assert.deepEqual([...bytes], Array(10).fill(9));
  // Small ones are parts of one memory that Node keeps for all.
  const [one, other] = [Buffer.from('one'), Buffer.from('other')];
  assert.equal(one.buffer, other.buffer);
  await pool.fill(jobs.fillWith, one, [0x2d], { slices: 3 });
  assert.deepEqual([one.toString(), other.toString()], ['---', 'other']);
});

test('a signal for many calls, and for many pools, is no leak to Node', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const { signal } = new AbortController();
  const pools = Array.from({ length: 12 }, () => new Pool({ workers: 1 }));
  const calls = pools.flatMap((pool) => [1, 2].map((x) => pool.apply(jobs.square, [x], { signal })));
  assert.equal((await Promise.all(calls)).length, 24);
  await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
  process.off('warning', listen);
  assert.deepEqual(warnings, []);
});
