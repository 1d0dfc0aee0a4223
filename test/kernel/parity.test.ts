// The counts that numpy made, by both kernels, serially and by workers, in any slices.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Field, latticeAxis, lessonScene, prepare, type Scene } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { encodeNpy } from '../../src/encode/npy.js';
import { quadratic } from '../../src/formula/expression.js';
import { countReference } from '../../src/kernel/reference.js';
import { fixture, type ParityCase, parityCases, sha256, smallCases } from '../support.js';

const pools = [1, 2, 5].map((workers) => new Pool({ workers }));
after(() => Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]())));

for (const each of smallCases) {
  test(`the reference kernel counts as numpy: ${each.name}`, () => {
    const axis = latticeAxis(each);
    const job = {
      step: quadratic,
      z0: 'p' as const,
      c: each.c,
      iterations: each.iterations,
      escape: 'overflow',
    } as const;
    const counts = Uint16Array.from({ length: axis.length ** 2 }, (_, i) =>
      countReference(job, [axis[Math.floor(i / axis.length)]!, axis[i % axis.length]!]),
    );
    assert.equal(sha256(counts), each.sha256_uint16_le);
    assert.deepEqual(Buffer.from(counts.buffer), fixture(`parity/${each.name}.npy`).subarray(128));
  });
}

const sceneOfCase = ({ c, extent, cells, iterations }: ParityCase): Scene => ({
  ...lessonScene,
  c,
  lattice: { extent, cells },
  iterations,
});

for (const each of parityCases) {
  test(`the compiled kernel counts as numpy, with 0, 1, 2, 5 workers and 1, 7, 2000 slices: ${each.name}`, async () => {
    const prepared = prepare(sceneOfCase(each));
    let whole: Buffer | undefined;
    for (const pool of [undefined, ...pools]) {
      for (const slices of [1, 7, 2000]) {
        prepared.counts.fill(0xffff);
        const { rows, columns, counts, work } = await prepared.compute({ pool, slices });
        assert.deepEqual([rows, columns], each.shape);
        const bytes = Buffer.from(counts.buffer, counts.byteOffset, counts.byteLength);
        if (!whole) assert.equal(sha256(counts), each.sha256_uint16_le);
        // Those that numpy has; to compare takes less than to hash again.
        whole ??= Buffer.from(bytes);
        assert.ok(bytes.equals(whole), `${pool?.workers ?? 0} workers, ${slices} slices`);
        assert.equal(
          work.shares.reduce((sum, share) => sum + share.slices, 0),
          slices,
        );
        assert.equal(
          work.shares.reduce((sum, share) => sum + share.rows, 0),
          rows,
        );
      }
    }
    await checkFloat64(each, prepared);
  });
}

async function checkFloat64(each: ParityCase, { rows, columns, counts }: Field): Promise<void> {
  assert.equal(sha256(Float64Array.from(counts)), each.sha256_float64_le);
  if (!each.sha256_np_save_float64) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeNpy({ rows, columns }, [counts], 'float64')) chunks.push(chunk.slice());
  assert.equal(sha256(...chunks), each.sha256_np_save_float64);
}
