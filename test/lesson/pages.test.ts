// The lesson's pages, compared with the programs' code and output.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLong, root, run } from '../support.js';

const pages = ['lesson', 'lesson/answers'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`),
);

test(`the code in the lesson's pages is the files' own${isLong ? ', and every command prints what they show, numbers apart' : ''}`, async () => {
  const all = isLong ? ['all'] : [];
  const { code, stderr } = await run(process.execPath, [
    join(root, 'scripts', 'include.js'),
    '--check',
    ...all,
  ]);
  assert.deepEqual([code, stderr], [0, '']);
});

test('every program of the lesson stands in a page with its code, and every page with what it prints', () => {
  const { programs, takes } = JSON.parse(readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8'));
  const texts = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  assert.ok(programs.length >= 20, programs.join(' '));
  for (const program of programs) {
    assert.ok(texts.includes(`<!-- code lesson/${program}.ts -->`), `${program}.ts stands in no page`);
    assert.match(texts, new RegExp(`<!-- output .*${program}(\\.js)?( .*)? -->\n\`\`\`text\n\\$ .*\n.+`));
  }
  assert.doesNotMatch(texts, /^…$/m);
  // Small grids reach every program that has one.
  for (const name of ['serial', 'pool', 'shared', 'table', 'beyond', 'slices', 'answers/bound'])
    assert.ok(takes[name].flags.includes('cells'), name);
});

test('a chapter has a question, and the answers have an answer to it', () => {
  const answers = readFileSync(join(root, 'lesson', 'answers', 'README.md'), 'utf8');
  const chapters = pages.filter((page) => /^lesson\/\d/.test(page));
  assert.equal(chapters.length, 8);
  for (const [i, page] of chapters.entries()) {
    assert.match(
      readFileSync(join(root, page), 'utf8'),
      new RegExp(`\n## To try\n\n.+\\(answers/README.md#${i + 1}-.+\\)\n`),
    );
    assert.match(answers, new RegExp(`\n## ${i + 1}\\. .+\n`));
  }
});
