// Scenes in a real Chromium, by a pool of its workers: the counts are those of Node, bit for bit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gallery, inPixels, parseScene, prepare, type Scene } from 'mandoline';
import type { Browser } from 'playwright-core';
import { patience } from '../patience.js';
import { launchBrowser, serveFolder } from '../pool/browser.js';
import { isLong, root } from '../support.js';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

const importMap = {
  imports: {
    mandoline: '/dist/src/index.js',
    'mandoline/pool': '/dist/src/pool/index.js',
    '#thread': '/dist/src/pool/thread.web.js',
    '#compress': '/dist/src/render/compress.web.js',
    '#compile': '/dist/src/render/compile.web.js',
    'crc/calculators/crc32': '/node_modules/crc/mjs/calculators/crc32.js',
    'd3-color': '/node_modules/d3-color/dist/d3-color.mjs',
    'd3-interpolate': '/node_modules/d3-interpolate/dist/d3-interpolate.mjs',
    'd3-scale-chromatic': '/node_modules/d3-scale-chromatic/dist/d3-scale-chromatic.mjs',
    fflate: '/node_modules/fflate/esm/browser.js',
    pako: '/node_modules/pako/dist/pako.mjs',
    'fastest-levenshtein': '/node_modules/fastest-levenshtein/esm/mod.js',
    valibot: '/node_modules/valibot/dist/index.mjs',
  },
};
const page = `<!doctype html><title>scenes</title>
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module">
  import { prepare } from 'mandoline';
  import { Pool } from 'mandoline/pool';
  const pool = new Pool({ workers: 2 });
  globalThis.countsOf = async (scene, exact) => [...(await prepare(scene).compute({ pool, exact })).counts];
</script>`;
declare function countsOf(scene: Scene, exact: 'enclosures' | 'brute'): Promise<number[]>;

for (const isolated of [true, false]) {
  test(`${isolated || isLong ? 'every bundled formula, ' : ''}z^3 + c, and deep views, ${isolated ? 'isolated' : 'not isolated'}`, async (context) => {
    const site = await serveFolder(root.slice(0, -1), isolated, { '/index.html': page });
    const tab = await browser.newPage();
    tab.setDefaultTimeout(patience);
    context.after(async () => {
      await tab.close();
      await site.close();
    });
    await tab.goto(`${site.address}/index.html`);
    await tab.waitForFunction(() => 'countsOf' in globalThis);
    const deep = parseScene({
      formula: 'z^2 + c',
      c: 'p',
      z0: [0, 0],
      iterations: 300,
      escape: 2,
      palette: 'classic',
      view: { center: ['-2', '1e-30'], width: 1e-30, columns: 20, rows: 15 },
    });
    const far = {
      ...deep,
      view: { ...deep.view!, center: ['-2', '1e-330'], width: '1e-330' },
      iterations: 1300,
    };
    for (const scene of [deep, parseScene(far)]) {
      const { counts } = await prepare(scene).compute();
      assert.equal(scene.arithmetic, 'exact');
      const there = await tab.evaluate((scene) => countsOf(scene, 'enclosures'), scene);
      assert.deepEqual(there, [...counts], `${scene.view!.width}`);
    }
    const cubic = { ...gallery.lesson!.scene, formula: 'z^3 + c', c: [0.4, 0] as const };
    // One scene for each formula, the last: compiled modules differ by it.
    const scenes = new Map(
      [...Object.values(gallery).map(({ scene }) => scene), cubic].map((scene) => [scene.formula, scene]),
    );
    // Without shared memory the modules are the same; only what takes counts to the page differs.
    const some = isolated || isLong ? [...scenes] : [...scenes].slice(-3);
    for (const [formula, scene] of some) {
      const small = scene.lattice ? { ...scene, lattice: { extent: 2, cells: 18 } } : inPixels(scene, 36, 27);
      const { counts } = await prepare(small).compute();
      for (const exact of isolated ? (['enclosures', 'brute'] as const) : (['enclosures'] as const)) {
        const there = await tab.evaluate(([scene, exact]) => countsOf(scene, exact), [small, exact] as [
          Scene,
          'enclosures' | 'brute',
        ]);
        assert.deepEqual(there, [...counts], `${formula}, ${exact}`);
      }
    }
  });
}
