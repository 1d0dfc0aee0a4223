// Where panels are: on no screen one over the bar or over another, nothing cut off; how they open and close, and what
// a hand without a keyboard and an ear without a screen get of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { exact, hashOf, numberIn, open, then, valueIn, visit } from './tab.js';

const quick = '#f=newton&it=2&samples=1';
const sizes = [
  [320, 640],
  [390, 844],
  [640, 360],
  [721, 500],
  [768, 1024],
  [844, 390],
  [1024, 768],
  [1100, 600],
  [1280, 800],
  [3840, 1300],
] as const;
const keys = { scene: 's', workers: 'w', julia: 'j', lesson: 'l' } as const;
type Panel = keyof typeof keys;

/** What is wrong with where things are, in words. */
const faults = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const shown = (selector: string, within: ParentNode = document) =>
      [...within.querySelectorAll<HTMLElement>(selector)].filter((each) => each.checkVisibility());
    const name = (each: HTMLElement) => each.id || each.ariaLabel || each.className || each.tagName;
    // A dialog lies on the panels, which are then out of reach.
    const dialogs = shown('dialog[open]');
    const panels = dialogs.length > 0 ? dialogs : shown('.panel:not(#message)');
    for (const [i, panel] of panels.entries()) {
      const box = panel.getBoundingClientRect();
      if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight)
        found.push(`${name(panel)} is beyond the page`);
      if (panel.matches('.sheet') && (box.width < 200 || box.height < 120))
        found.push(`${name(panel)} is too small`);
      for (const other of panels.slice(i + 1)) {
        const { left, right, top, bottom } = other.getBoundingClientRect();
        if (left < box.right && box.left < right && top < box.bottom && box.top < bottom)
          found.push(`${name(panel)} and ${name(other)} lie on each other`);
      }
      for (const part of shown('button, input, select, dt, dd, label, summary, h2, canvas', panel)) {
        const { left, right } = part.getBoundingClientRect();
        if (left < box.left - 0.5 || right > box.right + 0.5) found.push(`${name(part)} is cut off`);
      }
    }
    for (const button of shown('button'))
      if (button.scrollWidth > button.clientWidth) found.push(`${name(button)} says more than it shows`);
    // A list has room for its longest choice, and for its arrow.
    const pen = document.createElement('canvas').getContext('2d')!;
    for (const list of shown('select') as HTMLSelectElement[]) {
      const style = getComputedStyle(list);
      pen.font = `${style.fontSize} ${style.fontFamily}`;
      const room = list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
      for (const { text } of list.options)
        if (pen.measureText(text).width > room) found.push(`${name(list)} cuts "${text}" off`);
    }
    for (const field of shown('input:is([type=text], [type=number])') as HTMLInputElement[])
      if (field.scrollWidth > field.clientWidth) found.push(`${field.id} cuts "${field.value}" off`);
    return found;
  });

const opened = (page: Page) =>
  page.$$eval('#scene, #workers, #julia, #lesson', (all) =>
    all.filter((each) => each.checkVisibility()).map(({ id }) => id as Panel),
  );

test('on screens from 320 to 3840 pixels no panel lies on the bar or on another, and nothing is cut off', async (context) => {
  const page = await visit(context, quick);
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.mouse.move(width / 2, height / 3);
    await page.waitForFunction(() => document.getElementById('count')!.textContent !== '');
    const size = `${width} x ${height}`;
    assert.deepEqual(await faults(page), [], size);
    for (const [panel, key] of Object.entries(keys)) {
      await page.keyboard.press(key);
      if (panel === 'lesson') await page.waitForSelector('#lesson article pre');
      assert.deepEqual(await opened(page), [panel]);
      assert.deepEqual(await faults(page), [], `${size}, ${panel}`);
      await page.keyboard.press(key);
    }
    for (const key of Object.values(keys)) await page.keyboard.press(key);
    const isNarrow = width < 1100 || height < 560;
    assert.equal((await opened(page)).length, isNarrow ? 1 : 4, size);
    assert.deepEqual(await faults(page), [], `${size}, all that fit`);
    for (const panel of await opened(page)) await page.keyboard.press(keys[panel]);
  }
});

