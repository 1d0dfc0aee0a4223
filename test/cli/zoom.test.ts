// Films: frames go from the first scene to the last, each a picture that can be drawn again; those that are there are
// kept, and a stream is what its header says.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { gallery, inPixels, parseScene, readPngScene, render, type Scene, type ViewScene } from 'mandoline';
import { decimalToFixed, parseDecimal } from '../../src/exact/dyadic.js';
import { frameScene } from '../../src/render/film.js';
import { findRange } from '../../src/render/stream.js';
import { runMandoline, runMany, sha256, temporaryFolder } from '../support.js';

const job = ['zoom', 'mandelbrot', '--to', 'seahorse', '--size', '40x30', '--frames', '4', '--workers', '1'];
const smooth = [...job, '--coloring', 'smooth'];

test('what is seen shrinks by the same factor from frame to frame, and what is zoomed in on keeps its place', () => {
  const from = inPixels(gallery.mandelbrot!.scene, 40, 30);
  const to = inPixels(gallery.seahorse!.scene, 40, 30);
  const frames = Array.from({ length: 11 }, (_, i) => frameScene(from, to, i / 10, undefined, []));
  assert.deepEqual([frames[0]!.view, frames[10]!.view], [from.view, { ...from.view, ...to.view }]);
  const widthOf = ({ view }: ViewScene) => Number(view.width);
  const widths = frames.map(widthOf);
  const factor = (widthOf(to) / widthOf(from)) ** 0.1;
  for (let i = 1; i < 10; i++) assert.ok(Math.abs(widths[i]! / widths[i - 1]! / factor - 1) < 1e-9);
  // The point that both views have at the same place stays there.
  const share = widthOf(from) / (widthOf(from) - widthOf(to));
  const still =
    Number(from.view.center[0]) + share * (Number(to.view.center[0]) - Number(from.view.center[0]));
  const places = frames.map((frame) => (still - Number(frame.view.center[0])) / widthOf(frame));
  for (const place of places) assert.ok(Math.abs(place - places[0]!) < 1e-6, String(places));
});

test('to a view deeper than doubles, too, with the digits that its pixels need', () => {
  const scene = inPixels(gallery.mandelbrot!.scene, 40, 30);
  const wide = parseScene({ ...scene, arithmetic: 'exact', coloring: 'count' }) as ViewScene;
  const center = [`-1.${'9'.repeat(420)}`, `0.${'1'.repeat(420)}`] as const;
  const deep = parseScene({ ...wide, view: { ...wide.view, center, width: '2e-400' } }) as ViewScene;
  const frames = Array.from({ length: 9 }, (_, i) => frameScene(wide, deep, i / 8, undefined, []));
  assert.deepEqual([frames[0]!.view, frames[8]!.view], [wide.view, deep.view]);
  for (const [i, frame] of frames.entries()) {
    const { width, center: middle } = parseScene(frame).view!;
    const exponent = -400 * (i / 8) + (Math.log10(3.5) * (8 - i) + Math.log10(2) * i) / 8;
    const [m, e = '0'] = String(width).split('e');
    assert.ok(Math.abs(Math.log10(Number(m)) + Number(e) - exponent) < 1e-9, `${width} ${exponent}`);
    // The target keeps its place in the picture: its distance from the middle is the same part of the width.
    const bits = 1600;
    const [x, at, w] = [center[0], middle[0], String(width)].map((text) =>
      decimalToFixed(parseDecimal(text)!, bits),
    );
    const part = Number(((x! - at!) << 60n) / w!) / 2 ** 60;
    if (i < 8) assert.ok(Math.abs(part - (-2 + 0.65) / 3.5) < 1e-9, `${i} ${part}`);
  }
});

test('frames are pictures that are drawn again as they are, and those that are whole are kept', async (context) => {
  const folder = temporaryFolder(context);
  const first = await runMandoline(folder, ...smooth, '-o', 'film');
  assert.deepEqual([first.code, first.stdout.length], [0, 0], first.stderr);
  const names = readdirSync(join(folder, 'film'));
  assert.deepEqual(
    names,
    [1, 2, 3, 4].map((frame) => `frame-0000${frame}.png`),
  );
  const digests = () => names.map((name) => sha256(readFileSync(join(folder, 'film', name))));
  const before = digests();
  assert.equal(new Set(before).size, 4);
  await runMandoline(folder, 'render', 'film/frame-00002.png', '-o', 'again.png', '--quiet');
  assert.equal(sha256(readFileSync(join(folder, 'again.png'))), before[1]);

  rmSync(join(folder, 'film', names[0]!));
  truncateSync(join(folder, 'film', names[2]!), 300);
  const kept = statSync(join(folder, 'film', names[1]!)).mtimeMs;
  const again = await runMandoline(folder, ...smooth, '-o', 'film');
  assert.match(again.stderr, /^film: 4 frames of 40 x 30, reused 2, [\d.]+ s$/m);
  assert.deepEqual(digests(), before);
  assert.equal(statSync(join(folder, 'film', names[1]!)).mtimeMs, kept);
});

