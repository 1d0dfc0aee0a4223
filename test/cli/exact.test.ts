// Deep views by the command: from flags, files, addresses and pictures; what it says of them; and what it refuses.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPngScene, sceneAddress } from 'mandoline';
import { mandoline, run, runMandoline, runMany, sha256, temporaryFolder } from '../support.js';

/** Near the tip of the needle, where all points leave after some 1.7 steps a digit. */
const tip = ['mandelbrot', '--center', '-2+1e-150i', '--size', '16x12', '--iterations', '400'];
const quick = [...tip, '--width', '1.7e-150', '--workers', '1'];

test('a deep view is rendered from flags, its file, its address and its picture, to the same bytes', async (context) => {
  const folder = temporaryFolder(context);
  const { stderr } = await runMandoline(folder, 'render', ...quick, '-o', 'a.png');
  assert.match(stderr, /exact arithmetic/);
  assert.match(stderr, /coloured by counts: exact arithmetic has no colouring smooth yet/);
  assert.match(stderr, /reference \d+\.\d+ s: \d+ steps? of \d+ bits/);
  assert.match(stderr, /exact: \d+ points by tiles, \d+ by blocks and steps.*; no point is undecided/);
  const picture = readFileSync(join(folder, 'a.png'));
  const scene = readPngScene(picture);
  assert.deepEqual(
    [scene.arithmetic, scene.view!.width, scene.view!.center, scene.coloring],
    ['exact', 1.7e-150, ['-2', '+1e-150'], 'count'],
  );
  writeFileSync(join(folder, 'b.json'), JSON.stringify(scene));
  writeFileSync(
    join(folder, 'c.kfr'),
    'Re: -2\nIm: 1E-150\nZoom: 4.18300653594771242E150\nIterations: 400\nBailoutRadiusPreset: 1\n',
  );
  await runMany(folder, [
    ['render', 'b.json', '-o', 'b.png', '--quiet', '--workers', '0'],
    ['render', sceneAddress(scene), '-o', 'd.png', '--quiet', '--slices', '5'],
    ['render', 'a.png', '-o', 'e.png', '--quiet', '--store', 'kept'],
    ['render', 'e.png', '-o', 'f.png', '--quiet', '--store', 'kept'],
    ['render', 'c.kfr', '--size', '16x12', '-o', 'g.png', '--quiet'],
  ]);
  for (const name of ['b', 'd', 'e', 'f'])
    assert.equal(sha256(readFileSync(join(folder, `${name}.png`))), sha256(picture), name);
  const imported = readPngScene(readFileSync(join(folder, 'g.png')));
  assert.deepEqual([imported.arithmetic, imported.view!.center], ['exact', ['-2', '1E-150']]);
});

test('--zoom and --width take any exponent; c and z0 keep their digits', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['--size', '3x2', '--iterations', '5', '--quiet'];
  const c = '-0.10109636384562210000000001+0.9562865108091415i';
  await runMany(folder, [
    ['render', 'mandelbrot', '--center', '-2', '--zoom', '1e150', ...small, '-o', 'a.png'],
    ['render', 'mandelbrot', '--center', '-2', '--zoom', '1e2608', ...small, '-o', 'b.png'],
    ['render', 'mandelbrot', '--center', '-2', '--width', '2e-2608', ...small, '-o', 'c.png'],
    ['render', 'julia', '--c', c, '--escape', '10', '--arithmetic', 'exact', ...small, '-o', 'd.png'],
    ['render', 'julia', '--c', c, '--escape', '10', ...small, '-o', 'e.png'],
  ]);
  const scene = (name: string) => readPngScene(readFileSync(join(folder, `${name}.png`)));
  const widths = ['a', 'b', 'c'].map((name) => scene(name).view!.width);
  assert.deepEqual(widths, [3.5e-150, '3.5e-2608', '2e-2608']);
  assert.deepEqual(scene('d').c, ['-1.0109636384562210000000001e-1', 0.9562865108091415]);
  assert.deepEqual(
    [scene('e').c, scene('e').arithmetic],
    [[-0.1010963638456221, 0.9562865108091415], undefined],
  );
});

