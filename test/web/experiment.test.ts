import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, inPixels } from 'mandoline';
import { csvOf, runExperiment, workerCounts } from '../../web/workers/experiment.js';

test('workers are one, two, four and so on up to the cores', () => {
  assert.deepEqual(
    [1, 2, 6, 8].map((cores) => workerCounts(cores)),
    [[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]],
  );
});

test('every combination is a row, told as it comes, and a line of the CSV; it stops when it is aborted', async () => {
  const scene = inPixels(gallery.mandelbrot!.scene, 60, 40);
  const told: number[] = [];
  const given = { scene, slices: [1, 7], workers: [1, 2], rounds: 2, signal: new AbortController().signal };
  const rows = await runExperiment({ ...given, onRow: (done) => told.push(done.length) });
  assert.deepEqual(told, [1, 2, 3, 4]);
  assert.deepEqual(
    rows.map(({ slices, workers, times }) => [slices, workers, times.length]),
    [
      [1, 1, 2],
      [7, 1, 2],
      [1, 2, 2],
      [7, 2, 2],
    ],
  );
  const lines = csvOf(rows).trim().split('\n');
  assert.equal(lines[0], 'slices,workers,median_ms,ms_1,ms_2');
  assert.equal(lines.length, 5);
  const stopped = new AbortController();
  const running = runExperiment({ ...given, rounds: 1e6, signal: stopped.signal, onRow: () => {} });
  setTimeout(() => stopped.abort(), 50);
  await assert.rejects(running, { name: 'AbortError' });
});
