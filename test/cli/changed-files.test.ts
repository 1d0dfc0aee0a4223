import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLong, root, run, temporaryFolder } from '../support.js';

const count = isLong ? 20_000 : 2000;

test(`${count} pictures, scenes and locations that were changed at random are scenes or a readable error, in 200 MB`, async (context) => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const program = join(root, 'dist', 'test', 'cli', 'changed-files.js');
  // What reading needs is measured, not how long an engine leaves garbage where there is room for it.
  const heap = ['--max-semi-space-size=4', '--max-old-space-size=64'];
  const given = [...heap, program, temporaryFolder(context), String(count), String(seed)];
  const { code, stdout, stderr } = await run(process.execPath, given);
  assert.equal(code, 0, `seed ${seed}: ${stderr.slice(0, 3000)}`);
  const { scenes, errors, megabytes } = JSON.parse(stdout.toString());
  context.diagnostic(`${scenes} scenes, ${errors} errors, at most ${megabytes} MB`);
  assert.equal(scenes + errors, count);
  assert.ok(scenes > 50 && errors > 50, stdout.toString());
  assert.ok(megabytes < 200, `${megabytes} MB`);
});
