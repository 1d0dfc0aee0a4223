// The pool against its peers, everything in one run on two warm workers: starting, tiny tasks, slices of a shared
// array. Peers get the shared array as an argument, which is the fastest that they offer.
//     npm run bench -- pool
// Installs the peers beside itself at the first time (bench/pool/package.json). Prints medians as a Markdown table.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Pool, type SliceRange, tasks } from 'mandoline/pool';

interface Functions {
  increment(x: number): number;
  fillShared(job: { buffer: SharedArrayBuffer; index: number }): void;
  fillSlice(slice: Float64Array, range: SliceRange): void;
}
interface Peer {
  run(name: keyof Functions, value: unknown): PromiseLike<unknown>;
  end(): unknown;
}
interface Row {
  readonly name: string;
  /** Seconds: from nothing to the first result; for one task; for all slices. */
  readonly start: number;
  readonly one: number;
  readonly many?: number;
  readonly slices: number;
}

const workers = 2;
const taskCount = 20_000;
const sliceCount = 2000;
const repeats = 9;
const folder = fileURLToPath(new URL('../../bench/pool', import.meta.url));
if (!existsSync(join(folder, 'node_modules')))
  execFileSync('npm', ['install', '--no-fund', '--no-audit', '--no-package-lock'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });

const functions = tasks<Functions>(pathToFileURL(join(folder, 'worker-functions.js')));
const { peers }: { peers: Record<string, (workers: number) => Peer> } = await import(
  pathToFileURL(join(folder, 'peers.js')).href
);
const items = Array.from({ length: taskCount }, (_, i) => i);
const shared = new SharedArrayBuffer(sliceCount * 4000 * 8);
const numbers = new Float64Array(shared);

async function seconds(work: () => Promise<unknown>, times = repeats): Promise<number> {
  const measured: number[] = [];
  for (let i = 0; i <= times; i++) {
    const begun = performance.now();
    await work();
    if (i > 0) measured.push((performance.now() - begun) / 1000); // the first warms up
  }
  return measured.sort((a, b) => a - b)[times >> 1]!;
}

/** From nothing to the first result; ending the pool is not in it. */
async function secondsToFirst<P>(
  make: () => P,
  first: (pool: P) => PromiseLike<unknown>,
  end: (pool: P) => unknown,
): Promise<number> {
  const measured: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const begun = performance.now();
    const pool = make();
    await first(pool);
    if (i > 0) measured.push((performance.now() - begun) / 1000);
    await end(pool);
  }
  return measured.sort((a, b) => a - b)[repeats >> 1]!;
}

function checkNumbers(): void {
  if (numbers[4000 * 7 + 5] !== 12) throw new Error('the slices were not filled');
  numbers.fill(0);
}

async function ours(): Promise<Row> {
  const start = await secondsToFirst(
    () => new Pool({ workers }),
    (pool) => pool.apply(functions.increment, [1]),
    async (pool) => {
      pool.terminate();
      await pool.join();
    },
  );
  const pool = new Pool({ workers });
  const one = (await seconds(() => pool.map(functions.increment, items, { chunkSize: 1 }))) / taskCount;
  const many = (await seconds(() => pool.map(functions.increment, items))) / taskCount;
  const fill = () => pool.fill(functions.fillSlice, numbers, [], { slices: sliceCount, rows: sliceCount });
  const slices = await seconds(fill);
  checkNumbers();
  pool.terminate();
  return { name: '**mandoline/pool**', start, one, many, slices };
}

async function peer(name: string, make: (workers: number) => Peer): Promise<Row> {
  const start = await secondsToFirst(
    () => make(workers),
    (pool) => pool.run('increment', 1),
    (pool) => pool.end(),
  );
  const pool = make(workers);
  const one = (await seconds(() => Promise.all(items.map((x) => pool.run('increment', x))))) / taskCount;
  const indices = Array.from({ length: sliceCount }, (_, i) => i);
  const slices = await seconds(() =>
    Promise.all(indices.map((index) => pool.run('fillShared', { buffer: shared, index }))),
  );
  checkNumbers();
  await pool.end();
  return { name, start, one, slices };
}

function python(): Row[] {
  try {
    const given = [join(folder, 'pool.py'), workers, taskCount, sliceCount, repeats].map(String);
    return [{ name: "Python's Pool (fork)", ...JSON.parse(execFileSync('python3', given).toString()) }];
  } catch {
    console.error('python3 is not there or failed: no row for it');
    return [];
  }
}

/** How much the memory of this process grows while a million items go through a bounded buffer, in MB. */
async function memory(): Promise<number> {
  const pool = new Pool({ workers });
  await pool.map(functions.increment, items, { chunkSize: 1 });
  const before = process.memoryUsage().rss;
  let most = before;
  let sum = 0;
  function* million() {
    for (let i = 0; i < 1_000_000; i++) yield i;
  }
  for await (const value of pool.imap(functions.increment, million(), { chunkSize: 100, bufferSize: 1000 })) {
    if (value % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss);
    sum += value;
  }
  if (sum !== 500_000_500_000) throw new Error(`the sum is ${sum}`);
  pool.terminate();
  return (most - before) / 1e6;
}

// Some peers let the program end while it waits for them.
const awake = setInterval(() => {}, 1000);
const grown = await memory();
const rows = [await ours()];
for (const [name, make] of Object.entries(peers)) rows.push(await peer(name, make));
rows.push(...python());
clearInterval(awake);

console.log(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${repeats}\n`,
);
console.log('| pool, 2 workers | start, ms | a tiny task, µs | in default chunks, µs | 2000 slices, ms |');
console.log('| --- | --- | --- | --- | --- |');
for (const { name, start, one, many, slices } of rows) {
  const cells = [start * 1e3, one * 1e6, many && many * 1e6, slices * 1e3];
  console.log(`| ${[name, ...cells.map((cell) => cell?.toPrecision(3) ?? '-')].join(' | ')} |`);
}
console.log(`\n1,000,000 items through imap, 1000 in the buffer: peak growth ${grown.toFixed(0)} MB`);
