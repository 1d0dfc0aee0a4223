// A disk that fills while a store, a folder or a film is written: one line, exit 1, what was there before stays, and
// the same command goes on once there is room. On a small file system in memory, which takes root to mount.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runMandoline, sha256 } from '../support.js';

/** A folder with room for so many kilobytes, or undefined, and then the test is skipped. */
function smallDisk(
  context: TestContext,
  kilobytes: number,
): { folder: string; elsewhere: string } | undefined {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mandoline-test-'));
  const folder = join(elsewhere, 'disk');
  mkdirSync(folder);
  context.after(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(elsewhere, { recursive: true });
  });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    context.skip('a small file system cannot be mounted here: that takes root on Linux');
    return undefined;
  }
  return { folder, elsewhere };
}

const full = /^mandoline: [^\n]*: no space is left on the disk; make room or [^\n]*\n$/;
const counts = ['--coloring', 'count', '--samples', '1'];
const scene = ['render', 'mandelbrot', '--size', '400x400', '--slices', '20', '--quiet', ...counts];

test('a store on a full disk keeps what is done; with more room the same command goes on', async (context) => {
  const disk = smallDisk(context, 300);
  if (!disk) return;
  const { folder, elsewhere } = disk;
  writeFileSync(join(folder, 'filler'), Buffer.alloc(150_000));
  const given = [...scene, '--store', 'disk/store', '-o', 'a.png'];
  const stopped = await runMandoline(elsewhere, ...given);
  assert.match(stopped.stderr, full);
  assert.match(stopped.stderr, /the same command again: finished slices are kept/);
  assert.equal(stopped.code, 1);
  assert.deepEqual(readdirSync(elsewhere), ['disk']);
  const kept = readdirSync(join(folder, 'store', 'counts')).filter((name) => !name.startsWith('.')).length;
  assert.ok(kept > 0 && kept < 20, `${kept} slices`);

  rmSync(join(folder, 'filler'));
  assert.equal(spawnSync('mount', ['-o', 'remount,size=2m', folder]).status, 0);
  const again = await runMandoline(elsewhere, ...given.filter((word) => word !== '--quiet'), '--json');
  assert.equal(again.code, 0, again.stderr);
  const { store } = JSON.parse(again.stdout.toString());
  assert.deepEqual([store.kept, store.computed, store.mended], [kept, 20 - kept, 0]);
  assert.equal((await runMandoline(elsewhere, ...scene, '-o', 'whole.png')).code, 0);
  assert.equal(
    sha256(readFileSync(join(elsewhere, 'a.png'))),
    sha256(readFileSync(join(elsewhere, 'whole.png'))),
  );
});

for (const name of ['a.zarr', 'a.dzi', 'a.png', 'a.npy', 'a.npz'])
  test(`a disk that fills leaves nothing half-written, and ${name} as it was`, async (context) => {
    const disk = smallDisk(context, 180);
    if (!disk) return;
    const { folder } = disk;
    const picture = ['render', 'seahorse', '--quiet', ...counts, '-o', name];
    assert.equal((await runMandoline(folder, ...picture, '--size', '40x30')).code, 0);
    const files = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const digests = () => files().map((file) => (/\.\w+$/.test(file) ? digestOf(join(folder, file)) : file));
    const before = [files(), digests()];
    const { code, stderr } = await runMandoline(
      folder,
      ...picture,
      '--size',
      '900x700',
      '--iterations',
      '900',
    );
    assert.match(stderr, full);
    assert.equal(code, 1);
    assert.deepEqual([files(), digests()], before);
  });

function digestOf(path: string): string {
  try {
    return sha256(readFileSync(path));
  } catch {
    return 'folder';
  }
}

test('a film on a full disk keeps its whole frames; with more room the same command goes on', async (context) => {
  const disk = smallDisk(context, 24);
  if (!disk) return;
  const { folder } = disk;
  const film = [
    'zoom',
    'mandelbrot',
    '--to',
    'seahorse',
    '--frames',
    '8',
    '--size',
    '160x120',
    '-o',
    'film',
    ...counts,
  ];
  const stopped = await runMandoline(folder, ...film, '--quiet');
  assert.match(stopped.stderr, full);
  assert.equal(stopped.code, 1);
  const frames = () => readdirSync(join(folder, 'film'));
  const kept = frames();
  assert.ok(
    kept.length > 0 && kept.length < 8 && kept.every((name) => /^frame-\d+\.png$/.test(name)),
    `${kept}`,
  );
  assert.equal(spawnSync('mount', ['-o', 'remount,size=2m', folder]).status, 0);
  const again = await runMandoline(folder, ...film);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, new RegExp(`8 frames of 160 x 120, reused ${kept.length}`));
  assert.equal(frames().length, 8);
});
