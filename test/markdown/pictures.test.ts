// A comment `<!-- picture PATH -->` before a command says which of the page's pictures it makes.
import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support.js';
import { allTokens, codeBlocks, documents } from './documents.js';
import { assertDrawnBy } from './pictures.js';

const drawn = documents.flatMap((document) =>
  codeBlocks(document).flatMap(({ path, code, comment }) => {
    const picture = /^picture (\S+\.png)$/.exec(comment)?.[1];
    return picture ? [{ document, path, picture, command: code.split('\n')[0]! }] : [];
  }),
);

test('pictures with commands were found', () => assert.ok(drawn.length >= 8));

test('each picture is shown on its page, and its command draws it', async () => {
  for (const { document, path, picture, command } of drawn) {
    const shown = allTokens(document.tokens).filter(({ type }) => type === 'image');
    assert.ok(
      shown.some(({ href }) => href === picture),
      `${path}: ${picture}`,
    );
    assert.ok(command.endsWith(` -o ${basename(picture)}`), command);
    await assertDrawnBy(join(root, dirname(path), picture), command);
  }
});
