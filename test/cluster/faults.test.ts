// Whatever is killed, cut off or lost: the picture comes out whole and equal, or the command says what is missing. With real
// servers and processes; MANDOLINE_STRESS=long kills more, fills a disk and cuts a network.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { runMandoline, sha256, temporaryFolder } from '../support.js';
import {
  noRedis,
  type Program,
  runCluster,
  type Server,
  startCluster,
  startRedis,
  startWorker,
  until,
} from './redis.js';

const long = process.env.MANDOLINE_STRESS === 'long';
/** Slices of some milliseconds each. */
const scene = ['mandelbrot', '--size', '400x400', '--iterations', '3000'];
const submit = ['submit', ...scene, '--store', 'store', '--wait', '-o', 'a.png'];

const fileSha = (...path: string[]) => sha256(readFileSync(join(...path)));

/** The picture of one machine alone. */
async function wholeSha(folder: string): Promise<string> {
  const { code, stderr } = await runMandoline(folder, 'render', ...scene, '--quiet', '-o', 'whole.png');
  assert.equal(code, 0, stderr);
  return fileSha(folder, 'whole.png');
}

const kept = (folder: string): number =>
  existsSync(join(folder, 'store', 'counts'))
    ? readdirSync(join(folder, 'store', 'counts')).filter((name) => !name.startsWith('.')).length
    : 0;

/** What a submitter says that it saw: slices done by workers, given to another one, queued again. */
function seenBy({ stderr }: { readonly stderr: string }) {
  const found =
    /(\d+) of (\d+) slices were done by workers; (\d+) were given to another worker, (\d+) queued/.exec(
      stderr,
    );
  assert.ok(found, stderr);
  const [done, of, stalled, lost] = found.slice(1).map(Number);
  return { done: done!, of: of!, stalled: stalled!, lost: lost! };
}

/** A module that makes slices come to harm where they are put in their place: NODE_OPTIONS loads it into workers. */
function harm(folder: string, harmful: string): NodeJS.ProcessEnv {
  const path = join(folder, 'harm.mjs');
  writeFileSync(
    path,
    `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const rename = fs.renameSync;
    fs.renameSync = (from, to) => {
      const slice = String(to).includes('counts') ? Number(/\\d+$/.exec(to)) : -1;
      ${harmful}
      return rename(from, to);
    };
    syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--import ${path}` };
}
/** Takes some time. */
const sleep = (milliseconds: number) =>
  `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});`;

describe('with a Redis server', { skip: noRedis, concurrency: 2 }, () => {
  test('all workers and the submitter are killed: the same command goes on from what is done', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const slow = harm(folder, sleep(50));
    const given = [...submit, '--slices', '40'];
    const first = startCluster(context, folder, server.address, given);
    const workers = await Promise.all(
      [1, 2].map(() => startWorker(context, folder, server.address, [], slow)),
    );
    await until(() => kept(folder) >= 10, 'some slices are done');
    for (const { child } of [...workers, first]) child.kill('SIGKILL');
    await Promise.all([...workers, first].map(({ ended }) => ended));
    const before = kept(folder);
    assert.ok(before < 40, String(before));

    const again = startCluster(context, folder, server.address, given);
    const worker = await startWorker(context, folder, server.address);
    const ended = await again.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(seenBy(ended).done, 40 - before);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha(folder));
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
  });

  test('a slice that always crashes is reported after three tries, and the rest is done', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    // Its thread ends; that of another slice ends once.
    const poison = harm(
      folder,
      `const once = ${JSON.stringify(join(folder, 'once'))};
      if (slice === 100) process.exit(7);
      if (slice === 200 && !fs.existsSync(once)) { fs.writeFileSync(once, ''); process.exit(7); }`,
    );
    const worker = await startWorker(context, folder, server.address, [], poison);
    const given = [...submit, '--slices', '40'];
    const failed = await runCluster(context, folder, server.address, given);
    assert.equal(failed.code, 1);
    assert.equal(
      failed.stderr,
      'mandoline: store: 1 of 40 slices is missing: 10, from 0; the first: a worker ended with code 7 while it ran ' +
        'computeSlice; the same command tries again\n',
    );
    assert.equal(kept(folder), 39);
    assert.deepEqual(readdirSync(folder).sort(), ['harm.mjs', 'once', 'store']);
    const status = await runCluster(context, folder, server.address, ['status']);
    assert.match(
      status.stdout.toString(),
      /failed 1 [\s\S]*\nslice 10 of \/.*store failed: a worker ended with code 7/,
    );
    const tries = worker.said().match(/slice 10 failed: a worker ended with code 7/g);
    assert.equal(tries?.length, 3, worker.said());
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);

    await startWorker(context, folder, server.address);
    const mended = await runCluster(context, folder, server.address, given);
    assert.equal(mended.code, 0, mended.stderr);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha(folder));
  });

  test('SIGTERM: a worker finishes its slice and ends with 0; one that takes too long is handed back', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const slow = harm(folder, `${sleep(300)} if (slice === 20) ${sleep(60_000)}`);
    const given = [...submit, '--slices', '40'];
    const waiting = startCluster(context, folder, server.address, given);
    const finishing = await startWorker(context, folder, server.address, [], slow);
    await until(() => kept(folder) >= 1, 'a slice is done');
    finishing.child.kill('SIGTERM');
    const { code, stderr } = await finishing.ended;
    assert.deepEqual([code, /\n[12] slices computed/.test(stderr)], [0, true], stderr);
    assert.ok(kept(folder) <= 2, String(kept(folder)));

    const held = await startWorker(context, folder, server.address, ['--workers', '1'], slow);
    const others = await startWorker(context, folder, server.address);
    await until(() => kept(folder) === 39, 'all others are done');
    const asked = performance.now();
    held.child.kill('SIGINT');
    assert.equal((await held.ended).code, 0);
    const seconds = (performance.now() - asked) / 1000;
    assert.ok(seconds < 10, `${seconds} s`);
    const ended = await waiting.ended;
    assert.equal(ended.code, 0, ended.stderr);
    // Handed back, not found to be abandoned.
    assert.deepEqual(seenBy(ended), { done: 40, of: 40, stalled: 0, lost: 0 });
    assert.equal(fileSha(folder, 'a.png'), await wholeSha(folder));
    others.child.kill('SIGTERM');
    assert.equal((await others.ended).code, 0);
  });

  for (const isKept of [true, false])
    test(`Redis is killed and comes back ${isKept ? 'with its append-only file' : 'with nothing'}: the picture is whole`, async (context) => {
      const folder = temporaryFolder(context);
      const server = await startRedis(context, '--appendonly', isKept ? 'yes' : 'no');
      const slow = harm(folder, sleep(60));
      const waiting = startCluster(context, folder, server.address, [...submit, '--slices', '40']);
      const workers = await Promise.all(
        [1, 2].map(() => startWorker(context, folder, server.address, [], slow)),
      );
      await until(() => kept(folder) >= 5, 'some slices are done');
      await server.kill();
      await setTimeout(300);
      await server.start();
      const ended = await waiting.ended;
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(
        ended.stderr,
        /unix:.*socket is away.*trying again\nunix:.*socket is there again after 1 s\n/,
      );
      const { lost } = seenBy(ended);
      if (!isKept) assert.ok(lost > 0, ended.stderr);
      assert.equal(fileSha(folder, 'a.png'), await wholeSha(folder));
      for (const { child } of workers) child.kill('SIGTERM');
      for (const { ended } of workers) assert.equal((await ended).code, 0);
    });

  test(`${long ? 30 : 4} random kills during one render: the bytes of a single machine`, async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context, '--appendonly', 'yes');
    const seen = await chaos(context, folder, server, long ? 30 : 4, long ? 400 : 60);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha(folder));
    context.diagnostic(
      `${seen.kills} kills (${seen.what}): of ${seen.slices} slices ${seen.twice} were done twice, ` +
        `${seen.stalled} given to another worker, ${seen.lost} lost by Redis and queued again, 0 missing`,
    );
  });
});

