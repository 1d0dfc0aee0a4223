// The queue on Redis against a Pool in one process: the lesson's job, 10,000 tiny slices, and how memory grows. Both put
// every slice into a store on the same disk; both are warm: workers are started and connected, and have computed before.
//     npm run bench -- cluster queue [ROUNDS]
//     npm run bench -- cluster queue million
// Needs redis-server. The second is a million slices, which are empty; they take minutes.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lessonScene, type Scene } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import { codeVersion } from '../../src/cluster/job.js';
import { probeOf } from '../../src/cluster/probe.js';
import { type Connection, connect, parseRedis } from '../../src/cluster/redis.js';
import { type Submission, submit } from '../../src/cluster/submit.js';
import { slicesByTime } from '../../src/render/cut.js';
import { filledSlices } from '../../src/render/job.js';
import { openStore } from '../../src/render/store.node.js';
import { streamScene, streamShape } from '../../src/render/stream.js';
import { listStore } from '../../src/render/survey.node.js';

const workers = 2;
const command = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const idle = fileURLToPath(new URL('./idle-worker.js', import.meta.url));
const say = (line: string) => console.error(line);

/** The lesson's job in 8000 x 8000 points. */
const lesson: Scene = { ...lessonScene, lattice: { extent: 2, cells: 4000 } };
/** 10,000 rows of 10 points, each a slice. */
const tinySlices = 10_000;
const tiny: Scene = {
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations: 10,
  escape: 2,
  palette: 'inferno',
  view: { center: ['0', '0'], width: 0.01, columns: 10, rows: tinySlices },
};

/** A Redis server and what works for it, in a folder that is gone afterwards. */
interface Bench {
  readonly folder: string;
  readonly connection: Connection;
  start(program: string, ...given: string[]): ChildProcess;
}

async function withRedis<T>(use: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mandoline-bench-'));
  const socket = join(folder, 'socket');
  const given = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no'];
  const children = [spawn('redis-server', given, { stdio: 'ignore' })];
  try {
    while (!existsSync(socket)) await setTimeout(10);
    const connection = await connect(parseRedis(`unix:${socket}`)!, say);
    const start = (program: string, ...given: string[]) => {
      const environment = { ...process.env, MANDOLINE_REDIS: `unix:${socket}` };
      const child = spawn(process.execPath, [program, ...given], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: environment,
      });
      children.push(child);
      return child;
    };
    try {
      return await use({ folder, connection, start });
    } finally {
      connection.close();
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await setTimeout(100);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of a scene through the queue into a new store. */
async function byQueue({ folder, connection }: Bench, scene: Scene, slices: number): Promise<number> {
  const place = mkdtempSync(join(folder, 'store-'));
  const store = openStore(place, scene, { slices, otherwise: slices });
  const token = probeOf(place);
  const code = codeVersion();
  const submission: Submission = {
    slices: filledSlices(scene, slices),
    code,
    token,
    kept: () => listStore(store, []),
    jobOf: (index) => ({ code, scene: store.field, channels: [], slices, index, folder: place, token }),
  };
  const begun = performance.now();
  const { done } = await submit(connection, submission, { wait: true, say });
  const seconds = (performance.now() - begun) / 1000;
  if (done !== submission.slices) throw new Error(`${done} of ${submission.slices} slices are done`);
  rmSync(place, { recursive: true });
  return seconds;
}

/** Seconds of a scene by a pool; into a new store, if it is kept. */
async function byPool(
  { folder }: Bench,
  pool: Pool,
  scene: Scene,
  slices: number,
  isKept: boolean,
): Promise<number> {
  const place = mkdtempSync(join(folder, 'store-'));
  const store = isKept ? openStore(place, scene, { slices, otherwise: slices }) : undefined;
  const begun = performance.now();
  const { bands } = await streamScene(scene, { pool, slices, isPainted: false, via: store?.work });
  for await (const _ of bands);
  const seconds = (performance.now() - begun) / 1000;
  rmSync(place, { recursive: true });
  return seconds;
}

/** The most that something came to while other work was under way, above what it was before. */
async function growth<T>(read: () => Promise<number> | number, work: () => Promise<T>): Promise<[T, number]> {
  const before = await read();
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await read());
      await setTimeout(100);
    }
  })();
  const result = await work();
  isOver = true;
  await watching;
  return [result, most - before];
}

const ownMemory = () => process.memoryUsage().rss / 1e6;
const redisMemory = async ({ client }: Connection) =>
  Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))![1]) / 1e6;

