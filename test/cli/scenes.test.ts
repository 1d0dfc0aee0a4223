// `mandoline scenes`, and `mandoline render` for scenes that are not the lesson's.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { decode, encode } from 'fast-png';
import { unzipSync } from 'fflate';
import { gallery, lessonScene, parseAddress, parseScene, render, type Scene } from 'mandoline';
import { runMandoline, runMany, temporaryFolder } from '../support.js';

/** The document that a render prints; what these tests see does not depend on workers, which take time to start. */
async function rendered(folder: string, ...given: string[]) {
  const { code, stdout, stderr } = await runMandoline(folder, 'render', ...given, '--workers', '0', '--json');
  assert.deepEqual([code, stderr], [0, ''], given.join(' '));
  return JSON.parse(stdout.toString()) as {
    scene: Scene;
    shape: [number, number];
    slices: number;
    verified?: { points: number; seed: number };
    outputs: { path: string }[];
  };
}

test('scenes lists every bundled scene, a line each, in 80 columns, without colours in a pipe', async (context) => {
  const { code, stdout, stderr } = await runMandoline(temporaryFolder(context), 'scenes');
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.toString().trimEnd().split('\n');
  assert.equal(lines.length, Object.keys(gallery).length);
  Object.entries(gallery).forEach(([name, { scene, summary }], i) => {
    const line = lines[i]!;
    assert.ok(line.startsWith(`${name} `) && line.endsWith(summary), line);
    const shown = scene.formula.length > 33 ? `${scene.formula.slice(0, 30)}...` : scene.formula;
    assert.ok(line.includes(` ${shown} `) && line.length <= 80, line);
  });
  assert.ok(!stdout.toString().includes('\u001b'));
});

test('scenes --render draws each and a sheet of them all', async (context) => {
  const folder = temporaryFolder(context);
  const given = ['scenes', '--render', 'pictures', '--size', '40x30', '--workers', '2'];
  const { code, stderr } = await runMandoline(folder, ...given);
  assert.equal(code, 0, stderr);
  const names = Object.keys(gallery);
  const path = join(folder, 'pictures');
  assert.deepEqual(readdirSync(path).sort(), ['contact-sheet', ...names].map((name) => `${name}.png`).sort());
  const sizeOf = (name: string) => {
    const { width, height } = decode(readFileSync(join(path, `${name}.png`)));
    return [width, height];
  };
  for (const name of names) assert.deepEqual(sizeOf(name), [40, 30]);
  assert.deepEqual(sizeOf('contact-sheet'), [8 + 4 * 28, 8 + Math.ceil(names.length / 4) * 23]);
  assert.ok(stderr.split('\n').every((line) => line.length <= 80));
});

test('a bundled scene is rendered by its name, into a file of its name', async (context) => {
  const folder = temporaryFolder(context);
  const { scene, shape, outputs } = await rendered(folder, 'newton', '--size', '40x30');
  assert.deepEqual(scene, {
    ...gallery.newton!.scene,
    view: { ...gallery.newton!.scene.view, columns: 40, rows: 30, samples: 2 },
  });
  assert.deepEqual([shape, outputs[0]!.path], [[60, 80], 'newton.png']);
  const { width, height } = decode(readFileSync(join(folder, 'newton.png')));
  assert.deepEqual([width, height], [40, 30]);
});

test('pictures of bundled scenes have 2 x 2 samples; arrays, the lesson, files, addresses and flags say themselves', async (context) => {
  const folder = temporaryFolder(context);
  const { scene } = gallery.multibrot!;
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(scene));
  const small = ['--size', '8x6', '--workers', '0', '--json'];
  const samplesOf = async (...words: string[]) => {
    const { stdout, stderr } = await runMandoline(folder, 'render', ...words, ...small);
    return [JSON.parse(stdout.toString() || '{}').scene?.view.samples, stderr];
  };
  const cases: [string[], number | undefined][] = [
    [['multibrot', '-o', 'a.png'], 2],
    [['--formula', 'z^2 + c', '-o', 'a.png'], 2],
    [['multibrot', '-o', 'a.png', '-o', 'a.npy'], undefined],
    [['multibrot', '--samples', '1', '-o', 'a.png'], 1],
    [['lesson', '-o', 'a.png'], undefined],
    [['mine.json', '-o', 'a.png'], undefined],
    [['#f=multibrot', '-o', 'a.png'], undefined],
    // Two points a pixel cannot be told apart here.
    [['multibrot', '--center', '1,0', '--width', '3e-15', '-o', 'a.png'], undefined],
  ];
  for (const [words, samples] of cases)
    assert.deepEqual(await samplesOf(...words), [samples, ''], words.join(' '));
});

