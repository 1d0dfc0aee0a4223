// CITATION.cff says what package.json says. By the schema of the Citation File Format 1.2.0 it was checked when it was
// written; what is held here is what changes.
import assert from 'node:assert/strict';
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
