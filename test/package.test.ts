// What `npm pack` makes, installed in an empty folder by somebody who has nothing of this project. The projects that it
// is used in are test/pool/outside-user, which maps a function of its own, and the program below.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, posix } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lexer } from 'marked';
import { allTokens, type Token } from './markdown/documents.js';
import { isLong, pack, root, run, temporaryFolder, tsc } from './support.js';

const program = `import { lessonScene, render } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';

const { square } = tasks<typeof import('./square.js')>(new URL('./square.js', import.meta.url));
await using pool = new Pool({ workers: 2 });
const squares: number[] = await pool.map(square, [1, 2, 3]);
const { rows, counts } = await render({ ...lessonScene, lattice: { extent: 2, cells: 50 } }, { pool });
let sum = 0;
for (const count of counts) sum += count;
console.log(squares.join(' '), rows, sum);
// @ts-expect-error the item is a number
pool.map(square, ['1']).catch(() => {});
`;

const { version, dependencies, peerDependencies, bin } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const mostPackages = 60;
const mostBytes = 30e6;

async function install(tarball: string, user: string): Promise<void> {
  const installed = await run('npm', ['install', '--no-fund', '--no-audit', tarball], { cwd: user });
  assert.equal(installed.code, 0, installed.stderr);
  const { code, stdout } = await run('npx', ['mandoline', '--version'], { cwd: user });
  assert.deepEqual([code, stdout.toString()], [0, `${version}\n`]);
}

/** The same where there is no time for it: the package's own files, and beside them those that it needs, as locked. */
async function unpack(tarball: string, user: string): Promise<void> {
  const own = join(user, 'node_modules', 'mandoline');
  mkdirSync(own, { recursive: true });
  const { code, stderr } = await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', own]);
  assert.equal(code, 0, stderr);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = new Set<string>();
  const add = (from: string, names: object = {}) => {
    for (const name of Object.keys(names)) {
      const inner = `${from}/node_modules/${name}`;
      const folder = inner in packages ? inner : `node_modules/${name}`;
      if (folders.has(folder)) continue;
      folders.add(folder);
      add(folder, packages[folder].dependencies);
    }
  };
  add('', dependencies);
  for (const folder of folders) cpSync(join(root, folder), join(user, folder), { recursive: true });
  mkdirSync(join(user, 'node_modules', '.bin'));
  symlinkSync(join(own, bin.mandoline), join(user, 'node_modules', '.bin', 'mandoline'));
}

/** The files to which the README links. */
const hrefs = allTokens(lexer(readFileSync(join(root, 'README.md'), 'utf8')) as Token[])
  .filter(({ type }) => type === 'link' || type === 'image')
  .map(({ href }) => (href as string).split('#')[0]!)
  .filter((href) => href !== '' && !/^[a-z]+:/.test(href));

/** A project that has the package and nothing else. */
async function emptyProject(context: TestContext) {
  const folder = temporaryFolder(context);
  const packed = await pack(folder);
  const user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  await (isLong ? install : unpack)(packed.tarball, user);
  return { ...packed, user, command: join(user, 'node_modules', '.bin', 'mandoline') };
}

