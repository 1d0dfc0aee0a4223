import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { lessonScene, parseScene } from 'mandoline';
import {
  type Ended,
  mandoline,
  type parityCases,
  run,
  runMandoline,
  runMany,
  sha256,
  smallCases,
  temporaryFolder,
} from '../support.js';

const flagsOf = (each: (typeof parityCases)[number]) => [
  ...['--c', `${each.c[0]}${each.c[1] < 0 ? '' : '+'}${each.c[1]}i`, '--extent', String(each.extent)],
  ...['--cells', String(each.cells), '--iterations', String(each.iterations)],
];

test('render writes julia.png of the lesson, and says what it did and took', async (context) => {
  const folder = temporaryFolder(context);
  const { code, stdout, stderr } = await runMandoline(folder, 'render');
  assert.equal(code, 0);
  assert.equal(stdout.length, 0);
  for (const part of [
    /^lesson +z\^2 \+ c, c = -0\.83 - 0\.22i, overflow, 80 iterations$/m,
    /4000 x 4000 points, 63 slices, \d+ workers?$/m,
    /^worker 1 .* \d+ slices +\d+\.\d+ s$/m,
    /^start [\d.]+ s +compute [\d.]+ s +encode [\d.]+ s +total [\d.]+ s +[\d.]+ [MG] points\/s$/m,
    /^julia\.png +4000 x 4000, [\d.]+ [kM]B$/m,
  ])
    assert.match(stderr, part);
  assert.ok(
    stderr.split('\n').every((line) => line.length <= 80),
    'lines fit 80 columns',
  );
  assert.ok(!stderr.includes('\u001b'), 'no colours and no bar in a pipe');
  const { width, height } = decode(readFileSync(join(folder, 'julia.png')));
  assert.deepEqual([width, height], [4000, 4000]);
  assert.deepEqual(readdirSync(folder), ['julia.png']);
});

test('render writes byte for byte what numpy saves', async (context) => {
  const folder = temporaryFolder(context);
  const told = await runMany(
    folder,
    smallCases.map((each) => [
      ...['render', ...flagsOf(each), '--dtype', 'float64', '-o', `${each.name}.npy`, '--quiet'],
    ]),
  );
  for (const [i, { name, sha256_np_save_float64 }] of smallCases.entries()) {
    assert.deepEqual(told[i], { code: 0, stdout: '', stderr: '' }, name);
    assert.equal(sha256(readFileSync(join(folder, `${name}.npy`))), sha256_np_save_float64, name);
  }
});

test('--json prints one document with everything in it, and nothing else', async (context) => {
  const folder = temporaryFolder(context);
  const given = ['--cells', '30', '--slices', '7', '--workers', '2', '-o', 'a.png', '-o', 'a.npy', '--json'];
  const { code, stdout, stderr } = await runMandoline(folder, 'render', ...given);
  assert.deepEqual([code, stderr], [0, '']);
  const document = JSON.parse(stdout.toString());
  assert.equal(document.schema, 'mandoline.render.1');
  assert.deepEqual(parseScene(document.scene), { ...lessonScene, lattice: { extent: 2, cells: 30 } });
  assert.deepEqual(
    [document.shape, document.points, document.slices, document.workers],
    [[60, 60], 3600, 7, 2],
  );
  const { start, compute, encode, total } = document.seconds;
  for (const part of [start, compute, encode]) assert.ok(part > 0 && part <= total);
  const sums = (key: string) =>
    document.perWorker.reduce((sum: number, each: Record<string, number>) => sum + each[key]!, 0);
  assert.deepEqual([sums('slices'), sums('points'), document.perWorker.length], [7, 3600, 2]);
  assert.deepEqual([document.counts.min, document.counts.max], [9, 80]);
  assert.deepEqual(
    document.outputs,
    ['png', 'npy'].map((format) => ({
      path: `a.${format}`,
      format,
      bytes: readFileSync(join(folder, `a.${format}`)).length,
    })),
  );
});

