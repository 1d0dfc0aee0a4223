// Random places: walks that zoom in on the boundary down to 1e-60, where each place's tile of counts is compared with
// the oracle at some points. And what is known of pi.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countExact, countPoint, prepareReference } from '../../src/exact/count.js';
import type { ExactView } from '../../src/exact/view.js';
import { isLong } from '../support.js';
import { base, sequence } from './views.js';

const digits = 80;
const side = 8;
const decimal = (value: bigint) => `${value}e-${digits}`;

/** Walks down from the whole set, to points next to which counts differ; calls `check` at each place. */
async function walk(
  random: (below: number) => number,
  start: Partial<ExactView>,
  check: (view: ExactView, counts: Uint32Array) => void,
): Promise<void> {
  let [x, y, width] = [0n, 0n, 4n * 10n ** BigInt(digits)];
  for (let depth = 0; depth <= 60; depth += 2, width /= 100n) {
    const center = [decimal(x), decimal(y)] as const;
    const iterations = 100 + 25 * depth;
    const rotation = random(3) === 0 ? random(360) : 0;
    const view = {
      ...base,
      ...start,
      center,
      width: decimal(width),
      columns: side,
      rows: side,
      iterations,
      rotation,
    };
    const counts = new Uint32Array(side * side);
    countExact(view, await prepareReference(view), 0, 0, side, side, counts);
    check(view, counts);
    // Not turned, so that the next place is where a count differs from its neighbour's.
    const straight = { ...view, rotation: 0 };
    countExact(straight, await prepareReference(straight), 0, 0, side, side, counts);
    const edges = Array.from(counts.keys()).filter((i) => i % side > 0 && counts[i] !== counts[i - 1]);
    const at = edges.length > 0 ? edges[random(edges.length)]! : random(side * side);
    const cell = width / BigInt(side);
    x += BigInt(at % side) * cell - width / 2n + (cell * BigInt(random(100))) / 100n;
    y -= BigInt(Math.floor(at / side)) * cell - width / 2n + (cell * BigInt(random(100))) / 100n;
  }
}

const walks = isLong ? 60 : 6;
for (let seed = 1; seed <= walks; seed++)
  test(`at random places down to 1e-60 counts are the oracle's: walk ${seed}`, async () => {
    const random = sequence(seed);
    const julia = seed % 3 === 0;
    const start: Partial<ExactView> = julia
      ? { plane: 'dynamical', c: [`-0.${random(9999)}`, `0.6${random(999)}`] }
      : { radius: [2, 2, 10, 1000][seed % 4]! };
    let places = 0;
    await walk(random, start, (view, counts) => {
      places++;
      for (let i = 0; i < 2; i++) {
        const at = random(side * side);
        const [row, column] = [Math.floor(at / side), at % side];
        assert.equal(counts[at], countPoint(view, row, column), JSON.stringify([view, row, column]));
      }
    });
    assert.equal(places, 31);
  });

test('next to -3/4 the counts are the digits of pi (A097486, which counts |z| >= 2)', async () => {
  const known = [3, 33, 315, 3143, 31417, 314160, 3141593].slice(0, isLong ? 7 : 5);
  const counts = new Uint32Array(1);
  for (const [k, expected] of known.entries()) {
    const view = {
      ...base,
      center: ['-0.75', `1e-${k}`],
      width: '1e-9',
      columns: 1,
      rows: 1,
      iterations: 4e6,
    } as const;
    countExact(view, await prepareReference(view), 0, 0, 1, 1, counts);
    assert.equal(counts[0], expected - 1);
  }
});
