// `npm test`: set up what is missing, then run the compiled tests by Node's own runner.
// `npm test -- pool` runs only the files whose path contains "pool". Several parts run in the order given.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram, runScript, setup } from './setup.js';

/** Files that take long start first, so that at the end no core waits for one of them. */
const longest = ['web/explorer', 'pool/', 'cluster/', 'cli/', 'render/'];

runScript(() => {
  setup();
  const wanted = process.argv.slice(2);
  const all = readdirSync(join(root, 'dist', 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .sort();
  const parts = wanted.length > 0 ? wanted : [...longest, ''];
  const files = [...new Set(parts.flatMap((part) => all.filter((name) => name.includes(part))))];
  if (files.length === 0) throw new Error(`no test file's path holds ${wanted.join(' or ')}`);
  runProgram([
    '--test',
    '--test-concurrency=3',
    '--test-reporter=spec',
    ...files.map((name) => join('dist', 'test', name)),
  ]);
});
