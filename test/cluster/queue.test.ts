// The queue as its user sees it, with real servers and processes: the picture of many workers is that of one machine, and
// whatever is wrong is one line, with nothing lost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobId, type SliceJob } from '../../src/cluster/job.js';
import { parseRedis } from '../../src/cluster/redis.js';
import { isInstalled, runMandoline, runMany, type Said, temporaryFolder } from '../support.js';
import {
  fileSha,
  freePort,
  keptIn,
  noRedis,
  once,
  pictureSha,
  runCluster,
  runClusterMany,
  startCluster,
  startRedis,
  startWorker,
  theirQueue,
  until,
} from './redis.js';

const scene = ['mandelbrot', '--size', '150x150', '--coloring', 'count', '--samples', '1'];
const slices = ['--slices', '30', '--quiet'];
const submit = ['submit', ...scene, ...slices, '--store', 'store'];

/** The picture of one machine alone, and that with other colours, made once. */
const whole = once(async () => ({
  counts: await pictureSha(scene),
  smooth: await pictureSha([...scene, '--coloring', 'smooth']),
}));

test('an address is read, and shown without its password', () => {
  const read = (text: string) => {
    const address = parseRedis(text);
    return address && [address.shown, address.hasPassword, address.options];
  };
  const local = { host: '127.0.0.1', port: 6379, db: 0 };
  assert.deepEqual(read('redis://127.0.0.1'), ['redis://127.0.0.1', false, local]);
  assert.deepEqual(read('redis://me:a%40b@[::1]:7/3'), [
    'redis://[::1]:7/3',
    true,
    { host: '::1', port: 7, db: 3, username: 'me', password: 'a@b' },
  ]);
  assert.deepEqual(read('rediss://:x@host'), [
    'rediss://host',
    true,
    { host: 'host', port: 6379, db: 0, password: 'x', tls: {} },
  ]);
  assert.deepEqual(read('unix:/tmp/s'), ['unix:/tmp/s', false, { path: '/tmp/s' }]);
  assert.deepEqual(read('unix:///tmp/s'), ['unix:/tmp/s', false, { path: '/tmp/s' }]);
  for (const wrong of [
    '',
    'host:6379',
    'http://host',
    'redis://',
    'redis://h/x',
    'redis://h?a=1',
    'unix:',
    'redis://%zz@h',
  ])
    assert.equal(read(wrong), undefined, wrong);
});

