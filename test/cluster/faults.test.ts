// Whatever is killed, cut off or lost: the picture comes out whole and equal, or the command says what is missing. With real
// servers and processes; MANDOLINE_STRESS=long kills more, fills a disk and cuts a network.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isLong, temporaryFolder } from '../support.js';
import {
  fileSha,
  keptIn,
  noRedis,
  once,
  type Program,
  pictureSha,
  runClusterMany,
  type Server,
  startCluster,
  startRedis,
  startWorker,
  until,
} from './redis.js';

const notLong = !isLong && 'only with MANDOLINE_STRESS=long';
const kills = isLong ? 30 : 1;
/** Slices of some milliseconds each. */
const scene = [
  'mandelbrot',
  '--size',
  '100x400',
  '--iterations',
  '1000',
  '--coloring',
  'count',
  '--samples',
  '1',
];
const submit = ['submit', ...scene, '--store', 'store', '--wait', '-o', 'a.png'];

/** The picture of one machine alone, made once. */
const wholeSha = once(() => pictureSha(scene));

const kept = (folder: string): number => keptIn(join(folder, 'store')).length;

/** What a submitter says that it saw: slices done by workers, given to another one, queued again. */
function seenBy({ stderr }: { readonly stderr: string }) {
  const found = /workers computed (\d+) of (\d+) slices; (\d+) were reassigned, (\d+) queued/.exec(stderr);
  assert.ok(found, stderr);
  const [done, of, stalled, lost] = found.slice(1).map(Number);
  return { done: done!, of: of!, stalled: stalled!, lost: lost! };
}

/**
 * A module that harms slices when they are moved to their place. NODE_OPTIONS loads it into workers, by --require because
 * --import does not reach workers that start from text.
 */
function harm(folder: string, harmful: string, first = ''): NodeJS.ProcessEnv {
  const path = join(folder, `harm-${randomUUID()}.cjs`);
  writeFileSync(
    path,
    `const fs = require('node:fs');
    const { syncBuiltinESMExports } = require('node:module');
    ${first}
    const rename = fs.renameSync;
    fs.renameSync = (from, to) => {
      const slice = String(to).includes('counts') ? Number(/\\d+$/.exec(to)) : -1;
      ${harmful}
      return rename(from, to);
    };
    syncBuiltinESMExports();`,
  );
  return { NODE_OPTIONS: `--require ${path}` };
}
/** Takes some time; without a number, for ever. */
const sleep = (milliseconds = Infinity) =>
  `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});`;

