// A render on the ranks of an MPI program is the render of one program, byte for byte; what goes wrong in a rank, or with
// MPI itself, is one line, and nobody waits for ever.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mandoline, run, runMandoline, runMany, sha256, temporaryFolder } from '../support.js';
import { insteadOfKoffi, mpirun, noMpi } from './mpi.js';

const scene = [
  'mandelbrot',
  '--size',
  '160x130',
  '--iterations',
  '150',
  '--coloring',
  'count',
  '--samples',
  '1',
];
const outputs = ['-o', 'a.png', '-o', 'a.npz', '--channels', 'distance'];

/** The files in a folder. */
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, sha256(readFileSync(join(folder, name)))]));

test('the ranks of an MPI program make the files of one program, whoever takes which slice', {
  skip: noMpi,
}, async (context) => {
  const plain = temporaryFolder(context);
  const given = ['render', ...scene, '--quiet', '--workers', '0', ...outputs];
  assert.deepEqual((await runMany(plain, [given]))[0], { code: 0, stdout: '', stderr: '' });
  const runs: [ranks: number, more: string[]][] = [
    [3, ['--slices', '7', '--verify', '--seed', '5']],
    [2, ['--schedule', 'dynamic']],
    [2, ['--schedule', 'dynamic', '--workers', '2', '--slices', '500', '--verify', '--seed', '5']],
  ];
  for (const [ranks, more] of runs) {
    const folder = temporaryFolder(context);
    const given = [mandoline, 'render', ...scene, '--mpi', ...more, ...outputs, '--json'];
    const { code, stdout, stderr } = await mpirun(ranks, given, folder);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(contents(folder), contents(plain));
    const told = JSON.parse(stdout.toString());
    assert.deepEqual([told.ranks, told.perRank.length], [ranks, ranks]);
    const shares: { slices: number; points: number }[] = told.perRank;
    assert.equal(
      shares.reduce((sum, { points }) => sum + points, 0),
      told.points,
    );
    if (told.schedule === 'static')
      assert.deepEqual(
        shares.map(({ slices }) => slices),
        [3, 2, 2],
      );
    if (more.includes('--verify')) assert.equal(told.verified.seed, 5);
    if (ranks === 3) assert.equal(told.verified.points, 1000);
  }
});

test('ranks make the picture of one program of a deep view, each with its own reference', {
  skip: noMpi,
}, async (context) => {
  const deep = ['mandelbrot', '--center', '-2+1e-60i', '--width', '1e-60', '--size', '30x24'];
  const plain = temporaryFolder(context);
  const given = ['render', ...deep, '--quiet', '--workers', '0', '-o', 'a.png'];
  assert.deepEqual((await runMany(plain, [given]))[0], { code: 0, stdout: '', stderr: '' });
  for (const more of [
    ['--slices', '5', '--verify'],
    ['--schedule', 'dynamic', '--workers', '2'],
  ]) {
    const folder = temporaryFolder(context);
    const given = [mandoline, 'render', ...deep, '--mpi', ...more, '-o', 'a.png', '--json'];
    const { code, stdout, stderr } = await mpirun(2, given, folder);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(contents(folder), contents(plain));
    const { exact, points } = JSON.parse(stdout.toString());
    assert.equal(exact.tiles + exact.points, points);
  }
});

test('without mpirun it is one rank, and says so', { skip: noMpi }, async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '20', '--workers', '0'];
  const { code, stderr } = await runMandoline(folder, ...small, '--mpi', '-o', 'a.npy');
  assert.equal(code, 0);
  assert.match(stderr, /^--mpi: one rank, because mpirun did not start this; "mpirun -n 4 mandoline render/);
  await runMany(folder, [[...small, '-o', 'b.npy', '--quiet']]);
  assert.deepEqual(readFileSync(join(folder, 'a.npy')), readFileSync(join(folder, 'b.npy')));
});

