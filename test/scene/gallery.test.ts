// The bundled scenes can be drawn: their palettes exist, their texts fit, the families are all there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, inPixels, lessonScene, parseScene } from 'mandoline';
import { paletteNames } from '../../src/color/palettes.js';
import { families } from '../../src/formula/families.js';

test('the lesson and every family are bundled, with places in them: at least 24, in whole rows of a sheet', () => {
  const { length } = Object.keys(gallery);
  assert.ok(length >= 24 && length % 4 === 0, `${length}`);
  assert.deepEqual(gallery.lesson?.scene, lessonScene);
  for (const name of Object.keys(families)) assert.ok(gallery[name], name);
});

for (const [name, { scene, summary }] of Object.entries(gallery)) {
  test(`${name} is a scene with a palette that exists and a summary that fits a list`, () => {
    parseScene(scene);
    assert.ok(typeof scene.palette !== 'string' || paletteNames.includes(scene.palette));
    assert.ok(summary.length > 5 && summary.length <= 31, summary);
    assert.match(name, /^[a-z-]{3,12}$/);
  });
}

test('a scene in other pixels shows the same place, a lattice its square', () => {
  assert.deepEqual(inPixels(lessonScene, 40, 30).view, {
    center: ['0', '0'],
    width: 4,
    columns: 40,
    rows: 30,
  });
  const { scene } = gallery.mandelbrot!;
  const small = inPixels(scene, 40, 30);
  assert.deepEqual(parseScene(small), { ...scene, view: { ...scene.view, columns: 40, rows: 30 } });
});
