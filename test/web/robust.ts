// Tests of what is bad or missing: hostile addresses and fields, storms of sizes, no isolation, workers that die, no
// network, a tab in the background; and of who is helped by what the page says of itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startExplorer } from '../cli/explorer.js';
import { serveFolder } from '../pool/browser.js';
import { isLong, root } from '../support.js';
import { assertSamePixels, exact, goTo, hashOf, open, pixelsOf, then, visit } from './tab.js';

const script = '<img src=x onerror=alert(1)>';
const usual = '#f=mandelbrot&re=-0.5&im=0&w=3&it=150';

test('hostile addresses are told in a line, put nothing into the page, and leave it usable', async (context) => {
  const page = await visit(context);
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
    await page.waitForFunction(() =>
      document.getElementById('message')!.innerText.includes('is not a scene'),
    );
    assert.equal(await page.locator('img[onerror], img[src=x]').count(), 0, hash);
    await goTo(page, usual);
    assert.equal(await page.isHidden('#message'), true);
  }
  await then(page, () => page.mouse.dblclick(150, 100));
});

const megabytes = isLong ? 10 : 1;
test(`scripts and ${megabytes} MB in every field are told beside it, and the picture stays`, async (context) => {
  const page = await visit(context, '#f=phoenix');
  await page.keyboard.press('s');
  await page.click('#scene details summary');
  const before = await pixelsOf(page);
  const typed = '#scene input:is([type=text], [type=number])';
  const count = await page.locator(typed).count();
  assert.ok(count >= 10);
  for (const text of [script, 'z+'.repeat(megabytes * 500_000)])
    await page.evaluate(
      ([typed, text]) => {
        for (const field of document.querySelectorAll<HTMLInputElement>(typed)) {
          if (!field.offsetParent) continue;
          const { value } = field;
          field.value = text;
          field.dispatchEvent(new Event('input', { bubbles: true }));
          const errors = [...document.querySelectorAll<HTMLElement>('#scene .error')];
          const told = errors.map(({ textContent }) => textContent!).join('');
          // A field for numbers is empty where it is given no number.
          if (told === '' || told.length > 600)
            throw new Error(`${field.id}: told ${told.length} characters`);
          field.value = value;
          field.dispatchEvent(new Event('input', { bubbles: true }));
        }
      },
      [typed, text] as const,
    );
  assert.equal(await page.locator('img[onerror], img[src=x]').count(), 0);
  await exact(page);
  assertSamePixels(await pixelsOf(page), before);
});

test('a formula that is typed without end is drawn as far as it is one', async (context) => {
  const page = await visit(context);
  await page.keyboard.press('s');
  await page.fill('#formula', 'z^2');
  await then(page, () => page.locator('#formula').pressSequentially(' + c/1'.repeat(isLong ? 8 : 4)));
  assert.match(await hashOf(page), /formula=/);
  // So long that there is no room for it in a kernel, or in the parser.
  await page.fill('#formula', `z^2${' + c/1'.repeat(20_000)}`);
  assert.notEqual(await page.innerText('#formula-error'), '');
  await then(page, () => page.fill('#formula', 'z^2 + c'));
});

test('ten megabytes of address, and a storm of sizes, leave the page as it was', async (context) => {
  const page = await open(context);
  await page.evaluate(() => {
    location.hash = `#f=mandelbrot&formula=${'z+'.repeat(5_000_000)}z`;
  });
  for (let i = 0; i < 25; i++) await page.setViewportSize({ width: 300 + 17 * i, height: 500 - 11 * i });
  await page.setViewportSize({ width: 400, height: 300 });
  await goTo(page, usual);
  assert.equal(await page.isHidden('#message'), true);
  await page.waitForFunction(() => (document.getElementById('picture') as HTMLCanvasElement).width === 400);
});

test('without isolation it works and says so; from a folder of another host too', async (context) => {
  const site = await serveFolder(join(root, 'dist'), false);
  context.after(() => site.close());
  const page = await open(context, '', {}, `${site.address}/explorer/index.html`);
  assert.match(await page.innerText('#message'), /Without cross-origin isolation/);
  const isolated = await open(context);
  assertSamePixels(await pixelsOf(page), await pixelsOf(isolated));
});

