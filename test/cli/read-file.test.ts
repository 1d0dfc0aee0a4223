// Files that the user names: as programs on Windows write text, too large, endless, or not files at all.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isInstalled, mandoline, run, runMany, temporaryFolder } from '../support.js';

const view = { center: ['0', '0'], width: 3, columns: 30, rows: 20 };
const scene = { formula: 'z^2 + c', c: 'p', z0: [0, 0], view, iterations: 50, escape: 2, palette: 'ember' };
const texts: Readonly<Record<string, string>> = {
  'a.json': JSON.stringify(scene),
  'a.kfr': 'Re: -0.5\r\nIm: 0.25\r\nZoom: 1.5\r\n',
  'a.toml': 'program = "fraktaler-3"\nlocation.real = "-0.5"\n',
};
const palettes: Readonly<Record<string, string>> = {
  'a.map': '1 2 3\r\n4 5 6\r\n7 8 9\r\n',
  'a.ugr': 'a {\r\ngradient:\r\n  index=0 color=255\r\n  index=200 color=65280\r\n}\r\n',
};
const spellings: readonly ((text: string) => Uint8Array)[] = [
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
];

test('a byte order mark and UTF-16 change nothing in any text file that is read', async (context) => {
  const folder = temporaryFolder(context);
  for (const spelling of spellings.keys()) mkdirSync(join(folder, String(spelling)));
  for (const [name, text] of Object.entries({ ...texts, ...palettes }))
    for (const [i, spelled] of spellings.entries())
      writeFileSync(join(folder, `${i}/${name}`), spelled(text));
  const given = (spelling: number) => [
    ...Object.keys(texts).map((name) => ['info', `${spelling}/${name}`, '--json']),
    ...Object.keys(palettes).map((name) => {
      const picture = ['--size', '30x20', '--quiet', '--workers', '0', '-o', `${spelling}/${name}.png`];
      return ['render', 'mandelbrot', '--palette', `${spelling}/${name}`, ...picture];
    }),
  ];
  const told = await Promise.all([...spellings.keys()].map((spelling) => runMany(folder, given(spelling))));
  for (const { code, stderr } of told.flat()) assert.deepEqual([code, stderr], [0, '']);
  for (const spelling of [1, 2]) {
    assert.deepEqual(told[spelling], told[0]);
    for (const name of Object.keys(palettes))
      assert.deepEqual(
        readFileSync(join(folder, `${spelling}/${name}.png`)),
        readFileSync(join(folder, `0/${name}.png`)),
        name,
      );
  }
});

test('a file that is too large, endless, a folder or not there is one line and exit code 2', async (context) => {
  const folder = temporaryFolder(context);
  const sized = (name: string, bytes: number) => {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), bytes);
  };
  for (const name of ['large.json', 'large.kfr', 'large.toml']) sized(name, 1_000_001);
  for (const name of ['large.map', 'large.ugr']) sized(name, 4_000_001);
  sized('large.png', 1_000_000_001);
  symlinkSync('/dev/zero', join(folder, 'zero.json'));
  mkdirSync(join(folder, 'folder.json'));
  const scenes: readonly (readonly [file: string, reason: string])[] = [
    ...['large.json', 'large.kfr', 'large.toml', 'zero.json'].map(
      (name) => [name, 'is larger than 1.00 MB, the limit for such a file'] as const,
    ),
    ['large.png', 'is larger than 1.00 GB, the limit for such a file'],
    ['folder.json', 'is a folder, not a file'],
    ['none.png', 'does not exist'],
    ['folder.json/none.kfr', 'does not exist'],
  ];
  const ended = await runMany(
    folder,
    scenes.map(([name]) => ['render', name]),
  );
  for (const [i, [name, reason]] of scenes.entries())
    assert.deepEqual(ended[i], { code: 2, stdout: '', stderr: `mandoline: ${name}: ${reason}\n` });
  const colors = ['large.map', 'large.ugr', 'none.map'];
  const others = await runMany(
    folder,
    colors.map((name) => ['render', '--palette', name]),
  );
  for (const [i, name] of colors.entries()) {
    const reason =
      name === 'none.map' ? 'does not exist' : 'is larger than 4.00 MB, the limit for such a file';
    assert.deepEqual(others[i], { code: 2, stdout: '', stderr: `mandoline: --palette ${name}: ${reason}\n` });
  }
});

/** A program of the system that opens the other end, and so knows that the command waits at its own. */
const hasPipes = isInstalled('mkfifo', '--version');

test('a pipe is read as a file is, and a signal ends the command that waits for it', {
  skip: !hasPipes,
}, async (context) => {
  const folder = temporaryFolder(context);
  assert.equal((await run('mkfifo', ['a.json', 'b.json'], { cwd: folder })).code, 0);
  const info = (name: string) => [process.execPath, mandoline, 'info', name];
  const read = ['-c', 'cat > a.json <&3 & exec "$@" 3<&-', 'sh', ...info('a.json')];
  writeFileSync(join(folder, 'scene.json'), texts['a.json']!);
  const [whole, waiting] = await Promise.all([
    run('sh', ['-c', `exec 3< scene.json; ${read[1]}`, ...read.slice(2)], { cwd: folder }),
    // The signal comes once the other end has been opened, which is when the command has opened its own.
    run('sh', ['-c', '"$@" & exec 4> b.json; kill -TERM $!; wait $!', 'sh', ...info('b.json')], {
      cwd: folder,
    }),
  ]);
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
  assert.match(String(whole.stdout), /^a +z\^2 \+ c/);
  assert.equal(waiting.code, 128 + 15, waiting.stderr);
});
