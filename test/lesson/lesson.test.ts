import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { insteadOfKoffi } from '../cluster/mpi.js';
import { eachOfMany, fixture, isLong, parityCases, root, run } from '../support.js';

const lesson = (name: string, ...given: string[]) =>
  run(process.execPath, [join(root, 'dist', 'lesson', `${name}.js`), ...given]);

/** The lesson's own grids, counted by numpy: fixtures/parity/lesson.py. */
const ownGrids: {
  cells: number;
  iterations: number;
  shape: number[];
  sum: number;
  sha256_uint16_le: string;
}[] = JSON.parse(fixture('parity/lesson.json').toString());
const course = parityCases.find(({ name }) => name === 'seed_4000')!;
const known = [...ownGrids, ...parityCases.filter(({ name }) => name.startsWith('seed_'))];

const small = ['--cells', '50'];
/** The grid of the Python course. */
const large = ['--cells', `${course.cells}`, '--iterations', `${course.iterations}`];
const programs: [string, ...string[]][] = [
  ['serial', '1', '--cells', '400'],
  ['message-passing', '3', '2', ...small],
  ['pool', '100', '2', ...small],
  ['shared', '30', '2', ...small],
];
if (isLong)
  for (const grid of [[], large])
    programs.push(
      ['serial', '1', ...grid],
      ['message-passing', '3', '2', ...grid],
      ['pool', '2000', '2', ...grid],
      ['pool', '7', '1', ...grid],
      ['shared', '100', '2', ...grid],
      ['shared', '2000', '2', ...grid],
    );
for (const [name, ...given] of programs) {
  test(`the lesson's program makes numpy's array and prints the time of each stage: ${name} ${given.join(' ')}`, async () => {
    const { code, stdout, stderr } = await lesson(name, ...given);
    assert.deepEqual([code, stderr], [0, '']);
    const flag = (name: string) => given.includes(name) && Number(given[given.indexOf(name) + 1]);
    const cells = flag('--cells') || 1100;
    const iterations = flag('--iterations') || 500;
    const { shape, sum, sha256_uint16_le } = known.find(
      (each) => each.cells === cells && each.iterations === iterations,
    )!;
    assert.match(
      stdout.toString(),
      new RegExp(`${shape.join(' x ')} counts, sum ${sum}, sha256 ${sha256_uint16_le}\n$`),
    );
    if (name !== 'shared') assert.match(stdout.toString(), /^grid +\d+\.\d+ s$/m);
    assert.match(stdout.toString(), /^(compute|gather) +\d+\.\d+ s$/m);
  });
}

test('an argument that a program cannot use is named, with the program, in one line; exit 2', async () => {
  const number = 'must be a whole number from 1 to';
  const wrong: [string, string][] = [
    ['pool 2000 0', `lesson pool: N_WORKERS 0: ${number} 1024`],
    ['pool many', `lesson pool: N_SLICES many: ${number} 1000000`],
    ['pool -1 2', `lesson pool: N_SLICES -1: ${number} 1000000`],
    ['pool 1 2 3', 'lesson pool: 3: is one number too many; this program takes N_SLICES N_WORKERS'],
    ['pool 2 2 --cells', `lesson pool: --cells: ${number} 4000`],
    ['pool --cells=5000', `lesson pool: --cells 5000: ${number} 4000`],
    [
      'pool --rounds 3',
      'lesson pool: --rounds: has no effect here; this program takes --cells, --iterations',
    ],
    ['slices --slow', 'lesson slices: --slow: has no effect here; this program takes --cells, --rounds'],
    [
      'answers/bound --cell 5',
      'lesson answers/bound: --cell: has no effect here; this program takes --cells, --rounds, --iterations',
    ],
  ];
  await eachOfMany(wrong, async ([given, line]) => {
    const [name, ...words] = given.split(' ');
    const { code, stdout, stderr } = await lesson(name!, ...words);
    assert.deepEqual([code, stdout.toString(), stderr], [2, '', `mandoline: ${line}\n`]);
  });
});

test('more slices than rows are a warning, and --help lists what a program takes', async () => {
  const [many, help] = await Promise.all([
    lesson('serial', '41', '--cells', '20'),
    lesson('shared-memory', '--help'),
  ]);
  assert.equal(many.code, 0);
  assert.equal(
    many.stderr,
    'mandoline: lesson serial: 41 slices: the grid has only 40 rows, so 1 of them is empty; give at most 40\n',
  );
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(
    help.stdout.toString(),
    /^Usage: node \S*dist\/lesson\/shared-memory\.js \[N_SLICES\] \[N_WORKERS\] \[--cells\] \[--rounds\] \[--iterations\]\n\n {2}N_SLICES +number of slices, 1 to 1000000 \(default: 100\)\n/,
  );
});

test('without koffi the program of ranks prints one line, of the first rank, and exits with 1', async () => {
  const given = [...insteadOfKoffi('throw new Error()'), join(root, 'dist', 'lesson', 'mpi.js')];
  const said = await Promise.all(
    ['0', '1'].map((rank) =>
      run(process.execPath, given, { env: { ...process.env, OMPI_COMM_WORLD_RANK: rank } }),
    ),
  );
  assert.deepEqual(
    said.map(({ code, stderr }) => [code, stderr]),
    [
      [1, 'mandoline: lesson mpi: MPI: needs the package koffi, which is not installed: npm install koffi\n'],
      [1, ''],
    ],
  );
});