/** Kills workers, submitters and the server at random until there were so many kills, then lets all end. */
async function chaos(context: TestContext, folder: string, server: Server, kills: number, slices: number) {
  // Each slice that is put in its place leaves a line, by which those that were done twice are known.
  const log = join(folder, 'log');
  const env = harm(
    folder,
    `${sleep(25)} if (slice >= 0) fs.appendFileSync(${JSON.stringify(log)}, slice + '\\n');`,
  );
  const given = [...submit, '--slices', String(slices)];
  const start = {
    worker: () => startWorker(context, folder, server.address, [], env),
    submitter: async () => startCluster(context, folder, server.address, given),
  };
  let submitter = await start.submitter();
  let isOver = false;
  const workers: Program[] = await Promise.all([start.worker(), start.worker()]);
  const counts = { worker: 0, submitter: 0, server: 0 };
  let [stalled, lost] = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    // A kill for each part of the work, at a random moment of it.
    const before = kept(folder);
    const step = Math.floor((slices * (kill + 1)) / (kills + 2));
    await until(() => kept(folder) >= Math.max(before, step), `${step} slices are done`);
    await setTimeout(Math.random() * 50);
    const which = kill % 4 === 1 ? 'submitter' : kill % 4 === 3 ? 'server' : 'worker';
    counts[which]++;
    if (which === 'worker') {
      const at = Math.floor(Math.random() * workers.length);
      workers[at]!.child.kill('SIGKILL');
      await workers[at]!.ended;
      workers[at] = await start.worker();
    } else if (which === 'submitter') {
      submitter.child.kill('SIGKILL');
      const { code } = await submitter.ended;
      isOver = code === 0;
      if (!isOver) submitter = await start.submitter();
    } else {
      await server.kill();
      await setTimeout(Math.random() * 300);
      await server.start();
    }
  }
  let ended = await submitter.ended;
  // A slice that was at hand at three kills is told to be missing; the same command goes on.
  for (let again = 0; ended.code === 1 && again < 3; again++) {
    assert.match(ended.stderr, /slices (is|are) missing/);
    ended = await (await start.submitter()).ended;
  }
  assert.equal(ended.code, 0, ended.stderr);
  const seen = seenBy(ended);
  stalled += seen.stalled;
  lost += seen.lost;
  for (const { child } of workers) child.kill('SIGTERM');
  for (const worker of workers) assert.equal((await worker.ended).code, 0, worker.said());
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  assert.equal(new Set(lines).size, slices);
  rmSync(log);
  const what = Object.entries(counts)
    .map(([name, times]) => `${times} of a ${name}`)
    .join(', ');
  return { kills, what, slices, twice: lines.length - slices, stalled, lost };
}
