// What workers on Node make of addresses under which there is no module that Node could load as it is.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Pool, TaskError, tasks } from 'mandoline/pool';
import { temporaryFolder } from '../support.js';

interface Squares {
  square(x: number): number;
}
const readsTypeScript = 'typescript' in process.features && Boolean(process.features.typescript);

const squareOf = async (address: URL): Promise<unknown> => {
  await using pool = new Pool({ workers: 1 });
  return await pool.apply(tasks<Squares>(address).square, [3]).catch((error) => error);
};

/** The address of a file in a folder of its own, with this text. */
function written(context: TestContext, name: string, text: string): URL {
  const path = join(temporaryFolder(context), name);
  writeFileSync(path, text);
  return pathToFileURL(path);
}

test('a module that is not there is one line, which says what bundlers do', async (context) => {
  const error = await squareOf(new URL('missing.js', written(context, 'other.js', '')));
  assert.ok(error instanceof TaskError);
  assert.match(
    error.message,
    /^\/.*missing\.js: the module does not exist; .* define\(import\.meta\.url, \.\.\.\)$/,
  );
});

test('an address that is not a file is one line', async () => {
  const error = await squareOf(new URL('http://127.0.0.1:1/squares.js'));
  assert.ok(error instanceof TaskError);
  assert.match(
    error.message,
    /^http:\/\/127\.0\.0\.1:1\/squares\.js: workers here import modules from files; give /,
  );
});

const source = 'export const square = (x: number): number => x * x;\n';

test('where the compiled module is missing, its TypeScript is read, or one line says what to do', async (context) => {
  const address = written(context, 'squares.ts', source);
  for (const each of [address, new URL('squares.js', address)]) {
    const result = await squareOf(each);
    if (readsTypeScript) assert.equal(result, 9);
    else {
      assert.ok(result instanceof TaskError);
      assert.match(
        result.message,
        /^\/.*squares\.ts: cannot be loaded by workers: Node [\d.]+ does not run TypeScript; npm install tsx, /,
      );
    }
  }
});

test('TypeScript that Node cannot read as it is is read by tsx where that is installed', async (context) => {
  const address = written(
    context,
    'squares.ts',
    `enum By { power = 2 }\n${source.replace('x * x', 'x ** By.power')}`,
  );
  const without = await squareOf(address);
  assert.ok(without instanceof TaskError);
  assert.match(
    without.message,
    /^\/.*squares\.ts: cannot be loaded by workers: .*; npm install tsx, which is used then,/,
  );
  // One that reads this module alone.
  const tsx = new URL('node_modules/tsx/', address);
  mkdirSync(tsx, { recursive: true });
  writeFileSync(new URL('package.json', tsx), JSON.stringify({ exports: { './esm/api': './api.mjs' } }));
  writeFileSync(
    new URL('api.mjs', tsx),
    `import { register as registerHooks } from 'node:module';
    export const register = () => registerHooks('data:text/javascript,' + encodeURIComponent(\`
      export const load = (url, context, next) => url.endsWith('.ts')
        ? { format: 'module', source: 'export const square = (x) => x ** 2;', shortCircuit: true }
        : next(url, context);\`));`,
  );
  assert.equal(await squareOf(address), 9);
});
