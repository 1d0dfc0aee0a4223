import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { besideOf, createFile, leftoversOf, newTag } from '../../src/encode/part.node.js';
import { systemReason } from '../../src/system-error.node.js';
import { temporaryFolder } from '../support.js';

test('a file is created only where there is none, not even a link', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'victim'), 'precious');
  symlinkSync('victim', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  for (const name of ['victim', 'link', 'dangling'])
    assert.throws(() => createFile(join(folder, name)), { code: 'EEXIST' });
  assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'precious');
  assert.equal(existsSync(join(folder, 'nowhere')), false);
});

test('names of unfinished files differ each time and fit next to a name of 200 bytes', () => {
  const tags = Array.from({ length: 1000 }, newTag);
  assert.equal(new Set(tags).size, 1000);
  assert.ok(besideOf('a'.repeat(200), tags[0]!, 'old').length <= 255);
});

test('what a program left that has ended is abandoned; what a running or an unknown one writes is not', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.png');
  const [scope, , random] = newTag().split('-') as [string, string, string];
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const own = besideOf(path, newTag());
  const beside = {
    ended: besideOf(path, `${scope}-${ended}-${random}`),
    endedFolder: besideOf(path, `${scope}-${ended}-${random}`, 'old'),
    parent: besideOf(path, `${scope}-${process.ppid}-${random}`),
    // The number was another process's before it was this one's.
    before: besideOf(path, `${scope}-${process.pid}-000000000000`),
    elsewhere: besideOf(path, `00000000-${ended}-${random}`),
  };
  for (const file of [
    own,
    ...Object.values(beside),
    join(folder, '.a.png.mine.part'),
    besideOf(join(folder, 'b.png'), newTag()),
  ])
    file === beside.endedFolder ? mkdirSync(file) : writeFileSync(file, '');
  const found = Object.fromEntries(leftoversOf(path).map(({ path, state }) => [path, state]));
  assert.deepEqual(found, {
    [beside.ended]: 'abandoned',
    [beside.endedFolder]: 'abandoned',
    [beside.before]: 'abandoned',
    [beside.elsewhere]: 'foreign',
  });
});

test("the system's errors are told in words, without a code or the path", (context) => {
  const folder = temporaryFolder(context);
  const reasonOf = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return systemReason(error);
    }
  };
  assert.equal(
    reasonOf(() => readFileSync(join(folder, 'none'))),
    'there is no such file or folder',
  );
  assert.equal(
    reasonOf(() => readFileSync(folder)),
    'is a folder, not a file',
  );
  // Node's own words, for what has none here.
  assert.equal(
    reasonOf(() => readdirSync('a\0b')),
    undefined,
  );
  assert.equal(
    reasonOf(() => createFile(folder)),
    'file already exists',
  );
  assert.equal(systemReason(new Error('no more')), undefined);
});
