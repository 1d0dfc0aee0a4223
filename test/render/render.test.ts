import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, latticeAxis, lessonScene, render, type Scene, SceneError } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { quadratic } from '../../src/formula/expression.js';
import { countReference } from '../../src/kernel/reference.js';

const small: Scene = { ...lessonScene, lattice: { extent: 2, cells: 40 } };

test('a scene gives the same bytes in this thread and with any number of workers and slices', async () => {
  const alone = await render(small, { workers: 0 });
  for (const options of [{ workers: 1 }, { workers: 3, slices: 7 }, { workers: 0, slices: 1 }, {}]) {
    const { counts, rows, columns, scene } = await render(small, options);
    assert.deepEqual(counts, alone.counts);
    assert.deepEqual([rows, columns, scene], [80, 80, small]);
  }
});

test('random scenes: render equals the reference at every point, for both escape rules', async () => {
  await using pool = new Pool({ workers: 2 });
  const part = fc.double({ min: -2, max: 2, noNaN: true });
  const scenes = fc.record({
    c: fc.tuple(part, part),
    lattice: fc.record({
      extent: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      cells: fc.integer({ min: 1, max: 9 }),
    }),
    iterations: fc.integer({ min: 1, max: 100 }),
    escape: fc.oneof(fc.constant('overflow' as const), fc.double({ min: 0.1, max: 1e6, noNaN: true })),
  });
  await fc.assert(
    fc.asyncProperty(scenes, fc.integer({ min: 1, max: 30 }), async (part, slices) => {
      const { counts, rows } = await render({ ...lessonScene, ...part }, { pool, slices });
      const axis = latticeAxis(part.lattice);
      const job = {
        step: quadratic,
        z0: 'p' as const,
        c: part.c,
        iterations: part.iterations,
        escape: part.escape,
      };
      const expected = Array.from({ length: rows * rows }, (_, i) =>
        countReference(job, [axis[Math.floor(i / rows)]!, axis[i % rows]!]),
      );
      assert.deepEqual([...counts], expected);
    }),
    { numRuns: 60 },
  );
});

test('progress is told up to the last slice, with workers and without', async () => {
  for (const workers of [0, 2]) {
    const told: number[] = [];
    await render(small, { workers, slices: 50, onProgress: ({ done }) => told.push(done) });
    assert.equal(told.at(-1), 50);
  }
});

test('an aborted render rejects with the reason, and the pool goes on', async () => {
  await using pool = new Pool({ workers: 2 });
  // Inside the unit circle nothing escapes: this would take minutes.
  const long: Scene = { ...lessonScene, c: [0, 0], lattice: { extent: 0.5, cells: 500 }, iterations: 1e7 };
  for (const options of [{ pool }, { workers: 0 }]) {
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    const slices = 1_000_000;
    const lattice = options.pool ? long.lattice : { extent: 0.5, cells: 10 };
    const iterations = options.pool ? long.iterations : 2e6;
    const scene = { ...long, lattice, iterations };
    await assert.rejects(
      render(scene, { ...options, slices, signal: controller.signal }),
      (error) => error === reason,
    );
  }
  assert.equal((await render(small, { pool })).rows, 80);
});

test('what is no scene is a SceneError, what is too large a LimitError, slices of 0 a RangeError', async () => {
  await assert.rejects(render({ ...lessonScene, iterations: 0 }), SceneError);
  await assert.rejects(render({ ...lessonScene, lattice: { extent: 2, cells: 46340 } }), LimitError);
  for (const workers of [0, 1]) await assert.rejects(render(small, { workers, slices: 0 }), RangeError);
});
