// The explorer in a real Chromium, as `mandoline explore` serves it.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { gallery, inPixels, sceneAddress } from 'mandoline';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { startExplorer } from '../cli/explorer.js';
import { launchBrowser, serveFolder } from '../pool/browser.js';
import { root, runMandoline, temporaryFolder } from '../support.js';

let browser: Browser;
let server: ChildProcess;
let address = '';
before(async () => {
  browser = await launchBrowser();
  ({ process: server, address } = await startExplorer());
});
after(async () => {
  server?.kill();
  await browser?.close();
});

const [width, height] = [320, 240];
const small = { viewport: { width, height }, deviceScaleFactor: 1 };

/** A tab with the page, drawn; what goes wrong in it fails the test. */
async function open(
  context: TestContext,
  hash = '',
  options: Parameters<Browser['newContext']>[0] = small,
  at = address,
): Promise<Page> {
  const window: BrowserContext = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await window.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  context.after(async () => {
    await window.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(at + hash);
  await exact(page);
  return page;
}

/** Waits until the exact picture of the present scene is drawn. */
const exact = (page: Page) => page.waitForSelector('#stage[data-state=exact]', { timeout: 30_000 });
const computations = (page: Page) =>
  page.evaluate(() => Number(document.getElementById('stage')!.dataset.computations));
const hashOf = (page: Page) => page.evaluate(() => location.hash);
const valueIn = async (page: Page, key: string) =>
  new URLSearchParams((await hashOf(page)).slice(1)).get(key);
/** Does something and waits for the picture that follows. */
async function then(page: Page, action: () => Promise<unknown>): Promise<void> {
  const before = await hashOf(page);
  await action();
  await page.waitForFunction((hash) => location.hash !== hash, before);
  await exact(page);
}

/** Red, green, blue of each pixel on the canvas. */
async function pixelsOf(page: Page): Promise<Buffer> {
  const text = await page.evaluate(() => {
    const canvas = document.getElementById('picture') as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let bytes = '';
    for (let i = 0; i < data.length; i++) if (i % 4 < 3) bytes += String.fromCharCode(data[i]!);
    return btoa(bytes);
  });
  return Buffer.from(text, 'base64');
}
const colorsOf = (file: Buffer) => Buffer.from(PNG.sync.read(file).data.filter((_, i) => i % 4 < 3));

const six = ['mandelbrot', 'newton', 'burning-ship', 'julia', 'lesson', 'seahorse'];
test("the canvas has the pixels of the command's picture of the same scene", async (context) => {
  const folder = temporaryFolder(context);
  const page = await open(context);
  for (const [i, name] of six.entries()) {
    const coloring = i % 2 === 0 ? { coloring: 'smooth' as const } : {};
    const scene = { ...inPixels(gallery[name]!.scene, width, height), ...coloring };
    await page.goto('about:blank');
    await page.goto(address + sceneAddress(scene));
    await exact(page);
    writeFileSync(join(folder, 'scene.json'), JSON.stringify(scene));
    await runMandoline(folder, 'render', 'scene.json', '-o', 'a.png', '--quiet');
    assert.equal(
      Buffer.compare(await pixelsOf(page), colorsOf(readFileSync(join(folder, 'a.png')))),
      0,
      name,
    );
  }
});

test('drag moves what is under the pointer along, the wheel and a double click zoom about it, keys do all of it', async (context) => {
  const page = await open(context);
  const [re, w] = [Number(await valueIn(page, 're')), Number(await valueIn(page, 'w'))];
  await then(page, async () => {
    await page.mouse.move(100, 100);
    await page.mouse.down();
    await page.mouse.move(140, 100, { steps: 4 });
    await page.mouse.up();
  });
  assert.ok(Math.abs(Number(await valueIn(page, 're')) - (re - (40 / width) * w)) < 1e-9);
  await then(page, () => page.mouse.wheel(0, -250));
  assert.equal(Number(await valueIn(page, 'w')), w / 2);
  await then(page, () => page.mouse.dblclick(200, 80));
  assert.ok(Math.abs(Number(await valueIn(page, 'w')) - w / 6) < 1e-12);

  await page.focus('#stage');
  for (const [key, changed] of [
    ['ArrowLeft', 're'],
    ['ArrowDown', 'im'],
    ['+', 'w'],
    ['-', 'w'],
    ['r', 'rotate'],
    [']', 'it'],
    ['[', 'it'],
    ['c', 'palette'],
    ['0', 'w'],
  ] as const) {
    const before = await valueIn(page, changed);
    await then(page, () => page.keyboard.press(key));
    assert.notEqual(await valueIn(page, changed), before, key);
  }
});

test('two fingers zoom and turn', async (context) => {
  const page = await open(context, '', { ...small, hasTouch: true });
  const w = Number(await valueIn(page, 'w'));
  await then(page, () =>
    page.evaluate(() => {
      const stage = document.getElementById('stage')!;
      // Pointers that were not pressed by a person cannot be captured.
      stage.setPointerCapture = () => {};
      const fire = (type: string, pointerId: number, clientX: number, clientY: number) =>
        stage.dispatchEvent(new PointerEvent(type, { pointerId, clientX, clientY, pointerType: 'touch' }));
      fire('pointerdown', 11, 100, 120);
      fire('pointerdown', 12, 200, 120);
      fire('pointermove', 12, 100, 320);
      fire('pointerup', 12, 100, 320);
      fire('pointerup', 11, 100, 120);
    }),
  );
  assert.ok(Math.abs(Number(await valueIn(page, 'w')) - w / 2) < 1e-9);
  assert.equal(Math.abs(Number(await valueIn(page, 'rotate'))), 90);
});

test('every settled view is an address: Back and Forward go through them, and a pasted one is the same picture', async (context) => {
  const page = await open(context);
  const first = { hash: await hashOf(page), pixels: await pixelsOf(page) };
  await then(page, () => page.mouse.dblclick(150, 100));
  const second = { hash: await hashOf(page), pixels: await pixelsOf(page) };
  await then(page, () => page.goBack());
  assert.equal(await hashOf(page), first.hash);
  assert.equal(Buffer.compare(await pixelsOf(page), first.pixels), 0);
  await then(page, () => page.goForward());
  assert.equal(await hashOf(page), second.hash);
  const pasted = await open(context, second.hash);
  assert.equal(Buffer.compare(await pixelsOf(pasted), second.pixels), 0);
});

test('other colours compute nothing; a formula that cannot be read is told under it, and the picture stays', async (context) => {
  const page = await open(context);
  await page.keyboard.press('s');
  const [before, count] = [await pixelsOf(page), await computations(page)];
  for (const change of [
    () => page.selectOption('#palette', 'magma'),
    () => page.selectOption('#scale', 'histogram'),
    () => page.check('#own'),
    () => page.fill('#density', '1'),
  ])
    await then(page, change);
  assert.equal(await computations(page), count);
  assert.notEqual(Buffer.compare(await pixelsOf(page), before), 0);

  const hash = await hashOf(page);
  await page.fill('#formula', 'z^2 + <b>c');
  assert.match(await page.innerText('#formula-error'), /\^\ncolumn 7: found "<", expected/);
  assert.equal(await hashOf(page), hash);
  await then(page, () => page.fill('#formula', 'z^3 + c'));
  assert.equal(await page.isHidden('#formula-error'), true);
  assert.ok((await computations(page)) > count);
});

test('a picture is saved with its scene in it, the command draws the same pixels, and dropped it opens', async (context) => {
  const folder = temporaryFolder(context);
  const page = await open(context, '#f=seahorse&coloring=smooth&w=0.002&it=900');
  // Chromium's own dialog cannot be driven; the way of other browsers is taken.
  await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
  await page.keyboard.press('e');
  await page.fill('#export-width', '900');
  await page.fill('#export-height', '700');
  await page.selectOption('#export-samples', '2');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
  await download.saveAs(join(folder, 'saved.png'));
  const { code, stderr } = await runMandoline(folder, 'render', 'saved.png', '-o', 'again.png', '--quiet');
  assert.equal(code, 0, stderr);
  const [saved, again] = ['saved.png', 'again.png'].map((name) => colorsOf(readFileSync(join(folder, name))));
  assert.equal(saved!.length, 3 * 900 * 700);
  assert.equal(Buffer.compare(saved!, again!), 0);

  await page.waitForSelector('#export', { state: 'hidden' });
  const drop = (bytes: number[], name: string) =>
    page.evaluate(
      ([bytes, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], name));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      },
      [bytes, name] as const,
    );
  await runMandoline(folder, 'render', 'newton', '--size', '80x60', '-o', 'newton.png', '--quiet');
  await then(page, () => drop([...readFileSync(join(folder, 'newton.png'))], 'newton.png'));
  assert.equal(await valueIn(page, 'f'), 'newton');
  await drop([1, 2, 3], 'no.png');
  await page.waitForFunction(() => /no\.png: is no PNG/.test(document.getElementById('message')!.innerText));
});

