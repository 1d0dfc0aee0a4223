// Tests of the scene's panel, of colours, bookmarks and of pictures that are saved and dropped.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gallery } from 'mandoline';
import { runMandoline, temporaryFolder } from '../support.js';
import {
  assertSamePixels,
  colorsOf,
  computations,
  exact,
  goTo,
  hashOf,
  numberIn,
  open,
  pixelsOf,
  then,
  valueIn,
  visit,
} from './tab.js';

test('other colours compute nothing; a formula that cannot be read is told under it, and the picture stays', async (context) => {
  const page = await visit(context);
  await page.keyboard.press('s');
  const [before, count] = [await pixelsOf(page), await computations(page)];
  for (const change of [
    () => page.check('#palettes [value=magma]'),
    () => page.selectOption('#scale', 'histogram'),
    () => page.click('#edit-palette').then(() => page.fill('#gradient input', '#ff0000')),
    () => page.fill('#density', '1'),
    () => page.fill('#inside', '#00ff00'),
  ])
    await then(page, change);
  assert.equal(await computations(page), count);
  assert.ok(!(await pixelsOf(page)).equals(before));

  const hash = await hashOf(page);
  await page.fill('#formula', 'z^2 + <b>c');
  assert.match(await page.innerText('#formula-error'), /\^\ncolumn 7: found "<", expected/);
  assert.equal(await hashOf(page), hash);
  await then(page, () => page.fill('#formula', 'z^3 + c'));
  assert.equal(await page.isHidden('#formula-error'), true);
  assert.ok((await computations(page)) > count);
});

