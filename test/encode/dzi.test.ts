import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PNG } from 'pngjs';
import { openDzi } from '../../src/encode/dzi.node.js';
import { OutputError } from '../../src/encode/output.node.js';
import { compressWith } from '../../src/render/compress.node.js';
import { launchBrowser, serveFolder } from '../pool/browser.js';
import { root, temporaryFolder } from '../support.js';
import { pixelsOf, rowsOf, withColors } from './support.js';

const format = { width: 601, height: 517, depth: 8 } as const;
const pixels = pixelsOf(format, false);
const read = (path: string) => PNG.sync.read(readFileSync(path));

test('every tile decodes and has its size, the finest ones the very pixels; level 0 is one pixel', async (context) => {
  const folder = temporaryFolder(context);
  const bytes = await openDzi(join(folder, 'a.dzi')).write(format, rowsOf(format, pixels), () =>
    compressWith(undefined),
  );
  assert.match(
    readFileSync(join(folder, 'a.dzi'), 'utf8'),
    /TileSize="256">\s*<Size Width="601" Height="517"/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ['a.dzi', 'a_files']);
  let [tiles, total] = [0, readFileSync(join(folder, 'a.dzi')).length];
  for (let level = 0; level <= 10; level++) {
    const [width, height] = [601, 517].map((side) => Math.ceil(side / 2 ** (10 - level))) as [number, number];
    for (let row = 0; row * 256 < height; row++)
      for (let column = 0; column * 256 < width; column++) {
        const path = join(folder, 'a_files', String(level), `${column}_${row}.png`);
        const tile = read(path);
        assert.deepEqual(
          [tile.width, tile.height],
          [Math.min(256, width - 256 * column), Math.min(256, height - 256 * row)],
        );
        total += readFileSync(path).length;
        tiles++;
        if (level < 10) continue;
        for (let i = 0; i < tile.data.length / 4; i++) {
          const [y, x] = [256 * row + Math.floor(i / tile.width), 256 * column + (i % tile.width)];
          for (let part = 0; part < 3; part++)
            if (tile.data[4 * i + part] !== pixels[3 * (601 * y + x) + part]) assert.fail(`${x}, ${y}`);
        }
      }
  }
  const found = readdirSync(join(folder, 'a_files'), { recursive: true, encoding: 'utf8' });
  assert.equal(found.filter((name) => name.endsWith('.png')).length, tiles);
  assert.equal(bytes, total);
});

test('a coarser level is the mean of the light of four pixels; a last odd one stands for itself', async (context) => {
  const folder = temporaryFolder(context);
  const small = { width: 3, height: 1, depth: 8 } as const;
  const three = Uint8Array.of(0, 10, 255, 255, 10, 255, 7, 8, 9);
  await openDzi(join(folder, 'a.dzi')).write(small, rowsOf(small, three), () => compressWith(undefined));
  const { data } = read(join(folder, 'a_files', '1', '0_0.png'));
  assert.deepEqual([...data], [180, 10, 255, 255, 7, 8, 9, 255]);
});

test('pictures in colours of a palette, and of 16 bits, have tiles of 8 bits', async (context) => {
  const folder = temporaryFolder(context);
  const palette = Uint8Array.from({ length: 768 }, (_, i) => (i * 89 + 7) % 256);
  const indexed = { width: 20, height: 9, depth: 8, palette } as const;
  const numbers = pixelsOf(indexed);
  await openDzi(join(folder, 'a.dzi')).write(indexed, rowsOf(indexed, numbers), () =>
    compressWith(undefined),
  );
  const colors = (name: string) =>
    [...read(join(folder, `${name}_files`, '5', '0_0.png')).data].filter((_, i) => i % 4 < 3);
  assert.deepEqual(colors('a'), [...withColors(numbers)]);
  const deep = { width: 20, height: 9, depth: 16 } as const;
  const samples = Uint8Array.from(pixelsOf(deep), (byte, i) => (i % 2 ? 0x80 : byte));
  await openDzi(join(folder, 'b.dzi')).write(deep, rowsOf(deep, samples), () => compressWith(undefined));
  const expected = Array.from({ length: 540 }, (_, i) => Math.round((samples[2 * i]! * 256 + 0x80) / 257));
  assert.deepEqual(colors('b'), expected);
});

test('tiles replace tiles; another folder in their place is told before any work', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.dzi');
  for (let i = 0; i < 2; i++)
    await openDzi(path).write(format, rowsOf(format, pixels), () => compressWith(undefined));
  await assert.rejects(
    openDzi(path).write(format, rowsOf(format, pixels.subarray(1803)), () => compressWith(undefined)),
  );
  assert.deepEqual(readdirSync(folder).sort(), ['a.dzi', 'a_files']);
  mkdirSync(join(folder, 'b_files'));
  writeFileSync(join(folder, 'b_files', 'mine'), '');
  assert.throws(() => openDzi(join(folder, 'b.dzi')), OutputError);
});

test('OpenSeadragon opens it and loads its tiles', async (context) => {
  const folder = temporaryFolder(context);
  await openDzi(join(folder, 'a.dzi')).write(format, rowsOf(format, pixels), () => compressWith(undefined));
  const script = readFileSync(
    join(root, 'node_modules/openseadragon/build/openseadragon/openseadragon.js'),
    'utf8',
  );
  const page = `<!doctype html><div id="view" style="width:300px;height:300px"></div>
<script src="/openseadragon.js"></script>
<script>
  const viewer = OpenSeadragon({ id: 'view', tileSources: '/a.dzi', drawer: 'canvas', animationTime: 0 });
  globalThis.opened = new Promise((resolve) => {
    viewer.addOnceHandler('open', () => {
      const { width, height, maxLevel } = viewer.source;
      viewer.addHandler('tile-loaded', ({ tile }) => resolve({ width, height, maxLevel, level: tile.level }));
    });
    viewer.addOnceHandler('open-failed', ({ message }) => resolve(message));
    viewer.addHandler('tile-load-failed', ({ message }) => resolve(message));
  });
</script>`;
  const site = await serveFolder(folder, false, { '/index.html': page, '/openseadragon.js': script });
  const browser = await launchBrowser();
  context.after(async () => {
    await browser.close();
    await site.close();
  });
  const tab = await browser.newPage();
  await tab.goto(`${site.address}/index.html`);
  const opened = await tab.evaluate(() => (globalThis as unknown as { opened: Promise<object> }).opened);
  const { level, ...source } = opened as { level: number };
  assert.deepEqual(source, { width: 601, height: 517, maxLevel: 10 });
  assert.ok(level <= 10);
});
