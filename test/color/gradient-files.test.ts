// Gradients in files of other programs: read as they are meant, and what is none is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readGradient, splitGradient } from '../../src/color/gradient-files.js';
import { PaletteError } from '../../src/errors.js';
import { hostileGradients } from '../hostile.js';

const read = (name: string, text: string, which?: string) =>
  readGradient(name, new TextEncoder().encode(text), which);

const map = '0 0 0  the first\n 255 170 0\r\n12 34 56 note\n';
const ugr = `Sunset {
gradient:
  title="Sunset" smooth=no
  index=0 color=255
  index=200 color=16711680
opacity:
  smooth=no
}
Other {
  index=0 color=65280
}`;

test('a .map has a colour a line', () => {
  assert.deepEqual(read('a.MAP', map), ['#000000', '#ffaa00', '#0c2238']);
});

test('a number of a .map that is no byte is taken modulo 256, as Fractint does', () => {
  const ramp = Array.from({ length: 256 }, (_, i) => `${i} ${i} ${i === 10 ? 256 : i}`).join('\n');
  const colors = read('ramp.map', ramp);
  assert.deepEqual(
    [colors.length, colors[9], colors[10], colors[11]],
    [256, '#090909', '#0a0a00', '#0b0b0b'],
  );
  assert.deepEqual(read('a.map', '300 0 1000\n1 511 999999999'), ['#2c00e8', '#01ffff']);
});

