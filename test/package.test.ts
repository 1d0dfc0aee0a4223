// What `npm pack` makes, installed in an empty folder by somebody who has nothing of this project. The projects that it
// is used in are test/pool/outside-user, which maps a function of its own, and the program below.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
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

async function install(tarball: string, user: string): Promise<void> {
  const installed = await run('npm', ['install', '--no-fund', '--no-audit', tarball], { cwd: user });
  assert.equal(installed.code, 0, installed.stderr);
  const { code, stdout } = await run('npx', ['mandoline', '--version'], { cwd: user });
  assert.deepEqual([code, stdout.toString()], [0, `${version}\n`]);
}

/** The same where there is no time for it: the package's own files, and beside them those that it needs, as linked. */
async function unpack(tarball: string, user: string): Promise<void> {
  const modules = join(user, 'node_modules');
  const link = (target: string, path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  const own = join(modules, 'mandoline');
  mkdirSync(own, { recursive: true });
  const { code, stderr } = await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', own]);
  assert.equal(code, 0, stderr);
  for (const name of Object.keys(dependencies)) link(join(root, 'node_modules', name), join(modules, name));
  link(join(own, bin.mandoline), join(modules, '.bin', 'mandoline'));
}
const { version, dependencies, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('the packed package works where it is installed: the command, the library, the pool, the types, an outside project', async (context) => {
  const folder = temporaryFolder(context);
  const { tarball, paths } = await pack(folder);
  assert.ok(
    paths.includes('dist/command/mandoline.js') && paths.includes('LICENSE') && paths.includes('README.md'),
  );
  assert.deepEqual(
    paths.filter((path) => /^(dist\/)?(test|bench|scripts)\//.test(path)),
    [],
  );

  const user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  await (isLong ? install : unpack)(tarball, user);

  const command = join(user, 'node_modules', '.bin', 'mandoline');
  const rendered = await run(command, ['render', '--cells', '50', '--json', '-o', 'a.png'], { cwd: user });
  assert.equal(rendered.code, 0, rendered.stderr);
  assert.equal(JSON.parse(rendered.stdout.toString()).outputs[0].path, 'a.png');

  const lesson = await run(command, ['lesson', 'pool', '3', '2', '--cells', '50'], { cwd: user });
  assert.deepEqual([lesson.code, lesson.stderr], [0, '']);
  // numpy's sum for this grid, as below.
  assert.match(lesson.stdout.toString(), /100 x 100 counts, sum 132639, /);
  assert.ok(paths.includes('lesson/README.md') && paths.includes('dist/lesson/chapters.json'));

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
});
