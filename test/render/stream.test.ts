// Pictures that are made band by band are those that are made in one piece, however they are cut and whoever does it;
// a store gives back what was put in it, and mends what is damaged.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inPixels, render, type Scene, VerifyError } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';
import { channelsOf } from '../../src/color/coloring.js';
import { paint } from '../../src/color/picture.js';
import { StoreError } from '../../src/errors.js';
import type { DoubleJob } from '../../src/render/render-job.js';
import { openStore, type Store } from '../../src/render/store.node.js';
import { type StreamOptions, shared, streamScene } from '../../src/render/stream.js';
import { countScene, sha256, temporaryFolder } from '../support.js';

const mandelbrot = countScene('mandelbrot', 220, 190);

/** The digest of all that a stream gives, and where it came from. */
async function digest(scene: Scene, options: Partial<StreamOptions> = {}) {
  const stream = await streamScene(scene, { isPainted: true, ...options });
  const parts: Uint8Array[] = [];
  for await (const { counts, channels = {}, pixels } of stream.bands)
    for (const array of [counts, ...Object.values(channels), pixels ?? new Uint8Array()])
      parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice());
  return { stream, pixels: parts, ...stream.summary() };
}

/** The bytes of the pixels alone. */
async function pixelsOf(scene: Scene, options: Partial<StreamOptions> = {}): Promise<Buffer> {
  const stream = await streamScene(scene, { isPainted: true, ...options });
  const parts: Uint8Array[] = [];
  for await (const { pixels } of stream.bands) parts.push(pixels!.slice());
  return Buffer.concat(parts);
}

test('a picture is the same in one piece and in bands, for any slices and workers', async () => {
  await using pool = new Pool({ workers: 2 });
  const few = inPixels(mandelbrot, 100, 90);
  const sampled = { ...few, view: { ...few.view, samples: 2, rotation: 20 } };
  const scenes: Scene[] = [
    mandelbrot,
    { ...mandelbrot, coloring: 'smooth', scale: 'histogram' },
    { ...sampled, coloring: 'slope', palette: 'classic' },
    countScene('newton', 100, 90),
  ];
  for (const scene of scenes) {
    const image = await paint(await render(scene, { pool, channels: channelsOf(scene) }), scene);
    const whole = Buffer.from(image.rows(0, image.height));
    for (const options of [{ pool }, { pool, slices: 3 }, { pool, slices: 1000 }, { slices: 7 }])
      assert.ok(whole.equals(await pixelsOf(scene, options)), `${scene.coloring} ${options.slices}`);
  }
});

test('the channels of bands are those of the whole field, whose memory no other band used', async () => {
  const scene: Scene = { ...mandelbrot, iterations: 150, coloring: 'smooth' };
  const names = ['smooth', 'distance', 'slope', 'angle', 'trap', 'period'] as const;
  const whole = await render(scene, { workers: 0, channels: names });
  const stream = await streamScene(scene, { isPainted: true, channels: names, slices: 50 });
  for await (const { start, rows, columns, channels } of stream.bands)
    for (const name of names) {
      const expected = whole.channels![name]!.subarray(start * columns, (start + rows) * columns);
      assert.deepEqual(channels![name], expected, `${name} from row ${start}`);
    }
});

test('what was done is told: counts, shares of the workers, verified points', async () => {
  await using pool = new Pool({ workers: 2 });
  const { counts } = await render(mandelbrot, { pool });
  const told = await digest(mandelbrot, { pool, slices: 9, verify: { seed: 3 } });
  assert.equal(
    told.counts.sum,
    Array.from(counts).reduce((sum, count) => sum + count, 0),
  );
  assert.deepEqual([told.counts.min, told.counts.max], [Math.min(...counts), Math.max(...counts)]);
  assert.deepEqual([told.work.slices, told.work.shares.length], [9, 2]);
  assert.equal(
    told.work.shares.reduce((sum, share) => sum + share.rows, 0),
    190,
  );
  assert.deepEqual(told.verified, { points: 1000, seed: 3 });
  assert.deepEqual(told.origins, { computed: 9, kept: 0, mended: 0 });
});

test('a wrong count is found while it is streamed', async () => {
  const via: StreamOptions['via'] = (job) => {
    const render = job.render as DoubleJob;
    const wrong = { ...render, kernel: { ...render.kernel, iterations: 150 } };
    return {
      task: undefined as never,
      run: async (range) => {
        const { computeField, bandField, finishBand } = await import('../../src/render/band.js');
        const field = bandField(range, job);
        computeField(range, job, field);
        return finishBand(range, { ...job, render: wrong }, 0, field);
      },
    };
  };
  await assert.rejects(pixelsOf(mandelbrot, { via, verify: { seed: 1 } }), VerifyError);
});

