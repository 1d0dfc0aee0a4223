import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amdahl, median, serialPart, speedUps, summarizeSpeedUp } from 'mandoline/pool';

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

/** Rows of one way to cut the work, by the number of workers. */
const summaryOf = (times: Readonly<Record<number, readonly number[]>>) =>
  summarizeSpeedUp(Object.entries(times).map(([workers, times]) => ({ workers: Number(workers), times })));

test('a speed-up is told with the serial part and its limit, with the digits that the limit needs', () => {
  const { text, serial } = summaryOf({ 1: [10, 10.1, 9.9], 2: [9.235, 9.24, 9.23] })!;
  assert.ok(Math.abs(serial! - 0.847) < 1e-9);
  assert.equal(
    text,
    "2 workers are 1.08 times as fast as one; by Amdahl's law, 84.7% of the work is serial, " +
      'so any number of workers is at most 1.18 times as fast',
  );
  const halved = summaryOf({ 1: [10, 10, 10], 2: [5, 5, 5] })!;
  assert.deepEqual(halved, {
    serial: 0,
    text: "2 workers are 2.00 times as fast as one; by Amdahl's law, none of the work is serial",
  });
});

test('times that vary more than they differ have no serial part, nor have workers that do not help', () => {
  const noisy = summaryOf({ 1: [10, 8, 13], 2: [9, 12, 10.5] })!;
  assert.equal(noisy.serial, undefined);
  assert.match(
    noisy.text,
    /^2 workers and one worker take about the same time: the times vary more than they differ; /,
  );
  const slower = summaryOf({ 1: [1, 1.1, 1.05], 2: [1.3, 1.4, 1.35] })!;
  assert.deepEqual(slower, {
    serial: undefined,
    text: 'More workers do not help: 2 take 1.29 times as long as one',
  });
  // One outlier in five times does not hide what the others show.
  assert.match(
    summaryOf({ 1: [10, 10, 4, 10, 10], 2: [5, 5, 5, 5, 11] })!.text,
    /^2 workers are 2\.00 times/,
  );
});

test('of several ways to cut the work the best counts; times that follow another law get no serial part', () => {
  const rows = [
    { workers: 1, times: [8] },
    { workers: 1, times: [6] },
    { workers: 2, times: [9] },
    { workers: 2, times: [4] },
  ];
  assert.match(summarizeSpeedUp(rows)!.text, /^2 workers are 1\.50 times as fast as one; by .* 33\.3% of/);
  const many = summaryOf({ 1: [10, 10, 10], 2: [5, 5, 5], 4: [20, 20, 20], 8: [20, 20, 20] })!;
  assert.equal(many.serial, undefined);
  assert.match(
    many.text,
    /^2 workers are 2\.00 times as fast as one; other numbers of workers are slower than/,
  );
});

test('without one worker, or with one alone, there is nothing to summarize', () => {
  assert.equal(summaryOf({ 1: [1, 2] }), undefined);
  assert.equal(summaryOf({ 2: [1, 2], 4: [1] }), undefined);
});
