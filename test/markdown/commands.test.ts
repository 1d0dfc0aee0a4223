// Every command in the Markdown is one that the command line takes; those that take a moment are run.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { parse } from 'shell-quote';
import { makeProgram } from '../../src/cli/program.js';
import { isSceneFile } from '../../src/cli/scene-file.js';
import { sceneOf } from '../../src/cli/scene-flags.js';
import { root, runLines, temporaryFolder } from '../support.js';
import { allTokens, documents } from './documents.js';

interface Line {
  readonly path: string;
  readonly text: string;
  /** Whether it stands within a text. */
  readonly isText: boolean;
  /** The words, up to what another program gets. */
  readonly words: readonly string[];
}

/** The lines of code blocks for a shell, and commands within the text. */
const lines: readonly Line[] = documents
  .filter(({ path }) => !path.startsWith('docs/api/'))
  .flatMap(({ path, tokens }) =>
    allTokens(tokens).flatMap(({ type, text, lang }) => {
      const isShell = type === 'code' && /^(|sh|shell|bash|console)$/.test(lang ?? '');
      const given = isShell ? text.split('\n') : type === 'codespan' ? [text] : [];
      return given
        .map((line: string) => line.trim().replace(/^\$ /, ''))
        .filter((line: string) => /^(npm (start|run|test)|(npx )?mandoline )/.test(line))
        .map((line: string) => ({ path, text: line, isText: !isShell, words: wordsOf(line) }));
    }),
  );

function wordsOf(line: string): string[] {
  const entries = parse(line, (name) => `$${name}`);
  const end = entries.findIndex((entry) => typeof entry === 'object' && !('pattern' in entry));
  return (end < 0 ? entries : entries.slice(0, end)).map((entry) =>
    typeof entry === 'string' ? entry : 'pattern' in entry ? entry.pattern : '',
  );
}

/** What goes to the command, or undefined where it is none of its lines. */
function argumentsOf({ words }: Line): readonly string[] | undefined {
  if (words[0] === 'mandoline') return words.slice(1);
  if (words[0] === 'npx' && words[1] === 'mandoline') return words.slice(2);
  if (words[0] === 'npm' && words[1] === 'start') return words[2] === '--' ? words.slice(3) : ['render'];
  return undefined;
}

const commands = lines.flatMap((line) => {
  const given = argumentsOf(line) ?? [];
  // `mandoline SCENE ...` and the like stand for something; `npm start --` alone is how others begin.
  const isWhole = given.length > 0 && !given.some((word) => /^([A-Z]+|\.\.\.)$/.test(word));
  return isWhole ? [{ ...line, given }] : [];
});
/** Within a text a name alone is no call, but has to be one that there is. */
const calls = commands.filter(({ given, isText }) => !isText || given.length > 1);

test('commands were found', () => {
  assert.ok(commands.length > 20);
  assert.ok(commands.some(({ text }) => text.includes('#f=mandelbrot')));
});

/** The program, with nothing done but reading; what it was given goes to `take`. */
function readingProgram(take: (scene: string | undefined, flags: object, command: Command) => Promise<void>) {
  const program = makeProgram();
  const onlyRead = (commands: readonly Command[]) => {
    for (const command of commands) {
      command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
      // One that has commands of its own does nothing itself.
      if (command.commands.length > 0) onlyRead(command.commands);
      else command.action(() => take(command.args[0], command.opts(), command));
    }
  };
  onlyRead([program]);
  return program;
}

test('every command has flags and values that it takes, and scenes that there are', async () => {
  const wrong: string[] = [];
  for (const { path, text, given } of calls) {
    const program = readingProgram(async (scene, flags, command) => {
      const takesScene = command.registeredArguments[0]?.name() === 'scene';
      if (takesScene && !(scene && isSceneFile(scene))) await sceneOf(scene, flags);
    });
    await program.parseAsync(given, { from: 'user' }).catch((error) => {
      if (error.code !== 'commander.helpDisplayed' && error.code !== 'commander.version')
        wrong.push(`${path}: ${text}: ${error.message}`);
    });
  }
  assert.deepEqual(wrong, []);
});

test('every command that is named is there', () => {
  const names = makeProgram().commands.map((command) => command.name());
  const wrong = commands.filter(({ given: [name = ''] }) => !name.startsWith('-') && !names.includes(name));
  assert.deepEqual(
    wrong.map(({ path, text }) => `${path}: ${text}`),
    [],
  );
});

test('scripts that are run are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wrong = lines.filter(({ words: [npm, run, name = '', , program] }) => {
    if (npm !== 'npm' || run !== 'run' || name === '') return false;
    const folder = ({ bench: 'bench', lesson: 'lesson' } as Record<string, string>)[name];
    // A flag, a chapter, or one of the lesson's own words.
    const isOther = name === 'lesson' && /^(-.*|\d|check|slides|cheat-sheet)$/.test(program ?? '');
    const isThere = !folder || !program || isOther || existsSync(join(root, folder, `${program}.ts`));
    return !(name in scripts) || !isThere;
  });
  assert.deepEqual(wrong, []);
});

test('commands that take a moment do what they say, pictures with few points', async (context) => {
  const folder = temporaryFolder(context);
  const short = calls.flatMap(({ text, given }) => {
    const [name, ...rest] = given;
    if (rest.some((word) => isSceneFile(word) && rest[rest.indexOf(word) - 1] !== '-o')) return [];
    if (given.includes('--help') || ['schema', 'completions', 'doctor'].includes(name!))
      return [{ text, given }];
    if (name === 'info' || (name === 'scenes' && rest.length === 0)) return [{ text, given }];
    if (name !== 'render') return [];
    // The lesson's sample points are a lattice; another scene is one of pixels.
    const isView = /^[#a-z]/.test(rest[0] ?? '') || /--(center|size|zoom|width)/.test(text);
    const few = isView ? ['--size', '40x30'] : ['--cells', '20'];
    return [{ text, given: [...given, '--quiet', '--workers', '0', ...few] }];
  });
  const asked = [...new Map(short.map((each) => [each.given.join(' '), each])).values()];
  assert.ok(asked.length > 8);
  // Each in a folder of its own, since several may name the same store.
  const told = await runLines(
    asked.map(({ given }) => ({ cwd: mkdtempSync(join(folder, 'command-')), given })),
  );
  for (const [i, { code, stderr }] of told.entries())
    assert.deepEqual([code, stderr.includes('mandoline:')], [0, false], `${asked[i]!.text}\n${stderr}`);
});
