import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eachOfMany, isLong, parityCases, root, run } from '../support.js';

const lesson = (name: string, ...given: string[]) =>
  run(process.execPath, [join(root, 'dist', 'lesson', `${name}.js`), ...given]);

const few = ['--cells', '50'];
const programs: [string, ...string[]][] = [
  ['serial', '1', ...few],
  ['message-passing', '3', '2', ...few],
  ['pool', '2000', '2'],
];
if (isLong)
  programs.push(
    ['serial', '1'],
    ['message-passing', '3', '2'],
    ['message-passing', '2000', '2'],
    ['pool', '7', '1'],
  );
for (const [name, ...given] of programs) {
  test(`the lesson's program makes numpy's array and prints the time of each stage: ${name} ${given.join(' ')}`, async () => {
    const { code, stdout, stderr } = await lesson(name, ...given);
    assert.deepEqual([code, stderr], [0, '']);
    const expected = given.includes('--cells') ? 'seed_100' : 'seed_4000';
    const { shape, sum, sha256_uint16_le } = parityCases.find((each) => each.name === expected)!;
    assert.match(
      stdout.toString(),
      new RegExp(`${shape.join(' x ')} counts, sum ${sum}, sha256 ${sha256_uint16_le}\n$`),
    );
    assert.match(stdout.toString(), /^grid +\d+\.\d+ s$/m);
    assert.match(stdout.toString(), /^(compute|gather) +\d+\.\d+ s$/m);
  });
}

test('an argument that a program cannot use is named, with the program, in one line; exit 2', async () => {
  const number = 'must be a whole number from 1 to';
  const wrong: [string, string][] = [
    ['pool 2000 0', `lesson pool: N_WORKERS 0: ${number} 1024`],
    ['pool many', `lesson pool: N_SLICES many: ${number} 1000000`],
    ['pool -1 2', `lesson pool: N_SLICES -1: ${number} 1000000`],
    ['pool 1 2 3', 'lesson pool: 3: is one number too many; it takes N_SLICES N_WORKERS'],
    ['pool 2 2 --cells', `lesson pool: --cells: ${number} 4000`],
    ['pool --cells=5000', `lesson pool: --cells 5000: ${number} 4000`],
    ['pool --rounds 3', 'lesson pool: --rounds: does nothing here; it takes --cells, --slow'],
    ['slices --slow', 'lesson slices: --slow: does nothing here; it takes --cells, --rounds'],
    [
      'answers/bound --cell 5',
      'lesson answers/bound: --cell: does nothing here; it takes --cells, --rounds, --slow',
    ],
  ];
  await eachOfMany(wrong, async ([given, line]) => {
    const [name, ...words] = given.split(' ');
    const { code, stdout, stderr } = await lesson(name!, ...words);
    assert.deepEqual([code, stdout.toString(), stderr], [2, '', `mandoline: ${line}\n`]);
  });
});

test('more slices than rows are told, and --help says what a program takes', async () => {
  const [many, help] = await Promise.all([
    lesson('serial', '41', '--cells', '20'),
    lesson('shared-memory', '--help'),
  ]);
  assert.equal(many.code, 0);
  assert.equal(
    many.stderr,
    'mandoline: lesson serial: 41 slices: the grid has 40 rows, so that 1 of them is empty; take at most 40\n',
  );
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(
    help.stdout.toString(),
    /^Usage: lesson shared-memory \[N_SLICES\] \[N_WORKERS\] \[--cells\] \[--rounds\] \[--slow\]\n\n {2}N_SLICES +1 to 1000000 \(default: 100\)\n/,
  );
});