test('the packed package works where it is installed: the command, the library, the pool, the types, an outside project', async (context) => {
  const { paths, user, command } = await emptyProject(context);
  const rendered = await run(
    command,
    ['render', '--cells', '50', '--json', '-o', 'a.png', '-o', 'a.zarr', '-o', 'a.npz'],
    { cwd: user },
  );
  assert.equal(rendered.code, 0, rendered.stderr);
  assert.equal(JSON.parse(rendered.stdout.toString()).outputs[0].path, 'a.png');

  const small = ['--cells', '50', '--iterations', '80'];
  const lesson = await run(command, ['lesson', 'pool', '3', '2', ...small], { cwd: user });
  assert.equal(lesson.code, 0, lesson.stderr);
  // The exercises find the package where it is installed.
  const check = await run(command, ['lesson', 'check', '7'], { cwd: user });
  assert.match(check.stdout.toString(), /^(missing .*: still to write\n){3}0 of 3 done\n$/);
  const solution = join('node_modules', 'mandoline', 'lesson', 'answers', 'exercises', '7-table.mjs');
  assert.ok(check.stderr.includes(`A solution: ${solution}\n`), check.stderr);
  // numpy's sum for this grid, as below.
  assert.match(lesson.stdout.toString(), /100 x 100 counts, sum 132639, /);
  assert.ok(paths.includes('lesson/README.md') && paths.includes('dist/lesson/chapters.json'));

  // What is bundled instead of installed: the chart and the schema.
  const timed = [
    'bench',
    '--cells',
    '20',
    '--slices',
    '1,2',
    '--workers',
    '0,1',
    '--repeat',
    '1',
    '-o',
    'b.svg',
  ];
  for (const given of [timed, ['schema']]) {
    const { code, stderr } = await run(command, given, { cwd: user });
    assert.equal(code, 0, stderr);
  }
  assert.match(readFileSync(join(user, 'b.svg'), 'utf8'), /^<svg[\s\S]*<\/svg>\s*$/);

  writeFileSync(join(user, 'square.ts'), 'export const square = (x: number): number => x * x;\n');
  writeFileSync(join(user, 'program.ts'), program);
  const options = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable,dom',
  ];
  const compiled = await run(process.execPath, [tsc, ...options, 'program.ts'], { cwd: user });
  assert.equal(compiled.code, 0, compiled.stdout.toString());
  const ran = await run(process.execPath, ['program.js'], { cwd: user });
  // 132639 is numpy's sum (test/fixtures/parity/cases.json, seed_100).
  assert.deepEqual([ran.code, ran.stdout.toString(), ran.stderr], [0, '1 4 9 100 132639\n', '']);

  // A project of its own beside it, in strict TypeScript, which finds the same packages.
  const outside = join(user, 'outside-user');
  cpSync(join(root, 'test', 'pool', 'outside-user'), outside, { recursive: true });
  writeFileSync(join(outside, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const built = await run(process.execPath, [tsc], { cwd: outside });
  assert.equal(built.code, 0, built.stdout.toString());
  const mapped = await run(process.execPath, ['built/program.js'], { cwd: outside });
  assert.deepEqual([mapped.code, mapped.stdout.toString(), mapped.stderr], [0, '6171 takes 261 steps\n', '']);

  await context.test('what is installed is small, and without the packages that few need', () => {
    const installed = packagesIn(join(user, 'node_modules'));
    assert.ok(installed.includes('mandoline') && installed.includes('valibot'));
    assert.deepEqual(
      installed.filter((name) => name in peerDependencies),
      [],
    );
    assert.ok(installed.length <= mostPackages, `${installed.length} packages`);
    const bytes = bytesIn(join(user, 'node_modules'));
    assert.ok(bytes <= mostBytes, `${bytes} bytes`);
  });

  await context.test('a command that needs more says in one line how to install it', async () => {
    const queue = ['--redis', 'redis://127.0.0.1:1'];
    const needing: readonly (readonly [given: readonly string[], line: string, exit: number])[] = [
      [
        ['render', '-o', 'a.webp'],
        '-o a.webp: .webp: needs the package sharp: npm install sharp; or write .png',
        2,
      ],
      [
        ['cluster', 'status', ...queue],
        'cluster: needs packages that are not installed: npm install bullmq ioredis',
        1,
      ],
      [
        ['cluster', 'dashboard', ...queue],
        'cluster: needs packages that are not installed: npm install bullmq ioredis @bull-board/api ' +
          '@bull-board/hono @hono/node-server hono',
        1,
      ],
      [
        ['render', '--mpi', '-o', 'b.png'],
        'MPI: needs the package koffi, which is not installed: npm install koffi',
        1,
      ],
    ];
    for (const [given, line, exit] of needing) {
      const { code, stderr } = await run(command, given, { cwd: user });
      assert.deepEqual([code, stderr], [exit, `mandoline: ${line}\n`]);
    }
  });

  await context.test('nothing is packed that nobody reads', () => {
    for (const path of ['dist/command/mandoline.js', 'LICENSE', 'README.md', 'src/kernel/model.ts'])
      assert.ok(paths.includes(path), path);
    const wrong = [/^(dist\/)?(test|bench|scripts)\//, /^(dist\/)?src\/cli\//, /\.tsbuildinfo$/];
    assert.deepEqual(
      paths.filter((path) => wrong.some((each) => each.test(path)) && !hrefs.includes(path)),
      [],
    );
    const modules = paths.filter((path) => /^dist\/src\/.*\.js$/.test(path));
    assert.ok(modules.length > 100);
    // Every module is exported, or named by one that is packed.
    const texts = paths
      .filter((path) => /^(package\.json|dist\/src\/.*\.(js|d\.ts))$/.test(path))
      .map((path) => readFileSync(join(root, path), 'utf8'));
    const named = new Set(texts.flatMap((text) => text.match(/[\w.-]+\.js(?=['"])/g) ?? []));
    assert.deepEqual(
      modules.filter((path) => !named.has(posix.basename(path))),
      [],
    );
  });

  await context.test('links and pictures of the README are packed, too', () => {
    assert.ok(hrefs.length > 10);
    assert.deepEqual(
      hrefs.filter((href) => !paths.includes(href)),
      [],
    );
  });
});

/** The names of the packages in a folder node_modules, with those in folders of their own. */
function packagesIn(modules: string): string[] {
  const names = readdirSync(modules).flatMap((each) =>
    each.startsWith('@') ? readdirSync(join(modules, each)).map((inner) => `${each}/${inner}`) : [each],
  );
  return names
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const inner = join(modules, name, 'node_modules');
      return [name, ...(existsSync(inner) ? packagesIn(inner) : [])];
    });
}

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, each) => sum + (each.isFile() ? each.size : 0), 0);
