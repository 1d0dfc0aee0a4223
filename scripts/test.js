// `npm test`: completes the setup, then runs the compiled tests with Node's test runner.
// `npm test -- pool` runs only the files whose path contains "pool". Several parts run in the order given.
// Some files only run by name: those in named.js.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { named } from './named.js';
import { root, runScript, setup } from './setup.js';

/** Slow files start first, so that no core idles at the end. `node --test` would sort them. */
const longest = ['web/explorer', 'cluster/', 'pool/', 'lesson/', 'browsers/', 'cli/', 'render/'];
/** A file that runs longer than this many hours is terminated and reported. */
const mostHours = process.env.MANDOLINE_STRESS === 'long' ? 5 : 1;

/** Environment variables that affect programs under test: colours, widths, languages, a queue, other ranks. */
const heeded =
  /^(FORCE_COLOR|NO_COLOR|CLICOLOR.*|COLUMNS|LINES|LANG|LANGUAGE|LC_.*|MANDOLINE_REDIS|OMPI_COMM.*|PMI_.*)$/;

runScript(() => {
  setup();
  for (const name of Object.keys(process.env)) if (heeded.test(name)) delete process.env[name];
  process.env.LC_ALL = 'C.UTF-8';
  const wanted = process.argv.slice(2);
  const all = readdirSync(join(root, 'dist', 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .sort();
  const usual = all.filter((name) => !named.some((part) => name.includes(part)));
  const [parts, among] = wanted.length > 0 ? [wanted, all] : [[...longest, ''], usual];
  const names = [...new Set(parts.flatMap((part) => among.filter((name) => name.includes(part))))];
  if (names.length === 0) throw new Error(`no test file's path contains ${wanted.join(' or ')}`);
  const files = names.map((name) => join(root, 'dist', 'test', name));
  // Some files wait more than they compute, hence four at a time for two cores.
  run({ files, concurrency: 4, timeout: mostHours * 3_600_000 })
    .on('test:fail', ({ todo }) => {
      if (todo === undefined) process.exitCode = 1;
    })
    .compose(spec)
    .pipe(process.stdout);
});
