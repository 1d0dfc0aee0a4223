// `npm test`: set up what is missing, then run the compiled tests by Node's own runner.
// `npm test -- pool` runs only the files whose path holds "pool"; of several parts, those of the first begin first.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  const wanted = process.argv.slice(2);
  const all = readdirSync(join(root, 'dist', 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .sort();
  const named = wanted.flatMap((part) => all.filter((name) => name.includes(part)));
  const files = wanted.length === 0 ? all : [...new Set(named)];
  if (files.length === 0) throw new Error(`no test file's path holds ${wanted.join(' or ')}`);
  runProgram([
    '--test',
    '--test-concurrency=2',
    '--test-reporter=spec',
    ...files.map((name) => join('dist', 'test', name)),
  ]);
});