test('where the browser can, a picture goes straight into its file; one that is cancelled leaves none', async (context) => {
  const folder = temporaryFolder(context);
  const page = await open(context, '#f=burning-ship');
  // A file of the page's own in place of one that its user would have to choose.
  await page.evaluate(() => {
    const showSaveFilePicker = async () =>
      (await navigator.storage.getDirectory()).getFileHandle('saved.png', { create: true });
    Object.assign(globalThis, { showSaveFilePicker });
  });
  const saved = async () => {
    const bytes = await page.evaluate(async () => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('saved.png');
      return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
    });
    return Buffer.from(bytes);
  };
  await page.keyboard.press('e');
  await page.fill('#export-width', '20000');
  await page.fill('#export-height', '20000');
  await page.click('#export-start');
  await page.waitForFunction(
    () => (document.getElementById('export-progress') as HTMLProgressElement).value > 0,
  );
  await page.click('#export-cancel');
  await page.waitForSelector('#export', { state: 'hidden' });
  assert.equal((await saved()).length, 0);

  await page.keyboard.press('e');
  await page.fill('#export-width', '500');
  await page.fill('#export-height', '400');
  await page.waitForFunction(
    () => (document.getElementById('export-progress') as HTMLProgressElement).value === 0,
  );
  await page.click('#export-start');
  await page.waitForSelector('#export', { state: 'hidden' });
  writeFileSync(join(folder, 'saved.png'), await saved());
  const { code, stderr } = await runMandoline(folder, 'render', 'saved.png', '-o', 'again.png', '--quiet');
  assert.equal(code, 0, stderr);
  const [file, again] = ['saved.png', 'again.png'].map((name) => colorsOf(readFileSync(join(folder, name))));
  assert.equal(file!.length, 3 * 500 * 400);
  assert.equal(Buffer.compare(file!, again!), 0);
});

