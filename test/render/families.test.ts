// Every bundled scene, small, against the oracle at every point: with any number of workers, by enclosures and brute.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gallery, inPixels, render } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { countReference } from '../../src/kernel/reference.js';
import { kernelJob } from '../../src/render/job.js';
import { viewPoints } from '../../src/scene/view.js';

const [one, two] = [new Pool({ workers: 1 }), new Pool({ workers: 2 })];
after(() => {
  one.terminate();
  two.terminate();
});

// More points than --verify takes at least.
const [columns, rows] = [41, 27];
for (const [name, bundled] of Object.entries(gallery)) {
  const scene = inPixels(bundled.scene, columns, rows);
  test(`${name} gives the oracle's counts with 0, 1 and 2 workers, by enclosures and brute`, async () => {
    const job = kernelJob(scene);
    const { rowRe, rowIm, columnRe, columnIm } = viewPoints(scene.view);
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return countReference(job, [rowRe[row]! + columnRe[column]!, rowIm[row]! + columnIm[column]!]);
    });
    assert.ok(new Set(expected).size > 3, 'a picture of something');
    for (const exact of ['enclosures', 'brute'] as const)
      for (const hands of [
        { workers: 0 },
        { pool: one },
        { pool: two, slices: 5, ...(exact === 'enclosures' && { verify: { seed: 1 } }) },
      ]) {
        const { counts, verified } = await render(scene, { ...hands, exact });
        assert.deepEqual([...counts], expected, `${exact}, ${JSON.stringify(Object.keys(hands))}`);
        assert.deepEqual(verified, 'verify' in hands ? { points: 1000, seed: 1 } : undefined);
      }
  });
}
