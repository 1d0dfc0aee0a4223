// What Tab makes of a line, in the shells themselves: bash runs the function, fish tells, zsh is typed to.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { outline, shortened } from '../../src/cli/outline.js';
import { makeProgram } from '../../src/cli/program.js';
import { isInstalled, mandoline, runMandoline, runMany, temporaryFolder } from '../support.js';

/** Words of a line, the last with Tab behind it, and what they are then. */
const lines: readonly (readonly [typed: readonly string[], last: string])[] = [
  [['rend'], 'render'],
  [['help', 'rend'], 'render'],
  [['render', 'mandelb'], 'mandelbrot'],
  [['render', '--colori'], '--coloring'],
  [['render', '--coloring', 'smo'], 'smooth'],
  [['render', '--palette', 'emb'], 'ember'],
  [['render', '--palette', 'my-'], 'my-own.map'],
  [['render', '--palette', 'ember', 'seah'], 'seahorse'],
  [['render', '--channels', 'smooth,di'], 'smooth,distance'],
  [['render', '-o', 'my-'], 'my-own.map'],
  [['render', '--format', 'web'], 'webp'],
  [['render', '--samples', '3'], '3x3'],
  [['render', '--store', 'fold'], 'folder/'],
  [['cluster', 'submit', '--store', 'fold'], 'folder/'],
  [['zoom', '--to', 'seah'], 'seahorse'],
  [['zoom', '-o', 'fold'], 'folder/'],
  [['explore', 'armad'], 'armada'],
  [['info', 'my-'], 'my-own.map'],
  [['bench', '--exte'], '--extent'],
  [['completions', 'fi'], 'fish'],
];

const shell = (name: string) => ({
  skip: !isInstalled(name) && `${name} is not installed: apt install ${name}`,
});

/** Runs a shell's program in a folder with a file, a folder, and the script. */
function inShell(context: TestContext, name: string, given: readonly string[], program: string): string[] {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'my-own.map'), '');
  writeFileSync(join(folder, 'script'), execFileSync(process.execPath, [mandoline, 'completions', name]));
  writeFileSync(join(folder, 'program'), program);
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, TERM: 'dumb' } } as const;
  return execFileSync(name, [...given, 'program'], options)
    .trim()
    .split('\n');
}

const expected = lines.map(([typed, last]) => ['mandoline', ...typed.slice(0, -1), last].join(' '));
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

test('bash completes commands, flags, names and paths', shell('bash'), (context) => {
  const program = `source ./script
try() {
  COMP_WORDS=(mandoline "$@"); COMP_CWORD=$#; _mandoline
  [[ -d \${COMPREPLY[0]} ]] && COMPREPLY[0]+=/ # what -o filenames does
  echo mandoline "\${@:1:$#-1}" "\${COMPREPLY[@]}"
}
${lines.map(([typed]) => `try ${quoted(typed)}`).join('\n')}
complete -p mandoline
try render --coloring = smo
try render --coloring =
try schema ''`;
  const told = inShell(context, 'bash', [], program);
  assert.deepEqual(told.slice(0, lines.length), expected);
  assert.deepEqual(told.slice(lines.length), [
    'complete -o filenames -F _mandoline mandoline',
    'mandoline render --coloring = smooth',
    'mandoline render --coloring count smooth distance decomposition binary trap slope basin period',
    'mandoline schema',
  ]);
});

test('fish completes commands, flags, names and paths', shell('fish'), (context) => {
  const program = `source ./script
${lines.map(([typed]) => `complete -C '${['mandoline', ...typed].join(' ')}'; echo`).join('\n')}
echo schema; complete -C 'mandoline schema '
complete -C 'mandoline render --coloring=smo'`;
  const told = inShell(context, 'fish', ['--no-config'], program).join('\n').split('\n\n');
  const words = (lines: string) => lines.split('\n').map((line) => line.replace(/\t.*/, ''));
  assert.deepEqual(
    told.slice(0, lines.length).map(words),
    lines.map(([, last]) => [last]),
  );
  assert.deepEqual(told.slice(lines.length), ['schema\n--coloring=smooth\twhat the colours represent']);
  assert.match(told[0]!, /^render\tdraw a scene/);
});

test('zsh completes commands, flags, names and paths', shell('zsh'), (context) => {
  // Typed to a zsh of its own, which prints what it would have run.
  const program = `zmodload zsh/zpty
zpty typed 'PS1= zsh -f -i'
zpty -w typed 'autoload -Uz compinit; compinit -D -u; source ./script; setopt no_beep no_list_beep no_prompt_sp'
zpty -w typed 'mandoline() { print -r -- "<mandoline $*>" }; unsetopt zle_bracketed_paste 2> /dev/null; print begun'
zpty -r typed heard $'*begun\\r\\n*'
try() {
  zpty -w -n typed "mandoline $*"$'\\t\\n'
  zpty -r typed heard $'*\\n<mandoline *>\\r\\n'
  print -r -- "\${\${heard##*<}%%>*}"
}
${lines.map(([typed]) => `try ${quoted(typed)}`).join('\n')}
zpty -d typed`;
  const told = inShell(context, 'zsh', ['-f'], program);
  // Behind a folder zsh leaves its slash away when the line is run.
  const slashes = (lines: readonly string[]) => lines.map((line) => line.replace(/\/$/, ''));
  assert.deepEqual(slashes(told), slashes(expected));
});

test('every command and every flag is in the scripts', async () => {
  const commands = outline(makeProgram());
  assert.ok(commands.length >= 9);
  const shells = ['bash', 'zsh', 'fish'];
  const told = await runMany(
    '.',
    shells.map((name) => ['completions', name]),
  );
  for (const [i, name] of shells.entries()) {
    const { stdout: script, code } = told[i]!;
    assert.equal(code, 0);
    for (const { path, flags } of commands) {
      // A command of a command is a function of zsh.
      const spelledPath = name === 'zsh' ? path.replaceAll(' ', '_') : path;
      assert.ok(script.includes(spelledPath), `${name}: ${path}`);
      for (const flag of flags.flatMap(({ names }) => names)) {
        const spelled = name !== 'fish' ? flag : flag.replace(/^--/, ' -l ').replace(/^-(?=\w)/, ' -s ');
        assert.ok(script.includes(spelled), `${name}: ${path} ${flag}`);
      }
    }
  }
});

test('a shell that is not known is a usage error', async () => {
  const { code, stdout, stderr } = await runMandoline('.', 'completions', 'tcsh');
  assert.deepEqual(
    [code, stdout.length, stderr],
    [2, 0, 'mandoline: completions tcsh: must be bash, zsh or fish\n'],
  );
});

test('a description in a list ends where it goes into details', () => {
  assert.equal(shortened('what the colours represent: count, smooth'), 'what the colours represent');
  assert.equal(shortened('worker threads; 0: none'), 'worker threads');
  assert.equal(shortened('slices (default: 4)'), 'slices');
  assert.equal(shortened('the step, such as "z^3 + c"'), 'the step, such as "z^3 + c"');
});
