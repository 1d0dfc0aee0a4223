import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { paletteColors, paletteNames } from '../../src/color/palettes.js';
import { paint as paintScene } from '../../src/color/picture.js';
import type { Field } from '../../src/field/field.js';
import { lessonScene } from '../../src/scene/scene.js';
import { isLong, sha256 } from '../support.js';

/** A picture of counts, none of which is that of a point that never escapes unless the test says so. */
const paint = (field: Field, palette: string) =>
  paintScene(field, {
    ...lessonScene,
    palette,
    iterations: Math.max(1, ...field.counts),
    ...(field.channels?.basin && { escape: { converged: 1e-6 }, c: [0, 0] }),
  });

test('the smallest count has the first colour, the largest the last, and more never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2 ** 24), { minLength: 1, maxLength: 50 }), async (values) => {
      const counts = Uint32Array.from(values.toSorted((a, b) => a - b));
      const indices = (await paint({ rows: 1, columns: counts.length, counts }, 'viridis')).rows(0, 1);
      assert.equal(indices[0], 0);
      if (counts[0] !== counts.at(-1)) assert.equal(indices.at(-1), 255);
      assert.deepEqual(indices, indices.toSorted());
    }),
    { numRuns: isLong ? 100 : 30 },
  );
});

test('bands of rows are the picture cut in pieces', async () => {
  const counts = Uint16Array.from({ length: 35 }, (_, i) => (i * 13) % 40);
  const image = await paint({ rows: 7, columns: 5, counts }, 'magma');
  assert.deepEqual([image.width, image.height], [5, 7]);
  assert.deepEqual([...image.rows(0, 3), ...image.rows(3, 3), ...image.rows(3, 7)], [...image.rows(0, 7)]);
});

test('colours go by the logarithm of the distance from the smallest count', async () => {
  const counts = Uint32Array.from({ length: 72 }, (_, above) => 9 + above);
  const indices = (await paint({ rows: 1, columns: 72, counts }, 'magma')).rows(0, 1);
  for (const [above, index] of indices.entries()) {
    const exact = (255 * Math.log(1 + above / 4)) / Math.log(1 + 71 / 4);
    assert.ok(Math.abs(index - exact) < 0.5 + 1e-6, `${above}: ${index}, not ${exact}`);
  }
});

test('a count has the same colour whether it stands in the table or beyond', async () => {
  const max = 2 ** 32 - 1;
  const counts = Uint32Array.of(0, 65535, 65536, 65537, 1e6, max);
  const indices = (await paint({ rows: 1, columns: 6, counts }, 'magma')).rows(0, 1);
  const exact = [...counts].map((count) =>
    Math.round((255 * Math.log(1 + count / 4)) / Math.log(1 + max / 4)),
  );
  assert.deepEqual([...indices], exact);
});

test('a range that is not of whole numbers gives each count the colour between those of its neighbours', async () => {
  const counts = Uint16Array.from({ length: 300 }, (_, count) => count);
  const indices = async (range: readonly [number, number]) => {
    const image = await paintScene(
      { rows: 1, columns: 300, counts },
      { ...lessonScene, palette: 'viridis', iterations: 1000, range },
    );
    return image.rows(0, 1);
  };
  const [whole, next, between] = [
    await indices([1, 200]),
    await indices([2, 200]),
    await indices([1.5, 200]),
  ];
  assert.ok(between.every((index, count) => index <= whole[count]! && index >= next[count]!));
  assert.deepEqual([between[0], between[1], between[200], between[299]], [0, 0, 254, 254]);
  const ends = [
    [-7.25, 1e300],
    [-1e300, 1e300],
    [1e299, 1e300],
    [0.25, 0.75],
    [70_000.5, 70_000.75],
    [12.5, 12.5],
  ] as const;
  for (const range of ends) {
    const some = await indices(range);
    assert.deepEqual(some, some.toSorted(), String(range));
  }
});

