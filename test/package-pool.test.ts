// What `npm run pack:pool` makes: small, without dependencies, and of use where nothing else is installed. On which
// runtimes, is test/runtimes' to try.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lexer } from 'marked';
import { rolldown } from 'rolldown';
import { allTokens, type Token } from './markdown/documents.js';
import { printed, writeProjects } from './runtimes/projects.js';
import { packPool, root, run, temporaryFolder, tsc } from './support.js';

const mostFiles = 60;
const mostBytes = 400_000;

test('the packed pool is small, installs without a network, and works in JavaScript, TypeScript and CommonJS', async (context) => {
  const folder = temporaryFolder(context);
  const { tarball, unpacked, paths } = await packPool(folder);
  assert.ok(paths.length <= mostFiles, `${paths.length} files`);
  assert.ok(unpacked <= mostBytes, `${unpacked} bytes`);

  const user = join(folder, 'user');
  mkdirSync(user);
  writeProjects(user, 'mandoline-pool');
  const installed = await run('npm', ['install', '--offline', '--no-fund', '--no-audit', tarball], {
    cwd: user,
  });
  assert.equal(installed.code, 0, installed.stderr);
  const modules = readdirSync(join(user, 'node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(modules, ['mandoline-pool']);
  const own = join(user, 'node_modules', 'mandoline-pool');

  await context.test('its package.json says what the project says', () => {
    const [here, whole] = [join(own, 'package.json'), join(root, 'package.json')].map((path) =>
      JSON.parse(readFileSync(path, 'utf8')),
    );
    for (const key of ['version', 'license', 'engines']) assert.deepEqual(here[key], whole[key], key);
    assert.equal(here.dependencies, undefined);
    assert.ok(paths.includes('LICENSE') && paths.includes('README.md') && paths.includes('types/index.d.ts'));
    assert.deepEqual(here.repository, whole.repository && { ...whole.repository, directory: 'src/pool' });
  });

  await context.test('its README is of this package alone', () => {
    const readme = readFileSync(join(own, 'README.md'), 'utf8');
    assert.match(readme, /^# mandoline-pool\n/);
    assert.doesNotMatch(readme, /mandoline\/pool|<!--/);
    const hrefs = allTokens(lexer(readme) as Token[])
      .filter(({ type }) => type === 'link' || type === 'image')
      .map(({ href }) => href as string);
    assert.deepEqual(
      hrefs.filter((href) => !/^(https:|#)/.test(href) && !paths.includes(href)),
      [],
    );
  });

  const prints = async (file: string, expected = `${printed}\n`) => {
    const { code, stdout, stderr } = await run(process.execPath, [file], { cwd: user });
    assert.deepEqual([code, stdout.toString(), stderr], [0, expected, '']);
  };
  await context.test('JavaScript', () => prints('js/program.js'));
  await context.test('CommonJS', () => prints('common/program.js'));
  await context.test('a bundle', async () => {
    const bundled = await rolldown({ input: join(user, 'js', 'program.js'), platform: 'node' });
    await bundled.write({ file: join(user, 'bundle', 'program.js') });
    await prints('bundle/program.js');
  });
  await context.test('CommonJS without an address is one line', () =>
    prints(
      'common/without-address.js',
      'define: undefined: not the address of a module; give import.meta.url, in CommonJS pathToFileURL(__filename)\n',
    ),
  );
  await context.test('compiled TypeScript, with the libraries of Node, of pages, and of both', (each) =>
    compiles(each, user).then(() => prints('ts/out/program.js')),
  );
});

/** Compiles the TypeScript of a project with nothing left out of the check. */
async function compiles(context: TestContext, user: string): Promise<void> {
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const libraries = {
    Node: ['--lib', 'es2022', ...types],
    'Node with the DOM': ['--lib', 'es2022,dom', ...types],
    pages: ['--lib', 'es2022,dom'],
  };
  for (const [name, flags] of Object.entries(libraries))
    await context.test(name, async () => {
      const { code, stdout } = await run(process.execPath, [tsc, '-p', join(user, 'ts'), ...flags], {
        cwd: user,
      });
      assert.equal(code, 0, stdout.toString());
    });
}