test('what is wrong is told once, nothing is written, and all ranks end', {
  skip: noMpi,
}, async (context) => {
  const folder = temporaryFolder(context);
  const wrong: [string[], RegExp][] = [
    [['--iterations', '0'], /^mandoline: --iterations 0: .*$/gm],
    [['-o', 'none/a.png'], /^mandoline: -o none\/a.png: the folder none does not exist; create it first$/gm],
    [['--store', 'kept'], /^mandoline: --store kept: must not be given with --mpi; .*$/gm],
  ];
  for (const [given, line] of wrong) {
    const { code, stderr } = await mpirun(2, [mandoline, 'render', '--mpi', ...given], folder);
    assert.equal(stderr.match(line)?.length, 1, stderr);
    assert.deepEqual([code, readdirSync(folder)], [2, []]);
  }
  // One rank alone: the other waits for it.
  const right = [mandoline, 'render', '--mpi'];
  const alone = await mpirun(1, [...right, ':', '-n', '1', process.execPath, ...right, '--nosuch'], folder);
  assert.match(alone.stderr, /^mandoline: unknown option '--nosuch'; --help lists all$/m);
  assert.deepEqual([alone.code, readdirSync(folder)], [2, []]);

  const told = await runMany(folder, [
    ['render', '--schedule', 'dynamic'],
    ['render', '--mpi', '--schedule', 'x'],
  ]);
  assert.deepEqual(
    told.map(({ code, stderr }) => [code, stderr]),
    [
      [2, 'mandoline: --schedule dynamic: requires --mpi\n'],
      [2, 'mandoline: --schedule x: must be static or dynamic\n'],
    ],
  );
});

test('where a rank is killed, all end and nothing is written', {
  skip: noMpi || (process.platform !== 'linux' && 'needs /proc'),
}, async (context) => {
  const folder = temporaryFolder(context);
  const long = ['mandelbrot', '--size', '4000x4000', '--iterations', '100000', '--exact', 'brute'];
  const given = ['--oversubscribe', '-n', '2', process.execPath, mandoline, 'render', ...long, '--mpi'];
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  const ended = await run('mpirun', given, { cwd: folder, env }, (child) => {
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    const timer = setInterval(() => {
      const ranks = readFileSync(children, 'utf8').trim().split(' ').filter(Boolean);
      if (ranks.length < 2) return;
      clearInterval(timer);
      process.kill(Number(ranks[1]), 'SIGKILL');
    }, 20);
    child.once('exit', () => clearInterval(timer));
  });
  assert.notEqual(ended.code, 0);
  assert.deepEqual(readdirSync(folder), []);
});

test('without koffi, without MPI and with one that is not known it is one line and exit 1', async (context) => {
  const folder = temporaryFolder(context);
  const says = (text: string) =>
    `(bytes, length) => { if (bytes && length) length[0] = bytes.write(${JSON.stringify(text)}); return 0; }`;
  const stands: [koffi: string, line: RegExp][] = [
    [
      'throw new Error()',
      /^mandoline: MPI: needs the package koffi, which is not installed: npm install koffi\n$/,
    ],
    [
      'export default { load() { throw new Error(); } }',
      /^mandoline: MPI: libmpi\.so\.40, .* was not found; install it \(Debian: apt install openmpi-bin\), or set LD_LIB/,
    ],
    [
      `export default { load: () => ({ func: () => ${says('Some MPI 1.0\n\0')} }) }`,
      /^mandoline: MPI: Some MPI 1\.0: is not supported; use Open MPI \(Debian: apt install openmpi-bin\) or/,
    ],
  ];
  for (const [koffi, line] of stands) {
    const given = [...insteadOfKoffi(koffi), mandoline, 'render'];
    const env = { ...process.env, OMPI_COMM_WORLD_SIZE: undefined, PMI_SIZE: undefined };
    const { code, stderr } = await run(process.execPath, [...given, '--mpi'], { cwd: folder, env });
    assert.match(stderr, line);
    assert.equal(stderr.split('\n').length, 2);
    assert.deepEqual([code, readdirSync(folder)], [1, []]);
  }
});
