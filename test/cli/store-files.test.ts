// A store removes nothing that it did not make, and whatever stands in it is damaged at worst: no link is followed and
// nothing blocks the command.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { patience } from '../patience.js';
import { longAgo, runMany, sha256, temporaryFolder } from '../support.js';

const render = [
  'render',
  'mandelbrot',
  '--size',
  '64x64',
  '--quiet',
  '--workers',
  '0',
  '--coloring',
  'count',
  '--samples',
  '1',
];
const named = (digit: string) => `.${digit.repeat(8)}-1111-4111-8111-${'1'.repeat(12)}.part`;

/** A file that nobody has written to for years. */
function oldFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'mine');
  utimesSync(path, longAgo, longAgo);
  return path;
}

/** A folder with a whole store in it. */
async function withStore(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  const [made] = await runMany(folder, [[...render, '--slices', '4', '--store', 'store', '-o', 'a.png']]);
  assert.deepEqual(made, { code: 0, stdout: '', stderr: '' });
  return folder;
}

test('a folder that is not this store is refused, and every file in it stays', async (context) => {
  const folder = temporaryFolder(context);
  const kept = [
    ...['downloads/movie.mkv.part', 'downloads/sub/iso.part', 'downloads/readme.txt'],
    ...['parts/only.part', 'damaged/store.json', `damaged/${named('a')}`, `damaged/counts/${named('b')}`],
  ].map((name) => oldFile(join(folder, name)));
  assert.equal((await runMany(folder, [[...render, '--store', 'other', '-o', 'a.png']]))[0]!.code, 0);
  kept.push(oldFile(join(folder, 'other', 'counts', named('c'))));
  const wrong: [string[], RegExp][] = [
    [['--store', 'downloads'], /^mandoline: --store downloads: contains other files;/],
    [['--store', 'parts'], /^mandoline: --store parts: contains other files;/],
    [['--store', 'damaged'], /^mandoline: --store damaged\/store\.json: is damaged/],
    [['--store', 'other', '--iterations', '7'], /^mandoline: --store other: is the store of another scene;/],
    [['--store', 'other', '--slices', '64'], /^mandoline: --store other: is a store of \d+ slices, not 64;/],
  ];
  const told = await runMany(
    folder,
    wrong.map(([given]) => [...render, ...given, '-o', 'b.png']),
  );
  for (const [i, [, line]] of wrong.entries()) {
    assert.match(told[i]!.stderr, line);
    assert.equal(told[i]!.code, 2);
  }
  for (const path of kept) assert.equal(readFileSync(path, 'utf8'), 'mine', path);
});

test('in its own store a command removes only the old temporary files that stores make', async (context) => {
  const folder = await withStore(context);
  const store = join(folder, 'store');
  const removed = [named('a'), join('counts', named('b'))].map((name) => oldFile(join(store, name)));
  const kept = [
    ...[join('counts', 'thesis.part'), join('deeper', named('c')), '.a.part'],
    ...[join('..', 'elsewhere', named('d'))],
  ].map((name) => oldFile(join(store, name)));
  symlinkSync('../elsewhere', join(store, 'smooth'));
  symlinkSync(join('..', 'elsewhere', named('d')), join(store, named('e')));
  mkdirSync(join(store, 'loop'));
  for (const name of ['a', 'b']) symlinkSync('.', join(store, 'loop', name));
  writeFileSync(join(store, 'counts', named('f')), 'of a program that runs');

  const again = [...render, '--store', 'store', '-o', 'b.png'];
  const [linked] = await runMany(folder, [again]);
  assert.match(
    linked!.stderr,
    /^mandoline: --store store\/smooth: is a symbolic link, which a store never follows;/,
  );
  assert.equal(linked!.code, 2);
  rmSync(join(store, 'smooth'));
  assert.deepEqual(await runMany(folder, [again]), [{ code: 0, stdout: '', stderr: '' }]);
  assert.deepEqual(removed.filter(existsSync), []);
  for (const path of kept) assert.equal(readFileSync(path, 'utf8'), 'mine', path);
  assert.ok(existsSync(join(store, 'counts', named('f'))) && existsSync(join(store, named('e'))));
});

test('what is not a regular file of the right size is damaged at once, and mended without touching what it led to', {
  timeout: patience,
  skip: process.platform === 'win32',
}, async (context) => {
  const folder = await withStore(context);
  const store = join(folder, 'store');
  const slices = join(store, 'counts');
  const names = readdirSync(slices).sort();
  const outside = join(folder, 'outside');
  cpSync(join(slices, names[0]!), outside);
  const bytes = readFileSync(outside);
  const places: ((path: string) => void)[] = [
    (path) => execFileSync('mkfifo', [path]),
    (path) => symlinkSync('/dev/zero', path),
    // Its bytes are right, but they may change at any time.
    (path) => symlinkSync(outside, path),
    (path) => symlinkSync(path, path),
    (path) => writeFileSync(path, Buffer.concat([bytes, bytes])),
    (path) => writeFileSync(path, ''),
  ];
  const assemble = ['assemble', 'store', '--quiet', '--workers', '0', '-o', 'b.png'];
  for (const place of places) {
    rmSync(join(slices, names[0]!));
    place(join(slices, names[0]!));
    const [told, mended] = await runMany(folder, [
      assemble,
      [...render, '--store', 'store', '-o', 'b.png', '--json'],
    ]);
    assert.equal(
      told!.stderr,
      'mandoline: store: 1 of 4 slices is damaged: 0, from 0; render the scene with this store again\n',
    );
    assert.equal(told!.code, 1);
    assert.deepEqual(JSON.parse(mended!.stdout).store, { folder: 'store', computed: 0, kept: 3, mended: 1 });
    assert.equal(sha256(readFileSync(join(folder, 'b.png'))), sha256(readFileSync(join(folder, 'a.png'))));
    assert.deepEqual(readFileSync(outside), bytes);
  }

  renameSync(slices, join(folder, 'moved'));
  symlinkSync('../moved', slices);
  const [linked] = await runMany(folder, [assemble]);
  assert.match(
    linked!.stderr,
    /^mandoline: store\/counts: is a symbolic link, which a store never follows;[^\n]*\n$/,
  );
  assert.equal(linked!.code, 1);
  rmSync(slices);
  renameSync(join(folder, 'moved'), slices);
  rmSync(join(store, 'store.json'));
  execFileSync('mkfifo', [join(store, 'store.json')]);
  for (const given of [assemble, [...render, '--store', 'store', '-o', 'b.png']]) {
    const [told] = await runMany(folder, [given]);
    assert.match(told!.stderr, /store\.json: is damaged or of another version;[^\n]*\n$/);
    assert.equal(told!.code, 2);
  }
});
