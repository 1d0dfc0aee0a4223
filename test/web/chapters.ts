// The lesson's chapters beside the live pool: asked for when they are opened, all of them, with their code, and what the
// page does in place of their commands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { exact, numberIn, open, then, visit } from './tab.js';

test('the lesson opens beside the picture, its chapters one after the other, and is asked for only then', async (context) => {
  const page = await open(context, '', { viewport: { width: 1000, height: 600 } });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url().split('/').at(-1)!));
  await page.click('#toggle-lesson');
  await page.waitForSelector('#lesson h2');
  assert.equal(asked.filter((name) => name === 'lesson.json').length, 1);
  const titles: string[] = [];
  for (;;) {
    titles.push((await page.textContent('#lesson h2'))!);
    assert.ok((await page.locator('#lesson pre').count()) > 0, `${titles.at(-1)} has no program`);
    if (await page.isDisabled('#lesson [aria-label="Next chapter"]')) break;
    await page.click('#lesson [aria-label="Next chapter"]');
  }
  assert.equal(titles.length, 8);
  assert.match(titles[0]!, /^1\. The serial program/);
  assert.match(titles[7]!, /^8\. /);
});

/** Opens a chapter by the buttons. */
async function turnTo(page: Page, wanted: number): Promise<void> {
  await page.waitForSelector('#lesson article pre');
  const at = async () => Number.parseInt((await page.textContent('#lesson nav span'))!, 10);
  for (let now = await at(); now !== wanted; now = await at())
    await page.click(`#lesson [aria-label="${now < wanted ? 'Next' : 'Previous'} chapter"]`);
}

test('buttons of the lesson set workers, slices and order beside the picture, and tell the time', async (context) => {
  const page = await visit(context, '#f=newton&it=2&samples=1', { viewport: { width: 1280, height: 800 } });
  await page.keyboard.press('l');
  await turnTo(page, 5);
  const boxes = await page.$$eval('#stage, #lesson', (all) =>
    all.map((each) => each.getBoundingClientRect()),
  );
  assert.ok(boxes[0]!.right <= boxes[1]!.left && boxes[0]!.width > 800);
  const told = (what: RegExp) =>
    page.waitForFunction(
      (source) =>
        [...document.querySelectorAll('#lesson .help')].some((each) =>
          new RegExp(source).test(each.textContent!),
        ),
      what.source,
    );
  await page.click('text=Try 2 workers');
  await page.click('text=Cut into 8 slices');
  await told(/^2 workers, 8 slices: \d+ ms[,.]/);
  await page.waitForSelector('#workers .lanes.is-lit[data-slices="8"]');
  await page.click('text=8, from the bottom');
  assert.equal(await page.inputValue('#order'), 'bottom to top');
  await page.click('text=Try 1 worker');
  await told(/^1 worker, 8 slices: \d+ ms\.$/);
  await page.click('#lesson button:text("Reset")');
  assert.deepEqual(
    await page.$$eval('#slices-slider, #order', (all) => all.map((each) => (each as HTMLInputElement).value)),
    ['0', 'top to bottom'],
  );
  const wide = await page.$$eval(
    '#lesson pre:has(.language-ts)',
    (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
  );
  assert.equal(wide, 0);
  await turnTo(page, 7);
  await page.click('#lesson .link:text("chapter 3")');
  assert.match((await page.textContent('#lesson h2'))!, /^3\. /);
  await exact(page);
});

test('on a phone the lesson’s buttons are for fingers, and light up the lanes on the bar', async (context) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
  const page = await visit(context, '#f=newton&it=2&samples=1', phone);
  await page.tap('#toggle-lesson');
  await turnTo(page, 5);
  const low = await page.$$eval('#lesson .block button', (all) =>
    all.filter((each) => each.getBoundingClientRect().height < 44).map(({ textContent }) => textContent),
  );
  assert.deepEqual(low, []);
  await page.tap('text=Cut into 8 slices');
  await page.waitForSelector('#mini-lanes.is-lit');
  assert.equal(await page.isVisible('#lesson'), true);
  await page.tap('#lesson button:text("Reset") >> nth=0');
  await exact(page);
});

test('with Shift a rectangle is drawn, and zoomed to when it is let go; Escape takes it away', async (context) => {
  const page = await visit(context, '#f=newton&re=0&im=0&w=4&it=2&samples=1');
  await page.waitForSelector('#box', { state: 'attached' });
  const drag = async () => {
    await page.keyboard.down('Shift');
    await page.mouse.move(80, 60);
    await page.mouse.down();
    await page.mouse.move(160, 120, { steps: 2 });
  };
  await drag();
  assert.equal(await page.isVisible('#box'), true);
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#box'), false);
  await page.mouse.move(200, 150);
  await page.mouse.up();
  assert.deepEqual([await numberIn(page, 're'), await numberIn(page, 'w')], [0, 4]);
  await drag();
  await then(page, () => page.mouse.up());
  await page.keyboard.up('Shift');
  assert.equal(await page.isVisible('#box'), false);
  assert.equal(await numberIn(page, 'w'), 1);
  assert.ok(Math.abs((await numberIn(page, 're')) + 0.5) < 1e-3);
  assert.ok(Math.abs((await numberIn(page, 'im')) - 0.375) < 1e-3);
});
