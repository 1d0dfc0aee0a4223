// Every colouring: what it shows is what its channels say. Its bytes are held by render/golden.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { render, type Scene } from 'mandoline';
import { channelsOf } from '../../src/color/coloring.js';
import { placer } from '../../src/color/curve.js';
import type { Image } from '../../src/color/image.js';
import { binaryLogarithm, quickLogarithm } from '../../src/color/logarithm.js';
import { paint } from '../../src/color/picture.js';
import { sampleStep } from '../../src/color/tones.js';
import type { Field } from '../../src/field/field.js';
import { countScene } from '../support.js';

const mandelbrot = countScene('mandelbrot', 64, 48);

async function picture(scene: Scene): Promise<Image> {
  return paint(await render(scene, { workers: 0, channels: channelsOf(scene) }), scene);
}

/** Red, green, blue of a pixel. */
function colorAt({ width, palette, rows }: Image, row: number, column: number): number[] {
  const samples = rows(row, row + 1);
  if (palette) return [...palette.subarray(3 * samples[column]!, 3 * samples[column]! + 3)];
  assert.equal(samples.length, 3 * width);
  return [...samples.subarray(3 * column, 3 * column + 3)];
}

const scene = (changes: Partial<Scene>): Scene => ({ ...mandelbrot, ...changes }) as Scene;
const row = (counts: number[], channels: Field['channels'] = {}): Field => ({
  rows: 1,
  columns: counts.length,
  counts: Uint16Array.from(counts),
  channels,
});

test('channels that a colouring does not read change nothing', async () => {
  const wanted = ['smooth', 'distance', 'trap', 'slope', 'angle'] as const;
  const all = await render(mandelbrot, { workers: 0, channels: wanted });
  for (const coloring of ['count', 'smooth', 'slope', 'trap', 'distance', 'binary'] as const) {
    const drawn = scene({ coloring });
    const [some, more] = [await picture(drawn), await paint(all, drawn)];
    assert.deepEqual(more.rows(0, 48), some.rows(0, 48), coloring);
  }
});

test('angles have colours of their own, and those next to each other like colours, in every palette', async () => {
  const angle = Float32Array.of(0, 0.999, 1 / 3, 2 / 3);
  for (const palette of ['viridis', 'sinebow', ['#000', '#fff', '#f00']]) {
    const image = await paint(row([1, 2, 3, 4], { angle }), scene({ coloring: 'decomposition', palette }));
    const [first, last, third, other] = [0, 1, 2, 3].map((column) => colorAt(image, 0, column));
    const apart = (one: number[], two: number[]) =>
      Math.max(...one.map((part, i) => Math.abs(part - two[i]!)));
    assert.ok(apart(first!, last!) <= 6, `${first} ${last}`);
    assert.ok(apart(third!, other!) > 30 && apart(first!, third!) > 30 && apart(first!, other!) > 30);
  }
});

test('points that never escape have the colour that is asked for, else black', async () => {
  const field = row([5, 200, 9], { smooth: Float64Array.of(5.5, 200, 9.25) });
  for (const [inside, color] of [
    [undefined, [0, 0, 0]],
    ['#1234ab', [0x12, 0x34, 0xab]],
  ] as const) {
    const image = await paint(field, scene({ coloring: 'smooth', ...(inside && { inside }) }));
    assert.deepEqual(colorAt(image, 0, 1), color);
    assert.notDeepEqual(colorAt(image, 0, 0), color);
  }
  assert.deepEqual(colorAt(await paint(field, scene({ inside: '#0f8' })), 0, 1), [0, 255, 0x88]);
});

test('a gradient of two colours goes from the one to the other, with greys of OKLab between', async () => {
  const smooth = Float64Array.from({ length: 101 }, (_, i) => 10 + i);
  const field = row(Array.from(smooth, Math.floor), { smooth });
  const image = await paint(field, scene({ coloring: 'smooth', scale: 'linear', palette: ['#000', '#fff'] }));
  assert.deepEqual(colorAt(image, 0, 0), [0, 0, 0]);
  assert.deepEqual(colorAt(image, 0, 100), [255, 255, 255]);
  // Half of OKLab's lightness is 0.125 of the light, 99 in sRGB.
  for (const part of colorAt(image, 0, 50)) assert.ok(Math.abs(part - 99) <= 3, String(part));
});

test('the second cycle of a palette runs backwards, that of a cyclic palette starts again', async () => {
  const smooth = Float64Array.from({ length: 401 }, (_, i) => 100 + i);
  const field = row(Array.from(smooth, Math.floor), { smooth });
  const base = { coloring: 'smooth', scale: 'linear', density: 2, iterations: 1000 } as const;
  const there = await paint(field, scene({ ...base, palette: ['#000', '#fff'] }));
  const near = (image: Image, one: number, other: number) =>
    colorAt(image, 0, one).every((part, i) => Math.abs(part - colorAt(image, 0, other)[i]!) <= 6);
  assert.ok(near(there, 50, 350) && near(there, 0, 399) && !near(there, 50, 250));
  const again = await paint(field, scene({ ...base, palette: ['#000', '#fff', '#00f', '#000'] }));
  assert.ok(near(again, 50, 250) && near(again, 150, 350));
  const moved = await paint(
    field,
    scene({ ...base, palette: ['#000', '#fff', '#00f', '#000'], offset: 0.25 }),
  );
  const [first, quarter] = [colorAt(moved, 0, 0), colorAt(again, 0, 50)];
  assert.ok(first.every((part, i) => Math.abs(part - quarter[i]!) <= 6));
});

