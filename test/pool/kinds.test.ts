// The behaviours with workers that are processes, and without workers in this thread; what else is special to either, and
// the options that workers are started with.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Pool, type PoolOptions, tasks, WorkerExitError } from 'mandoline/pool';
import { patience } from '../patience.js';
import { run, temporaryFolder } from '../support.js';
import { behaviours, type Setting, settingOf } from './behaviours.js';
import { upTo } from './check.js';
import * as defined from './defined-jobs.js';
import { faultBehaviours } from './faults.js';
import { fillBehaviours } from './fills.js';
import * as host from './host-jobs.js';
import { unreadableBehaviours } from './unreadable.js';

const jobs = tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url));
const all = [...behaviours, ...faultBehaviours, ...fillBehaviours, ...unreadableBehaviours];

function testBehaviours(kind: string, setting: Setting, skipped: RegExp): void {
  for (const { name, where, check } of all) {
    const skip = skipped.test(name) || !(where?.(setting) ?? true);
    test(`${kind}: ${name}`, { skip, timeout: patience }, () => check(setting));
  }
}

const worker = () => assert.fail('not used here');
const common = { jobs, defined, worker, isNode: true, bundled: false };
const processes = settingOf({
  ...common,
  pool: (options?: PoolOptions) => new Pool({ workers: 2, kind: 'process', ...options }),
  processes: true,
  isolated: false,
});
// Those that are about the option `worker`.
testBehaviours('processes', processes, /^(no_leak_on_failure|messages that a task posts|make_pool: options)/);

const thisThread = settingOf({
  ...common,
  pool: (options?: PoolOptions) => new Pool({ ...options, workers: 0 }),
  isolated: true,
});
// Those that end a worker, block it, or count several.
testBehaviours(
  'this thread',
  thisThread,
  /^(make_pool: -1|terminate|heap out|exit|an endless|a throw|a worker|retries|cancel|long tasks|taskTimeout|timeout|a fill that fails|no_leak|messages|make_pool: options|stats|initializer|traceback: errors of|imap: settled results include|fill, \w+: (a part|it does not|a slice that fails|an abort|a task that asks|progress|every row))|lifetime/,
);

test('this thread: workers: 0 runs tasks where the program is, with copies, and ends by itself', async () => {
  const pool = new Pool({ workers: 0 });
  assert.equal(pool.workers, 0);
  assert.equal(await pool.apply(host.processId), process.pid);
  const state = { calls: 0 };
  assert.equal(await pool.apply(jobs.callsWith, [1, state]), 1);
  assert.equal(state.calls, 0, 'it is a copy, as for workers');
  const target = new Float64Array(new SharedArrayBuffer(8 * 10));
  const report = await pool.fill(jobs.fillRows, target, [5], { slices: 4 });
  assert.deepEqual(
    [report.shared, report.workers.length, [...target]],
    [true, 1, upTo(10).map((x) => x + 5)],
  );
  await assert.rejects(pool.apply(jobs.neverSettles, [1], { timeout: 20 }), { name: 'TaskTimeoutError' });
  assert.deepEqual(await pool.map(jobs.square, [3]), [9]);
  pool.close();
  await pool.join();
});

test('this thread: an idle pool of no workers does not keep the program alive', async (context) => {
  const folder = temporaryFolder(context);
  const index = JSON.stringify(new URL('../../src/pool/index.js', import.meta.url).href);
  writeFileSync(
    join(folder, 'program.mjs'),
    `import { define, Pool } from ${index};
    const { twice } = define(import.meta.url, { twice: async (x) => (await new Promise((r) => setTimeout(r, 20)), 2 * x) });
    console.log(await new Pool({ workers: 0 }).map(twice, [1, 2]));`,
  );
  const { code, stdout } = await run(process.execPath, [join(folder, 'program.mjs')]);
  assert.deepEqual([code, stdout.toString()], [0, '[ 2, 4 ]\n']);
});

