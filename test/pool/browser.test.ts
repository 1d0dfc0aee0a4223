// The behaviours in a real Chromium: as modules and bundled by Vite, with cross-origin isolation and without.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { patience } from '../patience.js';
import { isLong, root, temporaryFolder } from '../support.js';
import { launchBrowser, type Site, serveFolder, unbundledPage } from './browser.js';
import type { PageChecks } from './page/checks.js';

declare const checks: PageChecks;

/**
 * All behaviours run in Node. Of the four kinds of page, the bundled ones run what differs in a browser: shared memory and
 * the ends of workers, and without shared memory how calls are timed, cancelled and filled. Bundled workers start many
 * times faster than those that load module after module, so pages of modules run only what depends on how workers are
 * started, replaced and find their functions. With MANDOLINE_STRESS=long each runs everything.
 */
const short = {
  modules: {
    isolated:
      /^(apply: (equals|only own)|map: equals|initializer: (runs|one that throws)|traceback: the|lambda|exit|an endless|fill, shared: every|fill, copied: every)/,
    'not isolated':
      /^(apply: (equals|only own)|map: equals|initializer: one that throws|traceback: the|exit|an endless|fill, copied: every)/,
  },
  bundled: {
    isolated:
      /^(apply|map:|map_|define|fill, shared|fill, copied: every|initializer|traceback|cancel|exit|an endless|a throw|terminate|stats|imap:|lambda|pool_in_worker)/,
    'not isolated': /^(apply|map:|define|fill, copied|initializer|exit|an endless|terminate|stats)/,
  },
};

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

const kinds = [
  { name: 'isolated', isolated: true },
  { name: 'not isolated', isolated: false },
] as const;

test('modules', async (context) => {
  for (const { name, isolated } of kinds)
    await context.test(name, async (each) => {
      const site = await serveFolder(root.slice(0, -1), isolated, { '/index.html': unbundledPage });
      await inPage(each, site, isolated, short.modules[name]);
    });
});

test('bundled', async (context) => {
  const folder = temporaryFolder(context);
  const page = '<!doctype html><title>bundled</title><script type="module" src="./bundled.js"></script>';
  const compiled = join(root, 'dist', 'test', 'pool', 'page');
  await build({
    root: compiled,
    logLevel: 'error',
    configFile: false,
    // The page is part of this package; elsewhere the name finds the installed one.
    resolve: { alias: { 'mandoline/pool': join(root, 'dist', 'src', 'pool', 'index.js') } },
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true },
    plugins: [
      {
        name: 'page',
        // An HTML file that is written nowhere, because dist/ holds what the compiler makes.
        resolveId: (id) => (id.endsWith('index.html') ? join(compiled, 'index.html') : undefined),
        load: (id) => (id.endsWith('index.html') ? page : undefined),
      },
    ],
  });
  assert.match(await readFile(join(folder, 'index.html'), 'utf8'), /assets\/index-/);
  for (const { name, isolated } of kinds)
    await context.test(name, async (each) => {
      await inPage(each, await serveFolder(folder, isolated), isolated, short.bundled[name]);
    });
});

/** Opens a page and runs behaviours in it, each as a test; where there is no time for all, those of some names. */
async function inPage(context: test.TestContext, site: Site, isolated: boolean, some: RegExp): Promise<void> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  try {
    await page.goto(`${site.address}/index.html`);
    await page.waitForFunction(() => 'checks' in globalThis);
    assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
    const names = await page.evaluate(() => checks.names);
    for (const name of names.filter((each) => isLong || some.test(each))) {
      await context.test(name, { timeout: patience }, async (each) => {
        const outcome = await page.evaluate((given) => checks.run(given), name);
        if (outcome === 'skipped') each.skip();
        else assert.equal(outcome, '');
      });
    }
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
    await site.close();
  }
}