test('a scene is rendered from a file, and is the one that the picture has in it', async (context) => {
  const folder = temporaryFolder(context);
  const { lattice, ...common } = {
    ...lessonScene,
    formula: 'z^n + a*c',
    parameters: { n: [3, 0], a: [1, 0.5] },
  };
  const view = { center: ['0.10000000000000000000000000001', '-.5'], width: 3, columns: 20, rows: 10 };
  const given = { ...common, view, escape: { converged: 1e-3, bailout: 50 } };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(given));
  const { scene, outputs } = await rendered(folder, 'mine.json');
  assert.deepEqual([scene, outputs[0]!.path], [given, 'mine.png']);
  assert.deepEqual(parseScene(given), given);
  assert.ok(readFileSync(join(folder, 'mine.png')).includes(JSON.stringify({ version: 1, ...scene })));
});

test('a scene is rendered from the address of a page and from a location of another program', async (context) => {
  const folder = temporaryFolder(context);
  const address = 'http://127.0.0.1:8080/#f=mandelbrot&re=-0.75&im=0.1&w=0.02&size=40x30';
  writeFileSync(join(folder, 'place.kfr'), 'Re: -0.75\r\nIm: 0.1\r\nZoom: 200\r\n');
  const told = await runMany(folder, [
    ['render', address, '--iterations', '300', '--json'],
    ['render', 'place.kfr', '--size', '40x30', '--json'],
  ]);
  assert.deepEqual(
    told.map(({ code, stderr }) => [code, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  const [{ scene, outputs }, imported] = told.map(({ stdout }) => JSON.parse(stdout));
  assert.deepEqual([scene, outputs[0]!.path], [{ ...parseAddress(address), iterations: 300 }, 'scene.png']);
  assert.deepEqual(imported.scene.view.center, ['-0.75', '0.1']);
});

/** The colours of a formula of the user's. */
const smoothColors = { coloring: 'smooth', palette: 'classic', density: 1.6, inside: '#000' } as const;

/** What is given, and what is changed in the lesson's scene or, where one is named, in that one. */
const changes: [string[], Partial<Record<keyof Scene, unknown>>, string?][] = [
  [
    ['--formula', 'z^3 + c', '--c', '0.4', '--cells', '20'],
    { formula: 'z^3 + c', c: [0.4, 0], lattice: { extent: 2, cells: 20 } },
  ],
  [
    ['--formula', 'z^n + a', '--parameter', 'n=3', '--parameter', 'a=-0.5-i', '--size', '8x6'],
    {
      formula: 'z^n + a',
      parameters: { n: [3, 0], a: [-0.5, -1] },
      view: { center: ['0', '0'], width: 4, columns: 8, rows: 6 },
      iterations: 100,
      escape: 1000,
      ...smoothColors,
    },
  ],
  [
    ['--formula', 'newton(z^4 - 1)', '--size', '8x6'],
    {
      formula: 'newton(z^4 - 1)',
      view: { center: ['0', '0'], width: 4, columns: 8, rows: 6 },
      iterations: 100,
      escape: { converged: 1e-6 },
      palette: 'turbo',
      scale: 'linear',
      range: [2, 60],
    },
  ],
  [
    ['--formula', 'z^3 + c', '--iterations', '7', '--escape', '4', '--c', '(0.1+0.2j)'],
    {
      formula: 'z^3 + c',
      c: [0.1, 0.2],
      iterations: 7,
      escape: 4,
      ...smoothColors,
      view: { center: ['0', '0'], width: 4, columns: 800, rows: 600 },
    },
  ],
  [
    ['--center', '(\u22120.75, 0.1)', '--rotate', '\u221230', '--size', '8 × 6', '--samples', '2×2'],
    { view: { center: ['-0.75', '0.1'], width: 3.5, columns: 8, rows: 6, rotation: -30, samples: 2 } },
    'mandelbrot',
  ],
  [['--c', 'p', '--z0', '0', '--cells', '20'], { c: 'p', z0: [0, 0], lattice: { extent: 2, cells: 20 } }],
  [['--center', '0.5-i'], { view: { center: ['0.5', '-1'], width: 4, columns: 800, rows: 600 } }],
  [['--width', '0.5'], { view: { center: ['0', '0'], width: 0.5, columns: 800, rows: 600 } }],
  [
    ['--center', '-0.74364388703715087, 1e-30', '--size', '30x20', '--escape', '20'],
    { view: { center: ['-0.74364388703715087', '1e-30'], width: 3.5, columns: 30, rows: 20 }, escape: 20 },
    'mandelbrot',
  ],
  [
    ['--zoom', '1e3', '--size', '8x6'],
    { view: { center: ['-0.65', '0'], width: 0.0035, columns: 8, rows: 6 } },
    'mandelbrot',
  ],
  [
    ['--rotate', '-30', '--samples', '2x2', '--size', '8x6'],
    { view: { center: ['0', '0'], width: 4, columns: 8, rows: 6, rotation: -30, samples: 2 } },
  ],
  [['--zoom', '0.5', '--size', '8x6'], { view: { center: ['0', '0'], width: 8, columns: 8, rows: 6 } }],
  [
    ['--escape', 'converged:1e-3,bailout:50', '--size', '8x6'],
    {
      escape: { converged: 1e-3, bailout: 50 },
      view: { center: ['1.3', '0'], width: 6, columns: 8, rows: 6 },
    },
    'magnet',
  ],
  [
    ['--escape', 'converged:1', '--cells', '20'],
    { escape: { converged: 1 }, lattice: { extent: 2, cells: 20 } },
  ],
  [
    ['--parameter', 'n=4', '--size', '8x6'],
    { parameters: { n: [4, 0] }, view: { center: ['0', '0'], width: 4, columns: 8, rows: 6 } },
    'multibrot',
  ],
];
test('flags change what they say and leave the rest of the scene; a flag of a view makes a view of a lattice', async (context) => {
  const folder = temporaryFolder(context);
  const commands = changes.map(([given, , name]) => ['render', ...(name ? [name] : []), ...given]);
  const told = await runMany(
    folder,
    commands.map((words) => [...words, '--workers', '0', '-o', 'a.npy', '--json']),
  );
  for (const [i, [given, changed, name]] of changes.entries()) {
    const { lattice, view, ...common } = name ? gallery[name]!.scene : lessonScene;
    assert.deepEqual([told[i]!.code, told[i]!.stderr], [0, ''], given.join(' '));
    assert.deepEqual(JSON.parse(told[i]!.stdout).scene, { ...common, ...changed }, given.join(' '));
  }
});

test("a formula of the user's own is a picture that is named formula; on a lattice it is the lesson's array", async (context) => {
  const folder = temporaryFolder(context);
  const given = ['render', '--formula', 'z² − 1 + 0*c', '--workers', '0'];
  const told = await runMany(folder, [
    [...given, '--size', '40x30'],
    [...given, '--cells', '20', '--json'],
    ['render', '--cells', '20', '--workers', '0', '--json'],
  ]);
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
  assert.match(
    told[0]!.stderr,
    /^formula +z² − 1 \+ 0\*c, c = .*\n +2 x 2 samples per pixel, bailout 1000, 100 iterations/m,
  );
  assert.match(told[0]!.stderr, /^ +80 x 60 points, /m);
  assert.match(told[0]!.stderr, /^formula\.png +40 x 30, /m);
  const [onLattice, lesson] = told.slice(1).map(({ stdout }) => JSON.parse(stdout));
  assert.deepEqual([onLattice.scene.escape, onLattice.outputs[0].path], ['overflow', 'julia.png']);
  assert.equal(lesson.outputs[0].path, 'julia.png');
});

test('a file, a location or an address that is too deep for its own size is drawn in a smaller one', async (context) => {
  const folder = temporaryFolder(context);
  const view = { center: ['-1.75', '0'], width: 1e-13, columns: 800, rows: 600 };
  const { view: _, ...scene } = gallery.sine!.scene;
  writeFileSync(join(folder, 'deep.json'), JSON.stringify({ ...scene, view }));
  writeFileSync(
    join(folder, 'deep.kfr'),
    'Re: -1.759817130804847813610825010561798238243\nIm: -0.01259331079980538986374663324\nZoom: 1.00e014\nFractalType: 1\n',
  );
  const address = '#f=sine&re=-1.75&im=0&w=1e-13';
  const common = ['--workers', '0', '-o', 'a.png', '--quiet'];
  const told = await runMany(folder, [
    ['render', 'deep.kfr', '--size', '64x36', ...common],
    ['render', 'deep.json', '--size', '80x60', ...common],
    ['render', address, '--size', '80x60', ...common],
    ['render', 'deep.json', '--width', '1e-3', '--size', '80x60', ...common],
    ['render', 'deep.json', '--zoom', '0.001', '--size', '80x60', ...common],
    ['zoom', 'sine', '--to', 'deep.json', '--size', '40x30', '--frames', '2', '--workers', '1', '--quiet'],
    ['render', 'deep.json', '--iterations', '50', ...common],
  ]);
  for (const { code, stderr } of told.slice(0, 6)) assert.deepEqual([code, stderr], [0, '']);
  assert.equal(told[6]!.code, 2);
  assert.match(told[6]!.stderr, /^mandoline: deep\.json: view\.width .*: must be at least .*\n$/);
});

test('a wrong formula or palette of a file is of no matter where a flag gives another', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(
    join(folder, 'mine.json'),
    JSON.stringify({
      ...lessonScene,
      lattice: { extent: 2, cells: 10 },
      formula: 'z^2 + d',
      palette: 'mauve',
    }),
  );
  const common = ['render', 'mine.json', '--palette', 'ember', '-o', 'a.png', '--quiet'];
  const told = await runMany(folder, [
    [...common, '--formula', 'z^2 + c'],
    [...common, '--parameter', 'd=0.5'],
    common,
  ]);
  for (const { code, stderr } of told.slice(0, 2)) assert.deepEqual([code, stderr], [0, '']);
  assert.match(told[2]!.stderr, /^mandoline: mine\.json: formula: column 7: unknown name "d", .*=0\.5\n/);
});

test('the counts are the same by enclosures and brute, and both are verified', async (context) => {
  const folder = temporaryFolder(context);
  const common = ['render', 'lambda', '--size', '60x40', '--verify', '--seed', '7', '--workers', '1'];
  const ways = ['enclosures', 'brute'];
  const told = await runMany(folder, [
    ...ways.map((exact) => [...common, '--exact', exact, '-o', `${exact}.npy`, '--json']),
    common,
  ]);
  for (const { code, stdout } of told.slice(0, 2))
    assert.deepEqual([code, JSON.parse(stdout).verified], [0, { points: 1000, seed: 7 }]);
  const [one, other] = ways.map((name) => readFileSync(join(folder, `${name}.npy`)));
  assert.deepEqual(one, other);
  assert.match(told[2]!.stderr, /^verified 1000 points: no mismatches \(seed 7\)$/m);
});

test('what is said about a scene fits 80 columns, however long its formula is', async (context) => {
  const long = ['--formula', `z^2 + c${' + 0.1*z'.repeat(60)}`, '--parameter', `${'long'.repeat(30)}=1`];
  const told = await runMany(temporaryFolder(context), [
    ['render', 'magnet', '--size', '8x6', '--workers', '0'],
    ['render', ...long, '--cells', '10', '--workers', '0'],
  ]);
  for (const { code, stderr } of told) {
    assert.equal(code, 0, stderr);
    assert.ok(
      stderr.split('\n').every((line) => line.length <= 80),
      stderr,
    );
  }
});

test('slices are of 64 rows where nobody says, at least 4 for each worker, and never more than rows', async (context) => {
  const folder = temporaryFolder(context);
  const cases: [string, number][] = [
    ['--size 8x1000 --workers 1', 16],
    ['--size 8x100 --workers 2', 8],
    ['--size 8x3 --workers 2', 3],
    ['--size 8x1000 --workers 2 --slices 3', 3],
  ];
  const told = await runMany(
    folder,
    cases.map(([given]) => ['render', 'lambda', ...given.split(' '), '-o', 'a.npy', '--json']),
  );
  for (const [i, [given, slices]] of cases.entries())
    assert.equal(JSON.parse(told[i]!.stdout).slices, slices, given);
});

const columns =
  'expected one of z c p i pi e previous conj re im abs arg exp log sqrt sin cos tan sinh cosh tanh newton';
const complex = 'must be p, the sample point, or a finite complex number like -0.83-0.22i';
const rule = 'must be overflow, a bailout radius from 1e-150 to 1e150, or converged with a distance';
const radius = 'must be a bailout radius from 1e-150 to 1e150';
const distance = 'converged must be a distance above 0, up to 1';
const parameter = 'must be a name and a finite complex number, like n=3 or a=0.5-i';
const center = 'must be a finite complex number like -0.75+0.1i or -0.75,0.1';
const size = 'must be columns x rows, such as 800x600, each from 1 to 100000';
const views = 'give --center, --width or --zoom, and --size instead';
const deep = `${'('.repeat(200)}z${')'.repeat(200)}`;

/** What is given, and what is said. */
const wrong: [string[], string][] = [
  [['--formula', 'z^^2'], '--formula: column 3: found "^", expected a number, a name or "("\nz^^2\n  ^'],
  [['--formula', ''], '--formula: column 1: found the end, expected a number, a name or "("\n\n^'],
  [
    ['--formula', 'z^1000000000'],
    '--formula: column 3: exponent 1000000000, expected one from -1024 to 1024\nz^1000000000\n  ^',
  ],
  [
    ['--formula', 'z^2+d'],
    `--formula: column 5: unknown name "d", ${columns}; or give it a value, as in --parameter d=0.5\nz^2+d\n    ^`,
  ],
  [['--formula', 'foo(z)'], `--formula: column 1: unknown name "foo", ${columns}\nfoo(z)\n^`],
  [
    ['--formula', 'c + 3'],
    '--formula: column 1: the formula has no z, expected z or previous in it\nc + 3\n^',
  ],
  [
    ['--formula', deep],
    `--formula: column 102: nested 101 deep, expected at most 100\n...${'('.repeat(64)}...\n${' '.repeat(35)}^`,
  ],
  [['--parameter', 'z=3'], '--parameter z=3: must have a name that is not taken'],
  [
    ['--parameter', '3=3'],
    '--parameter 3=3: must have a name of letters, digits and _ that starts with a letter',
  ],
  [['--parameter', 'n'], `--parameter n: ${parameter}`],
  [['--parameter', 'n=x'], `--parameter n=x: ${parameter}`],
  [['--z0', 'banana'], `--z0 banana: ${complex}`],
  [['--escape', '0'], `--escape 0: ${radius}`],
  [['--escape', 'NaN'], `--escape NaN: ${rule}`],
  [['--escape', 'converged'], `--escape converged: ${rule}`],
  [['--escape', 'converged:0'], `--escape converged:0: ${distance}`],
  [['--escape', 'converged:-1e-6'], `--escape converged:-1e-6: ${distance}`],
  [['--escape', 'converged:2'], `--escape converged:2: ${distance}`],
  [['--escape', 'converged:soon'], `--escape converged:soon: ${distance}`],
  [['--escape', 'converged:1e-6,bailout:0'], `--escape converged:1e-6,bailout:0: bailout ${radius}`],
  [['--escape', 'converged:1e-6,radius:3'], '--escape converged:1e-6,radius:3: radius is not a key here'],
  [['--center', '1,2,3'], `--center 1,2,3: ${center}`],
  [['--center', 'x'], `--center x: ${center}`],
  [
    ['--width', '0'],
    '--width 0: must be a number from 1e-1000000 to 8e307; in text below 1e-300, like "1.7e-400"',
  ],
  [['--size', '0x3'], `--size 0x3: ${size}`],
  [['--size', '800'], `--size 800: ${size}`],
  [['--rotate', '400'], '--rotate 400: must be a number of degrees from -360 to 360'],
  [['--samples', '2x3'], '--samples 2x3: must be 1, 2x2 or 3x3'],
  [['--samples', '4'], '--samples 4: must be 1, 2x2 or 3x3'],
  [['--width', '3', '--cells', '30'], `--cells 30: a view has no lattice; ${views}`],
  [['mandelbrot', '--extent', '3'], `--extent 3: mandelbrot is a view; ${views}`],
  [
    ['mandelbrot', '--c', '0.3'],
    '--c 0.3+0i: the counts would not depend on the sample point; give --z0 p, too',
  ],
  [['--z0', '0'], '--z0 0+0i: the counts would not depend on the sample point; give --c p, too'],
  [
    ['burning-ship', '--formula', 'z^2 + exp(c)', '--width', '1e-14'],
    '--width 1e-14: must be at least 9.8e-14 for 800 columns there, where nearer points are the same in doubles; ' +
      'exact arithmetic goes deeper: formula "z^2 + exp(c)" must have no exp',
  ],
  [['--exact', 'fast'], '--exact fast: must be enclosures or brute'],
  [['--seed', '3'], '--seed 3: requires --verify'],
  [
    ['--size', '100000x100000', '-o', 'a.npz'],
    '--size 100000x100000: a .npz archive needs 20.0 GB, at most 4.29 GB is available; take fewer points',
  ],
  [
    ['--channels', 'smoth', '-o', 'a.npz'],
    '--channels smoth: must be one or more of smooth,distance,slope,angle,trap,period,basin; did you mean "smooth"?',
  ],
  [['--channels', 'smooth,angle'], '--channels smooth,angle: only applies to .npz'],
  [['--zoom', '0'], '--zoom 0: must be a number from 1e-300 to 1e1000000'],
  [['--zoom', '2', '--width', '3'], '--zoom 2: must not be given with --width'],
  [
    ['sine', '--center', '1', '--zoom', '1e20'],
    '--zoom 100000000000000000000: width 9e-20: must be at least',
  ],
  [
    ['nosuch'],
    'nosuch: is not a bundled scene, nor a file in .json, .kfr, .toml or .png; "mandoline scenes" lists them',
  ],
  [
    ['mandelbort'],
    'mandelbort: is not a bundled scene, nor a file in .json, .kfr, .toml or .png; did you mean "mandelbrot"?',
  ],
  [['newer.json'], 'newer.json: version 2: must be 1; a newer Mandoline wrote this scene; use that version'],
  [['other.png'], 'other.png: contains no scene; only pictures that mandoline wrote do'],
  [['key.png'], 'key.png: is not a PNG'],
  [['other.kfr'], 'other.kfr: FractalType 42 of power 2 is not supported; supported are Mandelbrot,'],
  [['text.toml'], 'text.toml: is not valid TOML ('],
  [
    ['#f=mandelbort'],
    '#f=mandelbort: f "mandelbort": must be the name of a bundled scene; did you mean "mandelbrot"?',
  ],
  [
    ['http://127.0.0.1:8080/#f=lesson&cells=0'],
    'http://127.0.0.1:8080/#f=lesson&cells=0: cells 0: must be a whole number from 1 to 46340',
  ],
  [['nosuch.json'], 'nosuch.json: does not exist'],
  [['text.json'], 'text.json: is not valid JSON (Unexpected token'],
  [['key.json'], 'key.json: iteration 3: is not a key here; did you mean "iterations"?'],
  [
    ['two.json'],
    `two.json: c "x": ${complex}\nmandoline: two.json: iterations 0: must be a whole number from 1 to 4294967295`,
  ],
  [
    ['formula.json'],
    'formula.json: formula: column 6: found the end, expected a number, a name or "("\nz^2 +\n     ^',
  ],
  [['palette.json'], 'palette.json: palette mauve: must be one of inferno, magma,'],
  [['three.json'], 'three.json: scene 3: must be a scene'],
];
test('every wrong value is told by a line that names it, what is accepted and where a formula goes wrong; exit 2, nothing written', async (context) => {
  const folder = temporaryFolder(context);
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, `${name}.json`), typeof value === 'string' ? value : JSON.stringify(value));
  write('text', 'scene');
  write('key', { ...lessonScene, iteration: 3 });
  write('two', { ...lessonScene, c: 'x', iterations: 0 });
  write('formula', { ...lessonScene, formula: 'z^2 +' });
  write('palette', { ...lessonScene, palette: 'mauve' });
  write('three', 3);
  write('newer', { version: 2, formulae: [] });
  writeFileSync(join(folder, 'deep.kfr'), 'Re: -1.75\nIm: 0.1\nZoom: 1e1000\nFractalType: 1\n');
  writeFileSync(join(folder, 'other.kfr'), 'Re: -1.75\nIm: 0.1\nZoom: 1\nFractalType: 42\n');
  writeFileSync(join(folder, 'text.toml'), 'location = ');
  writeFileSync(join(folder, 'key.png'), 'no picture');
  writeFileSync(
    join(folder, 'other.png'),
    encode({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3), channels: 3 }),
  );
  const files = readdirSync(folder);
  const told = await runMany(
    folder,
    wrong.map(([given]) => ['render', ...given]),
  );
  for (const [i, [given, said]] of wrong.entries()) {
    const { code, stdout, stderr } = told[i]!;
    assert.equal(stderr.slice(0, said.length + 11), `mandoline: ${said}`, given.join(' '));
    assert.equal(stderr.split('\n').length, said.split('\n').length + 1, stderr);
    assert.deepEqual([code, stdout], [2, ''], given.join(' '));
  }
  assert.deepEqual(readdirSync(folder), files);
});