test('dialogs are within the page, and nothing in them is cut off: help, saving, the gallery', async (context) => {
  const page = await visit(context, quick);
  await page.waitForSelector('#palettes label', { state: 'attached' });
  for (const [width, height] of [
    [320, 640],
    [844, 390],
    [1280, 800],
    [3840, 1300],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const [dialog, opener] of Object.entries({
      help: 'open-help',
      export: 'open-export',
      gallery: 'open-gallery',
    })) {
      await page.evaluate((id) => document.getElementById(id)!.click(), opener);
      await page.waitForSelector(`#${dialog}[open]`);
      assert.deepEqual(await faults(page), [], `${width} x ${height}, ${dialog}`);
      await page.keyboard.press('Escape');
    }
  }
});

test('a message has room beside every panel, leaves the bar free, and stays when the page changes its size', async (context) => {
  const page = await visit(context, quick);
  await page.evaluate(() => {
    location.hash = '#f=mandelbrot&w=-1';
  });
  await page.waitForSelector('#message:not([hidden])');
  const check = async (what: string) => {
    const [box, bar, controls] = await page.$$eval('#message, #bar, #controls', (all) =>
      ['message', 'bar', 'controls'].map((id) => all.find((each) => each.id === id)!.getBoundingClientRect()),
    );
    const { width, height } = page.viewportSize()!;
    assert.ok(box!.width > 150 && box!.right <= width && box!.bottom <= height, `${what}: ${box!.width}`);
    for (const { left, right, top, bottom } of [bar!, controls!])
      assert.ok(left >= box!.right || right <= box!.left || top >= box!.bottom || bottom <= box!.top, what);
  };
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    const has = (size: readonly number[]) => {
      const { width, height } = document.getElementById('picture') as HTMLCanvasElement;
      return width === size[0] && height === size[1];
    };
    await page.waitForFunction(has, [width, height]);
    await check(`${width} x ${height}`);
    for (const [panel, key] of Object.entries(keys)) {
      await page.keyboard.press(key);
      await check(`${width} x ${height}, ${panel}`);
      await page.keyboard.press(key);
    }
    for (const key of Object.values(keys)) await page.keyboard.press(key);
    await check(`${width} x ${height}, all that fit`);
    for (const panel of await opened(page)) await page.keyboard.press(keys[panel]);
  }
});

test('fields show all of their values: escapes, small distances, long widths', async (context) => {
  const page = await visit(context, '#f=newton&w=0.00002345678912345&it=2&samples=1', {
    viewport: { width: 1280, height: 1200 },
  });
  await page.keyboard.press('s');
  await page.click('text=Place');
  assert.equal(await page.inputValue('#radius'), '0.000001');
  assert.equal(await page.inputValue('#width'), '0.00002345678912345');
  for (const width of [1280, 768, 320]) {
    await page.setViewportSize({ width, height: 1200 });
    for (const escape of ['converged', 'radius', 'overflow']) {
      await page.selectOption('#escape', escape);
      assert.deepEqual(await faults(page), [], `${width}, ${escape}`);
    }
    await page.selectOption('#escape', 'converged');
  }
});

test('the dialog that saves a picture does not move when its preview is drawn, nor when it is at work', async (context) => {
  const page = await visit(context, quick, { viewport: { width: 1280, height: 800 } });
  await page.keyboard.press('e');
  await page.waitForSelector('#export-preview:not([hidden])');
  const placesWith = (shown: readonly string[]) =>
    page.evaluate((shown) => {
      for (const id of ['export-preview', 'export-progress'])
        document.getElementById(id)!.hidden = !shown.includes(id);
      const parts = document.querySelectorAll('#export :is(input, select, button)');
      return [...parts].map((part) => [part.id, part.getBoundingClientRect().top]);
    }, shown);
  const before = await placesWith([]);
  assert.ok(before.some(([id]) => id === 'export-start'));
  assert.deepEqual(await placesWith(['export-preview', 'export-progress']), before);
  assert.deepEqual(await placesWith(['export-preview']), before);
});

test('a page that becomes narrow keeps the panel that was opened last', async (context) => {
  const page = await visit(context, quick, { viewport: { width: 1280, height: 800 } });
  await page.keyboard.press('s');
  await page.keyboard.press('w');
  assert.deepEqual(await opened(page), ['scene', 'workers']);
  await page.setViewportSize({ width: 900, height: 800 });
  await page.waitForSelector('#scene', { state: 'hidden' });
  assert.deepEqual(await opened(page), ['workers']);
  assert.equal(await page.getAttribute('#toggle-scene', 'aria-expanded'), 'false');
});

