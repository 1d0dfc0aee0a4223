// Parts of a render that many programs compute into one store, and what is made of them: the bytes of a render by one
// program, or one line that says what is lacking.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gallery, inPixels } from 'mandoline';
import { slurmPart } from '../../src/cli/parts.js';
import { partOfSlice, partSize, partSlices, sliceRanges } from '../../src/render/job.js';
import { mandoline, run, runMandoline, runMany, type Said, sha256, temporaryFolder } from '../support.js';

const scene = [
  'mandelbrot',
  '--size',
  '120x90',
  '--iterations',
  '150',
  '--coloring',
  'smooth',
  '--samples',
  '1',
];
const outputs = ['-o', 'a.png', '-o', 'a.npy', '-o', 'a.zarr', '-o', 'a.dzi'];
const slices = ['--slices', '12'];
const part = (which: string, ...more: string[]) => [
  ...['render', ...scene, ...slices, '--quiet', '--workers', '0', '--store', 'kept', '--part', which],
  ...more,
];
const assemble = (...more: string[]) => ['assemble', 'kept', '-o', 'a.png', '--quiet', ...more];

/** That all is done, and nothing said of it. */
function assertDone(told: readonly Said[]): void {
  for (const { code, stderr } of told) assert.deepEqual([code, stderr], [0, '']);
}

/** As Slurm tells a task its place in its array. */
const variables = (array: Record<string, string>) =>
  Object.fromEntries(Object.entries(array).map(([name, value]) => [`SLURM_ARRAY_TASK_${name}`, value]));

