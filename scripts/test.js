// `npm test`: set up what is missing, then run the compiled tests by Node's own runner.
// `npm test -- pool` runs only the files whose path holds "pool".
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  const wanted = process.argv.slice(2);
  const folder = join(root, 'dist', 'test');
  const files = readdirSync(folder, { recursive: true })
    .filter(
      (name) =>
        name.endsWith('.test.js') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
    )
    .sort();
  if (files.length === 0) throw new Error(`no test file's path holds ${wanted.join(' or ')}`);
  const options = ['--test', '--test-reporter=spec', ...files.map((name) => join(folder, name))];
  execFileSync(process.execPath, options, { cwd: root, stdio: 'inherit' });
});