test('every panel has a button that closes it, and Escape closes the one opened last', async (context) => {
  const page = await visit(context, quick, { viewport: { width: 1280, height: 800 } });
  for (const panel of Object.keys(keys) as Panel[]) {
    await page.click(`#toggle-${panel}`);
    assert.equal(await page.getAttribute(`#toggle-${panel}`, 'aria-expanded'), 'true');
    await page.click(`#${panel} [aria-label^="Close"]`);
    assert.deepEqual(await opened(page), []);
    assert.equal(await page.getAttribute(`#toggle-${panel}`, 'aria-expanded'), 'false');
  }
  await page.waitForSelector('#picture[width="1280"]');
  for (const panel of ['julia', 'scene', 'workers']) await page.click(`#toggle-${panel}`);
  await exact(page);
  for (const left of [['scene', 'julia'], ['julia'], []]) {
    await page.keyboard.press('Escape');
    assert.deepEqual(await opened(page), left);
  }
});

test('a panel opened by a key takes the focus and gives it back', async (context) => {
  const page = await visit(context, quick, { viewport: { width: 1280, height: 800 } });
  const focused = () => page.evaluate(() => document.activeElement!.id);
  // The lesson takes its width of the picture, which is computed again: Escape would stop that first.
  const fits = () =>
    page.waitForFunction(() => {
      const [stage, picture] = [document.getElementById('stage')!, document.getElementById('picture')!];
      const { width } = picture as HTMLCanvasElement;
      return width === stage.clientWidth && stage.dataset.state === 'exact';
    });
  await page.focus('#open-export');
  for (const [panel, key] of Object.entries(keys)) {
    for (const closing of [key, 'Escape']) {
      await page.keyboard.press(key);
      assert.equal(await focused(), panel);
      await fits();
      await page.keyboard.press(closing);
      assert.equal(await focused(), 'open-export');
    }
    await page.keyboard.press(key);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'open-export', 'closed by its button');
    await fits();
  }
  // The bar's button, pressed by a key, leads there too; by a pointer it does not.
  await page.focus('#toggle-scene');
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'scene');
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'toggle-scene');
  await page.click('#toggle-scene');
  assert.equal(await focused(), 'toggle-scene');
});

test('fingers have home, zoom, upright, stop and full screen, in buttons of 44 pixels', async (context) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };
  const page = await visit(context, `${quick}&rotate=30&re=0.5&w=2`, phone);
  const small = await page.$$eval('#controls button', (all) =>
    all.map((each) => each.getBoundingClientRect()).filter(({ width, height }) => width < 44 || height < 44),
  );
  assert.deepEqual(small, []);
  await then(page, () => page.tap('#zoom-in'));
  assert.equal(await numberIn(page, 'w'), 2 / 1.5);
  await then(page, () => page.tap('#zoom-out'));
  assert.equal(await numberIn(page, 'w'), 2);
  await then(page, () => page.tap('#upright'));
  assert.equal(await valueIn(page, 'rotate'), null);
  assert.equal(await page.isDisabled('#upright'), true);
  await then(page, () => page.tap('#home'));
  assert.equal(await numberIn(page, 're'), 0);
  await page.tap('#full-screen');
  await page.waitForFunction(() => document.fullscreenElement !== null);
  await page.waitForSelector('#full-screen[aria-pressed=true]');
  await page.tap('#full-screen');
  await page.waitForFunction(() => document.fullscreenElement === null);
  await page.keyboard.press('p');
  assert.equal(await page.isVisible('#controls'), false);
});

test('what is computed is stopped and resumed by a button, and by Space', async (context) => {
  const page = await visit(context, quick);
  const state = (wanted: string) => page.waitForSelector(`#stage[data-state=${wanted}]`);
  assert.equal(await page.isDisabled('#stop'), true);
  await page.evaluate(() => {
    location.hash = '#f=mandelbrot&re=-0.75&im=0&w=1e-9&it=4000000000&coloring=smooth';
  });
  await state('busy');
  await page.click('#stop');
  await state('stopped');
  await page.click('[aria-label="Resume computing"]');
  await state('busy');
  await page.keyboard.press('Tab');
  // On a button it presses that button.
  await page.focus('#stage');
  await page.keyboard.press(' ');
  await state('stopped');
  await page.keyboard.press(' ');
  await state('busy');
  await page.keyboard.press('Escape');
  await state('stopped');
});

