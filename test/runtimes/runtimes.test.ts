// The table of runtimes in the pool's README: every cell is tried with both packages as they are packed, in a folder that
// has nothing else of this project. Runtimes and tools are installed from the registry, where it is reachable.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { firefox } from '../browsers/firefox.js';
import { Tab, whySkipped } from '../browsers/tab.js';
import { webkit } from '../browsers/webkit.js';
import { launchBrowser, serveFolder } from '../pool/browser.js';
import { type Ended, isLong, pack, packPool, run, temporaryFolder, tsc } from '../support.js';
import { modulesPage, printed, writeProjects } from './projects.js';
import { type Cell, readTables, yes } from './table.js';

/** The columns of the first table: packages of the npm registry, and how their programs start a file. */
const runtimes: Readonly<Record<string, { package: string; bin: string; before: readonly string[] }>> = {
  'Node 20': { package: 'node@20', bin: 'node', before: [] },
  'Node 22': { package: 'node@22', bin: 'node', before: [] },
  'Node 24': { package: 'node@24', bin: 'node', before: [] },
  'newest Node': { package: 'node@latest', bin: 'node', before: [] },
  Bun: { package: 'bun@latest', bin: 'bun', before: ['--bun'] },
  Deno: { package: 'deno@latest', bin: 'deno', before: ['run', '-A'] },
};
const tools = ['tsx', 'vitest', 'esbuild', 'rolldown', 'vite', 'webpack', 'webpack-cli'];

const install = (folder: string, ...packages: string[]): Promise<Ended> => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  return run('npm', ['install', '--no-fund', '--no-audit', ...packages], { cwd: folder });
};

async function succeed(command: string, given: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, given, { cwd });
  assert.equal(code, 0, `${stdout}${stderr}`);
}

/** The runtime does without. */
const notNeeded = 'not needed';

/** What is printed where something cannot work: one line that names the way out. */
const lines: Readonly<Record<string, RegExp>> = {
  'compile it, or install tsx':
    /^\/.*squares\.ts: cannot be loaded by workers: Node [\d.]+ does not run TypeScript; npm install tsx, .*\n$/,
};

/** The rows: which file a runtime is given, in the folder with tools or in the one without. */
const ways: Readonly<Record<string, { file: string; more?: readonly string[]; withTools?: true }>> = {
  JavaScript: { file: 'js/program.js' },
  'compiled TypeScript': { file: 'ts/out/program.js' },
  'TypeScript as it is': { file: 'as-it-is/program.ts' },
  'CommonJS, `require`': { file: 'common/program.js' },
  tsx: { file: 'node_modules/tsx/dist/cli.mjs', more: ['ts/program.ts'], withTools: true },
  vitest: { file: 'node_modules/vitest/vitest.mjs', more: ['run', '--root', 'ts'], withTools: true },
  'bundled by esbuild': { file: 'esbuild/program.mjs', withTools: true },
  'bundled by rolldown': { file: 'rolldown/program.mjs', withTools: true },
};

async function bundle(folder: string): Promise<void> {
  const bin = (name: string) => join(folder, 'node_modules', '.bin', name);
  const esbuild = ['--bundle', '--platform=node', '--format=esm', '--outfile=esbuild/program.mjs'];
  await succeed(bin('esbuild'), ['ts/program.ts', ...esbuild], folder);
  await succeed(
    bin('rolldown'),
    ['ts/program.ts', '--platform', 'node', '--file', 'rolldown/program.mjs'],
    folder,
  );
  await succeed(bin('vite'), ['build'], join(folder, 'vite'));
  await succeed(bin('webpack'), ['--mode', 'production', '--entry', './page.js'], join(folder, 'webpack'));
}