test('the Julia set under the pointer follows it, and a click on it opens it', async (context) => {
  const page = await open(context, '', { ...small, viewport: { width: 900, height: 700 } });
  await page.keyboard.press('j');
  await page.mouse.move(300, 200);
  await page.waitForFunction(() => /^c = /.test(document.querySelector('#julia figcaption')!.textContent!));
  const first = await page.innerText('#julia figcaption');
  await page.mouse.move(500, 300);
  await page.waitForFunction(
    (before) => document.querySelector('#julia figcaption')!.textContent !== before,
    first,
  );
  await then(page, () => page.click('#julia canvas'));
  assert.notEqual(await valueIn(page, 'c'), null);
});

test('hostile addresses are told in a line, put nothing into the page, and leave it usable', async (context) => {
  const page = await open(context);
  const script = '<img src=x onerror=alert(1)>';
  for (const hash of [
    '#garbage',
    `#f=${script}`,
    `#f=mandelbrot&formula=${encodeURIComponent(script)}`,
    '#f=mandelbrot&re=NaN&im=Infinity&w=1e999',
    '#f=mandelbrot&w=-1',
    '#f=mandelbrot&it=1e30',
    `#f=mandelbrot&palette=${script}`,
    `#f=mandelbrot&re=${'9'.repeat(200_000)}`,
    '#f=mandelbrot&__proto__=1&constructor=2',
  ]) {
    await page.evaluate((given) => {
      location.hash = given;
    }, hash);
    await page.waitForFunction(() => document.getElementById('message')!.innerText.includes('is no scene'));
    assert.equal(await page.locator('img[onerror], img[src=x]').count(), 0, hash);
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => document.getElementById('message')!.hidden);
    await exact(page);
  }
  await then(page, () => page.mouse.dblclick(150, 100));
});

test('ten megabytes of address, and a storm of sizes, leave the page as it was', async (context) => {
  const page = await open(context);
  await page.evaluate(() => {
    location.hash = `#f=mandelbrot&formula=${'z+'.repeat(5_000_000)}z`;
  });
  for (let i = 0; i < 25; i++) await page.setViewportSize({ width: 300 + 17 * i, height: 500 - 11 * i });
  await page.setViewportSize({ width: 400, height: 300 });
  await page.evaluate(() => {
    location.hash = '#f=mandelbrot&re=-0.5&im=0&w=3&it=150';
  });
  await page.waitForFunction(() => document.getElementById('message')!.hidden);
  await exact(page);
  await page.waitForFunction(() => (document.getElementById('picture') as HTMLCanvasElement).width === 400);
});

test('without isolation it works and says so; from a folder of another host too', async (context) => {
  const site = await serveFolder(join(root, 'dist'), false);
  context.after(() => site.close());
  const page = await open(context, '', small, `${site.address}/explorer/index.html`);
  assert.match(await page.innerText('#message'), /Without cross-origin isolation/);
  const isolated = await open(context);
  assert.equal(Buffer.compare(await pixelsOf(page), await pixelsOf(isolated)), 0);
});