test('what is computed is cancelled, and a worker that dies is replaced: the picture comes', async (context) => {
  const page = await open(context);
  // Beside the parabolic point of the period 1: hours of work for points that hardly move and never repeat.
  const hours = '#f=mandelbrot&re=-0.75&im=0&w=1e-9&it=4000000000&coloring=smooth';
  await page.evaluate((hash) => {
    location.hash = hash;
  }, hours);
  await page.waitForFunction(() => document.getElementById('stage')!.dataset.state === 'busy');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#stage[data-state=stopped]');
  await goTo(page, usual);
  const expected = await pixelsOf(page);
  for (const worker of page.workers()) await worker.evaluate(() => close()).catch(() => {});
  await then(page, () => page.mouse.dblclick(150, 100));
  await then(page, () => page.goBack());
  assertSamePixels(await pixelsOf(page), expected);
});

test('a tab that was in the background goes on where it was', async (context) => {
  const page = await open(context);
  const session = await page.context().newCDPSession(page);
  await page.evaluate((hash) => {
    document.getElementById('stage')!.dataset.state = 'busy';
    location.hash = hash;
  }, '#f=mandelbrot&re=-0.7436&im=0.1318&w=0.001&it=3000');
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await exact(page);
  await then(page, () => page.keyboard.press('+'));
});

test('after the server has gone the page still opens and draws', async (context) => {
  const { process: other, address: there } = await startExplorer();
  context.after(() => other.kill());
  const page = await open(context, '', { serviceWorkers: 'allow' }, there);
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
  assertSamePixels(await pixelsOf(page), before);
});

test('axe-core finds nothing, in the dark and the light, wide and on a phone; motion is less where less is asked for', async (context) => {
  const axe = readFileSync(join(root, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
  const site = await serveFolder(join(root, 'dist', 'explorer'), true);
  context.after(() => site.close());
  for (const [colorScheme, viewport, ...looks] of [
    ['dark', { width: 1280, height: 800 }, 'wsjl'],
    // One panel at a time: the second key closes what the first has opened.
    ['light', { width: 390, height: 844 }, 's', 'l'],
    ['light', { width: 1280, height: 800 }, 'wh', 'e', 'gallery'],
  ] as const) {
    const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
    const page = await open(context, '', options, `${site.address}/index.html`);
    await page.evaluate(axe);
    for (const keys of looks) {
      await page.evaluate(() => document.querySelector<HTMLDialogElement>('dialog[open]')?.close());
      if (keys === 'gallery') await page.evaluate(() => document.getElementById('open-gallery')!.click());
      else for (const key of keys) await page.keyboard.press(key);
      if (keys !== 'gallery' && keys.includes('l')) await page.waitForSelector('#lesson article pre');
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
      assert.deepEqual(found, [], `${colorScheme} ${keys}`);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll('*')].filter((each) => {
          const { transitionDuration, animationName } = getComputedStyle(each);
          return /[1-9]/.test(transitionDuration) || animationName !== 'none';
        }),
      );
      assert.equal(moving.length, 0);
    }
  }
});

test('light and dark are the system’s until they are chosen, and the accent is of the palette', async (context) => {
  const page = await open(context, '', { colorScheme: 'light' });
  const look = () =>
    page.evaluate(() => {
      const { dataset, style } = document.documentElement;
      return [dataset.theme, style.getPropertyValue('--accent')];
    });
  const [theme, accent] = await look();
  assert.equal(theme, 'light');
  assert.match(accent!, /^rgb\(/);
  await page.keyboard.press('t');
  const [after, another] = await look();
  assert.equal(after, 'dark');
  assert.notEqual(another, accent);
  await page.reload();
  await exact(page);
  assert.equal((await look())[0], 'dark');
});

test('the JavaScript that the page opens with has at most 120 kB, compressed', (context) => {
  const folder = join(root, 'dist', 'explorer', 'assets');
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const texts = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const));
  // Imports without a call are loaded with the script; what it imports later, such as the experiment's chart, is asked for
  // when it is needed.
  const opened = new Set(names.filter((name) => /^(index|worker\.web)-/.test(name)));
  for (const name of opened)
    for (const [, other] of texts.get(name)!.matchAll(/(?:from|import) ?[`'"]\.\/([\w.-]+\.js)[`'"]/g))
      opened.add(other!);
  const opens = [...opened];
  const later = names.filter((name) => !opened.has(name));
  const size = (some: readonly string[]) =>
    some.reduce((all, name) => all + gzipSync(texts.get(name)!, { level: 9 }).length, 0);
  context.diagnostic(`${size(opens)} bytes of JavaScript to open, ${size(later)} more where they are needed`);
  for (const part of ['chart-', 'rest-', 'save-', 'readers-', 'whole-'])
    assert.ok(
      later.some((name) => name.startsWith(part)),
      part,
    );
  assert.ok(size(opens) <= 120_000, `${size(opens)} bytes`);
});
