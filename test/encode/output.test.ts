import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OutputError, openOutput } from '../../src/encode/output.node.js';
import { temporaryFolder } from '../support.js';

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
});