test('the workers panel has a block for every slice, and other workers and slices draw the same', async (context) => {
  const page = await open(context);
  await page.keyboard.press('w');
  const before = await pixelsOf(page);
  const shown = () =>
    page.evaluate(() => Number(document.querySelector<HTMLElement>('.lanes')!.dataset.slices));
  for (const [workers, slices] of [
    ['1', '3'],
    ['2', '5'],
    ['4', '6'],
  ] as const) {
    const count = await computations(page);
    await page.fill('#workers-slider', workers);
    await page.fill('#slices-slider', slices);
    await page.waitForFunction(
      ([count, slices]) =>
        Number(document.getElementById('stage')!.dataset.computations) > count &&
        document.querySelector<HTMLElement>('.lanes')!.dataset.slices === String(slices),
      [count, 2 ** Number(slices)] as const,
    );
    await exact(page);
    assert.equal(await shown(), 2 ** Number(slices));
    assert.equal(Buffer.compare(await pixelsOf(page), before), 0);
  }
  for (const order of ['middle first', 'shuffled', 'bottom to top']) {
    const count = await computations(page);
    await page.selectOption('#order', order);
    await page.waitForFunction(
      (count) => Number(document.getElementById('stage')!.dataset.computations) > count,
      count,
    );
    await exact(page);
    assert.equal(Buffer.compare(await pixelsOf(page), before), 0, order);
  }
  await page.fill('#size-slider', '1');
  await page.waitForSelector('#picture[width="640"][height="480"]');
  await exact(page);
  assert.ok(!(await pixelsOf(page)).equals(before));
  await page.fill('#size-slider', '0');
  await page.waitForSelector('#picture[width="320"]');
  await exact(page);
  assert.equal(Buffer.compare(await pixelsOf(page), before), 0);
});

test('the experiment has a row for each number of slices and of workers, and a chart', async (context) => {
  const page = await open(context, '', { ...small, viewport: { width: 1000, height: 760 } });
  await page.evaluate(() => {
    location.hash = '#f=mandelbrot&re=-0.5&im=0&w=3&it=60';
  });
  await page.waitForFunction(() => location.hash.includes('it=60'));
  await exact(page);
  await page.keyboard.press('w');
  await page.click('#workers summary');
  await page.click('#experiment-run');
  await page.waitForSelector('#workers img', { timeout: 60_000 });
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
  assert.match(await page.innerText('#experiment-told'), /times as fast as one|one core/);
});

test('what is computed is cancelled, and a worker that dies is replaced: the picture comes', async (context) => {
  const page = await open(context);
  // Minutes of work.
  await page.evaluate(() => {
    location.hash =
      '#f=mandelbrot&re=-0.1&im=0.1&w=0.1&it=100000000&escape=overflow&formula=z%5E2%2Bc%2B0*sin(z)';
  });
  await page.waitForFunction(() => document.getElementById('stage')!.dataset.state !== 'exact');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    location.hash = '#f=mandelbrot&re=-0.5&im=0&w=3&it=150';
  });
  await exact(page);
  const expected = await pixelsOf(page);
  for (const worker of page.workers()) await worker.evaluate(() => close()).catch(() => {});
  await then(page, () => page.mouse.dblclick(150, 100));
  await then(page, () => page.goBack());
  assert.equal(Buffer.compare(await pixelsOf(page), expected), 0);
});

test('after the server has gone the page still opens and draws', async (context) => {
  const { process: other, address: there } = await startExplorer();
  context.after(() => other.kill());
  const page = await open(context, '', small, there);
  const before = await pixelsOf(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const isKept = async () =>
      (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null;
    while (!(await isKept())) await new Promise((resolve) => setTimeout(resolve, 20));
  });
  other.kill('SIGKILL');
  await once(other, 'exit');
  await page.reload();
  await exact(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  assert.equal(Buffer.compare(await pixelsOf(page), before), 0);
});

test('axe-core finds nothing, in the dark and the light, wide and on a phone', async (context) => {
  const axe = readFileSync(join(root, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
  const site = await serveFolder(join(root, 'dist', 'explorer'), true);
  context.after(() => site.close());
  for (const [colorScheme, viewport] of [
    ['dark', { width: 1280, height: 800 }],
    ['light', { width: 390, height: 844 }],
  ] as const) {
    const page = await open(context, '', { ...small, colorScheme, viewport }, `${site.address}/index.html`);
    await page.keyboard.press('w');
    await page.keyboard.press('s');
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run();
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' | ')}`,
      );
    });
    assert.deepEqual(found, [], colorScheme);
  }
});
