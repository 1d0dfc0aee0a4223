// docs/colour.md has every colouring, scale and palette, and the command next to each picture draws it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { colorings, paletteNames, scales } from 'mandoline';
import { root } from '../support.js';
import { assertDrawnBy } from './pictures.js';

const text = readFileSync(join(root, 'docs', 'colour.md'), 'utf8');
const rows = [...text.matchAll(/^\| !\[(.+?)\]\((.+?)\) \|.*`(mandoline render .+?)` \|$/gm)];

test('every colouring, scale and palette has a picture', () => {
  assert.deepEqual(
    rows.map(([, name]) => name),
    [...colorings, ...scales, ...paletteNames],
  );
});

test('each picture is of the scene of the command next to it', async () => {
  for (const [, , path, command] of rows) await assertDrawnBy(join(root, 'docs', path!), command!);
});
