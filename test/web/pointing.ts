// Tests of what is told of a point: by the inspector and the Julia set, for a pointer that hovers, clicks and taps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { computations, goTo, open, then, valueIn, visit } from './tab.js';

const wide = { viewport: { width: 900, height: 700 } };
const text = (page: Page, id: string) => page.locator(`#${id}`).evaluate((cell) => cell.textContent!);
const caption = (page: Page) => page.innerText('#julia figcaption');
/** Waits until what is told of the point is another. */
async function told(page: Page, action: () => Promise<unknown>): Promise<string> {
  const before = await page.evaluate(() => {
    const { textContent } = document.querySelector('#inspector dl')!;
    document.getElementById('count')!.textContent = '';
    return textContent;
  });
  await action();
  await page.waitForFunction((before) => {
    const { textContent } = document.querySelector('#inspector dl')!;
    return document.getElementById('count')!.textContent !== '' && textContent !== before;
  }, before);
  return text(page, 'count');
}

test('the orbit of a point is drawn on request, with its cycle', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.75&im=0&w=4&it=500');
  const drawn = () =>
    page.$eval('#orbit', ({ hidden, dataset }: HTMLElement) => (hidden ? undefined : { ...dataset }));
  // -0.995, in the disc of period 2, and 0.995, which escapes.
  await page.mouse.move(140.4, 120);
  assert.equal(await drawn(), undefined);
  await page.keyboard.press('b');
  assert.deepEqual(await drawn(), { period: '2', steps: '400' });
  await page.mouse.move(300, 120);
  const { period, steps } = (await drawn())!;
  assert.equal(period, '0');
  assert.ok(Number(steps) < 10);
  await page.keyboard.press('b');
  assert.equal(await drawn(), undefined);
});

test('the Julia set under the pointer follows it, a click keeps it, and a click on it opens it', async (context) => {
  const page = await visit(context, '#f=mandelbrot&samples=1', { viewport: { width: 900, height: 700 } });
  await page.keyboard.press('j');
  const caption = () => page.innerText('#julia figcaption');
  const follow = async (x: number, y: number) => {
    const before = await caption();
    await page.mouse.move(x, y);
    await page.waitForFunction(
      (before) => document.querySelector('#julia figcaption')!.textContent !== before,
      before,
    );
  };
  await follow(300, 200);
  await follow(500, 300);
  await page.mouse.click(500, 300);
  assert.match(await caption(), /^c = .*, kept$/);
  const kept = await caption();
  const before = await computations(page);
  await page.mouse.move(400, 250);
  await page.mouse.move(300, 250);
  assert.equal(await caption(), kept);
  assert.equal(await computations(page), before);
  await then(page, () => page.click('#julia canvas'));
  // A + in an address is read as a blank.
  assert.equal(`c = ${(await valueIn(page, 'c'))!.replace(' ', '+')}, kept`, kept);
});

test('values are those of the picture that is there, and of none where the pointer has left it', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=150&samples=1', wide);
  await told(page, () => page.mouse.move(450, 350));
  assert.equal(await text(page, 'count'), '150, all');
  assert.equal(await text(page, 'period'), '1');
  // Another scene under the same pointer, which rests.
  await told(page, () => goTo(page, '#f=newton&samples=1'));
  assert.notEqual(await text(page, 'count'), '150, all');
  const before = await text(page, 're-at');
  await told(page, () => page.keyboard.press('ArrowRight'));
  assert.notEqual(await text(page, 're-at'), before);
  await page.mouse.move(60, 30);
  await page.waitForFunction(() => document.getElementById('count')!.textContent === '');
  assert.equal(await text(page, 're-at'), '');
});

test('deep in, both coordinates are there to their last digit, and a kept point is copied', async (context) => {
  const page = await open(context, '#f=mandelbrot&re=-0.743643887037151&im=0.13182590420533&w=3e-12&it=900', {
    ...wide,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await told(page, () => page.mouse.move(400, 300));
  for (const id of ['re-at', 'im-at']) {
    assert.match(await text(page, id), /^-?0\.\d{14,17}$/);
    const { x, width } = (await page.locator(`#${id}`).boundingBox())!;
    const panel = (await page.locator('#inspector').boundingBox())!;
    assert.ok(x >= panel.x && x + width <= panel.x + panel.width && x + width <= 900, `${id} is cut off`);
  }
  assert.equal(await page.isVisible('#copy-point'), false);
  await page.mouse.click(400, 300);
  const point = [await text(page, 're-at'), await text(page, 'im-at')];
  await page.mouse.move(500, 400);
  await page.click('#copy-point');
  await page.waitForFunction(() => document.getElementById('copy-point')!.textContent === 'Copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${point[0]}+${point[1]}i`);
  assert.deepEqual([await text(page, 're-at'), await text(page, 'im-at')], point);
  await page.mouse.click(300, 300);
  assert.notEqual(await text(page, 're-at'), point[0]);
});

test('every tap shows its own point and its Julia set', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=150&samples=1', {
    ...wide,
    hasTouch: true,
  });
  // On the bar: a mouse that was never moved is in the corner of the picture for Chromium, which may tell that at any time.
  await page.mouse.move(60, 34);
  await page.keyboard.press('j');
  assert.match(await caption(page), /tap/);
  assert.equal(await page.isVisible('#julia canvas'), false);
  const captions = new Set<string>();
  for (const [x, y] of [
    [300, 300],
    [420, 260],
    [350, 400],
  ] as const) {
    await told(page, () => page.touchscreen.tap(x, y));
    await page.waitForFunction(
      (said) => {
        const { textContent } = document.querySelector('#julia figcaption')!;
        return !said.includes(textContent!) && textContent!.endsWith(', kept');
      },
      [...captions],
    );
    captions.add(await caption(page));
    assert.equal(`c = ${await text(page, 're-at')}`, (await caption(page)).replace(/[+-][\d.]+i, kept$/, ''));
  }
  assert.equal(captions.size, 3);
});

test('a double click zooms, and neither keeps a point nor lets one go', async (context) => {
  const page = await visit(context, '#f=mandelbrot&samples=1', wide);
  await then(page, () => page.mouse.dblclick(300, 300));
  assert.equal(await page.isVisible('#copy-point'), false);
  await page.mouse.click(300, 300);
  assert.equal(await page.isVisible('#copy-point'), true);
  const point = await text(page, 're-at');
  await then(page, () => page.mouse.dblclick(500, 400));
  assert.equal(await page.isVisible('#copy-point'), true);
  assert.equal(await text(page, 're-at'), point);
});

test('where there are no Julia sets a sentence says why, whatever was shown before', async (context) => {
  const page = await visit(context, '#f=newton&samples=1', wide);
  await page.keyboard.press('j');
  assert.match(await caption(page), /^No Julia sets here: c is /);
  await goTo(page, '#f=mandelbrot&samples=1');
  await page.mouse.move(300, 300);
  await page.waitForFunction(() =>
    document.querySelector('#julia figcaption')!.textContent!.startsWith('c = '),
  );
  await then(page, () => page.click('#julia canvas'));
  assert.match(await caption(page), /^No Julia sets here: c is /);
  assert.equal(await page.isVisible('#julia canvas'), false);
});
