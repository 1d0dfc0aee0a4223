// The lesson's chapters beside the live pool: asked for when they are opened, all of them, with their code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './tab.js';

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
