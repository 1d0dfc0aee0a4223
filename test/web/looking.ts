// Tests of looking and moving: pictures, pointers, fingers, keys, addresses.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gallery, inPixels, prepare, sceneAddress } from 'mandoline';
import { runMany, temporaryFolder } from '../support.js';
import {
  address,
  assertSamePixels,
  colorsOf,
  emptyTab,
  exact,
  goTo,
  hashOf,
  height,
  numberIn,
  open,
  pixelsOf,
  then,
  valueIn,
  visit,
  width,
} from './tab.js';

const names = ['mandelbrot', 'newton', 'lesson', 'seahorse'];
test("the canvas has the pixels of the command's picture of the same scene", async (context) => {
  const folder = temporaryFolder(context);
  const scenes = names.map((name, i) => {
    const coloring = i % 2 === 0 ? { coloring: 'smooth' as const } : {};
    const scene = inPixels(gallery[name]!.scene, width, height);
    // The others say no samples, and have 2 x 2 while nobody moves them.
    return { ...scene, ...coloring, ...(i < 2 && { view: { ...scene.view, samples: 1 } }) };
  });
  for (const [i, scene] of scenes.entries())
    writeFileSync(join(folder, `${names[i]}.json`), JSON.stringify(scene));
  const told = await runMany(
    folder,
    names.map((name, i) => [
      ...['render', `${name}.json`, '-o', `${name}.png`, '--quiet'],
      ...(i < 2 ? [] : ['--samples', '2x2']),
    ]),
  );
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
  const page = await visit(context);
  for (const [i, scene] of scenes.entries()) {
    await goTo(page, sceneAddress(scene));
    assertSamePixels(await pixelsOf(page), colorsOf(readFileSync(join(folder, `${names[i]}.png`))), names[i]);
  }
});

test('drag moves what is under the pointer along, the wheel and a double click zoom about it', async (context) => {
  const page = await visit(context);
  const [re, w] = [await numberIn(page, 're'), await numberIn(page, 'w')];
  await then(page, async () => {
    await page.mouse.move(100, 100);
    await page.mouse.down();
    await page.mouse.move(140, 100, { steps: 4 });
    await page.mouse.up();
  });
  assert.ok(Math.abs((await numberIn(page, 're')) - (re - (40 / width) * w)) < 1e-9);
  const underPointer = async () =>
    (await numberIn(page, 're')) + (140 - width / 2) * ((await numberIn(page, 'w')) / width);
  const before = await underPointer();
  await then(page, () => page.mouse.wheel(0, -250));
  assert.equal(await numberIn(page, 'w'), w / 2);
  assert.ok(Math.abs((await underPointer()) - before) < 1e-9);
  await then(page, () => page.mouse.dblclick(200, 80));
  assert.ok(Math.abs((await numberIn(page, 'w')) - w / 6) < 1e-12);
  await then(page, async () => {
    await page.keyboard.down('Shift');
    await page.mouse.dblclick(200, 80);
    await page.keyboard.up('Shift');
  });
  assert.ok(Math.abs((await numberIn(page, 'w')) - w / 2) < 1e-12);
});

test('keys do all of it, from wherever the focus is, and Tab goes through what is there in its order', async (context) => {
  const page = await open(context);
  for (const [key, changed] of [
    ['ArrowLeft', 're'],
    ['ArrowDown', 'im'],
    ['+', 'w'],
    ['-', 'w'],
    ['r', 'rotate'],
    [']', 'it'],
    ['[', 'it'],
    ['c', 'palette'],
    ['0', 're'],
  ] as const) {
    const before = await valueIn(page, changed);
    await then(page, () => page.keyboard.press(key));
    assert.notEqual(await valueIn(page, changed), before, key);
  }
  const focused = () =>
    page.evaluate(() => document.activeElement?.id ?? document.activeElement?.tagName ?? 'none');
  const visited = [];
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab');
    visited.push(await focused());
  }
  assert.deepEqual(visited, [
    ...[
      'stage',
      'toggle-scene',
      'toggle-workers',
      'toggle-julia',
      'toggle-lesson',
      'open-export',
      'toggle-theme',
      'open-help',
    ],
  ]);
  await page.keyboard.press('Enter');
  assert.equal(await page.isVisible('#help'), true);
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#help'), false);
  assert.equal(await focused(), 'open-help');
});

