// What is wrong with a Redis server, or with its address, is one line that says what to do, for whatever reason it refuses.
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { refusalOf } from '../../src/cluster/redis-errors.js';
import { runMany, temporaryFolder } from '../support.js';
import { freePort, noRedis, runCluster, runClusterMany, startRedis, startWorker, until } from './redis.js';

const submit = [
  'submit',
  'mandelbrot',
  '--size',
  '50x50',
  '--coloring',
  'count',
  '--samples',
  '1',
  '--slices',
  '3',
  '--store',
  'store',
  '--quiet',
];

test('a refusal is a sentence with the address, and what is no refusal of a server is left as it is', () => {
  const refused = (message: string) =>
    refusalOf('redis://h', Object.assign(new Error(message), { name: 'ReplyError' }));
  const sentences: [string, RegExp, boolean][] = [
    [
      "OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:9.",
      /maxmemory/,
      true,
    ],
    ["NOPERM User joe has no permissions to run the 'info' command", /allow the keys/, false],
    ["READONLY You can't write against a read only replica.", /address of its primary/, false],
    ["ERR Error running script (call to f_1): @user_script:9: -READONLY You can't write", /primary/, false],
    ["CROSSSLOT Keys in request don't hash to the same slot", /Redis Cluster/, false],
    ['MOVED 3999 127.0.0.1:6381', /Redis Cluster/, false],
    ['LOADING Redis is loading the dataset in memory', /try again/, true],
    [
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      /lost its primary/,
      true,
    ],
    ['MISCONF Redis is configured to save RDB snapshots', /free space on its disk/, true],
    ['NOREPLICAS Not enough good replicas to write.', /min-replicas-to-write/, true],
    ['WRONGPASS invalid username-password pair or user is disabled.', /percent-encoded/, false],
    ['NOAUTH Authentication required.', /--redis-file/, false],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', /another database/, false],
    ['ERR something else', /refuses a command/, true],
  ];
  for (const [message, sentence, isPassing] of sentences) {
    const error = refused(message)!;
    assert.match(error.message, /^redis:\/\/h: [^\n]*\([A-Z]{3,} [^\n]*\)$/);
    assert.match(error.message, sentence);
    assert.doesNotMatch(error.message, /@user_script:9\.\)/);
    assert.equal(error.isPassing, isPassing, message);
  }
  assert.equal(refusalOf('redis://h', new Error('/data/ASK/OOM: is full')), undefined);
  assert.equal(refusalOf('redis://h', 'READONLY'), undefined);
});

test('an address whose password was not percent-encoded is told how, without the password', async (context) => {
  const folder = temporaryFolder(context);
  const wrong = [
    'redis://:se/sa%40me@h:6379',
    'redis://u:sesame#1@h',
    'redis://:sesame?x@h',
    'redis://:%sesame@h',
  ];
  const hint = /in a password, write all but letters and digits percent-encoded: @ as %40[^\n]*\n$/;
  for (const address of wrong) {
    const env = { MANDOLINE_REDIS: address };
    writeFileSync(join(folder, 'address'), address, { mode: 0o600 });
    const [byVariable] = await runMany(folder, [['cluster', 'status']], env);
    const [byFlag, byFile] = await runMany(folder, [
      ['cluster', 'status', '--redis', address],
      ['cluster', 'status', '--redis-file', 'address'],
    ]);
    for (const told of [byVariable!, byFlag!, byFile!]) {
      assert.match(told.stderr, hint);
      assert.doesNotMatch(told.stderr, /sesame|se\/sa/);
      assert.equal(told.code, 2);
    }
  }
  const [plain] = await runMany(folder, [['cluster', 'status', '--redis', 'localhost:6379']]);
  assert.match(
    plain!.stderr,
    /^mandoline: --redis: must be an address like redis:\/\/host:6379[^\n]*socket\n$/,
  );
});

test('a file with a password that everybody may read or change is refused', async (context) => {
  if (process.platform === 'win32') return context.skip('files have no such modes');
  const folder = temporaryFolder(context);
  const path = join(folder, 'address');
  const port = await freePort();
  const status = [['cluster', 'status', '--redis-file', 'address']];
  for (const mode of [0o644, 0o666, 0o602]) {
    writeFileSync(path, `redis://:sesame@127.0.0.1:${port}\n`);
    chmodSync(path, mode);
    const [told] = await runMany(folder, status);
    assert.equal(
      told!.stderr,
      'mandoline: --redis-file address: contains a password, but other users of this machine can read or change it; ' +
        'run chmod 600 address\n',
    );
    assert.equal(told!.code, 2);
  }
  // Its group may be meant to; without a password there is nothing to hide.
  for (const [mode, text] of [
    [0o640, `redis://:sesame@127.0.0.1:${port}`],
    [0o644, `redis://127.0.0.1:${port}`],
  ] as const) {
    writeFileSync(path, text);
    chmodSync(path, mode);
    assert.match((await runMany(folder, status))[0]!.stderr, /cannot be reached/);
  }
});

