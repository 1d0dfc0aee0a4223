// Every text that people read, held to the rules of language that a program can check. The list is written to
// dist/texts.txt, to be read in one go.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './support.js';
import { allTexts } from './texts.js';

const texts = await allTexts();

test('all texts are in one file', () => {
  const many = (kind: string) => texts.filter((each) => each.kind === kind).length;
  assert.ok(many('help') >= 19 && many('message') > 800 && many('document') > 20);
  let place = '';
  const lines = texts.map((each) => {
    const heading = each.place === place ? '' : `\n== ${each.place}\n`;
    place = each.place;
    return `${heading}${each.kind === 'comment' ? '// ' : ''}${each.text}\n`;
  });
  writeFileSync(join(root, 'dist', 'texts.txt'), lines.join(''));
});

/** Phrases that a reader stumbles over, and what to write. */
const phrases: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(^|[.;:] )Who \w+s\b/m, 'address the reader: "Teaching? See ..."'],
  [/\bWhat stands\b/i, 'name the thing'],
  [/\b(is|are|was|were|be|cannot be) had\b/, 'is computed, is available'],
  [/\b(goes|go|going|gone|went) on with\b/, 'resumes, continues'],
  [/\b(is|are|be) gone through\b/, 'is repeated'],
  [/\b(hold|holds|held|holding)\b[^.;]{0,40}\bagainst\b/, 'compare with'],
  [/\bstands? (behind|beside)\b/, 'follows, is next to'],
  [/\b(lies|lie) beside\b/, 'is next to'],
  [/\bof one's own\b/, 'your own'],
  [/\bas one likes\b/, 'freely'],
  [/\bThat is the point\b/, 'delete it'],
  [/(?<!\bthere )\bis no (valid|JSON|folder|file|store|number|path|whole|text|picture|array)\b/, 'is not a'],
  [/\bnobody his\b/, 'rewrite the sentence'],
  [/\bin the very\b/, 'exactly as'],
  [/\bone a core\b/, 'one per core'],
  [/\bsamples a pixel\b/, 'samples per pixel'],
  [/\bthe oracle has nothing\b/, 'verification reports no mismatches'],
];

test('no text has a phrase that readers stumble over', () => {
  const wrong = texts
    .filter(({ place }) => !/^test\/texts/.test(place))
    .flatMap(({ place, text }) =>
      phrases.flatMap(([pattern, instead]) => {
        const found = pattern.exec(text.replace(/\s+/g, ' '));
        return found ? [`${place}: "${found[0]}": ${instead}`] : [];
      }),
    );
  assert.equal(wrong.join('\n'), '');
});

test('every help has lines of at most 80 columns', () => {
  const long = texts
    .filter(({ kind }) => kind === 'help')
    .flatMap(({ place, text }) => text.split('\n').map((line) => `${place}: ${line}`))
    .filter((line) => line.slice(line.indexOf(': ') + 2).length > 80);
  assert.deepEqual(long, []);
});