test('processes: kill -9, a crash of native code and an exhausted heap end one worker, not the program', async () => {
  await using pool = new Pool({
    workers: 2,
    kind: 'process',
    resourceLimits: { maxOldGenerationSizeMb: 40 },
  });
  for (const [signal, code] of [
    ['SIGKILL', 137],
    ['SIGSEGV', 139],
    ['SIGABRT', 134],
  ] as const) {
    const beside = pool.map(jobs.squareLater, upTo(6), { chunkSize: 1 });
    await assert.rejects(pool.apply(host.kill, [signal]), (error) => {
      assert.ok(error instanceof WorkerExitError);
      assert.equal(error.code, code);
      assert.match(
        error.message,
        new RegExp(`^a worker ended with code ${code} while it ran kill: ${signal}`),
      );
      return true;
    });
    assert.deepEqual(await beside, [0, 1, 4, 9, 16, 25]);
  }
  assert.notEqual(await pool.apply(host.processId), process.pid);
});

test('processes: what needs shared memory says so in one line; fill copies and reports that it does', async () => {
  await using pool = new Pool({ workers: 2, kind: 'process' });
  const target = new Float64Array(new SharedArrayBuffer(8 * 1000));
  const report = await pool.fill(jobs.fillRows, target, [5], { slices: 7 });
  assert.deepEqual([report.shared, [...target]], [false, upTo(1000).map((x) => x + 5)]);
  assert.deepEqual(pool.stats().fills, { shared: 0, copied: 1 });
  const refusal = {
    name: 'DataCloneError',
    message: /^a value cannot be copied to another process: .*ArrayBuffer/,
  };
  const flag = new Int32Array(new SharedArrayBuffer(4));
  await assert.rejects(pool.apply(jobs.holdUntilLowered, [flag]), refusal);
  await assert.rejects(pool.apply(host.sharedResult), refusal);
  const buffer = new ArrayBuffer(8);
  assert.equal(await pool.apply(jobs.lengthOf, [buffer], { transfer: [buffer] }), 8);
  assert.equal(buffer.byteLength, 0, 'what is transferred is gone here');
});

test('processes: they end with the program, however it ends', async (context) => {
  const folder = temporaryFolder(context);
  const [index, own] = ['../../src/pool/index.js', './host-jobs.js'].map((path) =>
    JSON.stringify(new URL(path, import.meta.url).href),
  );
  for (const [name, end] of Object.entries({
    exits: 'process.exit(0);',
    'is killed': "process.kill(process.pid, 'SIGKILL');",
    'ends by itself': '',
  })) {
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `import { Pool } from ${index};
      import { processId } from ${own};
      const pool = new Pool({ workers: 2, kind: 'process' });
      console.log(JSON.stringify(await pool.map(processId, [1, 2, 3, 4], { chunkSize: 1 })));
      ${end}`,
    );
    const { stdout } = await run(process.execPath, [program]);
    for (const id of JSON.parse(stdout.toString()) as number[]) {
      while (isRunning(id)) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(!isRunning(id), name);
    }
  }
});

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

for (const kind of ['thread', 'process'] as const)
  test(`${kind}: execArgv, env and name are the workers'`, async () => {
    const env = { POOL_TEST: 'seen', LEFT_OUT: undefined };
    await using pool = new Pool({ workers: 1, kind, execArgv: ['--no-warnings'], env, name: 'counting' });
    assert.deepEqual(await pool.apply(host.surroundings), {
      environment: ['seen', undefined],
      flag: true,
      ...(kind === 'process' && { title: 'counting' }),
    });
    await using plain = new Pool({ workers: 1, kind });
    process.env.POOL_INHERITED = 'yes';
    const { environment } = await plain.apply(host.surroundings);
    delete process.env.POOL_INHERITED;
    assert.deepEqual(environment[0], undefined);
  });

test('make_pool: options of workers that have no meaning are errors', () => {
  const made = (options: unknown) => () => new Pool(options as PoolOptions);
  for (const [options, message] of [
    [{ kind: 'fork' }, /^Pool: kind "fork": must be 'thread' or 'process'$/],
    [{ name: 5 }, /^Pool: name 5: must be a string$/],
    [{ env: 'A=1' }, /^Pool: env "A=1": not an object/],
    [{ execArgv: '--expose-gc' }, /^Pool: execArgv "--expose-gc": not an array/],
    [{ worker, kind: 'process' }, /^Pool: kind with worker: has no effect; pass it to the Worker/],
    [{ worker, env: {} }, /^Pool: env with worker: has no effect/],
  ] as const)
    assert.throws(made(options), { name: 'TypeError', message });
});
