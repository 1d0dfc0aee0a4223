import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OutputError, openOutput } from '../../src/encode/output.node.js';
import { run, temporaryFolder } from '../support.js';

test('a file is in its place only when it is whole', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  function* chunks() {
    yield Uint8Array.of(1, 2);
    assert.equal(existsSync(path), false);
    assert.equal(readdirSync(folder).length, 1);
    yield Uint8Array.of(3);
  }
  assert.equal(await openOutput(path).write(chunks()), 3);
  assert.deepEqual([...readFileSync(path)], [1, 2, 3]);
  assert.deepEqual(readdirSync(folder), ['a.bin']);
});

test('work that fails leaves the old file as it was, and nothing beside it', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  const failure = new Error('no more');
  async function* chunks() {
    yield Uint8Array.of(1);
    throw failure;
  }
  await assert.rejects(openOutput(path).write(chunks()), (error) => error === failure);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.bin']);
});

test('what is discarded in the middle leaves nothing', async (context) => {
  const folder = temporaryFolder(context);
  const output = openOutput(join(folder, 'a.bin'));
  function* chunks() {
    yield Uint8Array.of(1);
    output.discard();
    assert.deepEqual(readdirSync(folder), []);
    yield Uint8Array.of(2);
  }
  await assert.rejects(output.write(chunks()), OutputError);
  assert.deepEqual(readdirSync(folder), []);
});

test('a missing folder, a file in its place, a folder as target are told before any work', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'sub.png'));
  assert.throws(() => openOutput(join(folder, 'none', 'a.png')), /there is no folder .*none; make it first/);
  assert.throws(() => openOutput(join(folder, 'file', 'a.png')), /file is not a folder/);
  assert.throws(() => openOutput(join(folder, 'sub.png')), /is a folder; give the name of a file/);
  for (const length of [250, 300])
    assert.throws(() => openOutput(join(folder, 'a'.repeat(length))), /the name is too long; choose/);
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'sub.png']);
});

const hasFullDevice = existsSync('/dev/full');

test('a full disk is told in one line and leaves nothing', { skip: !hasFullDevice }, async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  const output = openOutput(path);
  symlinkSync('/dev/full', join(folder, `.a.bin.${process.pid}.part`));
  await assert.rejects(output.write([Uint8Array.of(1)]), (error) => {
    assert.ok(error instanceof OutputError);
    assert.match(
      error.message,
      /a\.bin: cannot be written \(ENOSPC: .*\); make room or choose another place$/,
    );
    return true;
  });
  assert.deepEqual(readdirSync(folder), []);
});

/** A program that writes so many bytes to stdout and says on stderr what came of it. */
const writer = (bytes: number) => `
  import { openOutput } from ${JSON.stringify(new URL('../../src/encode/output.node.js', import.meta.url).href)};
  function* chunks() { for (let left = ${bytes}; left > 0; left -= 65536) yield new Uint8Array(Math.min(left, 65536)); }
  try { console.error('written', await openOutput('-').write(chunks())); }
  catch (error) { console.error(error.name, error.message); }`;
const shell = (tail: string, bytes: number) =>
  run('sh', ['-c', `"$0" --input-type=module -e "$1" ${tail}`, process.execPath, writer(bytes)]);

test('stdout gets every byte, however slow its reader', async () => {
  const { stdout, stderr } = await shell('| (sleep 0.3; cat)', 3_000_001);
  assert.equal(stdout.length, 3_000_001);
  assert.equal(stderr, 'written 3000001\n');
});

test('a reader of stdout that goes away ends the writing quietly', async () => {
  const { stdout, stderr } = await shell('| head -c 10', 30_000_000);
  assert.equal(stdout.length, 10);
  assert.match(stderr, /^written \d+\n$/);
});

test('a stdout that is full is told in one line', { skip: !hasFullDevice }, async () => {
  const { stderr } = await shell('> /dev/full', 100_000);
  assert.match(stderr, /^OutputError stdout: cannot be written \(ENOSPC: .*\n$/);
});
