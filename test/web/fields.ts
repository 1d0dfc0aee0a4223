// Tests of fields that cannot be read, and of what takes so long that it is stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSamePixels, exact, hashOf, open, pixelsOf, then, valueIn, visit } from './tab.js';

test('what cannot be read stays in its field, marked, with the reason next to it, while others change', async (context) => {
  const page = await visit(context, '#f=phoenix&samples=1', { viewport: { width: 900, height: 700 } });
  await page.keyboard.press('s');
  await page.click('#scene details summary');
  const wrong: [field: string, typed: string, said: RegExp][] = [
    ['#formula', 'z^^2 + c', /\^\ncolumn 3/],
    ['#z0', 'banana', /^"banana": must be p/],
    ['#im', 'here', /^"here": must be a decimal number/],
    ['#width', '-1', /^-1: must be a number/],
  ];
  for (const [field, typed, said] of wrong) {
    await page.fill(field, typed);
    assert.match(await page.innerText(`${field}-error`), said);
  }
  await then(page, () => page.fill('#iterations', '123'));
  await then(page, () => page.fill('#re', '0.25'));
  await then(page, () => page.locator('#stage').press('c'));
  for (const [field, typed, said] of wrong) {
    assert.equal(await page.inputValue(field), typed);
    assert.equal(await page.getAttribute(field, 'aria-invalid'), 'true');
    const described = (await page.getAttribute(field, 'aria-describedby'))!;
    assert.ok(described.split(' ').includes(`${field.slice(1)}-error`), described);
    assert.match(await page.innerText(`${field}-error`), said);
  }
  // The sentence is below the field, not at the end of the panel.
  const place = async (at: string) => (await page.locator(at).boundingBox())!;
  for (const [field] of wrong) {
    const [above, below] = [await place(field), await place(`${field}-error`)];
    assert.ok(below.y >= above.y && below.y - (above.y + above.height) < 24, field);
  }
  await then(page, () => page.fill('#formula', 'z^2 + c'));
  assert.equal(await page.getAttribute('#formula', 'aria-invalid'), null);
  assert.equal(await page.isVisible('#formula-error'), false);
  assert.equal(await page.inputValue('#z0'), 'banana');
  await then(page, () => page.selectOption('#bundled', 'newton'));
  assert.equal(await page.locator('#scene [aria-invalid]').count(), 0);
  assert.equal(await page.inputValue('#z0'), 'p');
});

test('what takes for ever says that it computes; Escape in the field stops it, and the fields tell what is shown', async (context) => {
  // Next to the parabolic point of the period 1: points that hardly move and never repeat.
  const hash = '#f=mandelbrot&coloring=smooth&re=-0.75&im=0&w=1e-9&it=300&palette=ember';
  const page = await visit(context, hash, { viewport: { width: 900, height: 700 } });
  const before = await pixelsOf(page);
  await page.keyboard.press('s');
  await page.fill('#iterations', '4294967295');
  await page.waitForSelector('#progress:not([hidden])', { state: 'attached' });
  assert.notEqual(await page.getAttribute('#stage', 'data-state'), 'exact');
  assert.equal(await page.evaluate(() => document.activeElement!.id), 'iterations');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#stage[data-state=stopped]');
  assert.equal(await page.inputValue('#iterations'), '300');
  assert.equal(await page.isVisible('#progress'), false);
  assert.equal(await page.isVisible('#scene'), true);
  await page.waitForFunction((hash) => location.hash === hash, hash);
  assertSamePixels(await pixelsOf(page), before);
  await then(page, () => page.fill('#iterations', '200'));
  assert.equal(await valueIn(page, 'it'), '200');
  await exact(page);
});

test('typing into one field is one step of the history', async (context) => {
  const page = await open(context);
  const [first, before] = [await hashOf(page), await page.evaluate(() => history.length)];
  await page.keyboard.press('s');
  await page.locator('#iterations').fill('');
  for (const digit of '135') await then(page, () => page.locator('#iterations').press(digit));
  assert.equal(await valueIn(page, 'it'), '135');
  assert.equal(await page.evaluate(() => history.length), before + 1);
  await then(page, () => page.goBack());
  assert.equal(await hashOf(page), first);
});
