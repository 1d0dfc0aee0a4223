import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseScene, render, SceneError } from 'mandoline';
import { compression } from '../../src/encode/compression.node.js';
import { formats } from '../../src/encode/formats.js';
import { readPngText } from '../../src/encode/png-text.js';
import { PictureError } from '../../src/errors.js';
import { sceneText } from '../../src/scene/scene.js';

const scene = parseScene({
  formula: 'z^2 + c',
  c: [-0.1, 0.7],
  z0: 'p',
  view: { center: ['0', '0'], width: 3, columns: 40, rows: 30 },
  iterations: 50,
  escape: 2,
  palette: 'magma',
});

async function picture(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const field = await render(scene, { workers: 0 });
  for await (const chunk of formats.png(field, scene, { dtype: 'uint16', compression })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const read = (file: Uint8Array) => readPngText(file, compression.crc32);

test('a picture has its size and its scene in it', async () => {
  const { width, height, texts } = read(await picture());
  assert.deepEqual([width, height], [40, 30]);
  assert.equal(texts.get('Scene'), sceneText(scene));
  assert.deepEqual(parseScene(JSON.parse(texts.get('Scene')!)), scene);
});

test('a picture that is cut off anywhere is refused, and one in which a bit was turned', async () => {
  const file = await picture();
  for (let length = 0; length < file.length; length++)
    assert.throws(() => read(file.subarray(0, length)), PictureError, `${length} bytes`);
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at]! ^= 1 << (at % 8);
    assert.throws(() => read(changed), PictureError, `byte ${at}`);
  }
});

test('2,500 pictures that were changed at random give their texts or a PictureError, nothing else', async () => {
  const file = await picture();
  const change = fc.record({
    at: fc.nat(file.length - 1),
    removed: fc.nat(40),
    inserted: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let changed = file;
      for (const { at, removed, inserted } of changes)
        changed = Buffer.concat([changed.subarray(0, at), inserted, changed.subarray(at + removed)]);
      try {
        read(changed);
      } catch (error) {
        assert.ok(error instanceof PictureError, String(error));
      }
    }),
    { numRuns: 2500 },
  );
});

test('2,500 scenes that were changed at random are scenes or a SceneError, nothing else', () => {
  const text = sceneText(scene);
  const change = fc.record({
    at: fc.nat(text.length - 1),
    removed: fc.nat(5),
    inserted: fc.string({ maxLength: 5 }),
  });
  const values = fc.oneof(
    fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
      let changed = text;
      for (const { at, removed, inserted } of changes)
        changed = changed.slice(0, at) + inserted + changed.slice(at + removed);
      try {
        return JSON.parse(changed) as unknown;
      } catch {
        return changed;
      }
    }),
    fc.jsonValue(),
    fc
      .tuple(fc.constantFrom(...Object.keys(scene), 'version', 'lattice'), fc.jsonValue())
      .map(([key, value]) => ({
        ...scene,
        [key]: value,
      })),
  );
  fc.assert(
    fc.property(values, (value) => {
      try {
        assert.deepEqual(parseScene(JSON.parse(sceneText(parseScene(value)))), parseScene(value));
      } catch (error) {
        assert.ok(error instanceof SceneError, String(error));
      }
    }),
    { numRuns: 2500 },
  );
});
