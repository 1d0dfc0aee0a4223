// What the pool promises on Node alone: what needs a process of its own, many threads, or Node's own workers.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { Pool, PoolClosedError, tasks, WorkerExitError } from 'mandoline/pool';
import { type Ended, isLong, run, temporaryFolder } from '../support.js';
import { upTo } from './check.js';

const jobs = tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url));
const program = (name: string) => new URL(`./programs/${name}.js`, import.meta.url);
// What a pool holds is measured, not how far an engine lets a heap of young objects grow.
const flags = ['--expose-gc', '--max-semi-space-size=2'];
const runProgram = (name: string, ...given: string[]): Promise<Ended> =>
  run(process.execPath, [...flags, fileURLToPath(program(name)), ...given]);

test('finalization: a forgotten idle pool does not keep the program alive, one that works does', async () => {
  const { code, stdout, stderr } = await runProgram('forgotten');
  const lines = ['[1,4]', '2 pools are still there', ''];
  assert.deepEqual([code, stdout.toString().split('\n'), stderr], [0, lines, '']);
});

test('resource_warning: a pool that is dropped open warns; calls under way are finished', async () => {
  const { code, stdout, stderr } = await runProgram('dropped');
  assert.equal(code, 0, stderr);
  const { warnings, values } = JSON.parse(stdout.toString());
  assert.deepEqual(values, [[9], [9]]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /^ResourceWarning: a Pool was dropped without close\(\) or terminate\(\)/);
});

test('release_task_refs: arguments and results can be collected afterwards', async () => {
  const { code, stdout, stderr } = await runProgram('released');
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout.toString()), { watched: 15, left: 0 });
});

test('imap with buffersize: a million items take less than 50 MB', async () => {
  const items = isLong ? 1_000_000 : 200_000;
  const { code, stdout, stderr } = await runProgram('memory', String(items));
  assert.equal(code, 0, stderr);
  const { count, sum, growth } = JSON.parse(stdout.toString());
  assert.deepEqual([count, sum], [items, (items * (items - 1)) / 2]);
  assert.ok(growth < 50, `grew by ${growth} MB`);
});

const many = isLong ? 200 : 20;
test(`large_pool: ${many} workers sum right`, async () => {
  await using pool = new Pool({ workers: many });
  const squares = await pool.map(jobs.square, upTo(1000), { chunkSize: 1 });
  assert.equal(
    squares.reduce((sum, x) => sum + x, 0),
    332_833_500,
  );
});

test('map equals Array.map, for any sizes, chunk sizes and numbers of workers', async () => {
  const pools = [1, 2, 3, 5].map((workers) => new Pool({ workers }));
  const items = fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 150 });
  const chunkSizes = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined });
  const property = fc.asyncProperty(
    fc.constantFrom(...pools),
    items,
    chunkSizes,
    async (pool, xs, chunkSize) => {
      const expected = xs.map((x) => x * x);
      assert.deepEqual(await pool.map(jobs.square, xs, { chunkSize }), expected);
      const results: number[] = [];
      for await (const value of pool.imap(jobs.square, xs, { chunkSize })) results.push(value);
      assert.deepEqual(results, expected);
    },
  );
  await fc.assert(property, { numRuns: isLong ? 100 : 25 });
  await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
});