export async function run([given = '5']: readonly string[]): Promise<void> {
  const machine = `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, Node ${process.version}`;
  if (given === 'million') {
    console.log(machine);
    return million();
  }
  const rounds = Number(given);
  console.log(`${machine}, medians of ${rounds} runs\n`);
  const cut = await slicesByTime(lesson, []);
  const asRendered = streamShape(lesson, workers, []).slices;
  await withRedis(async (bench) => {
    for (let worker = 0; worker < workers; worker++)
      bench.start(command, 'cluster', 'work', '--workers', '1', '--quiet');
    const pool = new Pool({ workers });
    const ways = {
      queue: () => byQueue(bench, lesson, cut),
      kept: () => byPool(bench, pool, lesson, asRendered, true),
      alike: () => byPool(bench, pool, lesson, cut, true),
      plain: () => byPool(bench, pool, lesson, asRendered, false),
    };
    const times = {
      queue: [] as number[],
      kept: [] as number[],
      alike: [] as number[],
      plain: [] as number[],
    };
    for (let round = -1; round < rounds; round++)
      for (const name of ['queue', 'kept', 'alike', 'plain'] as const) {
        const seconds = await ways[name]();
        if (round >= 0) times[name].push(seconds);
      }
    const [queue, kept, alike, plain] = Object.values(times).map(median) as [number, number, number, number];
    const row = (what: string, slices: number, seconds: number) =>
      console.log(`| ${what} | ${slices} | ${seconds.toFixed(3)} | ${(queue / seconds).toFixed(2)} |`);
    console.log('| the lesson, 8000 x 8000, 2 workers | slices | seconds | queue / this |');
    console.log('| --- | --- | --- | --- |');
    row('2 worker processes, by Redis, into a store', cut, queue);
    row('a Pool of 2, into a store', asRendered, kept);
    row('a Pool of 2, into a store, same slices', cut, alike);
    row('a Pool of 2, not stored', asRendered, plain);

    const tinyOnes = { queue: [] as number[], kept: [] as number[], more: [] as number[] };
    let most = { submitter: 0, redis: 0 };
    for (let round = -1; round < rounds; round++) {
      const kept = await byPool(bench, pool, tiny, tinySlices, true);
      const [[queue, redis], submitter] = await growth(ownMemory, () =>
        growth(
          () => redisMemory(bench.connection),
          () => byQueue(bench, tiny, tinySlices),
        ),
      );
      most = { submitter: Math.max(most.submitter, submitter), redis: Math.max(most.redis, redis) };
      if (round < 0) continue;
      tinyOnes.queue.push(queue);
      tinyOnes.kept.push(kept);
      tinyOnes.more.push(((queue - kept) / tinySlices) * 1000);
    }
    pool.terminate();
    const each = tinyOnes.more.map((milliseconds) => milliseconds.toFixed(3)).join(', ');
    console.log(
      `\n${tinySlices} slices of 10 points: ${median(tinyOnes.queue).toFixed(2)} s by the queue, ` +
        `${median(tinyOnes.kept).toFixed(2)} s by a Pool of 2, both into a store: ` +
        `${median(tinyOnes.more).toFixed(3)} ms more each (${each}); ` +
        `the submitter grew by ${most.submitter.toFixed(0)} MB at most, Redis by ${most.redis.toFixed(1)} MB`,
    );
  });
}

/** A million slices that nobody computes: what submitting takes alone. */
async function million(): Promise<void> {
  const slices = 1_000_000;
  await withRedis(async (bench) => {
    for (let worker = 0; worker < workers; worker++) bench.start(idle);
    const given = new Uint8Array(slices);
    const token = '00000000-0000-4000-8000-000000000000';
    const scene = JSON.stringify(lesson);
    const submission: Submission = {
      slices,
      code: 'bench',
      token,
      kept: () => given.slice(),
      jobOf(index) {
        given[index] = 1;
        return { code: 'bench', scene, channels: [], slices, index, folder: '/', token };
      },
    };
    const begun = performance.now();
    const [[, ofRedis], ofSubmitter] = await growth(ownMemory, () =>
      growth(
        () => redisMemory(bench.connection),
        () => submit(bench.connection, submission, { wait: true, say }),
      ),
    );
    const seconds = (performance.now() - begun) / 1000;
    console.log(
      `${slices} empty slices: ${seconds.toFixed(0)} s, ${((seconds / slices) * 1000).toFixed(3)} ms each; ` +
        `the submitter grew by ${ofSubmitter.toFixed(0)} MB, Redis by ${ofRedis.toFixed(1)} MB`,
    );
  });
}
