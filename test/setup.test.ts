// What brings a clone to where its programs run, where two of them start at once.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, run, temporaryFolder } from './support.js';

test('programs that are started at once set up a folder one after the other; a lock of one that has died counts for nothing', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  copyFileSync(join(root, 'scripts', 'setup.js'), join(folder, 'scripts', 'setup.js'));
  writeFileSync(
    join(folder, 'program.js'),
    `import { alone } from './scripts/setup.js';
    import { appendFileSync } from 'node:fs';
    alone(() => {
      appendFileSync('log', 'begins ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      appendFileSync('log', 'ends ');
    });`,
  );
  const gone = await run(process.execPath, ['-e', 'console.log(process.pid)']);
  writeFileSync(join(folder, '.setting-up'), gone.stdout.toString().trim());
  const programs = Array.from({ length: 3 }, () => run(process.execPath, ['program.js'], { cwd: folder }));
  for (const { code, stderr } of await Promise.all(programs)) assert.deepEqual([code, stderr], [0, '']);
  assert.equal(readFileSync(join(folder, 'log'), 'utf8'), 'begins ends '.repeat(3));
  assert.equal(existsSync(join(folder, '.setting-up')), false);
});
