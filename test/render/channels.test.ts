// Channels of a field: the same whoever computes them, continuous where they should be, and true where truth is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelName, gallery, inPixels, render, type ViewScene } from 'mandoline';
import { Pool } from 'mandoline/pool';

const all: ChannelName[] = ['smooth', 'distance', 'slope', 'angle', 'trap', 'period', 'basin'];
const mandelbrot = inPixels(gallery.mandelbrot!.scene, 60, 40);
const at = (re: string, im: string, width = 1e-6): ViewScene => ({
  ...mandelbrot,
  iterations: 1000,
  view: { center: [re, im], width, columns: 1, rows: 1 },
});

test('channels are the same for any number of workers and slices', async () => {
  await using pool = new Pool({ workers: 2 });
  const alone = await render(mandelbrot, { workers: 0, channels: all });
  for (const options of [{ pool }, { pool, slices: 3 }, { workers: 0, slices: 40 }]) {
    const { channels, counts } = await render(mandelbrot, { ...options, channels: all });
    assert.deepEqual([channels, counts], [alone.channels, alone.counts]);
  }
});

test('distances are in spacings of the samples, and samples are the points of a finer view', async () => {
  const { view } = mandelbrot;
  const sampled = await render(
    { ...mandelbrot, view: { ...view, samples: 2 } },
    { workers: 0, channels: all },
  );
  const fine = await render(inPixels(mandelbrot, 120, 80), { workers: 0, channels: all });
  assert.deepEqual([sampled.rows, sampled.columns], [80, 120]);
  assert.deepEqual([sampled.channels, sampled.counts], [fine.channels, fine.counts]);
});

test('-1 has the period 2, the rabbit 3, 0 has 1, and what escapes has none', async () => {
  for (const [re, im, period] of [
    ['-1', '0', 2],
    ['-0.122561', '0.744862', 3],
    ['0', '0', 1],
    ['-1.3', '0.01', 4],
    ['1', '1', 0],
  ] as const) {
    const { channels } = await render(at(re, im), { workers: 0, channels: ['period'] });
    assert.equal(channels!.period![0], period, re);
  }
});

test('the continuous count goes on across dwell bands, and is the count but for a fraction', async () => {
  for (const name of ['mandelbrot', 'lambda', 'burning-ship']) {
    const { scene } = gallery[name] ?? {};
    if (!scene) continue;
    const view = { center: ['-2.1', '0.9'] as const, width: 1, columns: 5000, rows: 1 };
    const given = { ...inPixels(scene, 10, 10), view };
    const { channels, counts } = await render(given, { workers: 0, channels: ['smooth'] });
    channels!.smooth!.forEach((smooth, i) => {
      if (i === 0 || counts[i]! > 6 || counts[i - 1]! > 6) return;
      assert.ok(Math.abs(smooth - channels!.smooth![i - 1]!) < 0.02, `${name} ${i}: ${smooth}`);
    });
  }
});

test('outside the circle of z^2 the distance is known, and so is its direction', async () => {
  const scene: ViewScene = {
    ...mandelbrot,
    ...{ formula: 'z^2', c: [0, 0] as const, z0: 'p' as const, escape: 'overflow' as const, iterations: 300 },
    view: { center: ['0', '0'], width: 3, columns: 50, rows: 50 },
  };
  const { channels } = await render(scene, { workers: 0, channels: ['distance', 'slope', 'trap'] });
  const side = 3 / 50;
  channels!.distance!.forEach((distance, place) => {
    const [x, y] = [((place % 50) - 24.5) * side, (24.5 - Math.floor(place / 50)) * side];
    const radius = Math.hypot(x, y);
    const known = radius > 1 ? (radius * Math.log(radius)) / side : 0;
    assert.ok(Math.abs(distance - known) <= 1e-5 * known, `${place}: ${distance}, not ${known}`);
    if (radius < 1) return;
    const turns = (Math.atan2(y, x) / (2 * Math.PI) + 1) % 1;
    assert.ok(Math.abs(channels!.slope![place]! - turns) < 1e-6);
  });
});

test('a trap at a point of the orbit is as near as that', async () => {
  const near = async (trap: Parameters<typeof render>[0]['trap']) => {
    const { channels } = await render({ ...at('-1', '0'), trap }, { workers: 0, channels: ['trap'] });
    return channels!.trap![0]!;
  };
  assert.ok((await near({ point: [-1, 0] })) < 1e-6);
  assert.ok(Math.abs((await near({ point: [0.25, 0] })) - 0.25) < 1e-6);
  assert.ok(Math.abs((await near({ line: [0, 0.5, 0] })) - 0.5) < 1e-6);
  assert.ok(Math.abs((await near({ circle: [1, 0, 3] })) - 1) < 1e-6);
});