test('Home, Backspace and ? do what they say elsewhere, and Space presses the button that has the focus', async (context) => {
  const page = await open(context, quick);
  const first = await hashOf(page);
  await then(page, () => page.keyboard.press('+'));
  const second = await hashOf(page);
  await then(page, () => page.keyboard.press('Home'));
  assert.equal(await numberIn(page, 're'), 0);
  await then(page, () => page.keyboard.press('Backspace'));
  assert.equal(await hashOf(page), second);
  await then(page, () => page.keyboard.press('Backspace'));
  assert.equal(await hashOf(page), first);
  // There is nothing of the page's own before it.
  await page.keyboard.press('Backspace');
  await page.keyboard.press('?');
  assert.equal(await page.isVisible('#help'), true);
  await page.keyboard.press('Escape');
  await page.focus('#toggle-scene');
  await page.keyboard.press(' ');
  assert.deepEqual(await opened(page), ['scene']);
  await exact(page);
});

/** Roles that somebody can use, and so has to be told the name of. */
const used = new Set([
  ...['button', 'checkbox', 'ColorWell', 'combobox', 'DisclosureTriangle', 'link', 'slider', 'spinbutton'],
  ...['textbox', 'dialog', 'region', 'application', 'image', 'progressbar', 'listbox', 'option'],
]);

test('everything that can be used has a name, as the browser tells it to who does not see it', async (context) => {
  const page = await open(
    context,
    '#f=phoenix&it=20&samples=1&coloring=trap&palette=["%23ff0000","%230000ff"]',
    {
      viewport: { width: 1280, height: 800 },
    },
  );
  const session = await page.context().newCDPSession(page);
  const tree = async () => {
    const { nodes } = (await session.send('Accessibility.getFullAXTree')) as {
      nodes: {
        ignored: boolean;
        role?: { value: string };
        name?: { value: string };
        backendDOMNodeId?: number;
      }[];
    };
    return nodes.filter(({ ignored, role }) => !ignored && used.has(role?.value ?? ''));
  };
  for (const key of ['s', 'w', 'j', 'l']) await page.keyboard.press(key);
  await page.waitForSelector('#lesson article pre');
  for (const summary of await page.$$('summary'))
    await summary.evaluate((each) => (each as HTMLElement).click());
  for (const dialog of [undefined, 'h', 'e']) {
    if (dialog) await page.keyboard.press(dialog);
    const nodes = await tree();
    assert.ok(nodes.length >= (dialog ? 2 : 60), `${nodes.length}`);
    const nameless = nodes.filter(({ name }) => !name?.value.trim()).map(({ role }) => role!.value);
    assert.deepEqual(nameless, [], dialog ?? 'panels');
    if (!dialog) {
      const names = nodes.map(({ role, name }) => `${role!.value} ${name!.value}`);
      for (const name of ['slider Workers', 'slider Slices', 'combobox Order', 'slider Points'])
        assert.ok(names.includes(name), name);
    }
    if (dialog) await page.keyboard.press('Escape');
  }
  const spoken = (id: string) => page.getAttribute(id, 'aria-valuetext');
  assert.equal(await spoken('#slices-slider'), 'automatic');
  // The lesson takes its width of the picture.
  assert.equal(await spoken('#size-slider'), '868 × 800');
  await page.fill('#slices-slider', '3');
  assert.equal(await spoken('#slices-slider'), '8');
  await exact(page);
});

test('outputs of the lesson are scrolled by keys, and the picture stays', async (context) => {
  const page = await visit(context, quick, { viewport: { width: 1000, height: 600 } });
  await page.keyboard.press('l');
  await page.waitForSelector('#lesson pre:has(.language-text)');
  await exact(page);
  const before = await hashOf(page);
  await page.focus('#lesson pre:has(.language-text)');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('#lesson pre:has(.language-text)')!.scrollLeft > 0);
  assert.equal(await hashOf(page), before);
});

test('in forced colours the button of an open panel is told from the others', async (context) => {
  const page = await visit(context, quick, {
    forcedColors: 'active',
    viewport: { width: 1280, height: 800 },
  });
  await page.keyboard.press('s');
  const [isOpen, isClosed] = await page.$$eval('#toggle-scene, #toggle-workers', (all) =>
    all.map((each) => getComputedStyle(each).backgroundColor),
  );
  assert.notEqual(isOpen, isClosed);
});