test('-o - writes the file to stdout', async (context) => {
  const folder = temporaryFolder(context);
  const common = ['render', '--cells', '30', '--workers', '0', '--quiet'];
  await runMany(folder, [
    [...common, '-o', 'a.png'],
    [...common, '-o', 'a.npy'],
  ]);
  for (const format of ['png', 'npy']) {
    const { code, stdout, stderr } = await runMandoline(folder, ...common, '-o', '-', '--format', format);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout, readFileSync(join(folder, `a.${format}`)));
  }
});

test('a reader of stdout that has had enough is no failure', async () => {
  const shell = `"${process.execPath}" "${mandoline}" render --cells 500 --dtype float64 --quiet -o - --format npy | head -c 6; echo " \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await run('bash', ['-c', shell]);
  assert.equal(stdout.toString('latin1'), '\u0093NUMPY 0\n');
  assert.equal(stderr, '');
});

test('counts that do not fit uint16 are written as uint32', async (context) => {
  const folder = temporaryFolder(context);
  const given = [
    '--c',
    '0',
    '--extent',
    '0.5',
    '--cells',
    '2',
    '--iterations',
    '70000',
    '-o',
    'a.npy',
    '--quiet',
  ];
  assert.equal((await runMandoline(folder, 'render', ...given)).code, 0);
  const file = readFileSync(join(folder, 'a.npy'));
  assert.match(file.toString('latin1'), /'descr': '<u4'/);
  assert.equal(file.readUInt32LE(128), 70000);
});

/** What is given, and the one line that is said. */
const wrong: [string, RegExp][] = [
  ['--cells 0', /^mandoline: --cells 0: must be a whole number from 1 to 46340$/],
  ['--cells -1', /^mandoline: --cells -1: must be a whole number from 1 to 46340$/],
  ['--cells 1.5', /^mandoline: --cells 1\.5: must be a whole number from 1 to 46340$/],
  ['--cells abc', /^mandoline: --cells abc: must be a whole number from 1 to 46340$/],
  ['--iterations 0', /^mandoline: --iterations 0: must be a whole number from 1 to 4294967295$/],
  [
    '--iterations 4294967296',
    /^mandoline: --iterations 4294967296: must be a whole number from 1 to 4294967295$/,
  ],
  ['--slices 0', /^mandoline: --slices 0: must be a whole number from 1 to 10000000$/],
  ['--workers -1', /^mandoline: --workers -1: must be a whole number from 0 to 1024$/],
  ['--c banana', /^mandoline: --c banana: must be p, the sample point, or a finite complex number like /],
  ['--c nan', /^mandoline: --c nan: must be p, the sample point, or a finite complex number like /],
  ['--extent 0', /^mandoline: --extent 0: must be a number from 1e-300 to 8e307$/],
  ['--extent inf', /^mandoline: --extent inf: must be a number from 1e-300 to 8e307$/],
  ['--escape -2', /^mandoline: --escape -2: must be a bailout radius from 1e-150 to 1e150$/],
  ['--palette mauve', /^mandoline: --palette mauve: must be one of inferno, magma, /],
  [
    '--palette #fff,#FFFFFF',
    /^mandoline: --palette #fff,#FFFFFF: must be the name of a palette, or 2 to 256 colours like #ffaa00, not all the same$/,
  ],
  ['--density x', /^mandoline: --density x: must be a number from 0\.001 to 100000$/],
  [
    '--trap line:0',
    /^mandoline: --trap line:0: must be a shape such as point:0\+0i, line:0\+0i,0\.25 or circle:0\+0i,0\.5$/,
  ],
  ['--dtype int8', /^mandoline: --dtype int8: must be uint16 or float64$/],
  ['--dtype float64', /^mandoline: --dtype float64: only applies to \.npy output; add -o FILE\.npy$/],
  ['-o none/a.png', /^mandoline: -o none\/a\.png: the folder none does not exist; create it first$/],
  [
    '-o /proc/a.png',
    /^mandoline: -o \/proc\/a\.png: the folder \/proc cannot be written to; choose another$/,
  ],
  ['-o a.gif', /^mandoline: -o a\.gif: must end in one of \.png, \.webp, .*\.npy, \.npz, \.zarr$/],
  ['-o -', /^mandoline: -o -: requires --format, one of png, .*npz$/],
  [
    '-o - --format png --json',
    /^mandoline: --json: must not be given with -o -, which also writes to stdout; give one of them$/,
  ],
  ['--format png', /^mandoline: --format png: only applies to -o -; a file's suffix names its format$/],
  [
    '--cells 46340 -o a.npz',
    /^mandoline: --cells 46340: a \.npz archive needs 17\.2 GB, at most 4\.29 GB is available; take fewer points$/,
  ],
  ['--cellos 3', /^mandoline: unknown option '--cellos'; did you mean --cells\?$/],
  ['lesson surplus', /^mandoline: too many arguments/],
];
test('every wrong value is one line that names the flag, what was given and what is accepted; exit 2, nothing written', async (context) => {
  const folder = temporaryFolder(context);
  const told = await runMany(
    folder,
    wrong.map(([given]) => ['render', ...given.split(' ')]),
  );
  for (const [i, [given, line]] of wrong.entries()) {
    assert.match(told[i]!.stderr.trimEnd(), line);
    assert.deepEqual([told[i]!.code, told[i]!.stdout], [2, ''], given);
  }
  const [far, near] = await runMany(folder, [['nosuch'], ['rendr']]);
  assert.deepEqual([far!.stderr, far!.code], ["mandoline: unknown command 'nosuch'; --help lists all\n", 2]);
  assert.equal(near!.stderr, "mandoline: unknown command 'rendr'; did you mean render?\n");
  assert.deepEqual(readdirSync(folder), []);
});

test('help is printed with an example, for the command and for each of its commands', async (context) => {
  const folder = temporaryFolder(context);
  const commands = [[], ['render'], ['scenes'], ['zoom'], ['bench']];
  const told = await runMany(
    folder,
    commands.map((given) => [...given, '--help']),
  );
  for (const [i, { code, stdout }] of told.entries()) {
    assert.equal(code, 0);
    assert.match(stdout, /Usage: mandoline[\s\S]*Examples?:\n {2}.*mandoline /);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      `${commands[i]}: lines fit 80 columns`,
    );
  }
});

test('Ctrl-C ends it with 130 and leaves nothing half-written, while it computes and while it writes', async (context) => {
  const folder = temporaryFolder(context);
  const interrupt = async (given: string[], when: () => boolean): Promise<Ended> =>
    run(process.execPath, [mandoline, 'render', '--quiet', ...given], { cwd: folder }, (child) => {
      const timer = setInterval(() => when() && child.kill('SIGINT') && clearInterval(timer), 1);
    });
  const long = ['--c', '0', '--extent', '0.5', '--iterations', '1000000', '--exact', 'brute'];
  let computing: Ended | undefined;
  // On a busy machine it may not have begun to hear signals: the system ends it then, and it gets more time.
  for (let looks = 400; computing?.code !== 130; looks *= 2) {
    let left = looks;
    computing = await interrupt(long, () => left-- === 0);
    assert.ok(computing.code === 130 || computing.signal === 'SIGINT', computing.stderr);
  }
  assert.equal(computing?.code, 130);
  // 450 MB take long enough to be met half-written.
  const isWritten = () =>
    readdirSync(folder).some(
      (name) =>
        name.endsWith('.part') && (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0,
    );
  const large = ['--cells', '3750', '--iterations', '2', '--dtype', 'float64', '-o', 'a.npy'];
  let writing: Ended;
  // A machine that lets the test wait for longer than the writing takes sends the signal too late.
  do {
    rmSync(join(folder, 'a.npy'), { force: true });
    writing = await interrupt(large, isWritten);
  } while (readdirSync(folder).includes('a.npy'));
  assert.equal(writing.code, 130, `${writing.signal} ${writing.stderr}`);
  assert.deepEqual(readdirSync(folder), []);
});