test('in default colours every frame shows something, the inside stays the inside, and neighbours look alike', async (context) => {
  const folder = temporaryFolder(context);
  const film = ['zoom', 'mandelbrot', '--to', 'seahorse', '--frames', '40', '--size', '64x36'];
  const { code, stderr } = await runMandoline(folder, ...film, '-o', 'film');
  assert.equal(code, 0, stderr);
  const means: number[] = [];
  for (const name of readdirSync(join(folder, 'film')).sort()) {
    const file = readFileSync(join(folder, 'film', name));
    const scene = readPngScene(file);
    const { counts } = await render(scene, { workers: 0 });
    const { data } = decode(file);
    const colors = Array.from({ length: 64 * 36 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]);
    const sumOf = (color: readonly number[]) => color[0]! + color[1]! + color[2]!;
    assert.ok(new Set(colors.map(String)).size >= 20, `${name}: ${new Set(colors.map(String)).size} colours`);
    for (const [i, color] of colors.entries()) {
      const corner = 4 * 64 * Math.floor(i / 64) + 2 * (i % 64);
      const samples = [0, 1, 128, 129].map((at) => counts[corner + at]);
      const isInside = samples.every((count) => count === scene.iterations);
      assert.equal(sumOf(color) === 0, isInside, `${name}: point ${i} is ${color}`);
    }
    means.push(colors.reduce((sum, color) => sum + sumOf(color), 0) / colors.length / 3);
  }
  assert.equal(means.length, 40);
  for (const [i, mean] of means.slice(1).entries())
    assert.ok(
      Math.abs(mean - means[i]!) < 24,
      `frame ${i + 2} is ${mean - means[i]!} lighter than the one before`,
    );
});

test('the colours of a film along a path are those of the constants at its ends', async (context) => {
  const folder = temporaryFolder(context);
  const film = ['zoom', 'julia', '--c-path', '0.3,0.4+0.1i', '--frames', '2', '--size', '60x40', '--quiet'];
  const { code, stderr } = await runMandoline(folder, ...film, '-o', 'film');
  assert.equal(code, 0, stderr);
  for (const [frame, c] of [
    [1, [0.3, 0]],
    [2, [0.4, 0.1]],
  ] as const) {
    const { range, ...scene } = readPngScene(readFileSync(join(folder, 'film', `frame-0000${frame}.png`)));
    assert.deepEqual(scene.c, c);
    assert.deepEqual(range, await findRange(scene as Scene));
  }
});

test('frames of a longer film that was there before are told, and stay', async (context) => {
  const folder = temporaryFolder(context);
  const film = (frames: string, ...more: string[]) => [
    ...smooth.map((word) => (word === '4' ? frames : word)),
    '-o',
    'film',
    ...more,
  ];
  const told = await runMany(folder, [film('3'), film('2'), film('1'), film('1', '--quiet'), film('3')]);
  const tail = '(frame-00002.png to frame-00003.png); remove them before you make a video of the folder\n';
  assert.deepEqual(
    told.map(({ code, stderr }) => [code, stderr.replace(/[\d.]+ s/, 'TIME')]),
    [
      [0, 'film: 3 frames of 40 x 30, TIME\n'],
      [
        0,
        'film: 2 frames of 40 x 30, reused 1, TIME\nfilm: also has 1 frame of another film ' +
          '(frame-00003.png); remove it before you make a video of the folder\n',
      ],
      [0, `film: 1 frame of 40 x 30, reused 1, TIME\nfilm: also has 2 frames of another film ${tail}`],
      [0, ''],
      [0, 'film: 3 frames of 40 x 30, reused 2, TIME\n'],
    ],
  );
  assert.equal(readdirSync(join(folder, 'film')).length, 3);
});

test('a stream has a header and as many frames as were asked for, of a constant along a path', async (context) => {
  const given = ['zoom', 'julia', '--c-path', '-0.8,-0.7+0.3i,0.3', '--size', '20x10', '--frames', '5'];
  const { code, stdout } = await runMandoline(
    ...([
      temporaryFolder(context),
      ...given,
      '--workers',
      '1',
      '--fps',
      '25',
      '-o',
      '-',
      '--format',
      'y4m',
    ] as const),
  );
  assert.equal(code, 0);
  const header = 'YUV4MPEG2 W20 H10 F25:1 Ip A1:1 C444 XCOLORRANGE=LIMITED\n';
  assert.equal(stdout.toString('latin1', 0, header.length), header);
  const frame = 'FRAME\n'.length + 3 * 200;
  assert.equal(stdout.length, header.length + 5 * frame);
  const frames = [0, 1, 2, 3, 4].map((i) => stdout.subarray(header.length + i * frame).subarray(0, frame));
  assert.ok(frames.every((each) => each.toString('latin1', 0, 6) === 'FRAME\n'));
  assert.equal(new Set(frames.map((each) => sha256(each))).size, 5);
});

test('a film that cannot be made is one line and exit 2', async (context) => {
  const folder = temporaryFolder(context);
  const wrong: [string[], RegExp][] = [
    [['mandelbrot'], /^mandoline: zoom: requires --to, .* or --c-path\n$/],
    [
      ['mandelbrot', '--to', 'newton'],
      /^mandoline: --to newton: must have the same formula as the first scene/,
    ],
    [['mandelbrot', '--to', 'nowhere'], /^mandoline: nowhere: is not a bundled scene/],
    [['julia', '--c-path', '1,x'], /^mandoline: --c-path 1,x: must be complex numbers separated by commas/],
    [[...job.slice(1), '-o', '-'], /^mandoline: -o -: requires --format y4m\n$/],
    [
      [...job.slice(1), '--format', 'y4m'],
      /^mandoline: --format y4m: only applies to -o -; a folder gets pictures\n$/,
    ],
    [
      [...job.slice(1), '-o', 'none/film'],
      /^mandoline: -o none\/film: the folder .*none does not exist; create it first\n$/,
    ],
    [
      [...job.slice(1), '--frames', '0'],
      /^mandoline: --frames 0: must be a whole number from 1 to 1000000\n$/,
    ],
  ];
  const told = await runMany(
    folder,
    wrong.map(([given]) => ['zoom', ...given]),
  );
  for (const [i, [, line]] of wrong.entries()) {
    assert.match(told[i]!.stderr, line);
    assert.equal(told[i]!.code, 2);
  }
  assert.deepEqual(readdirSync(folder), []);
});
