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

const six = ['mandelbrot', 'newton', 'burning-ship', 'julia', 'lesson', 'seahorse'];
test("the canvas has the pixels of the command's picture of the same scene", async (context) => {
  const folder = temporaryFolder(context);
  const scenes = six.map((name, i) => {
    const coloring = i % 2 === 0 ? { coloring: 'smooth' as const } : {};
    const scene = inPixels(gallery[name]!.scene, width, height);
    // The others say no samples, and have 2 x 2 while nobody moves them.
    return { ...scene, ...coloring, ...(i < 2 && { view: { ...scene.view, samples: 1 } }) };
  });
  for (const [i, scene] of scenes.entries())
    writeFileSync(join(folder, `${six[i]}.json`), JSON.stringify(scene));
  const told = await runMany(
    folder,
    six.map((name, i) => [
      ...['render', `${name}.json`, '-o', `${name}.png`, '--quiet'],
      ...(i < 2 ? [] : ['--samples', '2x2']),
    ]),
  );
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
  const page = await visit(context);
  for (const [i, scene] of scenes.entries()) {
    await goTo(page, sceneAddress(scene));
    assertSamePixels(await pixelsOf(page), colorsOf(readFileSync(join(folder, `${six[i]}.png`))), six[i]);
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

test('iterations follow what is counted, come back with the view, and stay once they are chosen', async (context) => {
  const wide = { viewport: { width: 900, height: 600 } };
  const page = await visit(context, '#f=mandelbrot&re=-0.75&im=0.1&w=0.5&it=300&samples=1', wide);
  const iterations = () => numberIn(page, 'it');
  assert.equal(await iterations(), 300);
  await then(page, () => page.keyboard.press('+'));
  const nearer = await iterations();
  assert.ok(nearer > 300);
  await then(page, () => page.keyboard.press('-'));
  const back = await iterations();
  assert.ok(back >= 300 && back < nearer);
  await then(page, () => page.keyboard.press('+'));
  assert.equal(await iterations(), nearer);
  await then(page, () => page.goBack());
  await then(page, () => page.goBack());
  await then(page, () => page.keyboard.press('-'));
  assert.equal(await iterations(), back);
  await page.keyboard.press('s');
  assert.equal(await page.inputValue('#iterations'), String(back));
  await then(page, () => page.fill('#iterations', '123'));
  assert.equal(await page.isChecked('#automatic'), false);
  await then(page, () => page.mouse.dblclick(700, 300));
  assert.equal(await iterations(), 123);
});

test('who turns the wheel for long arrives at a picture, not in the dark', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.743643887037151&im=0.131825904205330&w=3&it=200');
  await then(page, async () => {
    await page.mouse.move(width / 2, height / 2);
    for (let i = 0; i < 41; i++) await page.mouse.wheel(0, -250);
  });
  assert.ok((await numberIn(page, 'w')) < 2e-12);
  const inside = Buffer.from([0, 0, 0]);
  const pixels = await pixelsOf(page);
  let black = 0;
  for (let i = 0; i < pixels.length; i += 3) if (pixels.subarray(i, i + 3).equals(inside)) black++;
  assert.ok(black < 0.01 * width * height, `${black} pixels are black`);
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

test('where doubles end exact arithmetic goes on, by counts, and the colours return; another formula says so and stays', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-1.25&im=0.05&w=3e-13&it=60&coloring=smooth&samples=1');
  assert.match(await page.innerText('#digits'), /^double, [01] digits left$|^doubles end here$/);
  const look = () => Promise.all(['coloring', 'arithmetic'].map((key) => valueIn(page, key)));
  await page.mouse.move(160, 120);
  await then(page, () => page.mouse.dblclick(160, 120));
  for (let i = 0; i < 3; i++) await then(page, () => page.keyboard.press('+'));
  assert.deepEqual(await look(), ['count', 'exact']);
  for (let i = 0; i < 4; i++) await then(page, () => page.keyboard.press('-'));
  assert.deepEqual(await look(), ['smooth', null]);
  await goTo(page, '#f=sine&re=0.25&im=0.05&w=3e-12&it=60');
  const w = await numberIn(page, 'w');
  for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -300);
  await page.waitForFunction(() =>
    document.getElementById('message')!.innerText.includes('Doubles end here'),
  );
  await page.waitForFunction((w) => Number(/w=([^&]+)/.exec(location.hash)![1]) < w, w);
  assert.equal(await page.isVisible('#inspector'), true);
});