test('parameters by the thousand are one line, and thousands of wrong ones no more than fit a screen', async (context) => {
  const folder = temporaryFolder(context);
  const many = (value: unknown) =>
    Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`a${i}`, value]));
  for (const [name, value] of [
    ['right', [1, 0]],
    ['wrong', 'x'],
  ] as const)
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ ...lessonScene, parameters: many(value) }));
  const [right, wrong] = await runMany(folder, [
    ['render', 'right.json'],
    ['render', 'wrong.json'],
  ]);
  assert.deepEqual([right!.code, wrong!.code], [2, 2]);
  assert.match(
    right!.stderr,
    /^mandoline: right\.json: parameters \{.{56}\.\.\.: must be at most 500 values\n$/,
  );
  const lines = wrong!.stderr.split('\n');
  assert.deepEqual([lines.length, lines[20]], [22, 'mandoline: and 39980 more wrong values']);
});

test('a picture gives the same file again, beside it, or changed by flags; info prints its scene', async (context) => {
  const folder = temporaryFolder(context);
  const bytes = (name: string) => readFileSync(join(folder, name));
  const names = ['newton', 'lesson', 'armada'];
  const sizeOf = (name: string) => (name === 'lesson' ? ['--cells', '20'] : ['--size', '40x30']);
  for (const { code, stderr } of await runMany(
    folder,
    names.map((name) => ['render', name, ...sizeOf(name), '-o', `${name}.png`, '--json']),
  ))
    assert.deepEqual([code, stderr], [0, '']);
  const told = await runMany(
    folder,
    names.flatMap((name) => [
      ['render', `${name}.png`, '--workers', '0', '-o', `${name}-first.png`, '--json'],
      ['render', `${name}.png`, '--workers', '1', '--slices', '3', '--json'],
      ['render', `${name}.png`, '--iterations', '7', '--workers', '0', '-o', `${name}-other.png`, '--json'],
      ['info', `${name}.png`],
      ['info', `${name}.png`, '--json'],
    ]),
  );
  for (const { code, stderr } of told) assert.deepEqual([code, stderr], [0, '']);
  for (const [i, name] of names.entries()) {
    const [first, second, changed, text, json] = told.slice(5 * i, 5 * i + 5);
    const picture = bytes(`${name}.png`);
    assert.deepEqual(JSON.parse(second!.stdout).outputs[0].path, `${name}-again.png`);
    assert.deepEqual([bytes(`${name}-first.png`), bytes(`${name}-again.png`)], [picture, picture]);
    const { scene } = JSON.parse(first!.stdout);
    assert.deepEqual(JSON.parse(changed!.stdout).scene, { ...scene, iterations: 7 });
    assert.ok(
      text!.stdout.split('\n').every((line) => line.length <= 80),
      text!.stdout,
    );
    assert.match(text!.stdout, new RegExp(`\n${name}\\.png {2}\\d+ x \\d+ pixels, [\\d.]+ k?b`, 'i'));
    writeFileSync(join(folder, `${name}.json`), json!.stdout);
  }
  const [missing, ...third] = await runMany(folder, [
    ['info', 'none.png'],
    ...names.map((name) => ['render', `${name}.json`, '--workers', '0', '-o', `${name}-third.png`, '--json']),
  ]);
  for (const [i, name] of names.entries()) {
    assert.deepEqual([third[i]!.code, third[i]!.stderr], [0, ''], name);
    assert.deepEqual(bytes(`${name}-third.png`), bytes(`${name}.png`));
  }
  assert.equal(missing!.code, 2);
  assert.match(missing!.stderr, /^mandoline: none\.png: does not exist\n$/);
});

