// Tests of going deep: iterations that follow what is counted, and exact arithmetic where doubles end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goTo, height, numberIn, pixelsOf, then, valueIn, visit, width } from './tab.js';

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