test('a .ugr is its first gradient, evenly sampled and closed, with blue in the highest byte', () => {
  const colors = read('a.ugr', ugr);
  assert.equal(colors.length, 256);
  assert.deepEqual([colors[0], colors.at(-1)], ['#ff0000', '#ff0000']);
  assert.match(colors[127]!, /^#0[0-9]00f[0-9a-f]$/);
});

test('a .ugr that begins with a block of comment is the gradient after it', () => {
  assert.deepEqual(read('a.ugr', `comment {\n by nobody, index=3\n}\n${ugr}`), read('a.ugr', ugr));
});

test('a file of a million braces is a PaletteError, one of a million colours a gradient', () => {
  for (const text of hostileGradients()) assert.throws(() => read('a.ugr', text), PaletteError);
  const many = Array.from({ length: 200_000 }, (_, i) => `index=${i % 400} color=${i}\n`);
  assert.equal(read('a.ugr', `a {\n${many.join('')}}`).length, 256);
});

test('what has no gradient in it is a PaletteError', () => {
  for (const text of ['', '1 2', '-1 0 0\n-2 0 0', '{ index=0 color=1 }', '5 5 5\n5 5 5'])
    for (const name of ['a.map', 'a.ugr']) assert.throws(() => read(name, text), PaletteError, text);
});

test('500 files that were changed at random are colours or a PaletteError, nothing else', () => {
  const numbers = fc.array(fc.tuple(fc.nat(), fc.string({ maxLength: 3 })), { maxLength: 20 });
  fc.assert(
    fc.property(fc.constantFrom(map, ugr), numbers, (text, changes) => {
      let changed: string = text;
      for (const [at, insert] of changes) {
        const place = at % changed.length;
        changed = changed.slice(0, place) + insert + changed.slice(place + 1 + (at % 3)) || ' ';
      }
      for (const name of ['a.map', 'a.ugr'])
        try {
          const colors = read(name, changed);
          assert.ok(colors.length >= 2 && colors.length <= 256);
          assert.ok(colors.every((color) => /^#[0-9a-f]{6}$/.test(color)));
        } catch (error) {
          assert.ok(error instanceof PaletteError, String(error));
        }
    }),
    { numRuns: 500 },
  );
});

const many = `First {\n index=0 color=255\n index=200 color=0\n}
Second {\n title="Sea" index=0 color=65280\n index=200 color=0\n}
First {\n index=0 color=16711680\n index=200 color=0\n}`;

test('a gradient of a .ugr is chosen by its name, title or number', () => {
  assert.equal(read('a.ugr', many)[0], '#ff0000');
  for (const which of ['Second', 'second', 'Sea', '2'])
    assert.equal(read('a.ugr', many, which)[0], '#00ff00');
  assert.equal(read('a.ugr', many, '3')[0], '#0000ff');
});

test('a name that no gradient has, or several have, is told with those that can be chosen', () => {
  const refused = (which: string, message: RegExp) =>
    assert.throws(() => read('a.ugr', many, which), { name: 'PaletteError', message });
  refused('First', /^:First: 2 gradients have this name; choose one by its number: 1, 3$/);
  refused('Secund', /^:Secund: must be .* 3 in all: First, Second, First; did you mean "Second"/);
  for (const which of ['0', '4', '-1', '']) refused(which, /name or number/);
  assert.throws(() => read('a.map', map, '2'), /^PaletteError: :2: only a \.ugr has several gradients/);
});

test('FILE:GRADIENT is split at the first suffix, in paths of Windows too', () => {
  assert.deepEqual(splitGradient('a/b.UGR'), { path: 'a/b.UGR' });
  assert.deepEqual(splitGradient('C:\\b.ugr:Sea: 2.ugr'), { path: 'C:\\b.ugr', which: 'Sea: 2.ugr' });
  assert.deepEqual(splitGradient('old.map.d/b.ggr'), { path: 'old.map.d/b.ggr' });
  assert.equal(splitGradient('b.txt'), undefined);
});

/** A gradient of GIMP of one segment from black to red. */
const segment = (blend: number, mix = 0, from = '0 0 0', to = '1 0 0') =>
  `GIMP Gradient\nName: a\n1\n0 0.25 1 ${from} 1 ${to} 1 ${blend} ${mix} 0 0\n`;

test('a .ggr has the middle of each segment where it says, by six ways from colour to colour', () => {
  const at = (blend: number, index: number) =>
    Number.parseInt(read('a.ggr', segment(blend))[index]!.slice(1, 3), 16);
  // Index 63.75 is the middle; 127.5 is two thirds of the way from left to right colour.
  assert.deepEqual(
    [0, 255].map((index) => at(0, index)),
    [0, 255],
  );
  assert.ok(Math.abs(at(0, 64) - 127.5) < 1.5 && Math.abs(at(0, 128) - 170) < 1.5);
  assert.ok(Math.abs(at(1, 64) - 127.5) < 1.5 && Math.abs(at(1, 128) - 255 * Math.SQRT1_2) < 2);
  assert.ok(Math.abs(at(2, 64) - 127.5) < 1.5 && Math.abs(at(2, 128) - 255 * 0.75) < 2);
  assert.ok(Math.abs(at(3, 64) - 255 * Math.sqrt(0.75)) < 2);
  assert.ok(Math.abs(at(4, 64) - 255 * (1 - Math.sqrt(0.75))) < 2);
  assert.deepEqual(
    [63, 64].map((index) => at(5, index)),
    [0, 255],
  );
});

test('a .ggr turns the hue counterclockwise or clockwise', () => {
  const [red, green] = ['1 0 0', '0 1 0'];
  assert.equal(read('a.ggr', segment(5, 1, red, green))[0], '#ff0000');
  assert.equal(read('a.ggr', segment(0, 1, red, green))[64]!.slice(-2), '00');
  assert.match(read('a.ggr', segment(0, 2, red, green))[63]!, /^#0[0-9a-f]00ff$/);
});

test('a .ggr of several segments follows them', () => {
  const half = (left: number, right: number, from: string, to: string) =>
    `${left} ${(left + right) / 2} ${right} ${from} 1 ${to} 1 0 0`;
  const text = `GIMP Gradient\n2\n${half(0, 0.5, '0 0 0', '1 1 1')}\n${half(0.5, 1, '0 0 1', '1 0 0')}\n`;
  const colors = read('a.ggr', text);
  assert.deepEqual([colors[0], colors.at(-1)], ['#000000', '#ff0000']);
  assert.deepEqual([colors[127], colors[128]], ['#fefefe', '#0100fe']);
});

test('a .ggr that is cut off, or has other than numbers, is told with the segment', () => {
  for (const [text, message] of [
    ['GIMP Gradient\nName: a\n', /number of segments/],
    ['GIMP Gradient\n2\n0 0.5 1 0 0 0 1 1 1 1 1 0 0', /ends before its last segment/],
    ['GIMP Gradient\n1\n0 0.5 1 0 0 x 1 1 1 1 1 0 0', /segment 1: /],
    ['GIMP Gradient\n1\n1 0.5 0 0 0 0 1 1 1 1 1 0 0', /segment 1: /],
    ['GIMP Gradient\n0\n', /no colours/],
    ['GIMP Palette\n', /must begin with GIMP Gradient/],
  ] as const)
    assert.throws(() => read('a.ggr', text), { name: 'PaletteError', message });
});

test('a .pal is read as Paint Shop Pro and as Windows write it', () => {
  assert.deepEqual(read('a.pal', 'JASC-PAL\r\n0100\r\n2\r\n0 0 0\r\n255 256 0\r\n'), ['#000000', '#ff0000']);
  const riff = Buffer.concat([
    Buffer.from('RIFF\x18\0\0\0PAL data\x0c\0\0\0\x00\x03\x02\0', 'latin1'),
    Buffer.from([1, 2, 3, 0, 255, 170, 0, 0]),
  ]);
  assert.deepEqual(readGradient('a.pal', riff), ['#010203', '#ffaa00']);
  assert.throws(() => readGradient('a.pal', riff.subarray(0, -3)), /ends before its last colour/);
  assert.throws(() => readGradient('a.pal', riff.subarray(0, 20)), /no colours/);
  assert.throws(() => read('a.pal', '0 0 0\n1 1 1'), /must begin with JASC-PAL or RIFF/);
});

test('what is not a palette, or has no documented format, is told by what it is', () => {
  const picture = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  for (const name of ['a.map', 'a.ugr'])
    assert.throws(() => readGradient(name, picture), /contains no colours/);
  assert.throws(() => read('a.map', '1 2 3\n1 2 3'), /has only one colour/);
  assert.throws(() => read('a.cs', ''), /is not documented/);
  assert.throws(() => read('a.ucl', ''), /colouring programs/);
  assert.throws(() => read('a.txt', ''), /must end in one of \.map, \.ugr, \.ggr, \.pal/);
});
