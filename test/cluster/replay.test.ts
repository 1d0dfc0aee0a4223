// The replay of measured slices over many workers, compared with a plain list of free workers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Costs, replay, replayShares } from '../../bench/cluster/replay.js';

const free: Costs = { start: 0, hand: 0, keep: 0, collect: 0, end: 0 };

/** The same, by looking at every worker for every slice. */
function plain(slices: Float64Array, workers: number, { start, hand, keep, collect, end }: Costs): number {
  const done = new Array<number>(workers).fill(start);
  const each: number[] = [];
  let [handed, collected] = [0, 0];
  for (const slice of slices) {
    const first = done.indexOf(Math.min(...done));
    handed = Math.max(handed, done[first]!) + hand;
    done[first] = handed + slice + keep;
    each.push(done[first]);
  }
  for (const time of each.sort((a, b) => a - b)) collected = Math.max(collected, time) + collect;
  return collected + end;
}

test('slices go to whoever is free first, and what a way costs is counted', () => {
  assert.equal(replay(Float64Array.of(3, 1, 1, 1), 2, free).seconds, 3);
  assert.equal(replayShares(Float64Array.of(3, 1, 1, 1), 2, free).seconds, 4);
  const slices = Float64Array.from({ length: 500 }, (_, i) => 1 + ((i * 7919) % 100) / 10);
  for (const costs of [free, { start: 2, hand: 0.25, keep: 0.5, collect: 0.125, end: 7 }])
    for (const workers of [1, 2, 3, 7, 64, 499, 500, 1000]) {
      const { seconds, makespan } = replay(slices, workers, costs);
      assert.equal(seconds, plain(slices, workers, costs));
      assert.equal(makespan, plain(slices, workers, { ...costs, collect: 0, end: 0 }));
    }
});

test('one worker takes as long as all slices, and no number of workers less than the longest', () => {
  const slices = Float64Array.of(4, 2, 8, 1);
  for (const each of [replay, replayShares]) {
    assert.equal(each(slices, 1, free).seconds, 15);
    assert.equal(each(slices, 4096, free).seconds, 8);
  }
});