describe('with a Redis server', { skip: noRedis }, () => {
  test('the database of an address is used, and one that the server does not have is an error', async (context) => {
    const folder = temporaryFolder(context);
    const port = await freePort();
    await startRedis(context, '--port', String(port));
    const address = `redis://127.0.0.1:${port}`;
    const [missing, odd] = await runMany(
      folder,
      ['99', '99999999999999999999'].map((name) => ['cluster', ...submit, '--redis', `${address}/${name}`]),
    );
    assert.match(missing!.stderr, /^mandoline: redis:\/\/[^\n]*\/99: has no database 99 [^\n]*\n$/);
    assert.match(odd!.stderr, /^mandoline: redis:\/\/[^\n]*: has no database [^\n]*\n$/);
    assert.deepEqual([missing!.code, odd!.code], [1, 1]);
    const admin = new Redis(port);
    context.after(() => admin.disconnect());
    assert.equal(await admin.dbsize(), 0);
    for (const database of [0, 3, 15]) {
      const [told] = await runClusterMany(folder, `${address}/${database}`, [submit]);
      assert.deepEqual(told, { code: 0, stdout: '', stderr: '' });
      await admin.select(database);
      assert.ok((await admin.dbsize()) > 0);
    }
    await admin.select(1);
    assert.equal(await admin.dbsize(), 0);
  });

  test('a server that throws data away, is full, forbids or only replicates is told', async (context) => {
    const folder = temporaryFolder(context);
    const port = await freePort();
    await startRedis(
      context,
      '--port',
      String(port),
      '--maxmemory',
      '50mb',
      '--maxmemory-policy',
      'allkeys-lru',
    );
    const address = `redis://127.0.0.1:${port}`;
    const admin = new Redis(port);
    context.after(() => admin.disconnect());
    const told = async (given: string[], by = address) => (await runClusterMany(folder, by, [given]))[0]!;

    const warned = await told(['status', '--json']);
    assert.match(
      warned.stderr,
      /^redis:\/\/[^\n]*: warning: its maxmemory-policy is allkeys-lru, [^\n]*noeviction\n$/,
    );
    assert.equal(JSON.parse(warned.stdout).waiting, 0);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');

    await admin.config('SET', 'maxmemory', '1');
    const full = await told(submit);
    assert.match(
      full.stderr,
      /^mandoline: redis:\/\/[^\n]*: is out of memory; raise its maxmemory [^\n]*\n$/,
    );
    assert.equal(full.code, 1);
    // A worker says so, stays, and works when there is room.
    const worker = await startWorker(context, folder, address);
    await until(() => worker.said().includes('is out of memory'), 'the worker says so');
    await admin.config('SET', 'maxmemory', '0');
    const written = await told([...submit, '--wait', '--workers', '0', '-o', 'a.png']);
    assert.equal(written.code, 0, written.stderr);

    await admin.acl('SETUSER', 'joe', 'on', '>sesame', '~other:*', '+@all');
    const env = { MANDOLINE_REDIS: `redis://joe:sesame@127.0.0.1:${port}` };
    for (const given of [submit, ['status'], ['cancel'], ['work']]) {
      const [forbidden] = await runMany(folder, [['cluster', ...given]], env);
      assert.match(
        forbidden!.stderr,
        /(^|\n)mandoline: [^\n]*allow the keys ~bull:mandoline-\* [^\n]*NOPERM[^\n]*\n$/,
      );
      assert.equal(forbidden!.code, 1);
    }

    // From now on it copies a server that is not there.
    await admin.replicaof('127.0.0.1', 1);
    const ended = await worker.ended;
    assert.match(ended.stderr, /\nmandoline: redis:\/\/[^\n]*: is a read-only replica; [^\n]*\n$/);
    assert.equal(ended.code, 1);
    for (const given of [submit, ['cancel'], ['work']]) {
      const replica = await told(given);
      assert.match(
        replica.stderr,
        /^mandoline: [^\n]*: is a read-only replica; give the address of its primary server, 127\.0\.0\.1:1\n$/,
      );
      assert.equal(replica.code, 1);
    }
    assert.equal((await told(['status'])).code, 0);
  });

  test('a server of a Redis Cluster is told before anything is begun', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context, '--cluster-enabled', 'yes');
    const { code, stderr } = await runCluster(context, folder, server.address, submit);
    assert.match(stderr, /^mandoline: unix:[^\n]*: is part of a Redis Cluster, [^\n]*\n$/);
    assert.equal(code, 1);
    assert.deepEqual(readdirSync(folder), []);
  });
});