test('a histogram gives every part of the palette as many points, whatever the numbers are', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1.02 ** i / 1e5 + 10);
  const field = row(
    values.map(() => 3),
    { smooth: Float64Array.from(values) },
  );
  const image = await paint(
    field,
    scene({ coloring: 'smooth', scale: 'histogram', palette: ['#000', '#fff'] }),
  );
  const half = values.findIndex((_, i) => colorAt(image, 0, i)[0]! >= 99);
  assert.ok(Math.abs(half - 500) < 20, String(half));
});

test('points that never escape take no part of a histogram: the others have all of the palette', async () => {
  const counts = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 200 : i - 900));
  const image = await paint(row(counts), scene({ scale: 'histogram', palette: 'greys' }));
  const indices = image.rows(0, 1);
  assert.ok(Math.abs(indices[950]! - 128) < 8, String(indices[950]));
  assert.deepEqual([indices[0], indices[999]], [255, 255]);
});

test('a colour of points that never escape finds room among 256, beside basins and periods', async () => {
  const basin = Uint8Array.of(0, 1, 2, 3);
  const converging = scene({ escape: { converged: 1e-6 }, coloring: 'basin', inside: '#ff8000' });
  const basins = await paint(row([200, 1, 20, 3], { basin }), converging);
  const periods = await paint(
    row([200, 200], { period: Uint16Array.of(0, 1) }),
    scene({ coloring: 'period', inside: '#ff8000' }),
  );
  for (const image of [basins, periods]) {
    assert.ok(image.palette!.length <= 3 * 256);
    assert.deepEqual(colorAt(image, 0, 0), [255, 128, 0]);
    assert.notDeepEqual(colorAt(image, 0, 1), [255, 128, 0]);
  }
});

test('a pixel with samples has the mean of their light', async () => {
  const view = { ...mandelbrot.view, columns: 1, rows: 1, samples: 2 };
  const field: Field = { rows: 2, columns: 2, counts: Uint16Array.of(1, 1, 9, 9) };
  const image = await paint(field, scene({ view, palette: ['#000', '#fff'] } as Partial<Scene>));
  // Half of the light of white is 188 in sRGB.
  assert.deepEqual([image.width, image.height, ...image.rows(0, 1)], [1, 1, 188, 188, 188]);
  const same: Field = { rows: 2, columns: 2, counts: Uint16Array.of(7, 7, 7, 7) };
  const plain = await paint(same, scene({ view, palette: 'turbo' } as Partial<Scene>));
  const single = await paint(row([7]), scene({ palette: 'turbo' }));
  assert.deepEqual([...plain.rows(0, 1)], colorAt(single, 0, 0));
});

test('16 bits are the 8 bits with more between them', async () => {
  const deep = await picture(scene({ coloring: 'smooth', depth: 16 }));
  const flat = await picture(scene({ coloring: 'smooth' }));
  const [high, low] = [deep.rows(0, 48), flat.rows(0, 48)];
  const values = new Set<number>();
  for (let i = 0; i < low.length; i++) {
    const value = 256 * high[2 * i]! + high[2 * i + 1]!;
    values.add(value);
    assert.ok(Math.abs(value / 257 - low[i]!) <= 1);
  }
  assert.ok(values.size > 256);
});

test('light falls on slopes that face it: those are brightest, those behind are darkest', async () => {
  const turns = Array.from({ length: 36 }, (_, i) => i / 36);
  const field = row(
    turns.map((_, i) => 3 + (i % 2)),
    { smooth: Float64Array.from(turns, () => 5), slope: Float32Array.from(turns) },
  );
  const image = await paint(
    field,
    scene({ coloring: 'slope', palette: ['#fff', '#ffe'], light: { direction: 90, height: 30 } }),
  );
  const brightness = turns.map((_, i) => colorAt(image, 0, i)[0]!);
  assert.equal(brightness.indexOf(Math.max(...brightness)), 9);
  assert.ok(brightness[27]! < 0.3 * brightness[9]!);
});

test('periods have hues of their own, what has none is black', async () => {
  const field = row([200, 200, 200, 5], { period: Uint16Array.of(1, 2, 0, 0) });
  const image = await paint(field, scene({ coloring: 'period' }));
  const [one, two, none] = [0, 1, 2].map((column) => colorAt(image, 0, column));
  assert.notDeepEqual(one, two);
  assert.deepEqual(none, [0, 0, 0]);
});

test('quick logarithms are those of the slow way, to 24 bits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e12, noNaN: true }), (value) => {
      assert.ok(Math.abs(quickLogarithm(value) - binaryLogarithm(value)) < 2 ** -24);
    }),
  );
  for (const value of [1, 2, 1024, 2 ** 40]) assert.equal(quickLogarithm(value), Math.log2(value));
});

test('every scale goes from 0 to 1 and never back, and numbers beyond have the ends', () => {
  const quantiles = Float64Array.from({ length: 1025 }, (_, i) => 3 + (i / 1024) ** 3 * 50);
  for (const scale of ['logarithm', 'linear', 'root', 'histogram'] as const) {
    const more = scale === 'histogram' ? { quantiles } : {};
    const place = placer({ scale, least: 3, most: 53, knee: 4, ...more }, false);
    assert.deepEqual([place(3), place(53), place(-1e9), place(1e9), place(2.999)], [0, 1, 0, 1, 0]);
    const places = Array.from({ length: 500 }, (_, i) => place(3 + i / 10));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  }
});

test('a sample has at most 65,536 points, and all where there are no more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e5 }), fc.integer({ min: 1, max: 1e5 }), (rows, columns) => {
      const step = sampleStep(rows, columns);
      assert.ok(Math.ceil(rows / step) * Math.ceil(columns / step) <= 2 ** 16);
      if (rows * columns <= 2 ** 16) assert.equal(step, 1);
    }),
  );
});