test('parts and assemble give the bytes of one run, and --json tells how points were settled', async (context) => {
  const folder = temporaryFolder(context);
  const { stdout } = await runMandoline(folder, 'render', ...quick, '-o', 'a.png', '--json', '--verify');
  const { exact, verified, scene } = JSON.parse(stdout.toString());
  assert.equal(scene.arithmetic, 'exact');
  assert.equal(exact.tiles + exact.points, 16 * 12);
  assert.ok(exact.reference.bits > 500 && exact.reference.steps >= 0 && exact.reference.seconds >= 0);
  assert.ok(Array.isArray(exact.undecided) && (exact.undecided.at(-1) ?? 0) === 0);
  assert.equal(verified.points, 16 * 12);
  await runMany(folder, [
    ['render', ...quick, '--store', 'kept', '--slices', '4', '--part', '1/2', '--quiet'],
    ['render', ...quick, '--store', 'kept', '--slices', '4', '--part', '2/2', '--quiet'],
  ]);
  await runMandoline(folder, 'assemble', 'kept', '-o', 'b.png', '--quiet');
  assert.equal(sha256(readFileSync(join(folder, 'b.png'))), sha256(readFileSync(join(folder, 'a.png'))));
});

const far = '; in text below 1e-300, like "1.7e-400"';
const refused: [string[], string][] = [
  [['--width', '0'], `--width 0: must be a number from 1e-1000000 to 8e307${far}`],
  [['--width', '1e-400000000'], `--width 1e-400000000: must be a number from 1e-1000000 to 8e307${far}`],
  [['--zoom', '1e1000001'], '--zoom 1e1000001: must be a number from 1e-300 to 1e1000000'],
  [['--center', 'here'], '--center here: must be a finite complex number like -0.75+0.1i or -0.75,0.1'],
  [['--arithmetic', 'big'], '--arithmetic big: must be one of double, exact'],
  [
    ['--arithmetic', 'exact', '--coloring', 'smooth'],
    '--coloring "smooth": must be count in exact arithmetic',
  ],
  [
    ['--arithmetic', 'exact', '--escape', 'overflow'],
    '--escape "overflow": must be a bailout radius from 2 on in exact arithmetic',
  ],
  [
    ['--arithmetic', 'exact', '--formula', 'z^2 + sin(z) + c'],
    '--formula "z^2 + sin(z) + c": must have no sin in exact arithmetic',
  ],
  [
    ['--arithmetic', 'exact', '--channels', 'smooth', '-o', 'a.npz'],
    '--channels smooth: exact arithmetic computes only counts so far; omit it, or give --arithmetic double',
  ],
  [
    ['--arithmetic', 'exact', '--exact', 'brute'],
    '--exact brute: only applies to arithmetic in doubles; omit it, or give --arithmetic double',
  ],
  [
    ['--arithmetic', 'double', '--width', '1e-50'],
    '--width 1e-50: must be at least 1.3e-13 for 800 columns there, where nearer points are the same in doubles',
  ],
  [['--iterations', '4294967296'], '--iterations 4294967296: must be a whole number from 1 to 4294967295'],
];
test('what exact arithmetic cannot do is one line, exit code 2, and nothing is written', async (context) => {
  const folder = temporaryFolder(context);
  const said = await runMany(
    folder,
    refused.map(([flags]) => ['render', 'mandelbrot', ...flags]),
  );
  assert.deepEqual(readdirSync(folder), []);
  refused.forEach(([, message], i) => {
    assert.equal(said[i]!.stderr, `mandoline: ${message}\n`);
    assert.equal(said[i]!.code, 2);
  });
});