test('stops of a gradient are added, moved by keys and pointer, removed, and kept for later; colours run on request', async (context) => {
  const page = await open(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=50&palette=%23ff0000,%2300ff00');
  const count = await computations(page);
  await page.keyboard.press('s');
  await page.click('#edit-palette');
  const stops = () => page.$$eval('.stop', (all) => all.map((stop) => Number(stop.ariaValueNow)));
  assert.deepEqual(await stops(), [0, 100]);
  const { width } = (await page.locator('.track').boundingBox())!;
  await then(page, () => page.click('.track', { position: { x: width / 2, y: 5 } }));
  await page.locator('#gradient input').waitFor();
  await then(page, () => page.fill('#gradient input', '#0000ff'));
  assert.deepEqual(await stops(), [0, 50, 100]);
  assert.equal(await valueIn(page, 'palette'), '["#ff0000","#0000ff","#00ff00"]');
  await page.focus('.stop:nth-child(2)');
  await then(page, () => page.keyboard.press('ArrowLeft'));
  assert.deepEqual(await stops(), [0, 47, 100]);
  const box = (await page.locator('.stop:nth-child(2)').boundingBox())!;
  await then(page, async () => {
    await page.mouse.move(box.x + 9, box.y + 9);
    await page.mouse.down();
    await page.mouse.move(box.x + 9 - 0.23 * width, box.y + 9, { steps: 2 });
    await page.mouse.up();
  });
  const [, moved] = await stops();
  assert.ok(moved! > 15 && moved! < 30, `${moved}`);
  await page.click('#keep-palette');
  const kept = await valueIn(page, 'palette');
  await then(page, () => page.keyboard.press('c'));
  await then(page, () => page.check('#palettes label:last-child input'));
  assert.equal(await valueIn(page, 'palette'), kept);
  await page.focus('.stop:nth-child(2)');
  await then(page, () => page.keyboard.press('Delete'));
  assert.deepEqual(await stops(), [0, 100]);
  const before = await pixelsOf(page);
  await page.click('#cycle');
  await page.waitForFunction((first) => {
    const { width, height } = document.getElementById('picture') as HTMLCanvasElement;
    const context = (document.getElementById('picture') as HTMLCanvasElement).getContext('2d')!;
    return context.getImageData(0, 0, width, height).data.join() !== first;
  }, before.join());
  await then(page, () => page.click('#cycle'));
  assert.ok((await numberIn(page, 'offset')) > 0);
  assert.equal(await computations(page), count);
});

test('the gallery shows a picture of every scene and opens it; a place by chance is drawn, too', async (context) => {
  const page = await visit(context, '#f=mandelbrot&re=-0.5&im=0&w=3&it=50');
  await page.keyboard.press('s');
  await page.click('#open-gallery');
  await page.waitForSelector('#gallery li:nth-child(3) canvas[data-drawn=true]');
  assert.equal(await page.locator('#gallery li').count(), Object.keys(gallery).length);
  await then(page, () => page.click('#gallery li:nth-child(3) button'));
  assert.equal(await page.inputValue('#bundled'), Object.keys(gallery)[2]);
  await page.click('#open-gallery');
  await then(page, () => page.click('#surprise'));
  assert.equal(await page.isHidden('#message'), true);
});

test('the palette is dragged along its strip: nothing is computed, and it is one step of the history', async (context) => {
  const page = await open(context);
  await page.keyboard.press('s');
  await page.locator('#strip').scrollIntoViewIfNeeded();
  const { x, y, width } = (await page.locator('#strip').boundingBox())!;
  const steps = () => page.evaluate(() => history.length);
  const [count, before, address] = [await computations(page), await steps(), await hashOf(page)];
  await then(page, async () => {
    await page.mouse.move(x + width / 2, y + 5);
    await page.mouse.down();
    await page.mouse.move(x + width / 3, y + 5, { steps: 3 });
    await page.waitForFunction(() => document.getElementById('strip')!.ariaValueNow !== '0');
    // Held still for longer than the pause after which a step is written.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assert.deepEqual([await hashOf(page), await steps()], [address, before]);
    await page.mouse.move(x + width / 4, y + 5, { steps: 3 });
    await page.mouse.up();
  });
  assert.ok(Math.abs((await numberIn(page, 'offset')) - 0.25) < 0.01);
  assert.equal(await computations(page), count);
  assert.equal(await steps(), before + 1);
});

test('a step of the history waits for a pointer that is held down, and not for one whose end nobody told', async (context) => {
  const page = await open(context);
  const address = await hashOf(page);
  const later = () => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  await page.mouse.move(100, 100);
  await page.mouse.down();
  await page.mouse.move(140, 100, { steps: 3 });
  await page.keyboard.press('c');
  await later();
  assert.equal(await hashOf(page), address);
  // As where the button is let go over something that is no part of the page.
  await page.evaluate(() => dispatchEvent(new PointerEvent('pointermove', { buttons: 0 })));
  await page.waitForFunction((before) => location.hash !== before, address);
  assert.notEqual(await valueIn(page, 'palette'), 'classic');
});

test('every part of a scene has its field: parameters with sliders, escape, light, trap, place', async (context) => {
  const page = await visit(context);
  await page.keyboard.press('s');
  await then(page, () => page.selectOption('#bundled', 'multibrot'));
  await then(page, () => page.fill('#parameters input[type=range]', '4'));
  assert.equal(await page.inputValue('#parameters input[type=text]'), '4+0i');
  await then(page, () => page.fill('#parameters input[type=text]', '2.5+0.1i'));
  assert.equal(await page.inputValue('#parameters input[type=range][data-part=im]'), '0.1');
  await then(page, () => page.selectOption('#bundled', 'phoenix'));
  assert.equal(await page.locator('#parameters input').count(), 0);
  await then(page, () => page.fill('#c-re', '0.5'));
  await then(page, () => page.selectOption('#escape', 'overflow'));
  assert.equal(await page.isHidden('#radius-label'), true);
  await then(page, () => page.selectOption('#coloring', 'trap'));
  await then(page, () => page.selectOption('#trap', 'circle'));
  await then(page, () => page.selectOption('#coloring', 'slope'));
  await then(page, () => page.fill('#light-direction', '20'));
  await page.click('#scene details summary');
  await then(page, () => page.fill('#turn', '30'));
  await then(page, () => page.fill('#re', '0.125'));
  assert.equal(await numberIn(page, 'rotate'), 30);
  assert.equal(await numberIn(page, 're'), 0.125);
  await page.fill('#re', 'here');
  assert.match(await page.innerText('#re-error'), /^"here": must be a decimal number/);
  await then(page, () => page.selectOption('#bundled', 'newton'));
  assert.equal(await page.isVisible('#bailout-label'), true);
});

test('views are kept as small pictures, open again, and are forgotten', async (context) => {
  const page = await open(context);
  const first = await hashOf(page);
  await page.evaluate(() => {
    const strange = [{ address: 'javascript:alert(1)', picture: 'x' }, 7, null];
    localStorage.setItem('mandoline-bookmarks', JSON.stringify(strange));
  });
  await page.keyboard.press('s');
  await page.click('#bookmarks summary');
  await page.click('#add-bookmark');
  await page.reload();
  await exact(page);
  await page.keyboard.press('s');
  await page.click('#bookmarks summary');
  assert.equal(await page.locator('#bookmarks li').count(), 1);
  assert.equal(
    await page.evaluate(() => document.querySelector<HTMLImageElement>('#bookmarks img')!.naturalWidth),
    96,
  );
  await then(page, () => page.keyboard.press('+'));
  await then(page, () => page.click('#bookmarks a'));
  assert.equal(await hashOf(page), first);
  await page.fill('#bookmarks li input', 'a spiral');
  await page.click('#bookmarks li button');
  assert.equal(await page.locator('#bookmarks li').count(), 0);
  await page.click('#undo-bookmark');
  assert.equal(await page.inputValue('#bookmarks li input'), 'a spiral');
  assert.equal(await page.isHidden('#undo-bookmark'), true);
  await page.click('#bookmarks li button');
});

test('a picture is saved with its scene in it, the command draws the same pixels, and dropped it opens', async (context) => {
  const folder = temporaryFolder(context);
  const page = await open(context, '#f=seahorse&coloring=smooth&w=0.002&it=900');
  // Chromium's own dialog cannot be driven; the way of other browsers is taken.
  await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
  await page.keyboard.press('e');
  await page.uncheck('#export-lock');
  await page.fill('#export-width', '225');
  await page.fill('#export-height', '175');
  await page.selectOption('#export-samples', '2');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
  await download.saveAs(join(folder, 'saved.png'));
  await assertDrawnAgain(folder, 225 * 175);

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
  await goTo(page, '#f=mandelbrot&re=-0.5&im=0&w=3&it=150');
  await then(page, () => drop([...readFileSync(join(folder, 'saved.png'))], 'saved.png'));
  assert.equal(await numberIn(page, 'w'), 0.002);
  assert.equal(await valueIn(page, 'coloring'), 'smooth');
  await drop([1, 2, 3], 'other.png');
  await page.waitForFunction(() => document.getElementById('message')!.innerText.includes('other.png: '));
});

test('every kind of file with a scene or a palette opens, dropped or chosen; of any other it is said what it is not', async (context) => {
  const page = await open(context, '', { viewport: { width: 900, height: 700 } });
  const drop = (content: string, name: string) =>
    page.evaluate(
      ([content, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], name));
        const event = (type: string) => new DragEvent(type, { dataTransfer: data, bubbles: true });
        document.body.dispatchEvent(event('dragover'));
        const isFramed = document.body.classList.contains('is-dropping');
        document.body.dispatchEvent(event('drop'));
        return isFramed && !document.body.classList.contains('is-dropping');
      },
      [content, name] as const,
    );
  const said = async (content: string, name: string) => {
    await drop(content, name);
    await page.waitForFunction(
      (name) => document.getElementById('message-text')!.textContent!.startsWith(`${name}: `),
      name,
    );
    return (await page.innerText('#message-text')).slice(name.length + 2);
  };
  await then(page, async () => assert.equal(await drop('Re: -0.5\nIm: 0.25\nZoom: 8\n', 'a.KFR'), true));
  assert.equal(await numberIn(page, 're'), -0.5);
  const toml = 'program = "fraktaler-3"\nlocation.real = "-0.25"\nlocation.imag = "0.5"\nlocation.zoom = 4\n';
  await then(page, () => drop(toml, 'b.toml'));
  assert.equal(await numberIn(page, 're'), -0.25);
  const scene = {
    formula: 'z^3 + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 60,
    palette: 'ember',
    view: { center: ['0.125', '0'], width: 3, columns: 40, rows: 30 },
  };
  await then(page, () => drop(`\ufeff${JSON.stringify(scene)}`, 'X.JSON'));
  assert.equal(await numberIn(page, 're'), 0.125);
  await then(page, () => drop('0 0 0\n255 128 0\n255 255 255\n', 'fire.map'));
  assert.match((await valueIn(page, 'palette'))!, /#000000.*#ff8000.*#ffffff/);
  assert.equal(await numberIn(page, 're'), 0.125);
  const ugr = 'blue {\ngradient:\n index=0 color=16711680\n index=200 color=16777215\n}\n';
  await then(page, () => drop(ugr, 'blue.ugr'));
  assert.match((await valueIn(page, 'palette'))!, /^\["#0000ff"/);

  const ggr = 'GIMP Gradient\n1\n0 0.5 1 0 1 0 1 1 1 1 1 0 0\n';
  await then(page, () => drop(ggr, 'green.ggr'));
  assert.match((await valueIn(page, 'palette'))!, /^\["#00ff00"/);

  assert.equal(await said('{', 'c.json'), 'is not valid JSON');
  assert.match(await said('Re: 1', 'd.kfr'), /^has no Im/);
  assert.match(
    await said(JSON.stringify({ ...scene, iterations: 0 }), 'e.json'),
    /^Iterations 0: must be a whole/,
  );
  assert.match(await said('nothing', 'f.map'), /^contains no colours/);
  assert.match(await said('nothing', 'g.txt'), /^is not a file with a scene \(\.png, .*\) or a palette/);

  await page.keyboard.press('s');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#open-file')]);
  await then(page, () =>
    chooser.setFiles({
      name: 'h.kfr',
      mimeType: 'text/plain',
      buffer: Buffer.from('Re: -1\nIm: 0\nZoom: 8\n'),
    }),
  );
  assert.equal(await numberIn(page, 're'), -1);
});

/** Whether the command makes of saved.png's scene the pixels that it has. */
async function assertDrawnAgain(folder: string, pixels: number): Promise<void> {
  const { code, stderr } = await runMandoline(folder, 'render', 'saved.png', '-o', 'again.png', '--quiet');
  assert.equal(code, 0, stderr);
  const [saved, again] = ['saved.png', 'again.png'].map((name) => colorsOf(readFileSync(join(folder, name))));
  assert.equal(saved!.length, 3 * pixels);
  assertSamePixels(saved!, again!);
}

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
  await page.selectOption('#export-size', '4K');
  assert.equal(await page.inputValue('#export-height'), '2160');
  await page.fill('#export-width', '1920');
  assert.equal(await page.inputValue('#export-height'), '1080');
  await page.uncheck('#export-lock');
  await page.fill('#export-width', '0');
  await page.click('#export-start');
  await page.waitForSelector('#export-width[aria-invalid=true]');
  assert.match(await page.innerText('#export-width-error'), /^must be a whole number from 1 to 100000$/);
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
  await page.fill('#export-width', '300');
  await page.fill('#export-height', '200');
  await page.waitForFunction(
    () => (document.getElementById('export-progress') as HTMLProgressElement).value === 0,
  );
  await page.click('#export-start');
  await page.waitForSelector('#export', { state: 'hidden' });
  writeFileSync(join(folder, 'saved.png'), await saved());
  await assertDrawnAgain(folder, 300 * 200);
});
