// A PNG made on any platform: the pixels that the command writes, and the scene.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, inPixels, PictureError, parseScene, readPngScene, renderPng } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { PNG } from 'pngjs';
import { pixelsOf, pngTexts } from '../../src/encode/formats.js';
import { encodePng } from '../../src/encode/png.js';
import { compressWith as compressOnWeb } from '../../src/render/compress.web.js';
import { streamScene } from '../../src/render/stream.js';
import { bytesOf } from '../encode/support.js';

const scenes = [
  parseScene({ ...inPixels(gallery.seahorse!.scene, 300, 600), coloring: 'smooth' }),
  inPixels(gallery.newton!.scene, 64, 48),
];

test('the picture of a scene has the scene in it, and the same pixels by either compression, by any workers', async () => {
  await using pool = new Pool({ workers: 2 });
  for (const scene of scenes) {
    const file = await bytesOf(renderPng(scene, { pool }));
    assert.deepEqual(readPngScene(file), scene);
    for (const each of [undefined, pool]) {
      const stream = await streamScene(scene, { pool: each, isPainted: true });
      const web = await bytesOf(
        encodePng(stream.format!, pixelsOf(stream), pngTexts(scene), compressOnWeb(each)),
      );
      assert.deepEqual(readPngScene(web), scene);
      assert.equal(Buffer.compare(PNG.sync.read(web).data, PNG.sync.read(file).data), 0);
    }
  }
});

test('what has no scene is a PictureError, and a picture that nobody waits for is cancelled', async () => {
  for (const file of [new Uint8Array(), Buffer.from('no picture')])
    assert.throws(() => readPngScene(file), PictureError);
  await using pool = new Pool({ workers: 1 });
  for await (const chunk of renderPng(scenes[0]!, { pool })) if (chunk.length > 1000) break;
  assert.equal((await bytesOf(renderPng(scenes[1]!, { pool }))).length > 0, true);
});
