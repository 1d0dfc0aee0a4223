// What cannot be done, or was put into the queue by a stranger, ends no worker and hinders nobody else.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Redis } from 'ioredis';
import { checkJob, checkSlices, jobId, readJob, readRefusals, type SliceJob } from '../../src/cluster/job.js';
import { parseScene } from '../../src/scene/scene.js';
import { type Said, temporaryFolder } from '../support.js';
import { keptIn, noRedis, runClusterMany, startRedis, startWorker, theirQueue, until } from './redis.js';

const submit = (store: string) => [
  'submit',
  'mandelbrot',
  '--size',
  '60x60',
  '--slices',
  '12',
  '--quiet',
  '--store',
  store,
];
const wait = (store: string) => [...submit(store), '--wait', '--workers', '0', '-o', `${store}.png`];
const done = { code: 0, stdout: '', stderr: '' };
/** On a busy machine a command may also say that it waits. */
function assertDone(told: readonly Said[]): void {
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
}
/** What would change a terminal's title, colours and screen, in both spellings, and the order of a line's letters. */
const evil = '\u001b]0;PWNED\u0007\u001b[31mRED\u001b[2J\u009b31m\u202egnp.\r';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test('whatever stands in a job is read as a slice or as none, and is shown on one harmless line', () => {
  for (const data of [
    null,
    undefined,
    5,
    'abc',
    [],
    {},
    { index: 1 },
    JSON.parse('{"__proto__": {"a": 1}}'),
  ]) {
    const { slice, reason } = readJob('x', { data, failedReason: `${evil}\nsecond line` });
    assert.equal(slice, undefined);
    assert.doesNotMatch(reason, obeyed);
    assert.ok(!reason.includes('\n') && reason.includes('second line'));
    assert.throws(
      () => checkJob('x', data, '1'),
      ({ name, message }) => name === 'RefusedError' && !/Invalid|Expected/.test(message),
    );
  }
  assert.equal(readJob('x', { data: 1, failedReason: { a: 1 } }).reason, '');
  for (const progress of [0, null, 'text', { by: 5, reason: '' }, { by: [{}], reason: '' }, []])
    assert.deepEqual(readRefusals(progress), { by: [], reason: '' });
  assert.doesNotMatch(JSON.stringify(readRefusals({ by: [evil], reason: evil })), obeyed);
});

test("a slice's cost counts what a step of its formula costs", () => {
  const view = { center: ['0', '0'], width: 3, columns: 1000, rows: 1000 };
  const scene = (formula: string) =>
    parseScene({ formula, c: 'p', z0: [0, 0], iterations: 1_000_000, escape: 2, view, palette: 'ember' });
  checkSlices(scene('z^2 + c'), 1, 0);
  checkSlices(scene('sin(z) + c'), 1000, 0);
  assert.throws(
    () => checkSlices(scene('sin(z) + c'), 1, 0),
    /^RefusedError: 1000000 points of 1000000 iterations, each of \d+ operations: at most/,
  );
  const nested = `${'sin('.repeat(60)}z${')'.repeat(60)}+c`;
  assert.throws(() => checkSlices(scene(nested), 100, 0), { name: 'RefusedError' });
});

