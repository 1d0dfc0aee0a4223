// What is said about the numbers of the lesson's programs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lessonReport } from '../../src/cli/lesson-report.js';
import { inWords, paragraphOf, serialCompute, tooBusy } from '../../src/cli/lesson-words.js';
import { root } from '../support.js';

interface Shown {
  readonly words: readonly [string, ...string[]];
  readonly printed: string;
}
const { chapters } = JSON.parse(readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8'));
const shown: Shown[] = chapters.flatMap(({ commands }: { commands: Shown[] }) => commands);
const printedBy = (name: string) => shown.find(({ words }) => words[0] === name)!.printed;
const inPage = serialCompute(printedBy('serial'));

test('every program that prints times gets a sentence with its own numbers and those of the page', () => {
  for (const { words, printed } of shown) {
    const [program] = words;
    if (['maps', 'partial'].includes(program)) continue;
    const serial = { here: inPage, page: inPage };
    const sentence = inWords({ program, printed, page: printed, serial, load: undefined });
    assert.match(sentence!, /^[A-Z2].*\d.*\. The page says \d.*\.$/, program);
    assert.doesNotMatch(sentence!, /NaN|undefined|Infinity/);
  }
});

test('the numbers are those that were printed', () => {
  const pool = 'grid 0.1 s\ncompute      2.000 s\ntotal 2.5 s\n';
  const given = { program: 'pool', printed: pool, page: pool, load: undefined };
  assert.equal(
    inWords({ ...given, serial: { here: 3, page: 4 } }),
    "The stage compute was 1.50 times as fast as the serial program's compute. The page says 2.00 times.",
  );
  assert.equal(inWords({ ...given, serial: { here: undefined, page: 4 } }), undefined);
});

test('where other programs took the cores that a program could use, the comparison gives way to that', () => {
  const load = { kind: 'load', cores: 2, used: 1 } as const;
  assert.equal(tooBusy({ ...load, others: 0.9, wanted: 1 }), undefined);
  assert.equal(tooBusy({ ...load, others: 0.1, wanted: 2 }), undefined);
  assert.match(
    tooBusy({ ...load, others: 0.5, wanted: 2 })!,
    /too busy to tell: other programs used 0\.5 of its 2 cores/,
  );
  const printed = 'compute      2.000 s\n';
  const serial = { here: 3, page: 4 };
  const busy = { ...load, others: 1.2, wanted: 2 };
  const said = inWords({ program: 'shared', printed, page: printed, serial, load: busy });
  const paragraph = paragraphOf(said, busy);
  assert.match(paragraph, /^The stage compute was 1\.50 .*compute\. The machine was too busy to tell: /);
  assert.doesNotMatch(paragraph, /The page/);
});

test("the report's summary says once for all programs that the machine was too busy", async () => {
  const load = { kind: 'load', cores: 2, used: 1, wanted: 2 } as const;
  const run = { command: 'lesson pool', words: ['pool'], printed: '', figures: [] };
  const runs = [0.6, 0.9, 0].map((others, i) => ({
    ...run,
    said: `Program ${i}.`,
    load: { ...load, others },
  }));
  const machine = { cpu: 'a processor', cores: 2, node: 'v20.0.0' } as Parameters<
    typeof lessonReport
  >[1]['machine'];
  const page = await lessonReport([{ ...chapters[0], runs }], {
    machine,
    command: '',
    linkTo: (to) => to,
  });
  const [, summary] = /<ul>([\s\S]*?)<\/ul>/.exec(page)!;
  assert.equal(
    summary!.replaceAll(/<\/?li>/g, ''),
    'Program 0.\nProgram 1.\nProgram 2.\nThe machine was too busy to tell while 2 of 3 programs ran: ' +
      'other programs used up to 0.9 of its 2 cores. Close them and run the lesson again.',
  );
  assert.equal(page.match(/too busy to tell: other/g)!.length, 2);
});