test('an aborted stream ends with the reason, and one that is left ends its work', async () => {
  await using pool = new Pool({ workers: 2 });
  const reason = new Error('enough');
  await assert.rejects(pixelsOf(mandelbrot, { pool, signal: AbortSignal.abort(reason) }), reason);
  const stream = await streamScene(mandelbrot, { isPainted: true, pool, slices: 100 });
  for await (const { start } of stream.bands) if (start > 5) break;
  const { square } = tasks<typeof import('../pool/jobs.js')>(new URL('../pool/jobs.js', import.meta.url));
  assert.equal(await pool.apply(square, [7]), 49);
});

test('readers of one source go at one pace; one that leaves holds up no other', async () => {
  let handed = 0;
  async function* numbers() {
    while (handed < 6) yield handed++;
  }
  const [one, two, three] = shared(numbers(), 3).map((each) => each[Symbol.asyncIterator]());
  assert.equal((await Promise.all([one!.next(), two!.next(), three!.next()])).at(-1)?.value, 0);
  const early = one!.next();
  const late = two!.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(handed, 1);
  await three!.return!();
  assert.deepEqual([(await early).value, (await late).value], [1, 1]);

  async function* failing() {
    yield 1;
    throw new Error('broken');
  }
  const readers = shared(failing(), 2);
  const ends = await Promise.allSettled(
    readers.map(async (each) => {
      for await (const _ of each);
    }),
  );
  assert.deepEqual(
    ends.map((end) => end.status === 'rejected' && end.reason.message),
    ['broken', 'broken'],
  );
});

const scene: Scene = { ...mandelbrot, coloring: 'smooth' };
const kept = (folder: string, slices?: number): Store => openStore(folder, scene, { slices, otherwise: 9 });
async function through(store: Store, options: Partial<StreamOptions> = {}, given: Scene = scene) {
  const { pixels, origins } = await digest(given, { via: store.work, slices: store.slices, ...options });
  return { sha: sha256(...pixels), origins };
}

test('a store gives back what it was given, and only what is missing or damaged is computed', async (context) => {
  const folder = join(temporaryFolder(context), 'store');
  await using pool = new Pool({ workers: 2 });
  const { sha } = await through(kept(folder), { pool });
  assert.equal(sha, sha256(...(await digest(scene, { slices: 9 })).pixels));
  assert.deepEqual(await through(kept(folder)), { sha, origins: { computed: 0, kept: 9, mended: 0 } });

  const [first, second, third, fourth] = readdirSync(join(folder, 'counts')).map((name) =>
    join(folder, 'counts', name),
  );
  rmSync(first!);
  truncateSync(second!, 100);
  const bytes = readFileSync(third!);
  bytes[1234]! ^= 4;
  writeFileSync(third!, bytes);
  cpSync(join(folder, 'counts', readdirSync(join(folder, 'counts')).at(-1)!), fourth!);
  rmSync(join(folder, 'smooth'), { recursive: true });
  assert.deepEqual(await through(kept(folder), { pool }), {
    sha,
    origins: { computed: 6, kept: 0, mended: 3 },
  });
  assert.deepEqual((await through(kept(folder))).origins, { computed: 0, kept: 9, mended: 0 });
});

test('colours change without anything computed again', async (context) => {
  const folder = join(temporaryFolder(context), 'store');
  await through(kept(folder));
  const other: Scene = { ...scene, palette: 'viridis', density: 3, scale: 'linear' };
  const again = await through(openStore(folder, other, { otherwise: 5 }), {}, other);
  assert.deepEqual(again.origins, { computed: 0, kept: 9, mended: 0 });
  assert.equal(again.sha, sha256(...(await digest(other, { slices: 9 })).pixels));
});

test('two programs with one store end with the same', async (context) => {
  const folder = join(temporaryFolder(context), 'store');
  await using one = new Pool({ workers: 1 });
  await using other = new Pool({ workers: 1 });
  const both = await Promise.all([
    through(kept(folder), { pool: one }),
    through(kept(folder), { pool: other }),
  ]);
  assert.equal(both[0].sha, both[1].sha);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.ok(!names.some((name) => name.endsWith('.part')));
});

test('a store of another scene, of another number of slices, damaged, or no store is told', (context) => {
  const folder = temporaryFolder(context);
  const store = join(folder, 'store');
  kept(store);
  assert.throws(
    () => openStore(store, { ...scene, iterations: 7 }, { otherwise: 9 }),
    /is the store of another scene/,
  );
  assert.throws(() => kept(store, 8), /is a store of 9 slices, not 8; omit --slices/);
  writeFileSync(join(store, 'store.json'), '{');
  assert.throws(() => kept(store), StoreError);
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  assert.throws(() => kept(folder), /contains other files/);
  assert.throws(
    () => kept(join(folder, 'none', 'store')),
    /the folder .*none does not exist; create it first/,
  );
  assert.throws(() => kept(join(folder, 'mine.txt')), /is not a folder/);
  if (process.platform === 'linux') assert.throws(() => kept('/proc/store'), StoreError);
  assert.ok(existsSync(join(folder, 'mine.txt')));
});
