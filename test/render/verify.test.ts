// `verify` finds a count that is wrong, wherever it stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelName, gallery, inPixels, lessonScene, prepare, render, VerifyError } from 'mandoline';
import { Pool } from 'mandoline/pool';

const scene = inPixels(gallery.mandelbrot!.scene, 30, 20);

test('of 1000 points or fewer all are verified: no wrong count stays unseen, in this thread and in workers', async () => {
  await using pool = new Pool({ workers: 2 });
  const prepared = prepare(scene);
  await prepared.compute();
  for (const [row, column] of [
    [0, 0],
    [7, 11],
    [19, 29],
  ] as const) {
    const place = 30 * row + column;
    const right = prepared.counts[place]!;
    prepared.counts[place] = right + 1;
    for (const options of [{}, { pool }])
      await assert.rejects(prepared.verify(options), (error) => {
        assert.ok(error instanceof VerifyError);
        assert.deepEqual([error.row, error.column], [row, column]);
        assert.deepEqual([error.counted, error.expected], [right + 1, right]);
        assert.match(
          error.message,
          new RegExp(`^row ${row}, column ${column}: counted ${right + 1}, the oracle`),
        );
        return true;
      });
    prepared.counts[place] = right;
  }
  assert.equal((await prepared.verify()).points, 600);
});

test('1% of many points are verified, the same ones for the same seed', async () => {
  const prepared = prepare({ ...lessonScene, lattice: { extent: 2, cells: 200 } });
  await prepared.compute();
  assert.deepEqual(await prepared.verify({ seed: 5 }), { points: 1600, seed: 5 });
  const right = prepared.counts.slice();
  prepared.counts.fill(0xffff);
  const wrongAt = async (seed: number) => {
    try {
      await prepared.verify({ seed });
    } catch (error) {
      assert.ok(error instanceof VerifyError);
      return [error.row, error.column, error.seed];
    }
    throw new Error('no wrong count was found');
  };
  assert.deepEqual(await wrongAt(5), await wrongAt(5));
  assert.notDeepEqual((await wrongAt(5)).slice(0, 2), (await wrongAt(6)).slice(0, 2));
  prepared.counts.set(right);
});

test('render says what was verified, and only where it was asked to', async () => {
  const { verified } = await render(scene, { workers: 0, verify: true });
  assert.ok(verified && verified.points === 600 && verified.seed >= 0 && verified.seed < 2 ** 32);
  assert.equal('verified' in (await render(scene, { workers: 0 })), false);
});

test('a verification can be aborted', async () => {
  const prepared = prepare(scene);
  const reason = new Error('enough');
  await assert.rejects(prepared.verify({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
});

test('channels are verified too: a wrong value of any, inside or outside, is found and named', async () => {
  const wanted: ChannelName[] = ['smooth', 'distance', 'angle', 'trap', 'period'];
  await using pool = new Pool({ workers: 2 });
  const prepared = prepare(scene, { channels: wanted });
  await prepared.compute();
  assert.equal((await prepared.verify({ pool })).points, 600);
  const inside = prepared.counts.indexOf(scene.iterations);
  const outside = prepared.counts.findIndex((count) => count < scene.iterations);
  for (const name of wanted)
    for (const place of name === 'period' ? [inside] : [inside, outside]) {
      const values = prepared.channels![name]!;
      const right = values[place]!;
      values[place] = right + 1;
      await assert.rejects(prepared.verify({ pool }), (error) => {
        assert.ok(error instanceof VerifyError);
        assert.deepEqual([error.row * 30 + error.column, error.of], [place, name]);
        assert.deepEqual([error.counted, error.expected], [values[place], right]);
        assert.match(error.message, new RegExp(`: ${name} is .*, the oracle computes `));
        return true;
      });
      values[place] = right;
    }
});