describe('with a Redis server', { skip: noRedis, concurrency: 2 }, () => {
  test('jobs of strangers are refused one by one; status, submit and cancel go on, and no terminal obeys them', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    assert.deepEqual(await runClusterMany(folder, server.address, [submit('store')]), [done]);
    const queue = await theirQueue(context, server);
    const own = (await queue.getWaiting(0, 0))[0]!.data;
    const given: unknown[] = [
      null,
      5,
      'abc',
      [],
      {},
      { code: evil },
      { ...own, code: evil, token: randomUUID() },
      { ...own, folder: `/${evil}`, token: randomUUID() },
    ];
    for (const [i, data] of given.entries())
      await queue.add(evil, data as SliceJob, { jobId: `stranger${i}`, lifo: true });
    const redis = queue.opts.connection as Redis;
    // Data that is not JSON, and a reason that is shown at once.
    await redis.hset(queue.toKey('stranger0'), 'data', '{');
    await queue.add(
      'slice',
      { ...own, folder: `/nonexistent/${evil}`, token: randomUUID() },
      { jobId: `odd${evil}` },
    );
    await redis.xadd(queue.toKey('events'), '*', 'event', 'progress', 'jobId', 'x', 'data', '{');
    const worker = await startWorker(context, folder, server.address);
    const commands = [
      wait('store'),
      ['status'],
      ['status', '--json'],
      submit('other'),
      ['cancel', '--store', 'other'],
    ];
    const told = await runClusterMany(folder, server.address, commands);
    for (const { code, stdout, stderr } of told) {
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout + stderr, obeyed);
    }
    assert.match(
      told[1]!.stdout,
      /\njob stranger1 failed: refused: job: 5: is not valid in the job of a slice\n/,
    );
    await until(
      async () => (await queue.getJobCountByTypes('waiting', 'active', 'delayed')) === 0,
      'all strangers have failed',
    );
    const [status, cancelled] = await runClusterMany(folder, server.address, [['status'], ['cancel']]);
    assert.match(status!.stdout, /^waiting 0 {3}active 0 {3}done \d+ {3}failed [89] {3}workers 1\n/);
    assert.match(cancelled!.stderr, /^removed [89] slices from the queue;/);
    assert.doesNotMatch(worker.said() + status!.stdout, obeyed);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0, worker.said());
  });

  test('workers without a store stay and leave its slices to others; where none has it, the slices fail', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    // A folder that is another store, and none at all.
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'probe'), randomUUID());
    // The same store elsewhere is worked for.
    const linked = join(temporaryFolder(context), 'elsewhere');
    symlinkSync(join(folder, 'store'), linked);
    const start = (store: string) => startWorker(context, folder, server.address, ['--store', store]);
    const [mine, nowhere, right] = await Promise.all([start('mine'), start('nowhere'), start(linked)]);
    assertDone(await runClusterMany(folder, server.address, [wait('store')]));
    assert.equal(keptIn(join(folder, 'store')).length, 12);
    right.child.kill('SIGTERM');
    assert.equal((await right.ended).code, 0);

    const [failed, status] = await runClusterMany(folder, server.address, [
      [...wait('other'), '--slices', '3'],
      ['status', '--json'],
    ]);
    assert.match(
      failed!.stderr,
      /\nmandoline: other: 3 of 3 slices are missing: 0-2 \(counted from 0\); the first: [^\n]*other: (does not exist|is not the same store) on this machine; [^\n]* \(all workers refused it\); run the same command to try again\n$/,
    );
    assert.equal(failed!.code, 1);
    assert.equal(JSON.parse(status!.stdout).workers.length, 2);
    for (const [worker, what] of [
      [mine, /mine for [^\n]*other: is not the same store on this machine;/g],
      [nowhere, /nowhere for [^\n]*other: does not exist on this machine;/g],
    ] as const) {
      assert.equal(worker.said().match(what)?.length, 1, worker.said());
      assert.ok(failed!.stderr.match(what), failed!.stderr);
      worker.child.kill('SIGTERM');
      assert.equal((await worker.ended).code, 0);
    }
    assert.deepEqual(readdirSync(join(folder, 'mine')), ['probe']);
  });

  test('SIGTERM ends a worker that has nothing to do while Redis is away', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const worker = await startWorker(context, folder, server.address);
    await server.kill();
    await until(() => worker.said().includes('is away'), 'the worker notices');
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    assert.deepEqual([code, /\n0 slices computed/.test(stderr)], [0, true], stderr);
  });

  test('a slice that cannot be done, whose id is right, fails alone', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    assert.deepEqual(await runClusterMany(folder, server.address, [submit('store')]), [done]);
    const queue = await theirQueue(context, server);
    const own = (await queue.getWaiting(0, 0))[0]!.data;
    // In a folder that is not there, and cut otherwise than its store.
    const impossible = [
      { ...own, token: randomUUID(), folder: join(folder, 'outside') },
      { ...own, slices: 11 },
    ];
    mkdirSync(join(folder, 'outside'));
    for (const data of impossible)
      await queue.add('slice', data, { jobId: jobId(data), lifo: true, attempts: 3 });
    const worker = await startWorker(context, folder, server.address);
    await until(async () => (await queue.getFailedCount()) === 2, 'both have failed');
    await until(() => keptIn(join(folder, 'store')).length === 12, 'all others are done');
    const reasons = (await queue.getFailed()).map(({ failedReason }) => failedReason).sort();
    assert.match(reasons[0]!, /outside: does not exist on this machine;/);
    assert.match(
      reasons[1]!,
      /store: is the store of another scene, or has another number of slices \(its worker refused it\)$/,
    );
    assert.deepEqual(readdirSync(join(folder, 'outside')), []);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0, worker.said());
  });
});
