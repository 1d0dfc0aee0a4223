// Parts of a render that many programs compute into one store, and what is made of them: the bytes of a render by one
// program, or one line that says what is lacking.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gallery, inPixels } from 'mandoline';
import { partOfSlice, partSize, partSlices, sliceRanges } from '../../src/render/job.js';
import { mandoline, run, runMandoline, sha256, temporaryFolder } from '../support.js';

const scene = ['mandelbrot', '--size', '240x180', '--iterations', '150', '--coloring', 'smooth'];
const outputs = ['-o', 'a.png', '-o', 'a.npy', '-o', 'a.zarr', '-o', 'a.dzi'];
const part = (folder: string, which: string, ...more: string[]) =>
  runMandoline(folder, 'render', ...scene, '--quiet', '--store', 'kept', '--part', which, ...more);

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
  assert.equal((await runMandoline(plain, 'render', ...scene, '--quiet', ...outputs)).code, 0);
  // Each twice, as a scheduler may start a task again.
  const parts = ['1/3', '2/3', '3/3', '1/3', '2/3', '3/3'];
  for (const { code, stderr } of await Promise.all(parts.map((each) => part(folder, each))))
    assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(readdirSync(folder), ['kept']);
  const { code, stdout, stderr } = await runMandoline(folder, 'assemble', 'kept', ...outputs, '--json');
  assert.deepEqual([code, stderr], [0, '']);
  const { slices, store } = JSON.parse(stdout.toString());
  assert.deepEqual(store, { folder: 'kept', computed: 0, kept: slices, mended: 0 });
  assert.deepEqual(contents(folder), contents(plain));

  // Other colours of what is there.
  const colors = ['--palette', 'viridis', '--scale', 'linear'];
  await runMandoline(plain, 'render', ...scene, ...colors, '--quiet', '-o', 'b.png');
  const other = await runMandoline(folder, 'assemble', 'kept', ...colors, '--quiet', '-o', 'b.png');
  assert.deepEqual([other.code, other.stderr], [0, '']);
  assert.deepEqual(contents(folder), contents(plain));
});

test('what is missing or damaged is told by its part, nothing is written, and these parts mend it', async (context) => {
  const folder = temporaryFolder(context);
  for (const which of ['1/5', '3/5', '5/5']) assert.equal((await part(folder, which)).code, 0);
  const assemble = (...more: string[]) =>
    runMandoline(folder, 'assemble', 'kept', '-o', 'a.png', '--quiet', ...more);
  const { slices } = JSON.parse(readFileSync(join(folder, 'kept', 'store.json'), 'utf8'));
  const lacking = Array.from({ length: slices }, (_, i) => i % 5).filter((i) => i === 1 || i === 3).length;
  const first = await assemble();
  assert.equal(
    first.stderr,
    `mandoline: kept: ${lacking} of ${slices} slices are missing, those of --part 2,4 of 5; render these parts again\n`,
  );
  assert.deepEqual([first.code, readdirSync(folder)], [1, ['kept']]);

  for (const which of ['2/5', '4/5']) assert.equal((await part(folder, which)).code, 0);
  const [, second, , fourth, fifth] = readdirSync(join(folder, 'kept', 'counts')).sort();
  rmSync(join(folder, 'kept', 'counts', second!));
  truncateSync(join(folder, 'kept', 'smooth', fourth!), 100);
  const bytes = readFileSync(join(folder, 'kept', 'counts', fifth!));
  bytes[7]! ^= 1;
  writeFileSync(join(folder, 'kept', 'counts', fifth!), bytes);
  const again = await assemble('--workers', '0');
  assert.equal(
    again.stderr,
    `mandoline: kept: 1 of ${slices} slices is missing and 2 of ${slices} slices are damaged, ` +
      'those of --part 2,4-5 of 5; render these parts again\n',
  );
  assert.deepEqual([again.code, readdirSync(folder)], [1, ['kept']]);
  for (const which of ['2/5', '4/5', '5/5']) assert.equal((await part(folder, which)).code, 0);
  assert.equal((await assemble()).code, 0);

  const slope = await assemble('--coloring', 'slope');
  assert.match(
    slope.stderr,
    /slices are missing, those of --part 1-5 of 5; render these parts again with --channels slope, which no slice has\n$/,
  );
  assert.equal(slope.code, 1);
  for (let i = 1; i <= 5; i++) assert.equal((await part(folder, `${i}/5`, '--channels', 'slope')).code, 0);
  assert.equal((await assemble('--coloring', 'slope')).code, 0);
});

