// CITATION.cff and the notes of a release agree with package.json. CITATION.cff was checked with the schema of the Citation
// File Format 1.2.0 when it was written; this tests what changes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './support.js';

test('the version and the licence to cite are those of the package', () => {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const citation = readFileSync(join(root, 'CITATION.cff'), 'utf8');
  const value = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(citation)?.[1];
  assert.deepEqual([value('cff-version'), value('type')], ['1.2.0', 'software']);
  assert.deepEqual([value('version'), value('license')], [version, license]);
  const owner = /Copyright \(c\) \d+ (.*)/.exec(readFileSync(join(root, 'LICENSE'), 'utf8'))?.[1];
  assert.match(citation, new RegExp(`^ {2}- name: ${owner}$`, 'm'));
});

test('the notes of a release are the section of its version, and no other tag has any', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const notes = (tag: string) =>
    spawnSync(process.execPath, [join(root, 'scripts', 'release-notes.js'), tag], { encoding: 'utf8' });
  const { status, stdout } = notes(`v${version}`);
  assert.equal(status, 0);
  assert.match(stdout, /^- [^\n]+\n/);
  assert.ok(!stdout.includes('## '));
  assert.notEqual(notes('v999.0.0').status, 0);
});
