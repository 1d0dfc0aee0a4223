import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { parseScene, SceneError } from 'mandoline';
import { formats } from '../../src/encode/formats.js';
import { crc32 } from '../../src/encode/png-band.node.js';
import { readPngText } from '../../src/encode/png-text.js';
import { PictureError } from '../../src/errors.js';
import { compressWith } from '../../src/render/compress.node.js';
import { streamScene } from '../../src/render/stream.js';
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
  const field = await streamScene(scene, { isPainted: true });
  for await (const chunk of formats.png(field, {
    dtype: 'uint16',
    compression: compressWith(undefined),
  }))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

const read = (file: Uint8Array) => readPngText(file, 'Scene', crc32);

test('a picture has its size and its scene in it', async () => {
  const { width, height, text } = read(await picture());
  assert.deepEqual([width, height], [40, 30]);
  assert.equal(text, sceneText(scene));
  assert.deepEqual(parseScene(JSON.parse(text!)), scene);
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

/** A picture with one more chunk, whose CRC is right, behind its header. */
function withChunk(file: Buffer, type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([file.subarray(0, 33), length, body, crc, file.subarray(33)]);
}

/** A picture without the text of its scene. */
function withoutScene(file: Buffer): Buffer {
  const at = file.indexOf('iTXtScene') - 4;
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 12 + file.readUInt32BE(at))]);
}

test('the scene is read from every kind of text that another program may have made of it', async () => {
  const file = withoutScene(await picture());
  assert.equal(read(file).text, undefined);
  const text = '{"formula":"z² − 1"}';
  const [plain, packed] = [Buffer.from(text), deflateSync(text)];
  const chunk = (type: string, before: string, data: Uint8Array) =>
    withChunk(file, type, Buffer.concat([Buffer.from(`Scene\0${before}`, 'latin1'), data]));
  for (const each of [
    chunk('tEXt', '', plain),
    chunk('zTXt', '\0', packed),
    chunk('iTXt', '\0\0en\0Szene\0', plain),
    chunk('iTXt', '\x01\0\0\0', packed),
  ])
    assert.equal(read(each).text, text);
  assert.equal(read(chunk('tEXt', '', Buffer.from('caf\xe9', 'latin1'))).text, 'café');
  const other = withChunk(file, 'tEXt', Buffer.from('Software\0other'));
  assert.equal(readPngText(other, 'Software', crc32).text, 'other');
});

test('a text that is too large is a PictureError, however small it is compressed', async () => {
  const file = withoutScene(await picture());
  const bomb = deflateSync(Buffer.alloc(100_000_000));
  const chunk = (type: string, before: string, data: Uint8Array) =>
    withChunk(file, type, Buffer.concat([Buffer.from(`Scene\0${before}`, 'latin1'), data]));
  for (const each of [
    chunk('tEXt', '', Buffer.alloc(1_000_001, 'x')),
    chunk('zTXt', '\0', bomb),
    chunk('iTXt', '\0\0\0\0', Buffer.alloc(1_000_001, 'x')),
    chunk('iTXt', '\x01\0\0\0', bomb),
  ])
    assert.throws(() => read(each), /has a text of more than 1 MB in it/);
  // A text with another key is nobody's business.
  const other = Buffer.concat([Buffer.from('Other\0\0'), bomb]);
  assert.equal(read(withChunk(file, 'zTXt', other)).text, undefined);
});

test('texts that are not texts are skipped: with a key that is too long or missing, cut off, or damaged', async () => {
  const file = await picture();
  const expected = read(file).text;
  const longKey = Buffer.concat([Buffer.alloc(300_000, 'k'), Buffer.alloc(5), Buffer.from('text')]);
  const others = [
    '',
    '\0\0\0\0\0text',
    'Scene',
    'Scene\0',
    'Scene\0\0\0',
    'Scene\0\0\0en\0',
    'Scene\0\x01\0\0\0text',
    'Scene\0\x01\x01\0\0text',
    'Scene\0\x01\0\0\0',
  ];
  for (const data of [longKey, ...others.map((text) => Buffer.from(text, 'latin1'))])
    assert.equal(read(withChunk(file, 'iTXt', data)).text, expected);
  for (const text of ['Scene', 'Scene\0', 'Scene\0\x01text', 'Scene\0\0text'])
    assert.equal(read(withChunk(file, 'zTXt', Buffer.from(text))).text, expected);
  fc.assert(
    fc.property(fc.constantFrom('tEXt', 'zTXt', 'iTXt'), fc.uint8Array({ maxLength: 60 }), (type, data) => {
      read(withChunk(file, type, data));
      read(withChunk(file, type, Buffer.concat([Buffer.from('Scene\0'), data])));
    }),
  );
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

test('a value that is nested deep is a SceneError like any other, wherever it stands', () => {
  for (const depth of [1, 59, 60, 61, 1000, 200_000]) {
    const deep = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    const shown = depth > 30 ? `${'['.repeat(57)}...` : '['.repeat(depth) + ']'.repeat(depth);
    assert.throws(() => parseScene(deep), SceneError);
    for (const value of [
      { ...scene, formula: deep },
      { ...scene, palette: deep },
      { ...scene, other: deep },
    ])
      assert.throws(
        () => parseScene(value),
        (error) => error instanceof SceneError && error.issues.some(({ given }) => given === shown),
      );
  }
});

test('a scene with -0 in it is the same one after it was written', () => {
  const zero = parseScene({ ...scene, c: [-0, -0] });
  assert.deepEqual(parseScene(JSON.parse(sceneText(zero))), zero);
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
