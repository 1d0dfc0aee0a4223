// The exercises: their text, their check, and the solutions.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { missingIn } from '../../lesson/exercises/exercise.js';
import { firstHalf } from '../../lesson/exercises/first-half.js';
import { secondHalf } from '../../lesson/exercises/second-half.js';
import { mandoline, root, run, temporaryFolder } from '../support.js';

/** What a file lacks of its chapter's exercises, or of those that are named; chapters are checked as the command does. */
async function check(chapter: number, file: string, names?: readonly string[]) {
  const written = await import(pathToFileURL(file).href);
  const exercises = [...firstHalf, ...secondHalf][chapter - 1]!;
  const missing: Record<string, string | undefined> = {};
  for (const exercise of exercises)
    if (names?.includes(exercise.name) ?? true) missing[exercise.name] = await missingIn(exercise, written);
  return missing;
}
const checkProgram = join(root, 'dist', 'lesson', 'exercises', 'check.js');
const textOf = (...path: string[]) => readFileSync(join(root, 'lesson', ...path), 'utf8');
const names = readdirSync(join(root, 'lesson', 'exercises')).filter((name) => name.endsWith('.mjs'));

test('every chapter has a warm-up, a core exercise and a challenge; its page, its skeleton and its solution have the same', () => {
  assert.equal(names.length, 8);
  for (const name of names) {
    const page = textOf(name.replace('.mjs', '.md'));
    const [, exercises] = page.split('\n## Exercises\n');
    const functions = [...exercises!.matchAll(/^- \*\*(Warm-up|Core|Challenge)\*\*, `(\w+)`/gm)];
    assert.deepEqual(
      functions.map(([, level]) => level),
      ['Warm-up', 'Core', 'Challenge'],
    );
    const [skeleton, solution] = [textOf('exercises', name), textOf('answers', 'exercises', name)];
    for (const [, level, written] of functions)
      assert.match(skeleton, new RegExp(`\\* ${level}\\. [\\s\\S]*?function ${written}\\(`));
    assert.deepEqual(skeleton.match(/\/\*\*[\s\S]*?\*\//g), solution.match(/\/\*\*[\s\S]*?\*\//g), name);
  }
});

test('a solution is accepted; a skeleton lacks each of its functions', async () => {
  for (const name of names) {
    const chapter = Number.parseInt(name, 10);
    const solved = await check(chapter, join(root, 'lesson', 'answers', 'exercises', name));
    assert.deepEqual(Object.values(solved), [undefined, undefined, undefined], name);
    const empty = await check(chapter, join(root, 'lesson', 'exercises', name));
    assert.deepEqual(Object.values(empty), Array(3).fill('still to write'), name);
  }
});

/** What somebody may write instead of parts of a solution, and what the check says of it. */
const wrong: [solution: string, changes: [from: string, to: string][], said: Record<string, RegExp>][] = [
  [
    '1-serial',
    [
      ['Math.hypot(x, y) < Infinity)', 'Number.isFinite(x) && Number.isFinite(y))'],
      ['await work();', 'work();'],
    ],
    {
      countPoint: /^countPoint\(1\.3e\+154, 5\.4e\+153, \.\.\.\) returns 1 instead of 0/,
      takeTurns: /^a work that waits for 20 ms was timed as /,
    },
  ],
  [
    '1-serial',
    [
      ['const counts = new', "throw '';\n  const counts = new"],
      ['/ 1000', '/ 1'],
    ],
    { juliaSet: /^throws /, takeTurns: /^times are in seconds, not in milliseconds/ },
  ],
  [
    '1-serial',
    [
      [
        '      await work();',
        '      const others = Object.values(works).map((other) => other());\n      await others[0];',
      ],
    ],
    { takeTurns: /^the calls were quick slow other quick slow / },
  ],
  [
    '2-message-passing',
    [['slice % nRanks', '0']],
    {
      sharesLikeCards:
        /^sharesLikeCards\(5, 2\) returns \[\[0,1,2,3,4\],\[\]\] instead of \[\[0,2,4\],\[1,3\]\]/,
    },
  ],
  [
    '2-message-passing',
    [
      ["      const ended = once(rank, 'exit');\n", ''],
      ['      await ended;\n', ''],
    ],
    { sumByRanks: /^it does not wait until each thread has ended/ },
  ],
  [
    '3-pool',
    [
      ['pool.close();\n  await pool.join();', ''],
      ['pool.imapUnordered(pooled.sumOfCounts, grids)', 'await pool.map(pooled.sumOfCounts, grids)'],
      ['return all.map', 'pool.close();\n  return all.map'],
    ],
    {
      sums: /^the pool is still open/,
      progress: /^report is not called until all sums are there/,
      sumsOrErrors: /^the pool is closed/,
    },
  ],
  [
    '3-pool',
    [
      ['  await pool.join();', ''],
      [
        'for await (const sum of pool.imapUnordered(pooled.sumOfCounts, grids)) {',
        'for (const grid of grids) {\n    const [sum] = await pool.map(pooled.sumOfCounts, [grid]);',
      ],
    ],
    {
      sums: /^the workers are still running when it returns: wait until they have ended/,
      progress: /^the pool gets one grid after the other/,
    },
  ],
  [
    '3-pool',
    [['await pool.map(pooled.sumOfCounts, grids)', 'grids.map(sumOfCounts)']],
    { sums: /^the workers of the pool did not compute the sums/ },
  ],
  [
    '4-partial',
    [['partial(pooled.times, { factor })', '(x) => x * factor']],
    { scaled: /^TaskError: the function/ },
  ],
  [
    '4-partial',
    [['export function times', 'function times']],
    { scaled: /^TaskError: .* exports no function times/ },
  ],
  [
    '5-slices',
    [['Math.min(...freeAt)', 'Math.max(...freeAt)']],
    { simulate: /^simulate\(\[1,1,1,5\], 2\).seconds returns 8 instead of 6/ },
  ],
  [
    '6-shared-memory',
    [
      ['new SharedArrayBuffer(2 * rows', 'new ArrayBuffer(2 * rows'],
      ['Atomics.add(bins, counts[i], 1)', 'bins[counts[i]]++'],
    ],
    {
      sharedCounts: /^the memory is not shared/,
      rowNumbers: /^the workers did not fill shared memory/,
      histogram: /^(the workers do not use Atomics\.add|await histogram)/,
    },
  ],
  [
    '7-table',
    [['speedUp / workers };', 'speedUp * workers };']],
    { judge: /^judge\(6, 3, 2\).efficiency returns 4 instead of 1/ },
  ],
  [
    '8-beyond',
    [['row > n / 2 && column > 0', 'false']],
    { half: /^half\(\d+, count\) calls count \d+ times; at most \d+ are allowed/ },
  ],
];

test('a check says what is missing', async (context) => {
  // Within the project, so that the package's name is found.
  const folder = join(root, 'dist', 'written-exercises');
  mkdirSync(folder, { recursive: true });
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [i, [name, changes, said]] of wrong.entries()) {
    let written = textOf('answers', 'exercises', `${name}.mjs`);
    for (const [from, to] of changes) {
      assert.ok(written.includes(from), `${name}: ${from}`);
      written = written.replace(from, to);
    }
    const file = join(folder, `${i}-${name}.mjs`);
    writeFileSync(file, written);
    const missing = await check(Number.parseInt(name, 10), file, Object.keys(said));
    for (const [exercise, line] of Object.entries(said)) assert.match(missing[exercise] ?? 'done', line);
  }
  // A function that awaits what never happens would end the process.
  const file = join(folder, 'stuck.mjs');
  writeFileSync(file, 'export const takeTurns = () => new Promise(() => {});');
  const { code, stdout } = await run(process.execPath, [checkProgram, '1', file]);
  assert.equal(code, 1);
  assert.match(stdout.toString(), /takeTurns: never returns: /);
});

test('the command gives the reader the file, checks it, and keeps what they wrote', async (context) => {
  const folder = temporaryFolder(context);
  const given = [mandoline, 'lesson', 'check', '5'];
  const first = await run(process.execPath, given, { cwd: folder });
  assert.equal(first.code, 1);
  assert.match(first.stderr, /exercises\/5-slices\.mjs: contains the functions to write;/);
  assert.match(first.stdout.toString(), /missing {2}warm-up {4}cut: still to write\n/);
  const file = join(folder, 'exercises', '5-slices.mjs');
  assert.equal(readFileSync(file, 'utf8'), textOf('exercises', '5-slices.mjs'));
  writeFileSync(file, textOf('answers', 'exercises', '5-slices.mjs'));
  const second = await run(process.execPath, given, { cwd: folder });
  assert.deepEqual([second.code, second.stdout.toString().split('\n').at(-2)], [0, '3 of 3 done']);
  writeFileSync(file, 'export const cut = ;');
  const broken = await run(process.execPath, given, { cwd: folder });
  assert.equal(broken.code, 1);
  assert.match(broken.stdout.toString(), /5-slices\.mjs: cannot be loaded: SyntaxError: /);
});

test('common mistakes produce the messages that their page shows', async () => {
  const blocks = textOf('mistakes.md').matchAll(
    /<!-- output node (lesson\/mistakes\/\S+) -->\n```text\n\$ .*\n([\s\S]*?)```/g,
  );
  let count = 0;
  for (const [, path, shown] of blocks) {
    count++;
    const { code, stdout, stderr } = await run(process.execPath, [join(root, path!)], { cwd: root });
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout.toString().replaceAll(root.replace(/\/$/, ''), '/mandoline'), shown);
  }
  assert.equal(count, 6);
});
