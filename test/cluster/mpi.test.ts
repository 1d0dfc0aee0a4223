// Ranks that `mpirun` starts: what they say to each other arrives, and one that fails ends all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../support.js';
import { mpirun, noMpi } from './mpi.js';

const ranks = fileURLToPath(new URL('./ranks.js', import.meta.url));

for (const size of [1, 3])
  test(`values, bytes and a counter go between ${size} ranks`, { skip: noMpi }, async () => {
    const { code, stdout, stderr } = await mpirun(size, [ranks, 'talk']);
    assert.deepEqual([code, stderr], [0, '']);
    const told = JSON.parse(stdout.toString());
    assert.deepEqual([told.size, told.isLaunched], [size, true]);
    const all: { rank: number; mine: string[]; taken: number[] }[] = told.all;
    all.forEach(({ rank, mine }, i) => {
      assert.equal(rank, i);
      assert.deepEqual(mine, [String(i), String(i), '0', 'Infinity']);
    });
    // Each number was taken once, by each rank in ascending order.
    const taken = all.flatMap((each) => each.taken);
    assert.deepEqual(
      taken.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
    const first = size === 1 ? [100, 1] : [100, 101, 102, 1];
    assert.deepEqual(told.around, { first, last: 1 });
  });

test('without mpirun a program is one rank', { skip: noMpi }, async () => {
  const { code, stdout, stderr } = await run(process.execPath, [ranks, 'talk']);
  assert.deepEqual([code, stderr], [0, '']);
  const { size, isLaunched } = JSON.parse(stdout.toString());
  assert.deepEqual([size, isLaunched], [1, false]);
});

test('a rank that fails ends all, with its code', { skip: noMpi }, async () => {
  const thrown = await mpirun(3, [ranks, 'throw']);
  assert.equal(thrown.code, 1);
  assert.match(thrown.stderr, /^rank 2: Error: a rank fails$/m);
  const failed = await mpirun(3, [ranks, 'fail']);
  assert.equal(failed.code, 3);
});

test('ranks of another MPI are told', { skip: noMpi }, async () => {
  const env = { ...process.env, PMI_SIZE: '4', PMI_RANK: '0' };
  const { code, stderr } = await run(process.execPath, [ranks, 'talk'], { env });
  assert.notEqual(code, 0);
  assert.match(
    stderr,
    /MPI: 4 ranks were started, but (Open MPI|MPICH).* finds 1; start them with the mpirun/,
  );
});