test('a range never changes the colour of points that never escape', async () => {
  const counts = Uint16Array.of(3, 40, 100);
  const basin = Uint8Array.of(1, 2, 0);
  const converging = { escape: { converged: 1e-6 }, c: [0, 0] } as const;
  for (const palette of ['ember', 'inferno', 'classic', ['#000764', '#ffaa00']])
    for (const other of [{}, converging])
      for (const range of [
        [0, 50],
        [10, 500],
        [1.5, 99.5],
        [200, 300],
      ] as const) {
        const colorOf = async (more: object) => {
          const scene = { ...lessonScene, ...other, palette, iterations: 100, ...more };
          const image = await paintScene({ rows: 1, columns: 3, counts, channels: { basin } }, scene);
          const index = image.rows(0, 1)[2]!;
          return [...image.palette!.subarray(3 * index, 3 * index + 3)];
        };
        assert.deepEqual(await colorOf({ range }), await colorOf({}), `${palette} ${range}`);
        assert.deepEqual(await colorOf({ range, inside: '#123456' }), [0x12, 0x34, 0x56]);
      }
});

test('a field of one count is a picture of the first colour', async () => {
  const image = await paint({ rows: 1, columns: 2, counts: Uint16Array.of(7, 7) }, 'turbo');
  assert.deepEqual([...image.rows(0, 1)], [0, 0]);
});

test('colours are the palettes that matplotlib and d3 have', () => {
  assert.deepEqual([...paletteColors('viridis', 3)], [68, 1, 84, 33, 145, 140, 253, 231, 37]);
  assert.deepEqual([...paletteColors('inferno', 256)].slice(0, 3), [0, 0, 4]);
  for (const name of paletteNames) assert.equal(paletteColors(name, 256).length, 768);
});

test('every palette has the same bytes on every machine', () => {
  const bytes = paletteNames.map((name) => paletteColors(name, 256));
  assert.equal(
    sha256(...bytes.slice(0, 16)),
    'f69cc1c00338d363459305c933f5dcd56d5294d2e76cafb428a08205bc82bf97',
  );
  assert.equal(
    sha256(...bytes.slice(16)),
    '00146980a74bbe1f3a828746ba5b09c5ae5fb8197fff5e411d1cb491b4112a9a',
  );
});

test('a quarter of the way a sinebow has red of 127.5, which is the same byte on every machine', () => {
  for (const length of [5, 9, 253]) {
    const colors = paletteColors('sinebow', length);
    const at = (quarter: number) => [...colors.slice((3 * quarter * (length - 1)) / 4).subarray(0, 3)];
    assert.deepEqual(
      [at(1), at(3)],
      [
        [128, 238, 17],
        [127, 17, 238],
      ],
    );
  }
});

test('an unknown palette is a RangeError that names those there are', () => {
  for (const name of ['mauve', 'toString'])
    assert.throws(() => paletteColors(name, 2), /must be one of inferno, magma/);
});

test('a field with basins has a hue for each basin, darker for larger counts, and grey for none', async () => {
  const counts = Uint16Array.of(1, 50, 1, 50, 1, 50);
  const image = await paint(
    { rows: 1, columns: 6, counts, channels: { basin: Uint8Array.of(0, 0, 1, 1, 2, 2) } },
    'turbo',
  );
  const colors = [...image.rows(0, 1)].map((index) => [...image.palette!.slice(3 * index, 3 * index + 3)]);
  assert.deepEqual(colors[0], [96, 96, 96]);
  assert.equal(new Set(colors.map(String)).size, 6);
  for (const first of [0, 2, 4])
    colors[first]!.forEach((part, i) => {
      assert.ok(colors[first + 1]![i]! <= 0.11 * part);
    });
});

test('more basins than there are hues begin again with the first, and never have the grey of none', async () => {
  const basin = Uint8Array.from({ length: 256 }, (_, k) => k);
  const image = await paint(
    { rows: 1, columns: 256, counts: new Uint16Array(256), channels: { basin } },
    'turbo',
  );
  const indices = image.rows(0, 1);
  assert.ok(indices.every((index, k) => (index === indices[0]) === (k === 0)));
  assert.equal(indices[1], indices[16]);
  assert.ok(indices.every((index) => 3 * index < image.palette!.length));
});

test('a palette that ends in black differs from the palette that it is made of in its last colour alone', () => {
  const [ember, inferno] = [paletteColors('ember', 256), paletteColors('inferno', 256)];
  assert.deepEqual(ember.slice(0, -3), inferno.slice(0, -3));
  assert.deepEqual([...ember.slice(-3)], [0, 0, 0]);
});