test('a task of a Slurm array takes the share of its place in the array', async (context) => {
  const folder = temporaryFolder(context);
  const slurm = (array: Record<string, string>, more: string[] = []) => {
    const variables = Object.entries(array).map(([name, value]) => [`SLURM_ARRAY_TASK_${name}`, value]);
    const given = ['render', ...scene, '--quiet', '--store', 'kept', '--part', 'slurm', ...more];
    const env = { ...process.env, ...Object.fromEntries(variables) };
    return run(process.execPath, [mandoline, ...given], { cwd: folder, env });
  };
  const array = { MIN: '10', MAX: '18', STEP: '4', COUNT: '3' };
  for (const ID of ['10', '18']) assert.equal((await slurm({ ...array, ID })).code, 0);
  const { stderr } = await runMandoline(folder, 'assemble', 'kept', '-o', 'a.png');
  assert.match(stderr, /slices are missing, those of --part 2 of 3;/);
  const wrong: [Record<string, string>, RegExp][] = [
    [{}, /^mandoline: --part slurm: SLURM_ARRAY_TASK_ID is not set; give it in a job of "sbatch --array/],
    [{ ...array, ID: 'x' }, /^mandoline: --part slurm: SLURM_ARRAY_TASK_ID is x, no whole number;/],
    // sbatch --array=10,12,18: which of three a task is cannot be known.
    [{ ...array, STEP: '1', ID: '12' }, /^mandoline: --part slurm: task 12 of 3 from 10 to 18 by 1 is of no/],
    [{ ...array, ID: '11' }, /^mandoline: --part slurm: task 11 of 3 from 10 to 18 by 4 is of no even row/],
  ];
  for (const [variables, line] of wrong) {
    const ended = await slurm(variables);
    assert.match(ended.stderr, line);
    assert.equal(ended.stderr.split('\n').length, 2);
    assert.equal(ended.code, 2);
  }
});

test('what is no part, or cannot be given with one, is one line and exit 2', async (context) => {
  const folder = temporaryFolder(context);
  const store = ['--store', 'kept'];
  const wrong: [string[], RegExp][] = [
    ...['0/4', '5/4', 'x', '3', '1/2/3', '-1/4', '1.5/4', '1/9999999'].map((which): [string[], RegExp] => [
      [...store, '--part', which],
      new RegExp(`^mandoline: --part ${which}: must be a number and of how many, .* like 3/64; or slurm\n$`),
    ]),
    [['--part', '1/4'], /^mandoline: --part 1\/4: needs --store, a folder that all parts share\n$/],
    [
      [...store, '--part', '1/4', '-o', 'a.png'],
      /^mandoline: -o a.png: must not be given with --part, .*\n$/,
    ],
    [[...store, '--part', '1/4', '--preview'], /^mandoline: --preview: must not be given with --part, .*\n$/],
  ];
  for (const [given, line] of wrong) {
    const { code, stderr } = await runMandoline(folder, 'render', ...given);
    assert.match(stderr, line);
    assert.deepEqual([code, readdirSync(folder)], [2, []]);
  }
  const none = await runMandoline(folder, 'assemble', 'none', '-o', 'a.png');
  assert.match(none.stderr, /^mandoline: none: is no store; there is no store.json in it\n$/);
  assert.deepEqual([none.code, readdirSync(folder)], [2, []]);
});

test('a store that keeps no colours, as those of before, is read and assembled', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '20', '--quiet'];
  assert.equal((await runMandoline(folder, ...small, ...['--store', 'kept', '-o', 'a.png'])).code, 0);
  const path = join(folder, 'kept', 'store.json');
  const { schema, scene: given, slices } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ schema, field: { ...given, palette: '' }, slices }));
  assert.equal((await runMandoline(folder, 'assemble', 'kept', '-o', 'b.png', '--quiet')).code, 0);
  assert.deepEqual(readFileSync(join(folder, 'b.png')), readFileSync(join(folder, 'a.png')));
  const again = await runMandoline(folder, ...small, '--store', 'kept', '-o', 'b.png');
  assert.deepEqual([again.code, again.stderr], [0, '']);
});

test('a part finds slices whatever the number of slices, and one that has none is done', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '2', '--quiet', '--store', 'kept'];
  for (let i = 1; i <= 9; i++)
    assert.equal((await runMandoline(folder, ...small, '--slices', '30', '--part', `${i}/9`)).code, 0);
  assert.equal((await runMandoline(folder, 'assemble', 'kept', '-o', 'a.npy', '--quiet')).code, 0);
  await runMandoline(folder, 'render', '--cells', '2', '--quiet', '-o', 'b.npy');
  assert.deepEqual(readFileSync(join(folder, 'a.npy')), readFileSync(join(folder, 'b.npy')));
});

test('a scene whose numbers have a minus zero is the same scene in its store', async (context) => {
  const folder = temporaryFolder(context);
  const small = ['render', '--cells', '5', '--c', '-0.5-0i', '--quiet', '--store', 'kept', '-o', 'a.png'];
  for (let time = 0; time < 2; time++) {
    const { code, stderr } = await runMandoline(folder, ...small);
    assert.deepEqual([code, stderr], [0, '']);
  }
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
