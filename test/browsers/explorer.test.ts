// The explorer's main paths in Firefox and in WebKit, as `mandoline explore` serves it; where they are installed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gallery, inPixels, sceneAddress } from 'mandoline';
import { startExplorer } from '../cli/explorer.js';
import { patience } from '../patience.js';
import { serveFolder } from '../pool/browser.js';
import { root, runMandoline, temporaryFolder } from '../support.js';
import { assertSamePixels, canvasColors, colorsOf } from '../web/pixels.js';
import { firefox } from './firefox.js';
import { type Driver, Tab, whySkipped } from './tab.js';
import { webkit } from './webkit.js';

const paths: Readonly<Record<string, (page: Page, context: TestContext) => Promise<void>>> = {
  "the canvas has the pixels of the command's picture of the same scene": samePixels,
  'a drag moves the picture; wheel and keys zoom; Back returns': moves,
  'keys open and close what they name, and change the scene': pressesKeys,
  'Esc stops a computation of hours, and the next picture comes': stops,
  'a saved picture has its scene in it, and the pixels of the command': saves,
  'the speed-up over one worker is measured, and the experiment draws its chart': compares,
  'without isolation it draws the same, and says so': needsNoIsolation,
  'a style sheet that comes late leaves the first view as it is': waitsForStyle,
  'after the server has ended the page still opens and draws': reloadsOffline,
};

for (const kind of [firefox, webkit])
  test(kind.name, { skip: whySkipped(kind) }, async (context) => {
    const { process, address } = await startExplorer();
    const endServer = async () => {
      if (process.exitCode === null && process.signalCode === null) {
        process.kill();
        await once(process, 'exit');
      }
    };
    context.after(endServer);
    const driver = await kind.launch();
    context.after(() => driver.close());
    const page = new Page(driver, endServer);
    for (const [name, path] of Object.entries(paths))
      await context.test(name, { timeout: patience }, async (each) => {
        await driver.go('about:blank');
        await driver.go(address);
        await page.exact();
        await path(page, each);
        assert.deepEqual(driver.errors, []);
      });
  });

/** The explorer in a tab. */
class Page extends Tab {
  /** Ends the server that it came from. */
  readonly endServer: () => Promise<void>;

  constructor(driver: Driver, endServer: () => Promise<void>) {
    super(driver);
    this.endServer = endServer;
  }

  /** Waits until the exact picture of the present scene is drawn. */
  exact(): Promise<void> {
    return this.until(() => document.getElementById('stage')?.dataset.state === 'exact');
  }

  hash(): Promise<string> {
    return this.call(() => location.hash);
  }

  async value(key: string): Promise<string | null> {
    return new URLSearchParams((await this.hash()).slice(1)).get(key);
  }

  async number(key: string): Promise<number> {
    return Number(await this.value(key));
  }

  /** Does something and waits for the address and the picture that follow. */
  async change(action: () => Promise<unknown>): Promise<void> {
    const before = await this.call(() => {
      // The old picture is exact too, until the page hears of another address.
      document.getElementById('stage')!.dataset.state = 'busy';
      return location.hash;
    });
    await action();
    await this.until((hash) => location.hash !== hash, before);
    await this.exact();
  }

  /** Another address in the same tab. */
  goTo(hash: string): Promise<void> {
    return this.call((next) => {
      document.getElementById('stage')!.dataset.state = 'busy';
      location.hash = next;
    }, hash);
  }

  size(): Promise<readonly [number, number]> {
    return this.call(() => {
      const { width, height } = document.getElementById('picture') as HTMLCanvasElement;
      return [width, height] as const;
    });
  }

  /** Red, green, blue of each pixel on the canvas. */
  async pixels(): Promise<Buffer> {
    return Buffer.from(await this.call(canvasColors), 'base64');
  }

  async fill(id: string, value: string): Promise<void> {
    await this.call(
      (id, value) => {
        const field = document.getElementById(id) as HTMLInputElement;
        field.value = value;
        for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      },
      id,
      value,
    );
  }

  isOpen(id: string): Promise<boolean> {
    return this.call((id) => document.getElementById(id)!.checkVisibility(), id);
  }
}

async function samePixels(page: Page, context: TestContext): Promise<void> {
  const folder = temporaryFolder(context);
  for (const name of ['mandelbrot', 'newton', 'seahorse']) {
    const scene = inPixels(gallery[name]!.scene, ...(await page.size()));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(scene));
    const { code, stderr } = await runMandoline(
      folder,
      ...['render', `${name}.json`, '-o', `${name}.png`, '--samples', '2x2', '--quiet'],
    );
    assert.equal(code, 0, stderr);
    await page.goTo(sceneAddress(scene));
    await page.exact();
    assertSamePixels(await page.pixels(), colorsOf(readFileSync(join(folder, `${name}.png`))), name);
  }
}

