// Golden pictures: files that the command wrote once, each with its scene in it. A new one is made by
//     mandoline render SCENE --size 64x48 -o test/fixtures/golden/NAME.png
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { parseScene, render } from 'mandoline';
import { channelsOf } from '../../src/color/coloring.js';
import { rowsOf } from '../../src/color/image.js';
import { paint } from '../../src/color/picture.js';
import { pngTexts, readSceneText } from '../../src/encode/formats.js';
import { encodePng } from '../../src/encode/png.js';
import { families } from '../../src/formula/families.js';
import { compressWith } from '../../src/render/compress.node.js';
import { colorings } from '../../src/scene/schema.js';
import { bytesOf } from '../encode/support.js';
import { fixture, root } from '../support.js';

/** All bytes of a PNG, with what was compressed as it was before: compressors of two machines may differ. */
function withoutCompression(file: Buffer): Buffer {
  const [before, data, after]: Buffer[][] = [[file.subarray(0, 8)], [], []];
  for (let at = 8; at < file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    const isData = file.toString('latin1', at + 4, at + 8) === 'IDAT';
    if (isData) data!.push(file.subarray(at + 8, end - 4));
    else (data!.length > 0 ? after : before)!.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...before!, inflateSync(Buffer.concat(data!)), ...after!]);
}

const names = readdirSync(join(root, 'test', 'fixtures', 'golden'));

for (const name of names)
  test(`the golden picture ${name} has every byte that it had, whole and in bands`, async () => {
    const file = fixture(`golden/${name}`);
    const scene = parseScene(JSON.parse(readSceneText(file, crc32).text));
    const image = await paint(await render(scene, { workers: 0, channels: channelsOf(scene) }), scene);
    const png = await bytesOf(encodePng(image, rowsOf(image), pngTexts(scene), compressWith(undefined)));
    assert.deepEqual(withoutCompression(png), withoutCompression(file));
    const bands = [image.rows(0, 7), image.rows(7, 8), image.rows(8, 8), image.rows(8, image.height)];
    assert.deepEqual(Buffer.concat(bands), Buffer.from(image.rows(0, image.height)));
  });

test('there is a golden picture of every family and of every colouring', () => {
  const wanted = [...Object.keys(families), ...colorings.map((coloring) => `coloring-${coloring}`)];
  assert.deepEqual(
    wanted.filter((name) => !names.includes(`${name}.png`)),
    [],
  );
});
