// The pool's behaviours in Firefox and in WebKit, with cross-origin isolation and without; where they are installed.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { patience } from '../patience.js';
import { serveFolder, unbundledPage } from '../pool/browser.js';
import type { PageChecks } from '../pool/page/checks.js';
import { root } from '../support.js';
import { firefox } from './firefox.js';
import { Tab, whySkipped } from './tab.js';
import { webkit } from './webkit.js';

declare const checks: PageChecks;
/** What nobody caught in the page itself; what happens in workers is the behaviours'. */
declare const uncaught: readonly string[];

for (const kind of [firefox, webkit])
  for (const isolated of [true, false])
    test(`${kind.name}, ${isolated ? 'isolated' : 'not isolated'}`, {
      skip: whySkipped(kind),
    }, async (context) => {
      const site = await serveFolder(root.slice(0, -1), isolated, { '/index.html': unbundledPage });
      context.after(() => site.close());
      const driver = await kind.launch();
      context.after(() => driver.close());
      const tab = new Tab(driver);
      await driver.go(`${site.address}/index.html`);
      await tab.until(() => 'checks' in globalThis);
      assert.equal(await tab.call(() => crossOriginIsolated), isolated);
      await tab.call(() => {
        const uncaught: string[] = [];
        Object.assign(globalThis, { uncaught });
        addEventListener('error', ({ message }) => uncaught.push(message));
        addEventListener('unhandledrejection', ({ reason }) => uncaught.push(String(reason)));
      });
      await runChecks(context, tab);
      assert.deepEqual(await tab.call(() => uncaught), []);
    });

async function runChecks(context: TestContext, tab: Tab): Promise<void> {
  const names = await tab.call(() => checks.names);
  assert.ok(names.length > 60);
  for (const name of names)
    await context.test(name, { timeout: patience }, async (each) => {
      const outcome = await tab.call((given) => checks.run(given), name);
      if (outcome === 'skipped') each.skip();
      else assert.equal(outcome, '');
    });
}
