// Scenes in exact arithmetic: the counts that another program found, the same bytes whoever computes them and however they
// are cut, and what is told of them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseScene, prepare, render, SceneError, VerifyError, type ViewScene } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { checkSlices } from '../../src/cluster/job.js';
import { computeSlice } from '../../src/cluster/slice.js';
import { paint } from '../../src/color/picture.js';
import { countPoint } from '../../src/exact/count.js';
import { exactView } from '../../src/render/exact-job.js';
import { openStore } from '../../src/render/store.node.js';
import { streamScene } from '../../src/render/stream.js';
import { truth } from '../exact/views.js';
import { sha256, temporaryFolder } from '../support.js';

/** Near the tip of the needle: the points leave after 50 to 60 steps. */
const deep = parseScene({
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations: 300,
  escape: 2,
  palette: 'classic',
  view: {
    center: ['-2', `0.${'0'.repeat(29)}1`],
    width: '1e-30',
    columns: 21,
    rows: 70,
    rotation: 20,
  },
}) as ViewScene;
/** At the end of the Julia set that is a segment: after some 530 steps. */
const julia = parseScene({
  formula: 'z^2 + c',
  c: [-2, 0],
  z0: 'p',
  iterations: 600,
  escape: 10,
  palette: 'classic',
  scale: 'histogram',
  inside: '#000',
  view: { center: ['2', '0'], width: '1.25e-320', columns: 12, rows: 9, samples: 2 },
}) as ViewScene;

test('what the engine is given are the decimals of the scene', () => {
  const c = ['-0.10109636384562210000000001', '0.956'] as const;
  const scene = parseScene({ ...julia, c });
  const { plane, c: given, width, columns, rows, rotation, radius } = exactView(scene);
  assert.deepEqual(
    [plane, width, columns, rows, rotation, radius],
    ['dynamical', '1.25e-320', 24, 18, 0, 10],
  );
  assert.deepEqual(given, ['-1.0109636384562210000000001e-1', '0.956']);
  const { plane: other, z0 } = exactView({ ...deep, formula: 'z^2 + p', c: [1, 1], z0: ['1e-400', 0] });
  assert.deepEqual([other, z0], ['parameter', ['1e-400', '0']]);
});

test('a scene has the counts of another program, at any depth', async () => {
  const known = truth.filter(({ counts }) => Math.max(...counts.flat()) < 600);
  assert.ok(known.length > 0);
  for (const { plane, c, center, width, iterations, radius, ...grid } of known.slice(0, 4)) {
    const scene = parseScene({
      formula: 'z^2 + c',
      palette: 'classic',
      iterations,
      escape: radius,
      arithmetic: 'exact',
      ...(plane === 'julia' ? { c, z0: 'p' } : { c: 'p', z0: [0, 0] }),
      view: { center, width, columns: grid.columns, rows: grid.rows },
    });
    const view = exactView(scene);
    grid.rows_at.forEach((row, i) => {
      grid.columns_at.forEach((column, j) => {
        if ((i + j) % 5 === 0) assert.equal(countPoint(view, row, column), grid.counts[i]![j]);
      });
    });
  }
});

for (const [name, scene] of Object.entries({ 'a parameter plane': deep, 'a dynamical plane': julia }))
  test(`${name} has the oracle's counts, the same with any workers and slices`, async () => {
    const view = exactView(scene);
    const expected = Array.from({ length: view.rows * view.columns }, (_, i) =>
      countPoint(view, Math.floor(i / view.columns), i % view.columns),
    );
    assert.ok(new Set(expected).size > 3, 'a picture of something');
    for (const options of [
      { workers: 0, verify: true },
      { workers: 1, slices: 1 },
      { workers: 2, verify: true },
      { workers: 2, slices: 999 },
    ]) {
      const told: number[] = [];
      const onReference = (part: number) => void told.push(part);
      const { counts, exact, verified } = await render(scene, { ...options, onReference });
      assert.deepEqual([...counts], expected);
      assert.equal(exact!.tiles + exact!.points, expected.length);
      assert.ok(exact!.reference.bits > 90 && exact!.undecided.at(-1) !== 1);
      assert.equal(verified?.points, options.verify && Math.min(expected.length, 1000));
      assert.equal(told.at(-1), 1, 'the reference is there before the slices');
    }
  });

/** A corner of the ship's needle, where its fold is, and a Julia set of a rational step near its pole. */
const others: Record<string, Partial<ViewScene>> = {
  'the burning ship': {
    formula: '(abs(re z) + i*abs(im z))^2 + c',
    iterations: 120,
    view: { center: ['-2', '1e-30'], width: '1e-29', columns: 9, rows: 8, rotation: 10 },
  },
  'a rational Julia set': {
    formula: 'z^2 + c/z^3',
    c: ['-0.05', '1e-40'],
    z0: 'p',
    iterations: 60,
    view: { center: ['0', '0'], width: '2', columns: 9, rows: 8 },
  },
  'z^2 + c from the sample point': {
    z0: 'p',
    iterations: 90,
    view: { center: ['-0.5', '0.6'], width: '0.4', columns: 9, rows: 8 },
  },
};
for (const [name, changes] of Object.entries(others))
  test(`other formulas are counted with any workers and slices: ${name}`, async () => {
    const scene = parseScene({ ...deep, arithmetic: 'exact', ...changes }) as ViewScene;
    const view = exactView(scene);
    assert.ok(view.step);
    const expected = Array.from({ length: view.rows * view.columns }, (_, i) =>
      countPoint(view, Math.floor(i / view.columns), i % view.columns),
    );
    assert.ok(new Set(expected).size > 3, 'a picture of something');
    for (const options of [{ workers: 0 }, { workers: 2, slices: 5 }]) {
      const { counts, exact } = await render(scene, { ...options, verify: true });
      assert.deepEqual([...counts], expected);
      assert.equal(exact!.tiles + exact!.points, expected.length);
      assert.equal(exact!.undecided.at(-1) ?? 0, 0);
    }
  });

