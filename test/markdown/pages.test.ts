// The pages of docs/: short enough to read, and each in the overview.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');

test('the front page has about 100 lines, and a page of docs/ at most 160', () => {
  assert.ok(read('README.md').split('\n').length <= 110);
  const long = pages.filter((name) => read(join('docs', name)).split('\n').length > 160);
  assert.deepEqual(long, []);
});

test('every page is in the overview', () => {
  assert.ok(pages.length >= 12);
  const overview = read('docs/README.md');
  assert.deepEqual(
    pages.filter((name) => !overview.includes(`](${name})`)),
    [],
  );
});