describe('with a Redis server', { skip: noRedis, concurrency: 2 }, () => {
  test('the demo gives the bytes of a single machine and takes all of its own away', async (context) => {
    const folder = temporaryFolder(context);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('mandoline-demo-'));
    const { code, stderr } = await runCluster(context, folder, undefined, [
      ...['demo', ...scene, '--coloring', 'smooth', '-o', 'a.png'],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /started a Redis server and two workers of \d+ threads? in .*mandoline-demo-/);
    assert.equal(fileSha(folder, 'a.png'), (await whole()).smooth);
    const place = /threads? in (.*)/.exec(stderr)![1]!;
    assert.ok(!existsSync(place) && !before.includes(place), place);
  });

  test('workers of the queue make the picture of a single machine of a deep view', async (context) => {
    const folder = temporaryFolder(context);
    const deep = ['mandelbrot', '--center', '-2+1e-60i', '--width', '1e-60', '--size', '30x24'];
    const { code, stderr } = await runCluster(context, folder, undefined, ['demo', ...deep, '-o', 'a.png']);
    assert.equal(code, 0, stderr);
    assert.equal((await runMandoline(folder, 'render', ...deep, '--quiet', '-o', 'b.png')).code, 0);
    assert.equal(fileSha(folder, 'a.png'), fileSha(folder, 'b.png'));
  });

  test('the demo says what to install where there is no server', async (context) => {
    const folder = temporaryFolder(context);
    const env = { PATH: join(folder, 'programs') };
    mkdirSync(env.PATH);
    for (const name of ['sh', 'rm'])
      symlinkSync(execFileSync('which', [name]).toString().trim(), join(env.PATH, name));
    const { code, stderr } = await runCluster(context, folder, undefined, ['demo', '-o', 'a.png'], env);
    assert.match(stderr, /^mandoline: demo: [^\n]*apt-get install redis-server\n$/);
    assert.deepEqual([code, readdirSync(folder)], [1, ['programs']]);
  });

  test('slices are submitted, done by workers, assembled; what is there is not done again', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const [told, status] = await runClusterMany(folder, server.address, [
      submit.filter((word) => word !== '--quiet'),
      ['status', '--json'],
    ]);
    assert.equal(told!.code, 0, told!.stderr);
    assert.match(told!.stderr, /^queued 30 of 30 slices; 0 are in the store\n/);
    const { waiting, active, failed, workers } = JSON.parse(status!.stdout);
    assert.deepEqual(
      { waiting, active, failed, workers },
      { waiting: 30, active: 0, failed: [], workers: [] },
    );

    const worker = await startWorker(context, folder, server.address);
    await until(() => keptIn(join(folder, 'store')).length === 30, 'all slices are done');
    const again = [...submit, '--wait', '--workers', '0', '-o', 'b.png'];
    const [all] = await runMany(folder, [['assemble', 'store', '-o', 'a.png', '--quiet', '--workers', '0']]);
    const [shown, waited] = await runClusterMany(folder, server.address, [
      ['status'],
      again.filter((word) => word !== '--quiet'),
    ]);
    assert.equal(all!.code, 0, all!.stderr);
    assert.equal(fileSha(folder, 'a.png'), (await whole()).counts);
    assert.match(
      shown!.stdout,
      /^waiting 0 {3}active 0 {3}done 30 {3}failed 0 {3}workers 1\nworker \S+-\d+\n$/,
    );
    assert.equal(waited!.code, 0, waited!.stderr);
    assert.match(waited!.stderr, /^workers computed 0 of 30 slices;/);
    assert.equal(fileSha(folder, 'b.png'), fileSha(folder, 'a.png'));

    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    assert.deepEqual(
      [code, /\n30 slices computed, 0 repaired, 0 already in the store\n$/.test(stderr)],
      [0, true],
      stderr,
    );
  });

  test('what is cancelled is out of the queue, and who waits is told', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const others = [
      'submit',
      'mandelbrot',
      '--size',
      '50x50',
      '--slices',
      '5',
      '--quiet',
      '--store',
      'other',
    ];
    const waiting = startCluster(context, folder, server.address, [...submit, '--wait', '-o', 'a.png']);
    const queue = await theirQueue(context, server);
    await until(async () => (await queue.getWaitingCount()) === 30, 'all are queued');
    const cancel = ['cancel', '--store', 'store'];
    const [other, none, cancelled] = await runClusterMany(folder, server.address, [
      ...[others, ['cancel', '--store', 'none'], cancel],
    ]);
    assert.equal(other!.code, 0, other!.stderr);
    assert.deepEqual(
      [none!.code, none!.stderr],
      [
        2,
        'mandoline: --store none: no slices were submitted for this folder; give the folder of "cluster submit"\n',
      ],
    );
    assert.match(cancelled!.stderr, /^removed 30 slices from the queue;/);
    const { code, stderr } = await waiting.ended;
    assert.deepEqual(
      [code, /^mandoline: cancelled; 0 of 30 slices are in the store/.test(stderr)],
      [1, true],
      stderr,
    );
    assert.equal(await queue.getWaitingCount(), 5);
    assert.match((await runCluster(context, folder, server.address, ['cancel'])).stderr, /^removed 5 slices/);
    assert.equal(await queue.getWaitingCount(), 0);
    assert.deepEqual(readdirSync(folder).sort(), ['other', 'store']);
  });

  test('a server that is not there, too old, or none of Redis is one line and exit 1', async (context) => {
    const folder = temporaryFolder(context);
    const port = await freePort();
    // No such old version is available: this server answers as it would.
    const old = createServer((socket) =>
      socket.on('data', (data) => {
        const info = '# Server\r\nredis_version:5.0.14\r\nloading:0\r\n';
        for (const [name] of String(data).matchAll(/\binfo\b|\bclient\b|\bselect\b/gi))
          socket.write(name.toLowerCase() === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
      }),
    ).listen(0, '127.0.0.1');
    context.after(() => old.close());
    await until(() => old.listening, 'the old server listens');
    const { port: oldPort } = old.address() as { port: number };
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    other.listen(0, '127.0.0.1');
    context.after(() => other.close());
    await until(() => other.listening, 'the other server listens');
    const { port: otherPort } = other.address() as { port: number };
    const [absent, tooOld, notRedis] = await runMany(folder, [
      ['cluster', 'work', '--redis', `redis://127.0.0.1:${port}`],
      ['cluster', ...submit, '--redis', `redis://127.0.0.1:${oldPort}`],
      ['cluster', 'status', '--redis', `redis://127.0.0.1:${otherPort}`],
    ]);
    assert.deepEqual(absent, {
      code: 1,
      stdout: '',
      stderr:
        `mandoline: redis://127.0.0.1:${port}: cannot be reached (connect ECONNREFUSED 127.0.0.1:${port}); ` +
        'is the server running?\n',
    });
    assert.deepEqual(tooOld, {
      code: 1,
      stdout: '',
      stderr: `mandoline: redis://127.0.0.1:${oldPort}: is Redis 5.0.14; use 6.2 or newer, or Valkey
`,
    });
    assert.deepEqual(notRedis, {
      code: 1,
      stdout: '',
      stderr: `mandoline: redis://127.0.0.1:${otherPort}: does not answer like Redis; check the address\n`,
    });
    // Nothing was begun.
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a password and TLS work, and the password is in no output and in no list of processes', async (context) => {
    if (!isInstalled('openssl', 'version')) return context.skip('needs openssl');
    const folder = temporaryFolder(context);
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        ...name,
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      {
        stdio: 'ignore',
      },
    );
    const port = await freePort();
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    const secret = 'sesame-and-poppy';
    await startRedis(
      context,
      ...tls,
      '--tls-auth-clients',
      'no',
      '--tls-port',
      String(port),
      '--port',
      '0',
      '--requirepass',
      secret,
    );
    const place = `127.0.0.1:${port}`;
    const trust = { NODE_EXTRA_CA_CERTS: certificate };
    const address = `rediss://:${secret}@${place}`;
    const secretly = { mode: 0o600 };
    writeFileSync(join(folder, 'address'), `${address}\n`, secretly);

    const worker = await startWorker(context, folder, address, [], trust);
    const listed = readFileSync(`/proc/${worker.child.pid}/cmdline`, 'utf8');
    assert.ok(listed.includes('cluster') && !listed.includes(secret), listed);
    writeFileSync(join(folder, 'wrong'), `rediss://:wrong-secret@${place}`, secretly);
    writeFileSync(join(folder, 'none'), `rediss://${place}`);
    const statusBy = (file: string) => ['status', '--redis-file', file];
    const [done, refused, wrong, none] = (await runMany(
      folder,
      [
        [...submit, '--wait', '--workers', '0', '-o', 'a.png', '--redis-file', 'address'],
        ...[['status', '--redis', address], statusBy('wrong'), statusBy('none')],
      ].map((given) => ['cluster', ...given]),
      trust,
    )) as [Said, Said, Said, Said];
    assert.equal(done.code, 0, done.stderr);
    assert.equal(fileSha(folder, 'a.png'), (await whole()).counts);
    assert.match(worker.said(), new RegExp(`^rediss://${place}: `));
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      new RegExp(`^mandoline: --redis rediss://${place}: must not contain a password, [^\\n]*\\n$`),
    );
    for (const each of [wrong, none]) {
      assert.equal(each.code, 1);
      assert.match(
        each.stderr,
        /^mandoline: rediss:\/\/[^\n]*rejects the password, or requires one; [^\n]*\n$/,
      );
    }
    const untrusted = await runCluster(context, folder, address, ['status']);
    assert.equal(untrusted.code, 1);
    assert.match(
      untrusted.stderr,
      /^mandoline: rediss:\/\/[^\n]*no encrypted connection [^\n]*NODE_EXTRA_CA_CERTS[^\n]*\n$/,
    );
    for (const { stderr, stdout } of [
      done,
      refused,
      wrong,
      none,
      untrusted,
      { stderr: worker.said(), stdout: '' },
    ])
      assert.ok(!`${stderr}${stdout}`.match(/sesame|wrong-secret/), stderr);
  });

  test('slices of another version are left to its workers, and keep nobody from those of this one', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    assert.equal((await runClusterMany(folder, server.address, [submit]))[0]!.code, 0);
    const queue = await theirQueue(context, server);
    const own = (await queue.getWaiting(0, 0))[0]!.data;
    const code = '0.0.1-000000000000';
    const connection = queue.opts.connection as Redis;
    await connection.sadd('mandoline:versions', code, 'no: version');
    const theirs = new Queue<SliceJob>(`mandoline-${code}`, { connection });
    const other = { ...own, code };
    await theirs.add('slice', other, { jobId: jobId(other) });
    // In a queue that is not its own.
    await queue.add('slice', { ...other, index: 1 }, { jobId: jobId({ ...other, index: 1 }), lifo: true });

    const worker = await startWorker(context, folder, server.address);
    await until(() => keptIn(join(folder, 'store')).length === 30, 'all slices of this version are done');
    assert.match(
      worker.said(),
      /\n1 slice queued for Mandoline 0\.0\.1-000000000000; only workers of that version compute them\n/,
    );
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    assert.deepEqual(
      (await queue.getFailed()).map(({ failedReason }) => failedReason),
      [`refused: code: was submitted for ${code}, but this is ${own.code}`],
    );
    const [status, cancelled] = await runClusterMany(folder, server.address, [['status'], ['cancel']]);
    assert.match(
      status!.stdout,
      /\nqueued for Mandoline 0\.0\.1-000000000000, which this version does not compute:\nwaiting 1 {3}active 0 /,
    );
    assert.match(cancelled!.stderr, /^removed 2 slices from the queue;/);
    assert.equal(await theirs.getWaitingCount(), 0);
  });

  test('hostile jobs are refused: nothing is written, and the worker goes on', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    assert.equal((await runClusterMany(folder, server.address, [submit]))[0]!.code, 0);
    const queue = await theirQueue(context, server);
    const own = (await queue.getWaiting(0, 0))[0]!.data;
    const field = JSON.parse(own.scene);
    const scene = (changed: object) => JSON.stringify({ ...field, ...changed });
    const huge = { ...field.view, columns: 100_000, rows: 100_000 };
    const hostile: [string, object, RegExp][] = [
      ['no scene', { scene: scene({ formula: 'process.exit()' }) }, /^refused: scene: formula/],
      ['no JSON', { scene: '{' }, /^refused: scene: /],
      [
        'huge',
        { scene: scene({ view: huge }), slices: 1, index: 0 },
        /^refused: a slice of 10000000000 points: at most/,
      ],
      [
        'long',
        { scene: scene({ iterations: 4294967295 }), slices: 1, index: 0 },
        /^refused: 22500 points of 4294967295 iterations/,
      ],
      ['no slice', { index: 30 }, /^refused: slice 30 of 30: the field has no such slice/],
      ['part of a slice', { index: 0.5 }, /^refused: index/],
      ['a channel', { channels: ['../../x'] }, /^refused: channels/],
      ['relative', { folder: '../elsewhere' }, /^refused: folder/],
      ['no token', { token: '../..' }, /^refused: token/],
      ['more', { command: 'rm' }, /^refused: command/],
      ['nothing', { scene: undefined }, /^refused: scene/],
    ];
    // Each of a store of its own, so that each is a job of its own.
    const data = hostile.map(([, changed]) => ({ ...own, token: randomUUID(), ...changed }) as SliceJob);
    for (const each of data) await queue.add('slice', each, { jobId: jobId(each), lifo: true, attempts: 3 });
    // Another's id.
    await queue.add('slice', { ...own, index: 7 }, { jobId: 'a'.repeat(40), lifo: true });
    const listing = () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => !name.startsWith('store'))
        .sort();
    const before = listing();
    const worker = await startWorker(context, folder, server.address);
    await until(() => keptIn(join(folder, 'store')).length === 30, 'all true slices are done');
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    const failed = await queue.getFailed();
    assert.equal(failed.length, hostile.length + 1);
    const reasons = failed.map(({ failedReason }) => failedReason);
    for (const [name, , reason] of hostile)
      assert.ok(
        reasons.some((each) => reason.test(each)),
        `${name}: ${reasons.join('\n')}`,
      );
    assert.ok(reasons.includes('refused: its id does not match its slice'));
    assert.deepEqual(listing(), before);
  });

  test('two scenes in one store, and slices that are too large, are told before anything is queued', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    const wrong: [string[], RegExp][] = [
      [[...submit, '--iterations', '7'], /^mandoline: --store store: is the store of another scene;/],
      [['submit'], /^mandoline: submit: requires --store,/],
      [[...submit, '-o', 'a.png'], /^mandoline: -o a.png: requires --wait\n/],
      [
        ['submit', '--iterations', '4000000000', '--cells', '20000', '--store', 'new', '--slices', '1'],
        /^mandoline: a slice of 1600000000 points: at most/,
      ],
    ];
    const given = [submit, ...wrong.map(([each]) => each)];
    const [right, ...told] = await runClusterMany(folder, server.address, given);
    assert.equal(right!.code, 0, right!.stderr);
    told.forEach(({ code, stderr }, i) => {
      assert.match(stderr, wrong[i]![1]);
      assert.equal(code, 2);
    });
    const queue = await theirQueue(context, server);
    assert.equal(await queue.getWaitingCount(), 30);
  });

  test('the dashboard shows the queue to this machine alone, and changes nothing', async (context) => {
    const folder = temporaryFolder(context);
    const server = await startRedis(context);
    assert.equal((await runClusterMany(folder, server.address, [submit]))[0]!.code, 0);
    const board = startCluster(context, folder, server.address, ['dashboard']);
    await until(() => board.said().includes('Ctrl-C'), 'the page is served');
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(board.said())![0];
    assert.match(await (await fetch(address)).text(), /<title>Mandoline/);
    const queue = await theirQueue(context, server);
    const { queues } = (await (await fetch(`${address}api/queues`)).json()) as {
      queues: { name: string; counts: Record<string, number>; readOnlyMode: boolean }[];
    };
    assert.deepEqual(
      [queues.length, queues[0]!.name, queues[0]!.counts.waiting, queues[0]!.readOnlyMode],
      [1, queue.name, 30, true],
    );
    for (const [method, path] of [
      ['PUT', `${queue.name}/empty`],
      ['PUT', 'pause'],
      ['POST', `${queue.name}/add`],
      ['DELETE', queue.name],
    ])
      assert.equal((await fetch(`${address}api/queues/${path}`, { method: method! })).status, 405, path);
    const { headers } = await fetch(address);
    const policy = headers.get('content-security-policy')!;
    for (const directive of ["default-src 'self'", "object-src 'none'", "frame-ancestors 'none'"])
      assert.ok(policy.split('; ').includes(directive), policy);
    assert.deepEqual(
      ['x-content-type-options', 'x-frame-options', 'cross-origin-resource-policy', 'referrer-policy'].map(
        (name) => headers.get(name),
      ),
      ['nosniff', 'DENY', 'same-origin', 'no-referrer'],
    );
    assert.equal(await queue.getWaitingCount(), 30);
    board.child.kill('SIGINT');
    assert.equal((await board.ended).code, 130);
  });
});
