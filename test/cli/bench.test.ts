import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runMandoline, runMany, temporaryFolder } from '../support.js';

const job = ['bench', '--cells', '20', '--slices', '1,7', '--workers', '0,1,2', '--repeat', '3'];

test('bench prints a row for every combination of slices and workers, and writes the same as JSON, CSV and chart', async (context) => {
  const folder = temporaryFolder(context);
  const outputs = ['-o', 'a.json', '-o', 'a.csv', '-o', 'a.svg'];
  const { code, stdout } = await runMandoline(folder, ...job, ...outputs);
  assert.equal(code, 0);
  const lines = stdout.toString().trimEnd().split('\n');
  assert.match(lines[0]!, /^slices +workers +best s +median s +speed-up +efficiency$/);
  assert.equal(lines.slice(0, 7).join('').includes('Amdahl'), false);
  assert.ok(
    lines.every((line) => line.length <= 80),
    'lines fit 80 columns',
  );

  const document = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'));
  assert.equal(document.schema, 'mandoline.bench.1');
  assert.ok(document.machine.cores >= 1 && document.machine.node === process.version);
  assert.deepEqual(
    document.rows.map(({ slices, workers }: { slices: number; workers: number }) => [slices, workers]),
    [
      [1, 0],
      [7, 0],
      [1, 1],
      [7, 1],
      [1, 2],
      [7, 2],
    ],
  );
  const serial = document.rows[0];
  for (const { workers, seconds, best, median, speedup, efficiency } of document.rows) {
    assert.equal(seconds.length, 3);
    assert.equal(best, Math.min(...seconds));
    assert.equal(median, seconds.toSorted((a: number, b: number) => a - b)[1]);
    assert.equal(speedup, serial.median / median);
    assert.equal(efficiency, workers === 0 ? null : speedup / workers);
  }
  const csv = readFileSync(join(folder, 'a.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(csv[0], 'slices,workers,best,median,speedup,efficiency,seconds_1,seconds_2,seconds_3');
  assert.equal(csv.length, 7);
  assert.equal(Number(csv[6]!.split(',')[3]), document.rows[5].median);
  const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
  assert.match(svg, /^<svg xmlns[\s\S]*speed-up[\s\S]*mandoline bench --cells 20[\s\S]*<\/svg>\n$/);
});

test('more slices than rows are told; where nobody says, there are no more slices than rows', async (context) => {
  const common = ['bench', 'mandelbrot', '--size', '20x10', '--workers', '0', '--repeat', '1'];
  const [given, standard] = await runMany(temporaryFolder(context), [
    [...common, '--slices', '3,12'],
    common,
  ]);
  assert.equal(
    given!.stderr,
    '--slices 12: 2 slices are empty, because the scene has 10 rows; give at most 10\n\n',
  );
  assert.deepEqual([standard!.code, standard!.stderr], [0, '']);
  assert.deepEqual(standard!.stdout.match(/^ +\d+ /gm)!.map(Number), [1, 2, 8]);
});

test('bench --json prints the document alone', async (context) => {
  const { code, stdout, stderr } = await runMandoline(temporaryFolder(context), ...job, '--json');
  assert.deepEqual([code, stderr, JSON.parse(stdout.toString()).rows.length], [0, '', 6]);
});

test('wrong lists and outputs are one line and exit 2', async (context) => {
  const folder = temporaryFolder(context);
  const wrong = {
    '--slices=1,0': '--slices 0: must be',
    '--workers=1,x': '--workers x: must be',
    '--repeat=0': '--repeat 0: must be',
    '--cells=46340': '--cells 46340: a field of 92680 x 92680 counts needs 17.2 GB',
    '-oa.txt': '-o a.txt: must end in .json or .csv or .svg',
  };
  const told = await runMany(
    folder,
    Object.keys(wrong).map((given) => ['bench', given]),
  );
  for (const [i, line] of Object.values(wrong).entries()) {
    const { code, stderr } = told[i]!;
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`mandoline: ${line}`), stderr);
  }
});
