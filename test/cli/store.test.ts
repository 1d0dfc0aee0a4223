// A render that is killed at any moment goes on where it was, and ends with the same bytes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLong, mandoline, run, runMandoline, runMany, sha256, temporaryFolder } from '../support.js';

const job = [
  'render',
  'mandelbrot',
  '--size',
  '400x400',
  '--iterations',
  '3000',
  '--exact',
  'brute',
  '--coloring',
  'count',
  '--samples',
  '1',
];
const colors = ['--coloring', 'smooth', '--slices', '40', '--quiet'];

test('a render that is killed goes on where it was, recomputes nothing that is whole, and ends with the same bytes', async (context) => {
  const folder = temporaryFolder(context);
  assert.equal((await runMandoline(folder, ...job, ...colors, '-o', 'whole.png')).code, 0);
  const kept = () =>
    readdirSync(folder).includes('store') && readdirSync(join(folder, 'store')).includes('smooth')
      ? readdirSync(join(folder, 'store', 'smooth')).filter((name) => !name.startsWith('.')).length
      : 0;
  const stored = [mandoline, ...job, ...colors, '--store', 'store', '-o', 'a.png'];
  let before = 0;
  for (let kill = 1; kill <= (isLong ? 20 : 3); kill++) {
    // Once some more slices are there than the last time, at any moment.
    const enough = Math.min(35, before + 1 + Math.floor(Math.random() * 8));
    const ended = await run(process.execPath, stored, { cwd: folder }, (child) => {
      const timer = setInterval(() => {
        if (kept() < enough) return;
        clearInterval(timer);
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
      }, 2);
      child.once('exit', () => clearInterval(timer));
    });
    assert.ok(ended.code !== 1 && ended.code !== 2, ended.stderr);
    assert.ok(kept() >= before);
    before = kept();
  }
  const args = [...job, ...colors.slice(0, -1), '--store', 'store', '-o', 'a.png', '--json'];
  const { code, stdout } = await runMandoline(folder, ...args);
  assert.equal(code, 0);
  const { store } = JSON.parse(stdout.toString());
  assert.deepEqual(store, { folder: 'store', computed: 40 - before, kept: before, mended: 0 });
  assert.equal(sha256(readFileSync(join(folder, 'a.png'))), sha256(readFileSync(join(folder, 'whole.png'))));
  assert.deepEqual(readdirSync(folder).sort(), ['a.png', 'store', 'whole.png']);
});

test('a store that cannot be used is one line and exit 2, and what is there stays', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'file'), 'mine');
  const small = ['render', '--cells', '20', '--quiet'];
  assert.equal((await runMandoline(folder, ...small, '--store', 'store', '-o', 'a.png')).code, 0);
  const wrong: [string[], RegExp][] = [
    [['--store', 'file'], /^mandoline: --store file: is not a folder; give the name of one\n$/],
    [['--store', '.'], /^mandoline: --store \.: contains other files; give an empty folder/],
    [
      ['--store', 'none/store'],
      /^mandoline: --store none\/store: the folder .*none does not exist; create it first\n$/,
    ],
    [['--store', 'store', '--iterations', '7'], /^mandoline: --store store: is the store of another scene;/],
    [['--store', 'store', '--slices', '3'], /^mandoline: --store store: is a store of \d+ slices, not 3;/],
  ];
  const told = await runMany(
    folder,
    wrong.map(([given]) => [...small, ...given, '-o', 'b.png']),
  );
  for (const [i, [, line]] of wrong.entries()) {
    assert.match(told[i]!.stderr, line);
    assert.equal(told[i]!.code, 2);
  }
  assert.deepEqual(readdirSync(folder).sort(), ['a.png', 'file', 'store']);
});