test('the schema that is printed takes every bundled scene, and no other keys or kinds', async (context) => {
  const { code, stdout, stderr } = await runMandoline(temporaryFolder(context), 'schema');
  assert.deepEqual([code, stderr], [0, '']);
  const schema = JSON.parse(stdout.toString());
  for (const [key, { description }] of Object.entries<{ description?: string }>(schema.properties))
    assert.ok(description, key);
  const { rotation } = schema.properties.view.properties;
  assert.match(rotation.description, /Counterclockwise rotation of the view .*; its content turns clockwise/);
  const validate = new Ajv2020().compile(schema);
  for (const { scene } of Object.values(gallery)) {
    const value: object = JSON.parse(JSON.stringify({ $schema: 'a', version: 1, ...scene }));
    assert.ok(validate(value), JSON.stringify(validate.errors));
    const wrongs: object[] = [
      { iteration: 3 },
      { iterations: 0.5 },
      { c: 'x' },
      { version: 2 },
      { palette: 3 },
    ];
    for (const wrong of wrongs) assert.equal(validate({ ...value, ...wrong }), false, JSON.stringify(wrong));
  }
});

test('further channels stand in .npz by their names, measured against the trap of the scene', async (context) => {
  const folder = temporaryFolder(context);
  const { lattice, ...common } = {
    ...lessonScene,
    view: { center: ['0', '0'], width: 3, columns: 20, rows: 10 },
  };
  const trap = { circle: [0.1, 0, 0.5] as const };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify({ ...common, trap }));
  const given = ['--channels', 'smooth,trap', '-o', 'a.npz'];
  const { scene } = await rendered(folder, 'mine.json', ...given);
  assert.deepEqual(scene.trap, trap);
  const { counts, channels = {} } = await render(scene, { channels: ['smooth', 'trap'] });
  const arrays = unzipSync(readFileSync(join(folder, 'a.npz')));
  assert.deepEqual(Object.keys(arrays), ['counts.npy', 'smooth.npy', 'trap.npy']);
  for (const [name, values] of Object.entries({ counts, ...channels })) {
    const data = arrays[`${name}.npy`]!.subarray(128);
    assert.deepEqual(
      Buffer.from(data),
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
      name,
    );
  }
  assert.deepEqual(parseScene(JSON.parse(JSON.stringify(scene))), scene);
});

test('the least width that is named can be rendered', async (context) => {
  await rendered(temporaryFolder(context), 'mandelbrot', '--width', '1.3e-13', '-o', 'a.npy');
});