/** Every file under some names, with what is in it. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile() && !name.startsWith('kept'));
  return Object.fromEntries(files.map((name) => [name, sha256(readFileSync(join(folder, name)))]));
}

test('every slice belongs to one part', () => {
  for (const slices of [1, 7, 24, 100])
    for (const of of [1, 2, 7, 64]) {
      const parts = Array.from({ length: of }, (_, i) => ({ number: i + 1, of }));
      const all = parts.flatMap((each) => {
        const numbers = [...partSlices(each, slices)];
        assert.equal(numbers.length, partSize(each, slices));
        assert.ok(numbers.every((slice) => partOfSlice(slice, of) === each.number));
        return numbers;
      });
      assert.deepEqual(
        all.sort((a, b) => a - b),
        Array.from({ length: slices }, (_, i) => i),
      );
      const sizes = parts.map((each) => partSize(each, slices));
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }
});

test('parts at once on one store, assembled, are the files of one render, byte for byte', async (context) => {
  const [plain, folder] = [temporaryFolder(context), temporaryFolder(context)];
  // Other colours of what is there, too.
  const others = ['--palette', 'viridis', '--scale', 'linear', '--quiet', '-o', 'b.png'];
  // Each twice, as a scheduler may start a task again.
  const parts = ['1/3', '2/3', '3/3'].map((which) => [part(which), part(which)]);
  const [whole, ...told] = await Promise.all([
    runMany(plain, [
      ['render', ...scene, '--quiet', '--workers', '0', ...outputs],
      ['render', ...scene, '--workers', '0', ...others],
    ]),
    ...parts.map((each) => runMany(folder, each)),
  ]);
  assertDone([...whole, ...told.flat()]);
  assert.deepEqual(readdirSync(folder), ['kept']);
  const [all, other] = await runMany(folder, [
    ['assemble', 'kept', ...outputs, '--json'],
    ['assemble', 'kept', ...others],
  ]);
  assertDone([all!, other!]);
  assert.deepEqual(JSON.parse(all!.stdout).store, { folder: 'kept', computed: 0, kept: 12, mended: 0 });
  assert.deepEqual(contents(folder), contents(plain));
});

test('what is missing or damaged is told by its part, nothing is written, and these parts mend it', async (context) => {
  const folder = temporaryFolder(context);
  const first = await runMany(folder, [part('1/5'), part('3/5'), part('5/5'), assemble()]);
  const lacking = first.pop()!;
  assertDone(first);
  assert.equal(
    lacking.stderr,
    'mandoline: kept: 5 of 12 slices are missing, those of --part 2,4 of 5; render these parts again\n',
  );
  assert.deepEqual([lacking.code, readdirSync(folder)], [1, ['kept']]);

  assertDone(await runMany(folder, [part('2/5'), part('4/5')]));
  const [, second, , fourth, fifth] = readdirSync(join(folder, 'kept', 'counts')).sort();
  rmSync(join(folder, 'kept', 'counts', second!));
  truncateSync(join(folder, 'kept', 'smooth', fourth!), 100);
  const bytes = readFileSync(join(folder, 'kept', 'counts', fifth!));
  bytes[7]! ^= 1;
  writeFileSync(join(folder, 'kept', 'counts', fifth!), bytes);
  const again = await runMandoline(folder, ...assemble('--workers', '0'));
  assert.equal(
    again.stderr,
    'mandoline: kept: 1 of 12 slices is missing and 2 of 12 slices are damaged, ' +
      'those of --part 2,4-5 of 5; render these parts again\n',
  );
  assert.deepEqual([again.code, readdirSync(folder)], [1, ['kept']]);
  const slope = Array.from({ length: 5 }, (_, i) => part(`${i + 1}/5`, '--channels', 'slope'));
  const told = await runMany(folder, [
    ...[part('2/5'), part('4/5'), part('5/5'), assemble('--workers', '0')],
    assemble('--workers', '0', '--coloring', 'slope'),
    ...[...slope, assemble('--workers', '0', '--coloring', 'slope')],
  ]);
  const [without] = told.splice(4, 1);
  assertDone(told);
  assert.match(
    without!.stderr,
    /slices are missing, those of --part 1-5 of 5; render these parts again with --channels slope, which no slice has\n$/,
  );
  assert.equal(without!.code, 1);
});

test('a task of a Slurm array takes the share of its place in the array', async (context) => {
  const folder = temporaryFolder(context);
  const array = { MIN: '10', MAX: '18', STEP: '4', COUNT: '3' };
  const tasks = ['10', '18'].map((ID) => {
    const env = { ...process.env, ...variables({ ...array, ID }) };
    return run(process.execPath, [mandoline, ...part('slurm')], { cwd: folder, env });
  });
  for (const { code, stderr } of await Promise.all(tasks)) assert.deepEqual([code, stderr], [0, '']);
  const [lacking, none] = await runMany(folder, [assemble(), part('slurm')]);
  assert.match(lacking!.stderr, /slices are missing, those of --part 2 of 3;/);
  assert.match(
    none!.stderr,
    /^mandoline: --part slurm: SLURM_ARRAY_TASK_ID is not set; use it in a job of "sbatch --array[^\n]*\n$/,
  );
  assert.deepEqual([lacking!.code, none!.code], [1, 2]);
  const wrong: [Record<string, string>, RegExp][] = [
    [{ ...array, ID: 'x' }, /^--part slurm: SLURM_ARRAY_TASK_ID is x, not a whole number;/],
    // sbatch --array=10,12,18: which of three a task is cannot be known.
    [{ ...array, STEP: '1', ID: '12' }, /^--part slurm: task 12 of 3 from 10 to 18 by 1: the array has gaps/],
    [{ ...array, ID: '11' }, /^--part slurm: task 11 of 3 from 10 to 18 by 4: the array has gaps/],
  ];
  for (const [given, message] of wrong)
    assert.throws(() => slurmPart(variables(given)), { name: 'UsageError', message });
});

test('a task that srun started takes its place in the step, and in the array around it', () => {
  const step = { SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '4' };
  assert.deepEqual(slurmPart(step), { number: 3, of: 4 });
  const array = variables({ ID: '11', MIN: '10', MAX: '12', STEP: '1', COUNT: '3' });
  assert.deepEqual(slurmPart({ ...array, ...step }), { number: 7, of: 12 });
  assert.deepEqual(slurmPart({ ...array, SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '1' }), {
    number: 2,
    of: 3,
  });
  // In the batch script itself there is one, however many tasks the job has.
  assert.throws(() => slurmPart({ SLURM_PROCID: '0', SLURM_NTASKS: '4' }), /SLURM_ARRAY_TASK_ID is not set/);
  for (const wrong of [
    { SLURM_PROCID: '4', SLURM_STEP_NUM_TASKS: '4' },
    { SLURM_PROCID: 'x', SLURM_STEP_NUM_TASKS: '4' },
    { SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '' },
  ])
    assert.throws(() => slurmPart(wrong), {
      name: 'UsageError',
      message: /SLURM_PROCID is [^\n]*such as 3\/64$/,
    });
});

test('copies that mpirun started without --mpi are warned of once', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '20', '--quiet', '--workers', '0', '-o', 'a.png'];
  const started = (rank: string) =>
    runMany(folder, [small], { OMPI_COMM_WORLD_SIZE: '3', OMPI_COMM_WORLD_RANK: rank });
  const [first, other] = [(await started('0'))[0]!, (await started('1'))[0]!];
  assert.equal(
    first.stderr,
    'warning: mpirun started 3 copies of this command, each of which computes and writes everything; ' +
      'give --mpi to share the work\n',
  );
  assert.deepEqual([first.code, other.code, other.stderr], [0, 0, '']);
});

test('what is no part, or cannot be given with one, is one line and exit 2', async (context) => {
  const folder = temporaryFolder(context);
  const store = ['--store', 'kept'];
  const wrong: [string[], RegExp][] = [
    ...['0/4', '5/4', 'x', '3', '1/2/3', '-1/4', '1.5/4', '1/9999999'].map((which): [string[], RegExp] => [
      [...store, '--part', which],
      new RegExp(`^mandoline: --part ${which}: must be NUMBER/TOTAL .* such as 3/64, or slurm\n$`),
    ]),
    [['--part', '1/4'], /^mandoline: --part 1\/4: requires --store, a folder that all parts share\n$/],
    [
      [...store, '--part', '1/4', '-o', 'a.png'],
      /^mandoline: -o a.png: must not be given with --part, .*\n$/,
    ],
    [[...store, '--part', '1/4', '--preview'], /^mandoline: --preview: must not be given with --part, .*\n$/],
  ];
  const none = ['assemble', 'none', '-o', 'a.png'];
  const told = await runMany(folder, [...wrong.map(([given]) => ['render', ...given]), none]);
  const lines = [
    ...wrong.map(([, line]) => line),
    /^mandoline: none: is not a store; there is no store.json in it\n$/,
  ];
  told.forEach(({ code, stderr }, i) => {
    assert.match(stderr, lines[i]!);
    assert.equal(code, 2);
  });
  assert.deepEqual(readdirSync(folder), []);
});

test('a store that keeps no colours, as those of before, is read and assembled', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '20', '--quiet', '--workers', '0', '--store', 'kept'];
  assertDone(await runMany(folder, [[...small, '-o', 'a.png']]));
  const path = join(folder, 'kept', 'store.json');
  const { schema, scene: given, slices } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ schema, field: { ...given, palette: '' }, slices }));
  const again = [
    ['assemble', 'kept', '--workers', '0', '-o', 'b.png', '--quiet'],
    [...small, '-o', 'c.png'],
  ];
  assertDone(await runMany(folder, again));
  for (const name of ['b.png', 'c.png'])
    assert.deepEqual(readFileSync(join(folder, name)), readFileSync(join(folder, 'a.png')));
});

test('a part finds slices whatever the number of slices, and one that has none is done', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '2', '--quiet', '--workers', '0'];
  const store = [...small, '--store', 'kept', '--slices', '30'];
  const told = await runMany(folder, [
    ...Array.from({ length: 9 }, (_, i) => [...store, '--part', `${i + 1}/9`]),
    ['assemble', 'kept', '-o', 'a.npy', '--quiet', '--workers', '0'],
    [...small, '-o', 'b.npy'],
  ]);
  assertDone(told);
  assert.deepEqual(readFileSync(join(folder, 'a.npy')), readFileSync(join(folder, 'b.npy')));
});

test('a scene whose numbers have a minus zero is the same scene in its store', async (context) => {
  const small = ['render', '--cells', '5', '--c', '-0.5-0i', '--quiet', '--workers', '0'];
  const kept = [...small, '--store', 'kept', '-o', 'a.png'];
  assertDone(await runMany(temporaryFolder(context), [kept, kept]));
});

test('slices are rows of sample points, not of pixels', () => {
  const { view, ...others } = inPixels(gallery.mandelbrot!.scene, 5, 7);
  const sampled = { ...others, view: { ...view, samples: 2 } };
  assert.deepEqual(
    [...sliceRanges(sampled, 3, [2, 0])],
    [
      { index: 2, start: 10, end: 14 },
      { index: 0, start: 0, end: 6 },
    ],
  );
});