test('two fingers zoom and turn about what they hold', async (context) => {
  const page = await visit(context, '', { hasTouch: true });
  const w = await numberIn(page, 'w');
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: (readonly [number, number])[]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: at.map(([x, y], id) => ({ x, y, id })),
    });
  await then(page, async () => {
    await touch('touchStart', [100, 120]);
    await touch('touchStart', [100, 120], [150, 120]);
    await touch('touchMove', [100, 120], [140, 160]);
    await touch('touchMove', [100, 120], [100, 220]);
    await touch('touchEnd');
  });
  assert.ok(Math.abs((await numberIn(page, 'w')) - w / 2) < 1e-9);
  assert.ok(Math.abs(Math.abs(await numberIn(page, 'rotate')) - 90) < 1e-3);
});

test('every settled view is an address: Back and Forward go through them, and a pasted one is the same picture', async (context) => {
  const page = await visit(context);
  const first = { hash: await hashOf(page), pixels: await pixelsOf(page) };
  assert.match(
    first.hash,
    /^#f=mandelbrot&coloring=smooth&\S*re=-0\.65&im=0&w=[\d.]+&it=\d+&palette=classic$/,
  );
  await then(page, () => page.mouse.dblclick(150, 100));
  const second = { hash: await hashOf(page), pixels: await pixelsOf(page) };
  await then(page, () => page.goBack());
  assert.equal(await hashOf(page), first.hash);
  assertSamePixels(await pixelsOf(page), first.pixels);
  await then(page, () => page.goForward());
  assert.equal(await hashOf(page), second.hash);
  const pasted = await open(context, second.hash);
  assertSamePixels(await pixelsOf(pasted), second.pixels);
  const spoken = await pasted.innerText('#live');
  assert.match(spoken, /^-?[\d.]+ [\d.]+ wide [\d.]+, \d+ iterations, drawn$/);
});

test('what is under the pointer has the count, the distance and the period that the library tells', async (context) => {
  const page = await open(context, '#f=mandelbrot&samples=1', { viewport: { width: 900, height: 600 } });
  const shown = (id: string) => page.innerText(`#${id}`);
  const spacing = (await numberIn(page, 'w')) / 900;
  for (const [x, y] of [
    [200, 150],
    [430, 300],
  ] as const) {
    await page.evaluate(() => {
      document.getElementById('count')!.textContent = '';
    });
    await page.mouse.move(x, y);
    await page.waitForFunction(() => document.getElementById('count')!.textContent !== '');
    const [re, im] = [await shown('re-at'), await shown('im-at')];
    const view = { center: [re, im] as const, width: spacing, columns: 1, rows: 1 };
    const scene = { ...gallery.mandelbrot!.scene, lattice: undefined, view };
    const { counts, channels } = await prepare(scene, {
      channels: ['smooth', 'distance', 'period'],
    }).compute();
    const isInside = counts[0] === scene.iterations;
    assert.equal(await shown('count'), isInside ? `${counts[0]}, all` : String(counts[0]));
    assert.equal(await shown('smooth'), isInside ? '—' : channels!.smooth![0]!.toFixed(4));
    assert.equal(await shown('period'), channels!.period![0]! > 0 ? String(channels!.period![0]) : '—');
    if (!isInside) assert.equal(await shown('distance'), (channels!.distance![0]! * spacing).toPrecision(4));
  }
});

test('a point under the pointer is shown as soon as its values can be, although nothing moves any more', async (context) => {
  const page = await emptyTab(context);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/rest-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${address}#f=newton&it=2&samples=1`);
  await exact(page);
  await page.mouse.move(width / 2, height / 3);
  assert.equal(await page.textContent('#count'), '');
  release();
  await page.waitForFunction(() => document.getElementById('count')!.textContent !== '');
});
