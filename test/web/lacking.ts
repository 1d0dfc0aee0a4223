// What a browser may lack or forbid: storage, shared memory, WebAssembly, its SIMD, scripts. The page says it in a
// sentence, and works as far as it can.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { serveFolder } from '../pool/browser.js';
import { root } from '../support.js';
import { address, assertSamePixels, emptyTab, exact, hashOf, open, pixelsOf, then } from './tab.js';

const quick = '#f=newton&it=2';
const wide = { viewport: { width: 1000, height: 700 } };

/** A tab in whose page something was done before its scripts. */
async function openAfter(context: TestContext, prepare: () => void, options = {}): Promise<Page> {
  const page = await emptyTab(context, options);
  await page.addInitScript(prepare);
  await page.goto(address + quick);
  return page;
}
const said = async (page: Page) => {
  await page.waitForSelector('#message:not([hidden])');
  return page.innerText('#message');
};

test('where nothing may be stored the page works, and says so where a view would be kept', async (context) => {
  const page = await openAfter(context, () => {
    const denied = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    Object.defineProperty(globalThis, 'localStorage', { get: denied });
    Object.defineProperty(navigator, 'serviceWorker', { get: denied });
  });
  await exact(page);
  await page.keyboard.press('t');
  await page.keyboard.press('l');
  await page.waitForSelector('#lesson article pre');
  await page.keyboard.press('s');
  await page.click('#bookmarks summary');
  await page.click('#add-bookmark');
  assert.match(await page.innerText('#bookmark-error'), /^Not saved: this browser does not store data/);
  await then(page, () => page.keyboard.press('+'));
});

test('a store that is full loses no bookmark', async (context) => {
  const page = await open(context, quick);
  await page.keyboard.press('s');
  await page.click('#bookmarks summary');
  await page.click('#add-bookmark');
  await then(page, () => page.keyboard.press('+'));
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('exceeded the quota', 'QuotaExceededError');
    };
  });
  await page.click('#add-bookmark');
  assert.match(await page.innerText('#bookmark-error'), /no room/);
  assert.equal(await page.locator('#bookmarks li').count(), 1);
});

test("a tab shows another's bookmarks as they come, and takes none of them away", async (context) => {
  const one = await open(context, quick);
  const other = await one.context().newPage();
  await other.goto(address + quick);
  await exact(other);
  for (const page of [one, other]) {
    await page.keyboard.press('s');
    await page.click('#bookmarks summary');
  }
  const count = (page: Page) => page.locator('#bookmarks li').count();
  await one.click('#add-bookmark');
  await other.waitForSelector('#bookmarks li');
  await then(other, () => other.keyboard.press('+'));
  const second = await hashOf(other);
  // A tab that hears nothing, as one that is frozen, changes what there is, not what it shows.
  await one.evaluate(() => addEventListener('storage', (event) => event.stopImmediatePropagation(), true));
  await other.click('#add-bookmark');
  assert.equal(await count(other), 2);
  await one.locator('#bookmarks li button').last().click();
  assert.equal(await count(one), 1);
  assert.equal(await one.getAttribute('#bookmarks a', 'href'), second);
  await other.waitForFunction(() => document.querySelectorAll('#bookmarks li').length === 1);
  // The same view is kept once.
  await other.click('#add-bookmark');
  assert.equal(await count(other), 1);
});

test('without shared memory it says so, isolated or not, and draws the same', async (context) => {
  const page = await openAfter(context, () => {
    Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  });
  await exact(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  assert.match(await said(page), /^This browser shares no memory between workers: slices are copied/);
  assertSamePixels(await pixelsOf(page), await pixelsOf(await open(context, quick)));
});

test('without WebAssembly, or its SIMD, one sentence says so, and the rest of the page works', async (context) => {
  const without = await openAfter(
    context,
    () => {
      Reflect.deleteProperty(globalThis, 'WebAssembly');
    },
    wide,
  );
  const noSimd = await openAfter(
    context,
    () => {
      WebAssembly.validate = () => false;
      const refused = class extends WebAssembly.Module {
        constructor() {
          super(new Uint8Array());
        }
      };
      Object.assign(WebAssembly, { Module: refused, compile: async () => new refused() });
    },
    wide,
  );
  for (const [page, reason] of [
    [without, /^No picture can be computed: this browser has no WebAssembly/],
    [noSimd, /^No picture can be computed: WebAssembly has no SIMD/],
  ] as const) {
    assert.match(await said(page), reason);
    await page.keyboard.press('+');
    await page.waitForFunction((before) => location.hash !== before, quick);
    assert.match(await said(page), reason);
    await page.keyboard.press('w');
    await page.click('#compare');
    assert.match(await said(page), reason);
    await page.keyboard.press('e');
    await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
    await page.click('#export-start');
    await page.waitForSelector('#export-error:not([hidden])');
    assert.match(await page.innerText('#export-error'), reason);
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await page.waitForSelector('#lesson article pre');
  }
});

test('without scripts it says what it needs, and shows no button that does nothing', async (context) => {
  const page = await emptyTab(context, { javaScriptEnabled: false });
  await page.goto(address);
  const shown = page.locator('.note:visible, button:visible');
  assert.match((await shown.allInnerTexts()).join('\n'), /^JavaScript is switched off.*mandoline render\.$/);
});

test('a page whose scripts do not start says so, and one that starts does not', async (context) => {
  const site = await serveFolder(join(root, 'dist', 'explorer'), true);
  context.after(() => site.close());
  const page = await emptyTab(context, {}, site.address);
  await page.route('**/assets/index-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  );
  await page.goto(`${site.address}/index.html`);
  await page.waitForSelector('#unstarted:visible');
  assert.match(await page.innerText('#unstarted'), /did not start.*mandoline explore/);
  await page.unroute('**/assets/index-*.js');
  await page.reload();
  await exact(page);
  assert.equal(await page.locator('#unstarted').count(), 0);
});

test('a picture asks for no script that only saving, opening files or charts need; saving asks for its own', async (context) => {
  const page = await emptyTab(context);
  const asked = new Set<string>();
  page.context().on('request', (request) => asked.add(new URL(request.url()).pathname.split('/').at(-1)!));
  await page.goto(address + quick);
  await exact(page);
  await page.mouse.move(100, 100);
  await page.waitForFunction(() => document.getElementById('count')!.textContent !== '');
  const scripts = () => [...asked].filter((name) => name.endsWith('.js')).map((name) => name.split('-')[0]!);
  // What scripts have in common is a part of its own (assembler, errors, parse).
  for (const later of ['save', 'readers', 'chart', 'count', 'task', 'whole'])
    assert.ok(!scripts().includes(later), `${later} is asked for early`);
  await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
  await page.keyboard.press('e');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
  assert.match(file.suggestedFilename(), /^[a-z-]+(-x\d+)?-\d+x\d+\.png$/);
  assert.ok(scripts().includes('save'));
  // All of these are kept for when the page is offline.
  const kept = readFileSync(join(root, 'dist', 'explorer', 'offline-worker.js'), 'utf8');
  for (const name of asked) if (name.endsWith('.js')) assert.ok(kept.includes(name), name);
});
