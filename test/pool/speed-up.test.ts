import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amdahl, median, serialPart, speedUps } from 'mandoline/pool';

test("Amdahl's law that made the times is found again", () => {
  for (const serial of [0, 0.05, 0.3, 1]) {
    const points = [1, 2, 4, 8].map((workers) => ({ workers, speedUp: amdahl(serial, workers) }));
    assert.ok(Math.abs(serialPart(points)! - serial) < 1e-12);
  }
  assert.equal(serialPart([{ workers: 1, speedUp: 1 }]), undefined);
});

test('the median is the middle, or the mean of the two in the middle, and leaves the values as they are', () => {
  const values = [30, 1, 4, 2];
  assert.deepEqual([median(values), median([5]), median([2, 10, 1])], [3, 5, 2]);
  assert.deepEqual(values, [30, 1, 4, 2]);
  assert.throws(() => median([]), RangeError);
});

test('speed-ups are of the best number of slices, against the best of one worker', () => {
  const times = [
    [1, 9],
    [1, 8],
    [2, 9],
    [2, 4],
  ] as const;
  assert.deepEqual(speedUps(times.map(([workers, median]) => ({ workers, median }))), [
    { workers: 1, speedUp: 1 },
    { workers: 2, speedUp: 2 },
  ]);
});