test('every cell of the tables of runtimes', {
  skip: !isLong && 'runs with MANDOLINE_STRESS=long',
}, async (context) => {
  const folder = temporaryFolder(context);
  const names = Object.keys(runtimes);
  const installed = await Promise.all([
    ...names.map((name) => install(join(folder, name), runtimes[name]!.package)),
    install(join(folder, 'tools'), ...tools),
  ]);
  const failed = installed.find(({ code }) => code !== 0);
  if (failed) return context.skip(`runtimes cannot be installed: ${failed.stderr.split('\n')[0]}`);
  const [onRuntimes, inBrowsers] = readTables();
  assert.deepEqual(onRuntimes.columns, names);
  assert.deepEqual(onRuntimes.rows, Object.keys(ways));
  const tarballs = {
    'mandoline-pool': (await packPool(folder)).tarball,
    'mandoline/pool': (await pack(folder)).tarball,
  };
  for (const [name, tarball] of Object.entries(tarballs)) {
    const user = join(folder, name.replace('/', '.'));
    const withTools = join(user, 'tools');
    assert.equal((await install(user, tarball)).code, 0);
    writeProjects(user, name);
    writeProjects(withTools, name);
    symlinkSync(join(folder, 'tools', 'node_modules'), join(withTools, 'node_modules'));
    for (const each of [user, withTools])
      await succeed(process.execPath, [tsc, '-p', join(each, 'ts')], each);
    await bundle(withTools);
    for (const { row, column, says } of onRuntimes.cells)
      await context.test(`${name}: ${row}, ${column}: ${says}`, () =>
        tryCell(row, column, says, { folder, user, withTools }),
      );
    await tryPages(context, name, withTools, inBrowsers.cells);
  }
});

interface Places {
  readonly folder: string;
  readonly user: string;
  readonly withTools: string;
}

async function tryCell(
  row: string,
  column: string,
  says: string,
  { folder, user, withTools }: Places,
): Promise<void> {
  const { bin, before } = runtimes[column]!;
  const way = ways[row]!;
  const command = join(folder, column, 'node_modules', '.bin', bin);
  const cwd = way.withTools ? withTools : user;
  if (says === notNeeded) return tryCell('TypeScript as it is', column, yes, { folder, user, withTools });
  if (says === yes) {
    const given = [...before, way.file, ...(way.more ?? [])];
    const env = { ...process.env, NO_COLOR: '1' };
    const { code, stdout, stderr } = await run(command, given, { cwd, env });
    const said = `${stdout}${stderr}`;
    assert.equal(code, 0, said);
    if (row === 'vitest') assert.match(said, /Tests +1 passed/);
    else assert.equal(stdout.toString(), `${printed}\n`, said);
    return;
  }
  const { stdout, stderr } = await run(command, [...before, 'as-it-is/program.js'], { cwd });
  assert.match(stdout.toString(), lines[says]!, stderr);
}

/** The folder of each way's page, in the folder of the projects. */
const pages: Readonly<Record<string, string>> = {
  'modules as they are': 'modules',
  'built by Vite': 'vite/dist',
  'built by webpack': 'webpack/dist',
};

/** Opens a page and waits for its title, in each browser that is here. */
const browsers: Readonly<Record<string, { skip: string | false; open(): Promise<Opened> }>> = {
  Chromium: {
    skip: false,
    async open() {
      const browser = await launchBrowser();
      const page = await browser.newPage();
      return {
        async title(address) {
          await page.goto(address);
          await page.waitForFunction(() => document.title !== 'waiting');
          return page.title();
        },
        close: () => browser.close(),
      };
    },
  },
  ...Object.fromEntries(
    [firefox, webkit].map((kind) => [kind.name, { skip: whySkipped(kind), open: () => open(kind) }]),
  ),
};
interface Opened {
  title(address: string): Promise<string>;
  close(): Promise<void>;
}

async function open(kind: typeof firefox): Promise<Opened> {
  const driver = await kind.launch();
  const tab = new Tab(driver);
  return {
    async title(address) {
      await driver.go(address);
      await tab.until(() => document.title !== 'waiting');
      return tab.call(() => document.title);
    },
    close: () => driver.close(),
  };
}

async function tryPages(context: TestContext, name: string, folder: string, cells: readonly Cell[]) {
  const packed = name === 'mandoline-pool' ? 'mandoline-pool/web.js' : 'mandoline/dist/src/pool/index.js';
  const imports = {
    [name]: `/packed/${packed}`,
    '#thread': '/packed/mandoline/dist/src/pool/thread.web.js',
  };
  const installed = name.split('/')[0]!;
  cpSync(join(folder, '..', 'node_modules', installed), join(folder, 'packed', installed), {
    recursive: true,
  });
  const site = await serveFolder(folder, true, { '/modules/index.html': modulesPage(imports) });
  for (const column of new Set(cells.map((cell) => cell.column))) {
    const { skip, open } = browsers[column]!;
    await context.test(`${name}: ${column}`, { skip }, async (each) => {
      const opened = await open();
      for (const { row, says } of cells.filter((cell) => cell.column === column))
        await each.test(row, async () => {
          assert.equal(says, yes);
          assert.equal(await opened.title(`${site.address}/${pages[row]}/index.html`), printed);
        });
      await opened.close();
    });
  }
  await site.close();
}