test('find writes the scene that frames a minibrot, and tells in a line what has none', async (context) => {
  const folder = temporaryFolder(context);
  const view = ['--center', '-1.75', '--width', '0.1', '--size', '16x12'];
  const [found, json, none, formula] = await runMany(folder, [
    ['find', 'mandelbrot', ...view, '-o', 'minibrot.json'],
    ['find', 'mandelbrot', ...view, '--json'],
    ['find', 'julia'],
    ['find', 'exponential', '--c', 'p', '--z0', '0', '--escape', '10'],
  ]);
  assert.match(
    found!.stdout,
    /^period {3}3\nnucleus {2}-1\.7548776\d+[+-]0\.0+i\nproved .* within \S+ of it\nsize {5}1\.904e-2 of the whole set, turned by 0 degrees/,
  );
  const { scene } = JSON.parse(json!.stdout);
  const { version: _, ...written } = JSON.parse(readFileSync(join(folder, 'minibrot.json'), 'utf8'));
  assert.deepEqual(written, scene);
  assert.deepEqual([scene.view.columns, scene.view.rows, scene.iterations], [16, 12, 600]);
  assert.deepEqual([none!.code, formula!.code], [2, 2]);
  assert.match(none!.stderr, /^mandoline: julia: [^\n]*\n$/);
  assert.match(
    formula!.stderr,
    /^mandoline: exponential: formula [^\n]*must have no exp in exact arithmetic\n$/,
  );
});

test('a film goes to a deep view: exact from the first frame on, and resumed', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'deep.json'), JSON.stringify({ ...deepScene }));
  const film = [
    'zoom',
    'mandelbrot',
    '--to',
    'deep.json',
    '--size',
    '12x9',
    '--frames',
    '3',
    '--workers',
    '1',
  ];
  const first = await runMandoline(folder, ...film, '-o', 'film');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /^coloured by counts: exact arithmetic has no colouring smooth yet\n/);
  const scenes = [1, 2, 3].map((i) => readPngScene(readFileSync(join(folder, 'film', `frame-0000${i}.png`))));
  assert.deepEqual(
    scenes.map(({ arithmetic, coloring }) => [arithmetic, coloring]),
    scenes.map(() => ['exact', 'count']),
  );
  const widths = scenes.map(({ view }) => Math.log10(Number(view!.width)));
  assert.ok(Math.abs(widths[0]! + widths[2]! - 2 * widths[1]!) < 1e-9, String(widths));
  assert.deepEqual(scenes[2]!.view!.center, deepScene.view.center);
  rmSync(join(folder, 'film', 'frame-00002.png'));
  const again = await runMandoline(folder, ...film, '-o', 'film');
  assert.match(again.stderr, /reused 2/);
});
const deepScene = {
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations: 400,
  escape: 2,
  palette: 'classic',
  view: { center: ['-2', '1e-150'], width: 1.7e-150, columns: 16, rows: 12 },
};

test('a reference that does not fit the memory is one line before it begins', async (context) => {
  const folder = temporaryFolder(context);
  const given = ['mandelbrot', '--width', '1e-200', '--size', '2x2', '--iterations', '4000000000'];
  const { code, stderr } = await runMandoline(folder, 'render', ...given, '--workers', '1024');
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^mandoline: --iterations 4000000000: the reference of \d+ bits and its tables need [\d.]+ TB for 1024 workers, at most [\d.]+ GB is available; take fewer iterations or workers\n$/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

for (const workers of ['0', '2'])
  test(`a reference that takes hours is announced, and Ctrl-C stops it at once: ${workers} workers`, async (context) => {
    const folder = temporaryFolder(context);
    const center = `-1.76${'7'.repeat(1000)}`;
    const given = [
      'mandelbrot',
      '--center',
      center,
      '--width',
      '1e-100000',
      '--size',
      '2x2',
      '--iterations',
      '2000000',
    ];
    const { code, stderr } = await run(
      process.execPath,
      [mandoline, 'render', ...given, '--workers', workers],
      { cwd: folder },
      (child) =>
        child.stderr!.on('data', (said) => {
          if (String(said).includes('the reference takes up to')) setTimeout(() => child.kill('SIGINT'), 500);
        }),
    );
    assert.equal(code, 130, stderr);
    assert.match(
      stderr,
      /the reference takes up to [\d.]+ (h|days) and [\d.]+ [MG]B: 2000000 steps of \d+ bits; fewer --iterations or a larger --width take less/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });
