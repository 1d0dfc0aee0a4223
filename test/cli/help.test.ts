// The short help and the full one, the examples in both, and British spellings of flags.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'shell-quote';
import { outline } from '../../src/cli/outline.js';
import { makeProgram } from '../../src/cli/program.js';
import { americanFlags } from '../../src/cli/spelling.js';
import { runMany, temporaryFolder } from '../support.js';

test('the help of render fits a screen of 80 x 40, and --help all has every flag', async (context) => {
  const [short, full] = await runMany(temporaryFolder(context), [
    ['render', '--help'],
    ['render', '--help', 'all'],
  ]);
  assert.deepEqual([short!.code, full!.code, short!.stderr, full!.stderr], [0, 0, '', '']);
  const lines = short!.stdout.trimEnd().split('\n');
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  assert.ok(lines.every((line) => line.length <= 80));
  const { flags } = outline(makeProgram()).find(({ path }) => path === 'render')!;
  const names = flags.map(({ names }) => names.at(-1)!);
  const isIn = (help: string) => (name: string) => new RegExp(`^ .*${name}\\b`, 'm').test(help);
  assert.deepEqual(
    names.filter((name) => !isIn(full!.stdout)(name)),
    [],
  );
  assert.ok(names.filter(isIn(short!.stdout)).length < names.length / 2);
  for (const task of ['wallpaper', 'poster', 'film'])
    assert.match(short!.stdout, new RegExp(`a ${task} +mandoline`));
});

test('every example in a help is a command line that is accepted', async () => {
  const program = makeProgram();
  const wrong: string[] = [];
  for (const { command, path } of outline(program)) {
    if (path === 'lesson') continue; // which prints how it was started
    let help = '';
    command.configureOutput({ writeOut: (part) => (help += part) });
    command.outputHelp();
    const examples = [...help.matchAll(/^ {2}(?:\S.*? {2,})?mandoline (.+?)(?: +#.*| [|>].*)?$/gm)];
    for (const [, line] of examples) {
      const reading = makeProgram();
      for (const each of outline(reading)) if (each.commands.length === 0) each.command.action(() => {});
      await reading
        .parseAsync(parse(line!).map(String), { from: 'user' })
        .catch((error) => wrong.push(`${path}: ${line}: ${error.message}`));
    }
  }
  assert.deepEqual(wrong, []);
});

test('British spellings of flags are accepted, in every form, and words that are not flags are left alone', async (context) => {
  assert.deepEqual(americanFlags(['render', '--colouring', 'smooth', '--centre=0.1', '--', '--centre']), [
    'render',
    '--coloring',
    'smooth',
    '--center=0.1',
    '--',
    '--centre',
  ]);
  const given = ['mandelbrot', '--size', '20x10', '--workers', '0', '--json', '-o'];
  const [american, british] = await runMany(temporaryFolder(context), [
    ['render', '--coloring', 'distance', '--center', '-0.7', ...given, 'a.png'],
    ['render', '--colouring=distance', '--centre', '-0.7', ...given, 'b.png'],
  ]);
  assert.equal(british!.code, 0, british!.stderr);
  assert.deepEqual(JSON.parse(british!.stdout).scene, JSON.parse(american!.stdout).scene);
});
