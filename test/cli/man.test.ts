import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manPage } from '../../src/cli/man.js';
import { outline } from '../../src/cli/outline.js';
import { makeProgram } from '../../src/cli/program.js';
import { isInstalled, root } from '../support.js';

const day = '2026-01-31';
const page = manPage(makeProgram(), day);

test('every command, flag and operand is in the manual page, with its description', () => {
  const shown = page
    .replaceAll('\\-', '-')
    .replaceAll('\\&', '')
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(ha', '^')
    .replace(/\s+/g, ' ');
  for (const { path, command, flags, operands } of outline(makeProgram())) {
    assert.ok(shown.includes(path && `.SS ${path} `), path);
    assert.ok(shown.includes(command.description()), path);
    for (const { names, description } of flags) {
      for (const name of names)
        assert.match(shown, new RegExp(`\\.TP \\\\fB[^.]*${name}\\b`), `${path} ${name}`);
      assert.ok(shown.includes(description), `${path} ${names}`);
    }
    for (const { name, description } of operands)
      assert.ok(shown.includes(`.I ${name} ${description}`), path);
  }
});

test('the page that is packed is this one', () => {
  const {
    man: [man],
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packed = readFileSync(join(root, man), 'utf8');
  assert.equal(packed.replace(/"\d{4}-\d\d-\d\d"/, `"${day}"`), page);
});

const checks = [
  ['man', '--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', '-'],
  ['groff', '-man', '-Tutf8', '-wall', '-z'],
  ['mandoc', '-T', 'lint'],
] as const;
for (const [name, ...given] of checks) {
  const isThere = isInstalled(name);
  test(`${name} has nothing to say against the page`, {
    skip: !isThere && `${name} is not installed`,
  }, () => {
    const { status, stderr, stdout } = spawnSync(name, given, { input: page, encoding: 'utf8' });
    assert.deepEqual([status, stderr, name === 'man' ? '' : stdout], [0, '', '']);
  });
}

test('no description depends on the machine', () => {
  // A list of numbers of workers for this machine's cores would.
  const other = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
os.availableParallelism = () => 61;
syncBuiltinESMExports();
const { manPage } = await import('./dist/src/cli/man.js');
const { makeProgram } = await import('./dist/src/cli/program.js');
process.stdout.write(manPage(makeProgram(), '${day}'));`,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  assert.equal(other, page);
});