test('a signal is not listened to any more when its call has ended', async () => {
  await using pool = new Pool({ workers: 1 });
  const { signal } = new AbortController();
  await pool.map(jobs.square, [1, 2], { signal });
  for await (const _ of pool.imap(jobs.square, [1, 2], { signal }));
  await pool.fill(jobs.fillLater, new Uint8Array(2), [], { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('worker: a module that calls serve() has its functions built in', async () => {
  const served = tasks<typeof import('./jobs.js')>();
  await using pool = new Pool({ workers: 2, worker: () => new Worker(program('serving')) });
  assert.deepEqual(await pool.map(served.square, [1, 2, 3]), [1, 4, 9]);
  assert.deepEqual(await pool.map(jobs.square, [1, 2, 3]), [1, 4, 9], 'and takes others by their address');
  const missing = (served as unknown as { missing: typeof jobs.square }).missing;
  await assert.rejects(pool.map(missing, [1]), /no function missing is registered .*; registered: .*square/);
  await using own = new Pool({ workers: 1 });
  await assert.rejects(
    own.map(served.square, [1]),
    /no function square is registered.*Give tasks\(\) the address/,
  );
});

test('worker: a module that does not call serve(), or cannot be loaded, rejects every call', async () => {
  for (const module of [program('silent'), new URL('./no-such-module.js', import.meta.url)]) {
    const pool = new Pool({ workers: 2, worker: () => new Worker(module) });
    await assert.rejects(pool.map(jobs.square, [1]), (error) => {
      assert.ok(error instanceof WorkerExitError);
      assert.equal(error.task, undefined);
      return true;
    });
    await assert.rejects(pool.map(jobs.square, [1]), WorkerExitError);
    pool.close();
    await pool.join();
  }
});

test('resourceLimits: a heap in which no worker could start is a RangeError', () => {
  for (const maxOldGenerationSizeMb of [0, 1, 7, Number.NaN])
    assert.throws(() => new Pool({ workers: 1, resourceLimits: { maxOldGenerationSizeMb } }), RangeError);
});

test('isMainThread: a pool made while a worker imports its task is refused; with the guard it works', async () => {
  const unguarded = await runProgram('unguarded');
  assert.match(
    unguarded.stdout.toString(),
    /a Pool was made in a worker, outside of its tasks while it imported .*unguarded\.js.*isMainThread/,
  );
  const guarded = await runProgram('unguarded', 'guarded');
  assert.equal(guarded.stderr, '');
  assert.equal(guarded.stdout.toString(), '[2,3]\n');
});

test('a program given as text can make a pool', async () => {
  const address = JSON.stringify(new URL('./jobs.js', import.meta.url).href);
  const pool = JSON.stringify(new URL('../../src/pool/index.js', import.meta.url).href);
  const text = `import { Pool, tasks } from ${pool};
    const { square } = tasks(new URL(${address}));
    await using_(new Pool({ workers: 1 }));
    async function using_(pool) {
      console.log(await pool.map(square, [2]));
      pool.close();
      await pool.join();
    }`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', text]);
  assert.deepEqual([stdout.toString(), stderr], ['[ 4 ]\n', '']);
});

test('a throw in a callback of a task that waits for it rejects the task, and no other', async () => {
  const strays: unknown[] = [];
  await using pool = new Pool({ workers: 1, onStrayError: (error) => strays.push(error) });
  assert.equal(await pool.apply(jobs.throwLater, [7]), 7);
  const beside = pool.map(jobs.squareLater, upTo(20), { chunkSize: 1 });
  await assert.rejects(pool.apply(jobs.throwInCallback, [1]), {
    name: 'RangeError',
    message: 'in a callback',
  });
  await assert.rejects(pool.map(jobs.throwInCallback, [1, 2]), { name: 'RangeError' });
  assert.equal((await beside).length, 20);
  assert.equal(await pool.apply(jobs.square, [3]), 9);
  assert.deepEqual(
    strays.map((error) => (error as Error).message),
    ['too late'],
  );
});

test('a task may stand in an ES module, in one that awaits at its top level, and in CommonJS: run once', async (context) => {
  const folder = temporaryFolder(context);
  const count = 'globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;\n';
  const modules = {
    'plain.mjs': `${count}export const evaluations = () => globalThis.evaluations;`,
    'awaits.mjs': `${count}await 0;\nexport const evaluations = () => globalThis.evaluations;`,
    'common.js': `${count}exports.evaluations = () => globalThis.evaluations;`,
    'common.cjs': `${count}exports.evaluations = () => globalThis.evaluations;`,
  };
  // Whatever the folders around it say.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
  for (const [name, text] of Object.entries(modules)) {
    const path = join(folder, name);
    writeFileSync(path, text);
    const { evaluations } = tasks<{ evaluations: (x: number) => number }>(pathToFileURL(path));
    await using pool = new Pool({ workers: 1 });
    assert.deepEqual(await pool.map(evaluations, [1, 2]), [1, 1], name);
  }
});

test('workers run what a program asks for by --import, on the command line or in NODE_OPTIONS', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'preload.mjs'), 'globalThis.preloaded = true;');
  writeFileSync(join(folder, 'tasks.mjs'), 'export const preloaded = () => globalThis.preloaded === true;');
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { Pool, tasks } from ${JSON.stringify(String(new URL('../../src/pool/index.js', import.meta.url)))};
    const { preloaded } = tasks(new URL('./tasks.mjs', import.meta.url));
    const pool = new Pool({ workers: 2 });
    console.log(await pool.map(preloaded, [1, 2]));
    pool.terminate();`,
  );
  const flag = ['--import', String(pathToFileURL(join(folder, 'preload.mjs')))];
  for (const [flags, options] of [
    [flag, ''],
    [[], flag.join(' ')],
  ] as const) {
    const env = { ...process.env, NODE_OPTIONS: options };
    const { code, stdout, stderr } = await run(process.execPath, [...flags, program], { env });
    assert.deepEqual([code, stdout.toString(), stderr], [0, '[ true, true ]\n', '']);
  }
});

test('a task module that throws while it is imported rejects with its very error, with or without loaders', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(
    join(folder, 'throws.mjs'),
    "throw new RangeError('not today');\nexport const never = () => {};",
  );
  const index = new URL('../../src/pool/index.js', import.meta.url).href;
  const text = `import { Pool, tasks } from ${JSON.stringify(index)};
    const { never } = tasks(new URL('./throws.mjs', import.meta.url));
    const pool = new Pool({ workers: 1 });
    await pool.apply(never, [1]).catch(({ name, message }) => console.log(name, message));
    pool.terminate();`;
  writeFileSync(join(folder, 'program.mjs'), text);
  for (const flags of [[], ['--import', 'data:text/javascript,']]) {
    const { stdout, stderr } = await run(process.execPath, [...flags, join(folder, 'program.mjs')]);
    assert.deepEqual([stdout.toString(), stderr], ['RangeError not today\n', '']);
  }
});

test('terminate: nothing that nobody listens to is reported as unhandled', async () => {
  const pool = new Pool({ workers: 1 });
  const iterator = pool.imap(jobs.forever, upTo(10));
  void pool.map(jobs.forever, [1]);
  void pool.starmap(jobs.multiply, [[1, 2]]);
  void pool.fill(jobs.fillLater, new Uint8Array(10), []);
  void pool.mapAsync(jobs.forever, [1]);
  pool.terminate();
  await pool.join();
  await assert.rejects(iterator.next(), PoolClosedError);
});

test('terminate: a pool may be ended while its workers load a module of many parts', async (context) => {
  const folder = temporaryFolder(context);
  const [parts, rounds] = [300, isLong ? 150 : 15];
  const path = (part: number) => join(folder, `part-${part}.mjs`);
  for (let part = 1; part < parts; part++)
    writeFileSync(path(part - 1), `export * from './part-${part}.mjs';`);
  writeFileSync(path(parts - 1), 'export function one() { return 1; }');
  const file = join(folder, 'ended.mjs');
  writeFileSync(
    file,
    `import { Pool, tasks } from ${JSON.stringify(new URL('../../src/pool/index.js', import.meta.url))};
    const { one } = tasks(new URL(${JSON.stringify(pathToFileURL(path(0)))}));
    let ended = 0;
    for (; ended < ${rounds}; ended++) {
      const pool = new Pool({ workers: 2 });
      const done = pool.map(one, [1, 2]).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 100));
      pool.terminate();
      await done;
      await pool.join();
    }
    console.log(ended);`,
  );
  const { code, stdout, stderr } = await run(process.execPath, [file]);
  assert.deepEqual([code, stdout.toString(), stderr], [0, `${rounds}\n`, '']);
});
