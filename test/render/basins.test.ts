// Basins: each point has the root that its orbit comes to, whoever computes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gallery, inPixels, render, type ViewScene } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { orbitReference } from '../../src/kernel/reference.js';
import { findBasins } from '../../src/render/basins.js';
import { kernelJob } from '../../src/render/job.js';
import { viewPoints } from '../../src/scene/view.js';

const newton = inPixels(gallery.newton!.scene, 60, 40);
const mapOf = (scene: ViewScene) => findBasins(kernelJob(scene), viewPoints(scene.view));

test("newton's basins are the roots of z^3 - 1 in the order of their arguments", () => {
  const { fixedPoints } = mapOf(newton);
  const roots = [0, 1, 2].map((k) => [Math.cos((2 * Math.PI * k) / 3), Math.sin((2 * Math.PI * k) / 3)]);
  assert.equal(fixedPoints.length, 3);
  fixedPoints.forEach(([re, im], k) => {
    assert.ok(Math.hypot(re - roots[k]![0]!, im - roots[k]![1]!) < 1e-6);
  });
});

test('roots on the negative real axis have the argument pi, whatever their last digits are', () => {
  const { fixedPoints } = mapOf({ ...newton, formula: 'newton((z^2 - 1)*(z^2 - 4)*(z^2 + 1))' });
  const order = fixedPoints.map(([re, im]) => [Math.round(re), Math.round(im)].map((part) => part + 0));
  assert.deepEqual(order, [
    [1, 0],
    [2, 0],
    [0, 1],
    [-1, 0],
    [-2, 0],
    [0, -1],
  ]);
});

test('basins are the same for any number of workers and slices, and are where the orbits end', async () => {
  await using pool = new Pool({ workers: 2 });
  const alone = await render(newton, { workers: 0, channels: ['basin'] });
  for (const options of [{ pool }, { pool, slices: 1 }, { workers: 0, slices: 40 }]) {
    const { channels, counts } = await render(newton, { ...options, channels: ['basin'] });
    assert.deepEqual([channels, counts], [alone.channels, alone.counts]);
  }
  const { fixedPoints } = mapOf(newton);
  const { rowIm, columnRe } = viewPoints(newton.view);
  const job = kernelJob(newton);
  alone.channels!.basin!.forEach((basin, place) => {
    const [column, row] = [place % 60, Math.floor(place / 60)];
    const { z } = orbitReference(job, [columnRe[column]!, rowIm[row]!]);
    const [re, im] = fixedPoints[basin - 1]!;
    assert.ok(Math.hypot(z[0] - re, z[1] - im) < 1e-3);
  });
});

test('what does not converge, or leaves, has basin 0', async () => {
  // On the way to the roots some points are not there yet.
  const soon = await render({ ...newton, iterations: 5 }, { workers: 0, channels: ['basin'] });
  soon.channels!.basin!.forEach((basin, place) => {
    assert.equal(basin === 0, soon.counts[place] === 5);
  });
  // z^2 comes to 0 inside the unit circle and leaves outside.
  const square = { ...newton, formula: 'z^2', escape: { converged: 1e-6, bailout: 10 }, iterations: 1000 };
  const { channels } = await render(square, { workers: 0, channels: ['basin'] });
  const { rowIm, columnRe } = viewPoints(newton.view);
  channels!.basin!.forEach((basin, place) => {
    assert.equal(basin, Math.hypot(columnRe[place % 60]!, rowIm[Math.floor(place / 60)]!) < 1 ? 1 : 0);
  });
});

test('without convergence there is no basin, and no basins where none were asked for', async () => {
  const { channels } = await render(
    { ...newton, escape: 'overflow', iterations: 20 },
    { workers: 0, channels: ['basin'] },
  );
  assert.ok(channels!.basin!.every((basin) => basin === 0));
  assert.equal('channels' in (await render(newton, { workers: 0 })), false);
});