async function moves(page: Page): Promise<void> {
  const [width] = await page.size();
  const [re, w] = [await page.number('re'), await page.number('w')];
  await page.change(() => page.drag([100, 100], [140, 100]));
  const moved = re - (40 / width) * w;
  assert.ok(isNear(await page.number('re'), moved));
  const underPointer = async () =>
    (await page.number('re')) + (200 - width / 2) * ((await page.number('w')) / width);
  const before = await underPointer();
  await page.change(() => page.wheel(200, 120, -120));
  const zoomed = await page.number('w');
  assert.ok(zoomed < w);
  assert.ok(isNear(await underPointer(), before));
  await page.change(() => page.press('+'));
  assert.ok((await page.number('w')) < zoomed);
  await page.change(() => page.press('-'));
  assert.ok(isNear(await page.number('w'), zoomed));
  await page.change(() => page.press('0'));
  assert.deepEqual([await page.number('re'), await page.number('w')], [re, w]);
  await page.change(() => page.call(() => history.back()));
  assert.ok(isNear(await page.number('w'), zoomed));
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) < 1e-9;

async function pressesKeys(page: Page): Promise<void> {
  for (const [key, changed] of [
    ['ArrowLeft', 're'],
    ['r', 'rotate'],
    [']', 'it'],
    ['c', 'palette'],
  ] as const) {
    const before = await page.value(changed);
    await page.change(() => page.press(key));
    assert.notEqual(await page.value(changed), before, key);
  }
  for (const [key, id] of [
    ['s', 'scene'],
    ['w', 'workers'],
  ] as const) {
    await page.press(key);
    assert.equal(await page.isOpen(id), true, key);
    await page.click(`#toggle-${id}`);
    assert.equal(await page.isOpen(id), false, key);
  }
  await page.press('h');
  assert.equal(await page.isOpen('help'), true);
  await page.press('Escape');
  assert.equal(await page.isOpen('help'), false);
}

async function stops(page: Page): Promise<void> {
  const usual = await page.hash();
  const expected = await page.pixels();
  // Beside the parabolic point of the period 1: hours of work for points that hardly move and never repeat.
  await page.goTo('#f=mandelbrot&re=-0.75&im=0&w=1e-9&it=4000000000&coloring=smooth');
  await page.call(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  await page.press('Escape');
  await page.until(() => document.getElementById('stage')!.dataset.state === 'stopped');
  await page.goTo(usual);
  await page.exact();
  assertSamePixels(await page.pixels(), expected);
}

async function saves(page: Page, context: TestContext): Promise<void> {
  await page.goTo('#f=seahorse&coloring=smooth&w=0.002&it=900');
  await page.exact();
  await page.press('e');
  await page.click('#export-lock');
  await page.fill('export-width', '225');
  await page.fill('export-height', '175');
  await page.click('#export-start');
  await page.until(() => !(document.getElementById('export') as HTMLDialogElement).open);
  // A browser writes a download under another name until it is whole.
  const names = () => readdirSync(page.driver.downloads);
  while (names().length !== 1 || !names()[0]!.endsWith('.png')) await sleep(50);
  const saved = join(page.driver.downloads, names()[0]!);
  assert.match(saved, /-225x175\.png$/);
  const folder = temporaryFolder(context);
  const { code, stderr } = await runMandoline(folder, 'render', saved, '-o', 'again.png', '--quiet');
  assert.equal(code, 0, stderr);
  const colors = colorsOf(readFileSync(saved));
  assert.equal(colors.length, 3 * 225 * 175);
  assertSamePixels(colors, colorsOf(readFileSync(join(folder, 'again.png'))));
}

async function compares(page: Page): Promise<void> {
  await page.goTo('#f=mandelbrot&re=-0.5&im=0&w=3&it=60');
  await page.exact();
  await page.press('w');
  await page.click('#compare');
  await page.until(() => /speed-up\d/.test(document.querySelector('.figures')!.textContent!));
  await page.click('#workers summary');
  await page.click('#experiment-run');
  await page.until(() => (document.querySelector<HTMLImageElement>('#workers img')?.naturalWidth ?? 0) > 0);
}

async function waitsForStyle(page: Page, context: TestContext): Promise<void> {
  const folder = join(root, 'dist', 'explorer');
  const style = readdirSync(join(folder, 'assets')).find((name) => name.endsWith('.css'))!;
  const text = readFileSync(join(folder, 'assets', style), 'utf8');
  const views = [];
  for (const isLate of [false, true]) {
    const given = isLate ? sleep(1000).then(() => text) : text;
    const site = await serveFolder(folder, true, { [`/assets/${style}`]: given });
    context.after(() => site.close());
    await page.driver.go(`${site.address}/index.html`);
    await page.exact();
    views.push(await page.hash());
  }
  assert.equal(views[1], views[0]);
}

async function reloadsOffline(page: Page): Promise<void> {
  const before = await page.pixels();
  await page.call(async () => {
    await navigator.serviceWorker.ready;
    while (navigator.serviceWorker.controller === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
  await page.endServer();
  await page.driver.reload();
  await page.exact();
  assert.equal(await page.call(() => crossOriginIsolated), true);
  assertSamePixels(await page.pixels(), before);
}

async function needsNoIsolation(page: Page, context: TestContext): Promise<void> {
  const site = await serveFolder(join(root, 'dist'), false);
  context.after(() => site.close());
  const before = await page.pixels();
  await page.driver.go(`${site.address}/explorer/index.html`);
  await page.exact();
  const told = await page.call(() => document.getElementById('message')!.innerText);
  assert.match(told, /Without cross-origin isolation/);
  assertSamePixels(await page.pixels(), before);
}