test('memory that is not shared gets the same counts', async () => {
  const shared = await render(deep, { workers: 1 });
  const { SharedArrayBuffer: memory } = globalThis;
  (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer = undefined;
  const prepared = prepare(deep);
  globalThis.SharedArrayBuffer = memory;
  await using pool = new Pool({ workers: 2 });
  const copied = await prepared.compute({ pool });
  assert.ok(copied.counts.buffer instanceof ArrayBuffer);
  assert.deepEqual([...copied.counts], [...shared.counts]);
});

test('counts of more than 16 bits are exact too, and a scene is computed again into the same memory', async () => {
  const prepared = prepare({ ...deep, iterations: 70_000, view: { ...deep.view, columns: 3, rows: 2 } });
  const { counts } = await prepared.compute();
  assert.ok(counts instanceof Uint32Array);
  const before = [...counts];
  counts.fill(0);
  await prepared.compute();
  assert.deepEqual([...counts], before);
  counts[4] = 7;
  await assert.rejects(prepared.verify(), VerifyError);
});

test('channels are refused, and a signal ends it', async () => {
  assert.throws(() => prepare(deep, { channels: ['smooth'] }), SceneError);
  await assert.rejects(
    render(deep, { channels: ['distance'], workers: 0 }),
    /arithmetic "exact": computes only counts/,
  );
  const reason = new Error('enough');
  for (const workers of [0, 2])
    await assert.rejects(render(deep, { workers, signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const onProgress = () => controller.abort(reason);
  await assert.rejects(
    render(deep, { workers: 2, slices: 70, signal: controller.signal, onProgress }),
    reason,
  );
});

/** The pixels and the counts of a stream. */
async function streamed(scene: ViewScene, options: Partial<Parameters<typeof streamScene>[1]> = {}) {
  const stream = await streamScene(scene, { isPainted: true, ...options });
  const bytes: Uint8Array[] = [];
  for await (const { counts, pixels } of stream.bands)
    bytes.push(new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength).slice(), pixels!.slice());
  return {
    digest: sha256(...bytes),
    pixels: sha256(...bytes.filter((_, i) => i % 2 === 1)),
    summary: stream.summary(),
  };
}

test('pictures that are made band by band have the pixels of those in one piece', async () => {
  for (const scene of [deep, julia]) {
    const image = await paint(await render(scene, { workers: 0 }), scene);
    const whole = sha256(image.rows(0, image.height));
    await using pool = new Pool({ workers: 2 });
    for (const options of [{}, { slices: 3 }, { pool, slices: 5, verify: { seed: 4 } }]) {
      const { pixels, summary } = await streamed(scene, options);
      assert.equal(pixels, whole);
      assert.equal(
        summary.exact!.tiles + summary.exact!.points,
        summary.counts ? image.height * image.width * (scene.view.samples ?? 1) ** 2 : 0,
      );
      if ('verify' in options) assert.equal(summary.verified!.seed, 4);
    }
    assert.equal(
      (await streamed({ ...scene, scale: 'linear', range: [1, 100] })).summary.exact!.undecided.at(-1) ?? 0,
      0,
    );
  }
});

test('a store keeps exact slices, gives them back without a reference, and mends what is damaged', async (context) => {
  const folder = join(temporaryFolder(context), 'kept');
  const store = openStore(folder, deep, { otherwise: 5 });
  const first = await streamed(deep, { via: store.work, slices: store.slices });
  const again = await streamed(deep, { via: store.work, slices: store.slices, areKept: true });
  assert.equal(again.digest, first.digest);
  assert.deepEqual([first.summary.origins.computed, again.summary.origins.kept], [5, 5]);
  assert.equal(again.summary.exact, undefined);
  const [name] = readdirSync(join(folder, 'counts'));
  const path = join(folder, 'counts', name!);
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
  const mended = await streamed(deep, { via: store.work, slices: store.slices, areKept: true });
  assert.deepEqual([mended.digest, mended.summary.origins.mended], [first.digest, 1]);
  assert.throws(
    () => openStore(folder, { ...deep, view: { ...deep.view, width: '2e-30' } }, { otherwise: 5 }),
    /another scene/,
  );
});

test('threads of a cluster, which compute a reference of their own, fill a store with the same bytes', async (context) => {
  const folder = join(temporaryFolder(context), 'kept');
  const store = openStore(folder, deep, { otherwise: 4 });
  const job = { scene: store.field, channels: [], slices: store.slices, folder };
  for (const index of [2, 0, 3, 1]) assert.equal(await computeSlice({ ...job, index }), 'computed');
  assert.equal(await computeSlice({ ...job, index: 3 }), 'kept');
  const kept = await streamed(deep, { via: store.work, slices: store.slices, areKept: true });
  assert.equal(kept.digest, (await streamed(deep, { slices: 4 })).digest);
});

test('a slice whose reference would take hours is refused by the workers of a cluster', () => {
  checkSlices(deep, 4, 3);
  const endless = parseScene({ ...deep, iterations: 2e9, view: { ...deep.view, width: '1e-500000' } });
  assert.throws(() => checkSlices(endless, 4, 3), {
    name: 'RefusedError',
    message: /^a reference of \d+ steps of \d+ bits takes too long; give fewer iterations or a larger width$/,
  });
});
