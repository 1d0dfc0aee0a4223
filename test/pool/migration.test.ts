// The programs of docs/pool-migration.md in other pools, each run where its package is: those of npm beside the benches,
// which install them (npm run bench -- pool). Our side is run by the tests of all Markdown.
import assert from 'node:assert/strict';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeBlocks, documents } from '../markdown/documents.js';
import { isInstalled, root, run, temporaryFolder } from '../support.js';

const blocks = documents.filter(({ path }) => path === 'docs/pool-migration.md').flatMap(codeBlocks);
const peers = join(root, 'bench', 'pool', 'node_modules');

test('the migration page has a program for each peer', () => {
  const named = blocks.flatMap(({ comment }) => /^run (\w+)$/.exec(comment)?.[1] ?? []);
  assert.deepEqual(named, ['piscina', 'tinypool', 'workerpool', 'python']);
});

for (const { comment, language, code } of blocks) {
  const peer = /^run (\w+)$/.exec(comment)?.[1];
  if (!peer) continue;
  const isPython = language === 'python';
  const skip = isPython ? !isInstalled('python3') : !existsSync(join(peers, peer));
  test(`the migration page's program with ${peer} prints what ours does`, { skip }, async (context) => {
    const folder = temporaryFolder(context);
    for (const each of blocks) {
      const name = /^file (\S+)$/.exec(each.comment)?.[1];
      if (name) writeFileSync(join(folder, name), each.code);
    }
    if (!isPython) symlinkSync(peers, join(folder, 'node_modules'));
    const program = join(folder, isPython ? 'program.py' : 'program.mjs');
    writeFileSync(program, code);
    const { code: exit, stdout, stderr } = await run(isPython ? 'python3' : process.execPath, [program]);
    assert.deepEqual([exit, stderr], [0, '']);
    assert.deepEqual(JSON.parse(stdout.toString()), [1229, 2262, 3245]);
  });
}
