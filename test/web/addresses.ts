// Tests of the address bar and of the history that it makes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { goTo, hashOf, numberIn, open, pixelsOf, then, valueIn, visit } from './tab.js';

const steps = (page: Page) => page.evaluate(() => history.length);

test('a broken address stays where it can be mended, in words of the address, until something else is looked at', async (context) => {
  for (const [hash, said] of [
    ['#f=nosuch&re=-0.75', /^This address is not a scene: f "nosuch": must be the name of a bundled scene/],
    ['#f=mandelbrot&re=abc', /^This address is not a scene: re "abc": must be a decimal number/],
  ] as const) {
    const page = await open(context, hash);
    assert.equal(await hashOf(page), hash);
    assert.match(await page.innerText('#message-text'), said);
    await page.setViewportSize({ width: 350, height: 250 });
    await page.waitForFunction(() => (document.getElementById('picture') as HTMLCanvasElement).width === 350);
    assert.equal(await hashOf(page), hash);
    await then(page, () => page.keyboard.press('+'));
    assert.equal(await valueIn(page, 'f'), 'mandelbrot');
    assert.equal(await page.isVisible('#message'), false);
    await page.goBack();
    await page.waitForFunction((hash) => location.hash === hash, hash);
    assert.match(await page.innerText('#message-text'), said);
    await goTo(page, '#f=mandelbrot&re=-0.75');
    assert.equal(await page.isVisible('#message'), false);
  }
});

test('what is said of an address can be closed', async (context) => {
  const page = await open(context, '#f=nosuch');
  await page.click('#message-close');
  assert.equal(await page.isVisible('#message'), false);
});

test('notches of the wheel that follow each other are one step of the history, other gestures their own', async (context) => {
  const page = await open(context);
  const [first, before, w] = [await hashOf(page), await steps(page), await numberIn(page, 'w')];
  await page.mouse.move(100, 100);
  for (let i = 0; i < 3; i++) await then(page, () => page.mouse.wheel(0, -250));
  assert.ok(Math.abs((await numberIn(page, 'w')) - w / 8) < 1e-12);
  assert.equal(await steps(page), before + 1);
  const zoomed = await hashOf(page);
  await then(page, () => page.keyboard.press('ArrowLeft'));
  await then(page, () => page.mouse.wheel(0, -250));
  assert.equal(await steps(page), before + 3);
  await then(page, () => page.goBack());
  await then(page, () => page.goBack());
  assert.equal(await hashOf(page), zoomed);
  await then(page, () => page.goBack());
  assert.equal(await hashOf(page), first);
});

test('an address deeper than doubles is drawn in exact arithmetic, coloured by counts, and moved in', async (context) => {
  const hash = '#f=mandelbrot&re=-2&im=1e-50&w=1e-50&it=300';
  const page = await open(context, hash, { viewport: { width: 80, height: 60 } });
  const values = async () =>
    Promise.all(['im', 'w', 'arithmetic', 'coloring'].map((key) => valueIn(page, key)));
  assert.deepEqual(await values(), ['1e-50', '1e-50', 'exact', 'count']);
  assert.ok(new Set(await pixelsOf(page)).size > 3);
  assert.deepEqual(
    [await page.innerText('#zoom'), await page.innerText('#digits')],
    ['× 4.0 · 10⁵⁰', 'exact'],
  );
  assert.equal(await page.title(), 'mandelbrot × 4.0 · 10⁵⁰ – Mandoline');
  await then(page, () => page.keyboard.press('ArrowUp'));
  // An eighth of the height up.
  const up = Number((await values())[0]) / 1e-50 - 1;
  assert.ok(up > 0.05 && up < 0.2, `${up}`);
  await then(page, () => page.keyboard.press('+'));
  assert.ok(Math.abs((await numberIn(page, 'w')) / 1e-50 - 1 / 1.5) < 1e-9);
  await page.reload();
  assert.deepEqual((await values()).slice(2), ['exact', 'count']);
});

test('colours in the address may be written as the command takes them', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=100&palette=%23ff0000,%2300ff00');
  assert.equal(await page.isVisible('#message'), false);
  assert.match((await valueIn(page, 'palette'))!, /ff0000.*00ff00/);
  await page.keyboard.press('s');
  assert.equal(await page.inputValue('#bundled'), 'mandelbrot');
  assert.equal(await page.isEnabled('#keep-palette'), true);
});
