// Tests of the workers' panel: lanes, tints, the comparison with one worker, and the experiment.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { temporaryFolder } from '../support.js';
import { assertSamePixels, computations, exact, height, open, pixelsOf, width } from './tab.js';

/** Chooses something for which the scene is computed again. */
async function change(page: Page, action: () => Promise<unknown>): Promise<void> {
  const before = await computations(page);
  await action();
  await page.waitForFunction(
    (before) => Number(document.getElementById('stage')!.dataset.computations) > before,
    before,
  );
  await exact(page);
}

test('the panel has a block for every slice, and other workers, slices and orders draw the same', async (context) => {
  const page = await open(context);
  await page.keyboard.press('w');
  const before = await pixelsOf(page);
  const blocks = (count: number) => page.waitForSelector(`.lanes[data-slices="${count}"]`);
  for (const [workers, slices] of [
    ['1', '3'],
    ['2', '5'],
    ['4', '6'],
  ] as const) {
    await page.fill('#workers-slider', workers);
    await change(page, () => page.fill('#slices-slider', slices));
    await blocks(2 ** Number(slices));
    assertSamePixels(await pixelsOf(page), before);
  }
  for (const order of ['middle first', 'shuffled', 'bottom to top']) {
    await change(page, () => page.selectOption('#order', order));
    assertSamePixels(await pixelsOf(page), before, order);
  }
  await change(page, () => page.fill('#size-slider', '1'));
  await page.waitForSelector(`#picture[width="${2 * width}"][height="${2 * height}"]`);
  assert.ok(!(await pixelsOf(page)).equals(before));
  await change(page, () => page.fill('#size-slider', '0'));
  await page.waitForSelector(`#picture[width="${width}"]`);
  assertSamePixels(await pixelsOf(page), before);
});

test('more workers than the page allows are as many as it allows', async (context) => {
  const page = await open(context);
  await page.keyboard.press('w');
  const before = await pixelsOf(page);
  await change(page, () =>
    page.evaluate(() => {
      const slider = document.getElementById('workers-slider') as HTMLInputElement;
      slider.value = '1000';
      slider.dispatchEvent(new Event('change'));
    }),
  );
  const most = await page.evaluate(() => Math.min(64, Math.max(8, 2 * navigator.hardwareConcurrency)));
  assert.equal(Number(await page.inputValue('#workers-slider')), most);
  assertSamePixels(await pixelsOf(page), before);
});

test('rows of the picture are tinted by who computed them, and a replay does it slowly', async (context) => {
  const page = await open(context);
  await page.keyboard.press('w');
  await page.fill('#workers-slider', '2');
  await change(page, () => page.fill('#slices-slider', '5'));
  await page.check('.actions input');
  const tinted = () =>
    page.evaluate(() => {
      const tints = document.getElementById('tints') as HTMLCanvasElement;
      if (tints.hidden) return [];
      const { data } = tints.getContext('2d')!.getImageData(0, 0, 1, tints.height);
      return [...new Set(new Uint32Array(data.buffer))];
    });
  await page.waitForFunction(() => !document.getElementById('tints')!.hidden);
  const colors = await tinted();
  assert.ok(colors.length >= 1 && colors.length <= 2 && !colors.includes(0));
  await page.uncheck('.actions input');
  assert.deepEqual(await tinted(), []);
  await page.click('text=Replay');
  // Rows that are not computed yet have no tint; asked in the page, since the replay does not wait for a test.
  await page.waitForFunction(() => {
    const tints = document.getElementById('tints') as HTMLCanvasElement;
    if (tints.hidden) return false;
    const { data } = tints.getContext('2d')!.getImageData(0, 0, 1, tints.height);
    return new Uint32Array(data.buffer).includes(0);
  });
});

test('speed-up and efficiency are told against one worker, which is timed when that is asked for', async (context) => {
  const page = await open(context);
  await page.keyboard.press('w');
  const figures = async () =>
    Object.fromEntries(
      await page.$$eval('.figures div', (cells) =>
        cells.map((cell) => [...cell.children].map(({ textContent }) => textContent)),
      ),
    );
  assert.equal((await figures())['speed-up'], '—');
  await page.click('#compare');
  await page.waitForFunction(() => /speed-up\d/.test(document.querySelector('.figures')!.textContent!));
  const told = await figures();
  assert.match(told['wall time'], /^\d+ ms$/);
  assert.match(told['speed-up'], /^\d+\.\d\d$/);
  assert.match(told.efficiency, /^\d+%$/);
  assert.equal(await page.isDisabled('#compare'), true);
});

test('the experiment has a row for each number of slices and of workers, and a chart', async (context) => {
  const page = await open(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=60');
  await page.keyboard.press('w');
  await page.click('#workers summary');
  await page.click('#experiment-run');
  await page.waitForSelector('#workers img');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#experiment-csv')]);
  const file = join(temporaryFolder(context), 'a.csv');
  await download.saveAs(file);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const counts = new Set(lines.slice(1).map((line) => Number(line.split(',')[1])));
  assert.ok(counts.has(1) && counts.has(cores));
  assert.equal(lines.length, 1 + 5 * counts.size);
  await page.waitForFunction(
    () => document.querySelector<HTMLImageElement>('#workers img')!.naturalWidth > 300,
  );
  assert.match(
    await page.innerText('#experiment-told'),
    // Whatever the times are here.
    /times as (fast|long) as one|one core|the times vary more than they differ/,
  );
});
