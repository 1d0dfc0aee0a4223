// Channels of a field: the same whoever computes them, continuous where they should be, and true where truth is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelName, gallery, inPixels, prepare, render, type Scene, type ViewScene } from 'mandoline';
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

test("channels of more points than a list holds are the oracle's, by tiles and point by point, in any slices", async () => {
  const sets: ChannelName[][] = [
    ['smooth', 'period'],
    ['trap', 'angle'],
    ['distance', 'slope'],
  ];
  for (const [i, name] of ['mandelbrot', 'newton', 'burning-ship', 'phoenix', 'seahorse'].entries()) {
    const scene = inPixels(gallery[name]!.scene, 170, 90);
    const channels = sets[i % 3]!;
    const options = { workers: 0, channels, verify: { seed: 3 } };
    const tiled = await render(scene, { ...options, slices: 1 });
    const brute = await render(scene, { ...options, slices: 4, exact: 'brute' });
    assert.deepEqual(tiled.channels, brute.channels, name);
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

/** Formulas of polynomials in z and its conjugate, or of their parts, with the degree that they have far out. */
const degrees = {
  mandelbrot: 2,
  multibrot: 3,
  tricorn: 2,
  'burning-ship': 2,
  celtic: 2,
  buffalo: 2,
  phoenix: 2,
  julia: 2,
};
const seenAt = (name: string, escape: Scene['escape'], view: ViewScene['view']): ViewScene => ({
  ...inPixels(gallery[name]!.scene, 1, 1),
  escape,
  view,
  iterations: 60,
});

test('the continuous count goes on across dwell bands as within them, whatever the escape rule', async () => {
  for (const name of Object.keys(degrees)) {
    let bands = 0;
    for (const escape of ['overflow', 2, 10, 1000, 1e6] as const) {
      const view = { center: ['-1.3', '0.93'] as const, width: 1.5, columns: 10_000, rows: 1 };
      const { channels, counts } = await render(seenAt(name, escape, view), {
        workers: 0,
        channels: ['smooth'],
      });
      const smooth = channels!.smooth!;
      const step = (i: number) => Math.abs(smooth[i]! - smooth[i - 1]!);
      for (let i = 2; i < smooth.length - 1; i++) {
        const [before, last, next, after] = [-2, -1, 0, 1].map((offset) => counts[i + offset]!);
        if (last === next || before !== last || next !== after || Math.max(last!, next!) > 14) continue;
        bands++;
        const usual = Math.max(step(i - 1), step(i + 1));
        assert.ok(
          step(i) <= 1.2 * usual + 1e-9,
          `${name}, ${escape}: ${step(i)} at ${i}, beside it ${usual}`,
        );
      }
    }
    assert.ok(bands > 2, name);
  }
});

test('distances are what central differences of the continuous count say', async () => {
  const side = 41;
  for (const [name, degree] of Object.entries(degrees))
    for (const center of [
      ['-1.3', '0.93'],
      ['0.5', '0.8'],
      ['0.3', '-1.2'],
    ] as const) {
      const view = { center, width: 1e-4, columns: side, rows: side };
      const { channels, counts } = await render(seenAt(name, 1000, view), {
        workers: 0,
        channels: ['smooth', 'distance'],
      });
      const smooth = channels!.smooth!;
      for (let y = 1; y < side - 1; y++)
        for (let x = 1; x < side - 1; x++) {
          const at = y * side + x;
          if (counts[at] === 60) continue;
          const slope = Math.hypot(
            (smooth[at + 1]! - smooth[at - 1]!) / 2,
            (smooth[at + side]! - smooth[at - side]!) / 2,
          );
          // The potential is the degree to the power of minus the count; the distance is the potential by its slope.
          const expected = 1 / (Math.log(degree) * slope);
          const distance = channels!.distance![at]!;
          assert.ok(Math.abs(distance / expected - 1) < 1e-6, `${name} ${at}: ${distance}, not ${expected}`);
        }
    }
});

test('outside the circle of z^2 the distance is known, and so is its direction', async () => {
  const scene: ViewScene = {
    ...mandelbrot,
    formula: 'z^2',
    c: [0, 0] as const,
    z0: 'p' as const,
    escape: 'overflow' as const,
    iterations: 300,
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

test('where memory cannot be shared, workers fill the same channels, which are copied', async () => {
  const scene = inPixels(gallery.seahorse!.scene, 90, 70);
  const channels: ChannelName[] = ['smooth', 'trap', 'period', 'distance'];
  const shared = await render(scene, { workers: 2, channels });
  const { SharedArrayBuffer: memory } = globalThis;
  (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer = undefined;
  const prepared = prepare(scene, { channels });
  globalThis.SharedArrayBuffer = memory;
  await using pool = new Pool({ workers: 2 });
  const copied = await prepared.compute({ pool, slices: 7 });
  assert.ok(copied.counts.buffer instanceof ArrayBuffer);
  assert.equal(copied.work.shares.length, 2, 'by the workers, not by this thread');
  assert.deepEqual(copied.counts.slice(), shared.counts.slice());
  for (const name of channels)
    assert.deepEqual([...copied.channels![name]!], [...shared.channels![name]!], name);
});
