// A browser and the server of `mandoline explore`, once for all tests of the page, and what they do with a tab.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { after, before, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startExplorer } from '../cli/explorer.js';
import { patience } from '../patience.js';
import { launchBrowser } from '../pool/browser.js';
import { canvasColors } from './pixels.js';

export { assertSamePixels, colorsOf } from './pixels.js';

let browser: Browser;
let server: ChildProcess;
/** Of the page, with a slash at the end. */
export let address = '';
before(async () => {
  browser = await launchBrowser();
  ({ process: server, address } = await startExplorer());
});
after(async () => {
  server?.kill();
  await browser?.close();
});

export const [width, height] = [320, 240];
/** Without the network's stand-in, which would fetch every file again for each test. */
export const small = {
  viewport: { width, height },
  deviceScaleFactor: 1,
  serviceWorkers: 'block',
} as const;

type Options = Parameters<Browser['newContext']>[0];

/** A tab with the page, drawn. */
export async function open(
  context: TestContext,
  hash = '',
  options: Options = {},
  at = address,
): Promise<Page> {
  const page = await emptyTab(context, options, at);
  await page.goto(at + hash);
  await exact(page);
  // What is loaded after the first picture fills panels, which a test may watch.
  await page.waitForSelector('#palettes label', { state: 'attached' });
  return page;
}

/** What a tab that stays open can be told to be like. */
interface Look extends Pick<NonNullable<Options>, 'colorScheme' | 'forcedColors'> {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly hasTouch?: boolean;
}
interface Kept {
  readonly page: Page;
  readonly errors: string[];
}
/** Tabs that stay open from test to test: one with touch, one without. */
const kept = new Map<boolean, Kept>();

/**
 * The page at an address, as it is once it has started, in a tab that stays open: starting the page again would take more
 * time than most tests. For tests of storage, of the history's length and of how the page starts there is `open`.
 */
export async function visit(context: TestContext, hash = '', look: Look = {}): Promise<Page> {
  const { viewport = small.viewport, hasTouch = false, colorScheme = 'light', forcedColors = 'none' } = look;
  const tab = kept.get(hasTouch) ?? (await makeTab({ hasTouch }));
  const { page, errors } = tab;
  // A test that fails leaves its tab to nobody.
  kept.delete(hasTouch);
  context.after(async () => {
    if ((context as { readonly passed?: boolean }).passed) kept.set(hasTouch, tab);
    else await page.context().close();
    assert.deepEqual(errors.splice(0), []);
  });
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, forcedColors });
  if (page.url() === 'about:blank') {
    await page.goto(address + hash);
    await exact(page);
    return page;
  }
  // On the bar, where it points to nothing.
  await page.mouse.move(60, 30);
  await page.evaluate((hash) => {
    for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) dialog.close();
    for (const close of document.querySelectorAll<HTMLElement>(
      '.panel:not([hidden]) :is(.close, #message-close)',
    ))
      close.click();
    document.body.classList.remove('bare');
    for (const details of document.querySelectorAll('details')) details.open = false;
    (document.activeElement as HTMLElement | null)?.blur();
    const automatic = document.getElementById('automatic') as HTMLInputElement;
    if (!automatic.checked) automatic.click();
    // At once, so that no step of the last test comes between; also where the address is the same.
    history.replaceState(null, '', location.pathname + hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }, hash);
  await page.waitForFunction(({ width, height }) => {
    const { width: columns, height: rows } = document.getElementById('picture') as HTMLCanvasElement;
    return (
      columns === width && rows === height && document.getElementById('stage')!.dataset.state === 'exact'
    );
  }, viewport);
  return page;
}

/** A tab with nothing in it yet; what goes wrong in it, and a request to anywhere else, fails the test. */
export async function emptyTab(context: TestContext, options: Options = {}, at = address): Promise<Page> {
  const { page, errors } = await makeTab(options, at);
  context.after(async () => {
    await page.context().close();
    assert.deepEqual(errors, []);
  });
  return page;
}

async function makeTab(options: Options, at = address): Promise<Kept> {
  const window = await browser.newContext({ acceptDownloads: true, ...small, ...options });
  window.setDefaultTimeout(patience);
  const page = await window.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const { origin } = new URL(at);
  window.on('request', (request) => {
    if (!['blob:', 'data:', origin].some((start) => request.url().startsWith(start)))
      errors.push(`asked for ${request.url()}`);
  });
  return { page, errors };
}

/** Waits until the exact picture of the present scene is drawn. */
export const exact = (page: Page) => page.waitForSelector('#stage[data-state=exact]');
export const computations = (page: Page) =>
  page.evaluate(() => Number(document.getElementById('stage')!.dataset.computations));
export const hashOf = (page: Page) => page.evaluate(() => location.hash);
export const valueIn = async (page: Page, key: string) =>
  new URLSearchParams((await hashOf(page)).slice(1)).get(key);
export const numberIn = async (page: Page, key: string) => Number(await valueIn(page, key));

/** Does something and waits for the picture and the address that follow. */
export async function then(page: Page, action: () => Promise<unknown>): Promise<void> {
  const before = await page.evaluate(() => {
    // The old picture is exact too, until the page hears of another address.
    document.getElementById('stage')!.dataset.state = 'busy';
    return location.hash;
  });
  await action();
  await page.waitForFunction((hash) => location.hash !== hash, before);
  await exact(page);
}

/** Another address in the same tab, drawn. */
export async function goTo(page: Page, hash: string): Promise<void> {
  if ((await hashOf(page)) === hash) return;
  await page.evaluate((next) => {
    // Before the page hears of it.
    document.getElementById('stage')!.dataset.state = 'busy';
    location.hash = next;
  }, hash);
  await exact(page);
}

/** Red, green, blue of each pixel on the canvas. */
export async function pixelsOf(page: Page): Promise<Buffer> {
  return Buffer.from(await page.evaluate(canvasColors), 'base64');
}
