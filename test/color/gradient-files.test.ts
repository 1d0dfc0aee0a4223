// Gradients in files of other programs: read as they are meant, and what is none is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readGradient } from '../../src/color/gradient-files.js';
import { PaletteError } from '../../src/errors.js';
import { hostileGradients } from '../hostile.js';

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
  assert.deepEqual(readGradient('a.MAP', map), ['#000000', '#ffaa00', '#0c2238']);
});

test('a number of a .map that is no byte is taken modulo 256, as Fractint does', () => {
  const ramp = Array.from({ length: 256 }, (_, i) => `${i} ${i} ${i === 10 ? 256 : i}`).join('\n');
  const colors = readGradient('ramp.map', ramp);
  assert.deepEqual(
    [colors.length, colors[9], colors[10], colors[11]],
    [256, '#090909', '#0a0a00', '#0b0b0b'],
  );
  assert.deepEqual(readGradient('a.map', '300 0 1000\n1 511 999999999'), ['#2c00e8', '#01ffff']);
});

test('a .ugr is its first gradient, evenly sampled and closed, with blue in the highest byte', () => {
  const colors = readGradient('a.ugr', ugr);
  assert.equal(colors.length, 256);
  assert.deepEqual([colors[0], colors.at(-1)], ['#ff0000', '#ff0000']);
  assert.match(colors[127]!, /^#0[0-9]00f[0-9a-f]$/);
});

test('a .ugr that begins with a block of comment is the gradient after it', () => {
  assert.deepEqual(
    readGradient('a.ugr', `comment {\n by nobody, index=3\n}\n${ugr}`),
    readGradient('a.ugr', ugr),
  );
});

test('a file of a million braces is a PaletteError, one of a million colours a gradient', () => {
  for (const text of hostileGradients()) assert.throws(() => readGradient('a.ugr', text), PaletteError);
  const many = Array.from({ length: 200_000 }, (_, i) => `index=${i % 400} color=${i}\n`);
  assert.equal(readGradient('a.ugr', `a {\n${many.join('')}}`).length, 256);
});

test('what has no gradient in it is a PaletteError', () => {
  for (const text of ['', '1 2', '-1 0 0\n-2 0 0', '{ index=0 color=1 }', '5 5 5\n5 5 5'])
    for (const name of ['a.map', 'a.ugr']) assert.throws(() => readGradient(name, text), PaletteError, text);
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
          const colors = readGradient(name, changed);
          assert.ok(colors.length >= 2 && colors.length <= 256);
          assert.ok(colors.every((color) => /^#[0-9a-f]{6}$/.test(color)));
        } catch (error) {
          assert.ok(error instanceof PaletteError, String(error));
        }
    }),
    { numRuns: 500 },
  );
});
