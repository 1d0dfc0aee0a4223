// Whatever Redis has lost of a queue, the store says what there is to do: lists, data of jobs, events, all of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import { isLong, type Said, temporaryFolder } from '../support.js';
import {
  fileSha,
  keptIn,
  noRedis,
  pictureSha,
  runClusterMany,
  startCluster,
  startRedis,
  startWorker,
  until,
} from './redis.js';

const scene = [
  'mandelbrot',
  '--size',
  '60x60',
  '--iterations',
  '300',
  '--coloring',
  'count',
  '--samples',
  '1',
];
const submit = (store: string) => ['submit', ...scene, '--slices', '12', '--quiet', '--store', store];
const wait = (store: string) => [...submit(store), '--wait', '--workers', '0', '-o', `${store}.png`];
const done = { code: 0, stdout: '', stderr: '' };

/** On a busy machine a command may also say that it waits. */
function assertDone(told: readonly Said[]): void {
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
}

/** A server, and what it has of the queue. */
async function start(context: TestContext) {
  const folder = temporaryFolder(context);
  const { address } = await startRedis(context);
  const redis = new Redis(address.replace('unix:', ''));
  context.after(() => redis.disconnect());
  const keys = (end: string) => redis.keys(`bull:mandoline-*:${end}`);
  const waiting = async (): Promise<string[]> => redis.lrange((await keys('wait'))[0] ?? 'none', 0, -1);
  const lose = async (...ends: string[]) => {
    for (const end of ends) {
      const found = await keys(end);
      assert.ok(found.length > 0, end);
      await redis.del(...found);
    }
  };
  return { folder, address, redis, keys, waiting, lose };
}

describe('with a Redis server', { skip: noRedis, concurrency: 2 }, () => {
  test('lists and the data of jobs that are lost are queued again, and the pictures are whole', async (context) => {
    const { folder, address, redis, keys, waiting, lose } = await start(context);
    assert.deepEqual(await runClusterMany(folder, address, [submit('lists')]), [done]);
    await lose('wait', 'marker', 'meta', 'events');
    // Without --wait too.
    assert.deepEqual(await runClusterMany(folder, address, [submit('lists')]), [done]);
    assert.equal((await waiting()).length, 12);
    await lose('wait');
    const [cancelled] = await runClusterMany(folder, address, [['cancel']]);
    assert.match(cancelled!.stderr, /^removed 12 slices from the queue;/);
    assert.deepEqual(await runClusterMany(folder, address, [submit('lists')]), [done]);
    await lose('wait');

    assert.deepEqual(await runClusterMany(folder, address, [submit('data')]), [done]);
    const ids = await waiting();
    assert.equal(ids.length, 12);
    await lose(...ids.slice(0, 5));

    await startWorker(context, folder, address);
    assertDone(await runClusterMany(folder, address, [wait('data'), wait('lists')]));
    const whole = await pictureSha(scene);
    for (const store of ['data', 'lists']) assert.equal(fileSha(folder, `${store}.png`), whole);
    // A slice that was queued twice may still be at work.
    await until(async () => {
      const [status] = await runClusterMany(folder, address, [['status', '--json']]);
      const { waiting: left, active, failed } = JSON.parse(status!.stdout);
      assert.deepEqual([left, failed], [0, []]);
      return active === 0;
    }, 'nothing is at work');

    // An id whose job is done, or lost with its data, leaves nothing behind.
    const [meta] = await keys('meta');
    const queue = meta!.replace(/:meta$/, '');
    await redis.lpush(`${queue}:wait`, ids[0]!);
    await redis.zadd(`${queue}:marker`, 0, '0');
    await until(async () => (await redis.exists(`${queue}:wait`, `${queue}:active`)) === 0, 'it was taken');
    assert.equal(await redis.exists(`${queue}:failed`, `${queue}:${ids[0]}`), 0);
  });

  test('a job of which only the id is left is queued again while its submitter waits', async (context) => {
    const { folder, address, waiting, lose } = await start(context);
    const waits = startCluster(context, folder, address, wait('store'));
    await until(async () => (await waiting()).length === 12, 'all are queued');
    await lose(...(await waiting()).slice(3, 7));
    await startWorker(context, folder, address);
    const { code, stderr } = await waits.ended;
    assert.equal(code, 0, stderr);
    assert.equal(fileSha(folder, 'store.png'), await pictureSha(scene));
  });

  test('what is lost while a submitter waits and workers are at it is queued again', {
    skip: !isLong && 'only with MANDOLINE_STRESS=long',
  }, async (context) => {
    const { folder, address, waiting, redis, keys } = await start(context);
    const waits = startCluster(context, folder, address, wait('store'));
    await until(async () => (await waiting()).length === 12, 'all are queued');
    // Two are at work for a worker that is not there, with a lock that ends.
    const [list] = await keys('wait');
    for (let i = 0; i < 2; i++) await redis.lmove(list!, list!.replace(/wait$/, 'active'), 'RIGHT', 'LEFT');
    await redis.del(list!, list!.replace(/wait$/, 'active'), list!.replace(/wait$/, 'events'));
    await startWorker(context, folder, address);
    const { code, stderr } = await waits.ended;
    assert.equal(code, 0, stderr);
    assert.equal(keptIn(join(folder, 'store')).length, 12);
    assert.equal(fileSha(folder, 'store.png'), await pictureSha(scene));
  });
});