// The long ones wait more than they compute.
describe('with a Redis server', { skip: noRedis, concurrency: isLong ? 4 : 2 }, () => {
  test('all workers and the submitter are killed: the same command goes on from what is done', {
    skip: notLong,
  }, async (context) => {
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
    // The worker may be at what is still queued before the submitter has looked.
    assert.ok(seenBy(ended).done <= 40 - before, ended.stderr);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
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
    const [failed, status] = await runClusterMany(folder, server.address, [given, ['status']]);
    assert.equal(failed!.code, 1);
    assert.equal(
      failed!.stderr,
      'mandoline: store: 1 of 40 slices is missing: 10 (counted from 0); the first: a worker ended with code 7 while it ran ' +
        'computeSlice; run the same command to try again\n',
    );
    assert.equal(kept(folder), 39);
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.startsWith('harm')),
      ['once', 'store'],
    );
    assert.match(
      status!.stdout,
      /failed 1 [\s\S]*\nslice 10 of \/.*store failed: a worker ended with code 7/,
    );
    const tries = worker.said().match(/slice 10 failed: a worker ended with code 7/g);
    assert.equal(tries?.length, 3, worker.said());
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);

    await startWorker(context, folder, server.address);
    const [mended] = await runClusterMany(folder, server.address, [given]);
    assert.equal(mended!.code, 0, mended!.stderr);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
  });

  test('a slice that takes longer than the time limit fails once and for all, and the rest is done', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const slow = harm(folder, `if (slice === 100) ${sleep(600_000)}`);
    const worker = await startWorker(context, folder, server.address, ['--time-limit', '1'], slow);
    const [failed] = await runClusterMany(folder, server.address, [[...submit, '--slices', '40']]);
    assert.match(
      failed!.stderr,
      /(^|\n)mandoline: store: 1 of 40 slices is missing: 10 \(counted from 0\); the first: it took longer than 1 s; [^\n]*\n$/,
    );
    assert.equal(failed!.code, 1);
    assert.equal(kept(folder), 39);
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/slice 10 failed: /g)?.length, 1, stderr);
  });

  test('SIGTERM: a worker finishes its slice and ends with 0; one that takes too long is handed back', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const [ticket, isHeld] = [join(folder, 'ticket'), join(folder, 'held')];
    // Each slice says that it is under way, and needs a ticket to end.
    const one = harm(
      folder,
      `const ticket = ${JSON.stringify(ticket)};
      if (slice >= 0) {
        fs.writeFileSync(ticket + '-for-' + slice, '');
        while (!fs.existsSync(ticket)) ${sleep(5)}
        fs.rmSync(ticket);
      }`,
    );
    const stuck = harm(
      folder,
      `if (slice === 20) { fs.writeFileSync(${JSON.stringify(isHeld)}, ''); ${sleep()} }`,
    );
    const given = [...submit, '--slices', '40'];
    const waiting = startCluster(context, folder, server.address, given);
    const finishing = await startWorker(context, folder, server.address, [], one);
    writeFileSync(ticket, '');
    await until(() => existsSync(`${ticket}-for-10`), 'a slice is done, and the next one under way');
    finishing.child.kill('SIGTERM');
    writeFileSync(ticket, '');
    const { code, stderr } = await finishing.ended;
    assert.deepEqual([code, /\n2 slices computed/.test(stderr)], [0, true], stderr);
    assert.equal(kept(folder), 2);

    const held = await startWorker(context, folder, server.address, ['--workers', '1'], stuck);
    await until(() => existsSync(isHeld), 'a slice takes too long');
    const others = await startWorker(context, folder, server.address);
    await until(() => kept(folder) === 39, 'all others are done');
    held.child.kill('SIGINT');
    assert.equal((await held.ended).code, 0);
    const ended = await waiting.ended;
    assert.equal(ended.code, 0, ended.stderr);
    // Handed back, not found to be abandoned.
    assert.deepEqual(seenBy(ended), { done: 40, of: 40, stalled: 0, lost: 0 });
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
    others.child.kill('SIGTERM');
    assert.equal((await others.ended).code, 0);
  });

  for (const isKept of [true, false])
    test(`Redis is killed and comes back ${isKept ? 'with its append-only file' : 'with nothing'}: the picture is whole`, {
      skip: notLong,
    }, async (context) => {
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
      assert.match(ended.stderr, /unix:.*socket is away.*trying again\nunix:.*socket is back after \d+ s\n/);
      const { lost } = seenBy(ended);
      if (!isKept) assert.ok(lost > 0, ended.stderr);
      assert.equal(fileSha(folder, 'a.png'), await wholeSha());
      for (const { child } of workers) child.kill('SIGTERM');
      for (const { ended } of workers) assert.equal((await ended).code, 0);
    });

  test('a slice that always kills its whole worker is reported after three workers, and those beside it are done', {
    skip: notLong,
  }, async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    // Others are under way then: they take longer.
    const poison = harm(
      folder,
      `if (slice === 100) { ${sleep(300)} process.kill(process.pid, 'SIGKILL'); }
      if (slice >= 80 && slice < 130) { ${sleep(1000)} }`,
    );
    const waiting = startCluster(context, folder, server.address, [...submit, '--slices', '40']);
    const start = () => startWorker(context, folder, server.address, ['--workers', '3'], poison);
    for (let worker = 0; worker < 3; worker++) {
      const { signal } = await (await start()).ended;
      assert.equal(signal, 'SIGKILL');
    }
    await start();
    const { code, stderr } = await waiting.ended;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /mandoline: store: 1 of 40 slices is missing: 10 \(counted from 0\); the first: its worker ended 3 times while computing it;/,
    );
    assert.equal(kept(folder), 39);
  });

  test('SIGTERM while Redis is away: a worker ends with 0 whatever it computes, and its slice is done by another', {
    skip: notLong,
  }, async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context, '--appendonly', 'yes');
    const stuck = harm(folder, `if (slice === 20) ${sleep()}`);
    const waiting = startCluster(context, folder, server.address, [...submit, '--slices', '40']);
    const worker = await startWorker(context, folder, server.address, ['--workers', '2'], stuck);
    await until(() => kept(folder) === 39, 'all others are done');
    await server.kill();
    await until(() => worker.said().includes('is away'), 'the worker notices');
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    await server.start();
    await startWorker(context, folder, server.address);
    const ended = await waiting.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
  });

  test('the demo is killed: its server, its workers and its folder go too', {
    skip: notLong,
  }, async (context) => {
    const folder = temporaryFolder(context);
    const slow = harm(folder, sleep(500));
    const demo = startCluster(context, folder, undefined, ['demo', ...scene, '-o', 'a.png'], slow);
    await until(() => demo.said().includes('started a Redis server and two workers'), 'the demo has begun');
    const place = / in (\S+)$/m.exec(demo.said())![1]!;
    const processes = () => spawnSync('pgrep', ['-f', place]).stdout.toString();
    assert.notEqual(processes(), '');
    demo.child.kill('SIGKILL');
    await until(() => !existsSync(place), 'the folder is gone');
    await until(() => processes() === '', 'the processes are gone');
    assert.equal((await demo.ended).signal, 'SIGKILL');
  });

  test('clocks that jump, and a file that is taken away while it is written, hurt no slice', {
    skip: notLong,
  }, async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const jump = (hours: number) =>
      `const real = Date.now;
      Date.now = () => real() + (performance.now() > 1500 ? ${hours} * 3600e3 : 0);`;
    const once = JSON.stringify(join(folder, 'once'));
    const taken = `if (slice === 50 && !fs.existsSync(${once})) { fs.writeFileSync(${once}, ''); fs.rmSync(from); }`;
    const [ahead, behind] = [3, -3].map((hours) => harm(folder, `${sleep(60)} ${taken}`, jump(hours)));
    const waiting = startCluster(context, folder, server.address, [...submit, '--slices', '40'], ahead);
    const workers = await Promise.all(
      [ahead, behind].map((env) => startWorker(context, folder, server.address, [], env)),
    );
    const ended = await waiting.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(existsSync(join(folder, 'once')));
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
    for (const { child } of workers) child.kill('SIGTERM');
    for (const { ended } of workers) assert.equal((await ended).code, 0);
  });

  test('a full disk: the slices fail with the reason, the worker stays, and with room the same command does the rest', {
    skip: notLong,
  }, async (context) => {
    // What is registered first is done first: the disk goes, then its folder.
    let disk = '';
    context.after(() => spawnSync('umount', ['-l', disk]));
    const folder = temporaryFolder(context);
    disk = join(folder, 'store');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk]).status !== 0)
      return context.skip('a small file system cannot be mounted here: that takes root on Linux');
    const server = await startRedis(context);
    const given = [...submit, '--slices', '40'];
    const waiting = startCluster(context, folder, server.address, given);
    await until(
      () => /no worker of this version, \S+, is running \(waiting slices: 40\)/.test(waiting.said()),
      'it is said that no worker is there',
    );
    const worker = await startWorker(context, folder, server.address);
    const full = await waiting.ended;
    assert.equal(full.code, 1);
    assert.match(
      full.stderr,
      /\nworker \S+: [^\n]*store: cannot be written or read: no space is left[^\n]*are kept\n/,
    );
    assert.match(
      full.stderr,
      /\nmandoline: store: \d+ of 40 slices are missing: [^\n]*no space is left[^\n]*\n$/,
    );
    const before = kept(folder);
    assert.ok(before > 0 && before < 40, String(before));
    assert.equal(spawnSync('mount', ['-o', 'remount,size=2m', disk]).status, 0);
    const [again] = await runClusterMany(folder, server.address, [given]);
    assert.equal(again!.code, 0, again!.stderr);
    assert.equal(seenBy(again!).done, 40 - before);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
    worker.child.kill('SIGTERM');
    assert.match((await worker.ended).stderr, /\n40 slices computed/);
  });

  test('the network to a worker is cut: others do its slices, and it goes on when the link is there again', {
    skip: notLong,
  }, async (context) => {
    const folder = temporaryFolder(context);
    const [near, far] = [`near-${process.pid}`, `far-${process.pid}`];
    const [nearLink, farLink] = [`vn${process.pid}`, `vf${process.pid}`];
    const ip = (...given: string[]) => spawnSync('ip', given).status === 0;
    context.after(() => [near, far].map((host) => ip('netns', 'del', host)));
    const isMade =
      [near, far].every((host) => ip('netns', 'add', host)) &&
      ip('link', 'add', nearLink, 'netns', near, 'type', 'veth', 'peer', 'name', farLink, 'netns', far);
    if (!isMade)
      return context.skip('network namespaces cannot be made here: that takes root on Linux, and iproute2');
    ip('-n', near, 'addr', 'add', '10.80.0.1/30', 'dev', nearLink);
    ip('-n', far, 'addr', 'add', '10.80.0.2/30', 'dev', farLink);
    const links = [
      [near, nearLink],
      [near, 'lo'],
      [far, farLink],
    ] as const;
    for (const [host, link] of links) assert.ok(ip('-n', host, 'link', 'set', link, 'up'));

    const inNear = ['ip', 'netns', 'exec', near];
    const redis = spawn(
      'ip',
      [
        ...inNear.slice(1),
        'redis-server',
        '--bind',
        '10.80.0.1',
        '--port',
        '6379',
        '--save',
        '',
        '--protected-mode',
        'no',
      ],
      {
        stdio: 'ignore',
      },
    );
    context.after(() => redis.kill('SIGKILL'));
    const address = 'redis://10.80.0.1:6379';
    const slow = harm(folder, sleep(400));
    const inside = (host: string, given: readonly string[], env = {}) =>
      startCluster(context, folder, address, given, env, ['ip', 'netns', 'exec', host]);
    await until(async () => (await inside(near, ['status']).ended).code === 0, 'the server answers');
    const waiting = inside(near, [...submit, '--slices', '100']);
    const remote = inside(far, ['work', '--workers', '2'], slow);
    const local = inside(near, ['work', '--workers', '1'], slow);
    await until(() => kept(folder) >= 10, 'some slices are done');
    assert.ok(ip('-n', far, 'link', 'set', farLink, 'down'));
    await until(() => /is away/.test(remote.said()), 'the worker notices');
    assert.ok(ip('-n', far, 'link', 'set', farLink, 'up'));
    await until(() => /is back after/.test(remote.said()), 'the worker is back');
    const ended = await waiting.ended;
    assert.equal(ended.code, 0, ended.stderr);
    const { stalled } = seenBy(ended);
    assert.ok(stalled >= 1, ended.stderr);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
    for (const { child } of [remote, local]) child.kill('SIGTERM');
    for (const { ended } of [remote, local]) assert.equal((await ended).code, 0);
    context.diagnostic(`the link was down: ${stalled} slices were given to the other worker`);
  });

  test(`${kills} random ${kills === 1 ? 'kill' : 'kills'} during one render: the bytes of a single machine`, async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context, '--appendonly', 'yes');
    const seen = await chaos(context, folder, server, kills, isLong ? 400 : 40);
    assert.equal(fileSha(folder, 'a.png'), await wholeSha());
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
  const workers: Program[] = await Promise.all([start.worker(), start.worker()]);
  const counts = { worker: 0, submitter: 0, server: 0 };
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
      await submitter.ended;
      submitter = await start.submitter();
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
  // As the last submitter saw it.
  const { stalled, lost } = seenBy(ended);
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
