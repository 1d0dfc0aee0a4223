import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pool, sliceRange, tasks, WorkerExitError } from 'mandoline/pool';

const functions = tasks<typeof import('./functions.js')>(new URL('./functions.js', import.meta.url));
const sharedBytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length));

test('slices cover all rows exactly, larger ones first, as array_split cuts them', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 3000 }), (rows, slices) => {
      let next = 0;
      for (let index = 0; index < slices; index++) {
        const { start, end } = sliceRange(rows, slices, index);
        assert.equal(start, next);
        assert.equal(end - start, Math.floor(rows / slices) + (index < rows % slices ? 1 : 0));
        next = end;
      }
      assert.equal(next, rows);
    }),
  );
});

test('fill writes every slice straight into shared memory, with any slices and workers', async () => {
  for (const workers of [1, 2, 3]) {
    await using pool = new Pool({ workers });
    for (const [rows, slices] of [
      [10, 3],
      [7, 20],
      [100, 100],
      [1, 1],
      [64, 1],
    ] as const) {
      const target = new Float64Array(new SharedArrayBuffer(8 * rows * 5));
      const report = await pool.fill(functions.fillWithRows, target, [1000], { slices, rows });
      assert.deepEqual(
        [...target],
        Array.from({ length: rows * 5 }, (_, i) => 1000 + Math.floor(i / 5)),
      );
      assert.equal(report.timeline.length, slices);
      assert.equal(report.workers.length, workers);
      assert.equal(
        report.workers.reduce((sum, share) => sum + share.slices, 0),
        slices,
      );
      assert.equal(
        report.workers.reduce((sum, share) => sum + share.rows, 0),
        rows,
      );
      for (const { worker, start, end } of report.timeline) {
        assert.ok(worker >= 0 && worker < workers && start >= 0 && end >= start);
      }
    }
  }
});

test('a part of a shared array can be filled; the rest stays', async () => {
  await using pool = new Pool({ workers: 2 });
  const all = sharedBytes(30);
  await pool.fill(functions.fillLater, all.subarray(10, 20), [], { slices: 4 });
  assert.deepEqual([...all], [...Array(10).fill(0), ...Array(10).fill(1), ...Array(10).fill(0)]);
});

test('progress is told, and last that all is done', async () => {
  await using pool = new Pool({ workers: 2 });
  const told: number[] = [];
  const onProgress = ({ done, slices }: { done: number; slices: number }) => {
    assert.equal(slices, 200);
    told.push(done);
  };
  await pool.fill(functions.fillLater, sharedBytes(200), [], { slices: 200, onProgress });
  assert.equal(told.at(-1), 200);
  assert.deepEqual(
    told,
    [...told].sort((a, b) => a - b),
  );
});

test('the error of a slice rejects the fill, and the pool goes on', async () => {
  await using pool = new Pool({ workers: 2 });
  await assert.rejects(pool.fill(functions.failAtSliceFive, sharedBytes(10), [], { slices: 10 }), {
    name: 'RangeError',
    message: 'slice five',
  });
  assert.deepEqual(await pool.map(functions.increment, [1]), [2]);
});

test('the slices of a worker that dies are given out again, once it is gone, and no slice twice', async () => {
  for (const workers of [1, 2, 4]) {
    await using pool = new Pool({ workers });
    for (const deaths of [1, 2]) {
      const target = sharedBytes(20);
      const left = new Int32Array(new SharedArrayBuffer(4)).fill(deaths);
      await pool.fill(functions.dieAtSliceFive, target, [left], { slices: 20 });
      assert.deepEqual([...target], Array(20).fill(1));
    }
  }
});

test('a slice that kills every worker is an error, not a hang', async () => {
  await using pool = new Pool({ workers: 2 });
  const always = new Int32Array(new SharedArrayBuffer(4)).fill(1e9);
  await assert.rejects(
    pool.fill(functions.dieAtSliceFive, sharedBytes(20), [always], { slices: 20 }),
    (error) => {
      assert.ok(error instanceof WorkerExitError);
      assert.deepEqual([error.code, error.task], [9, 'dieAtSliceFive']);
      return true;
    },
  );
  assert.deepEqual(await pool.map(functions.increment, [1]), [2]);
});

test('an aborted fill rejects with the reason, even where a slice never ends', async () => {
  await using pool = new Pool({ workers: 2 });
  const controller = new AbortController();
  const filled = pool.fill(functions.fillForever, sharedBytes(10), [], {
    slices: 10,
    signal: controller.signal,
  });
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 30);
  await assert.rejects(filled, (error) => error === reason);
  assert.deepEqual(await pool.map(functions.increment, [1, 2, 3], { chunkSize: 1 }), [2, 3, 4]);
});

test('rows that do not divide, slices of 0 are errors that say so', async () => {
  await using pool = new Pool({ workers: 1 });
  await assert.rejects(
    pool.fill(functions.fillLater, sharedBytes(4), [], { rows: 3 }),
    /rows 3: .*divides the length 4/,
  );
  await assert.rejects(pool.fill(functions.fillLater, sharedBytes(4), [], { slices: 0 }), /slices 0/);
});
