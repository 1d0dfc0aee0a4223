// The ends of orbits in doubles: the states that tiles hand over against big numbers, a mutant of their bound, and the
// counts that doubles decide from there against the oracle.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeEngine, prepareReference } from '../../src/exact/count.js';
import { type Dyadic, dyadicOf, dyadicToFixed } from '../../src/exact/dyadic.js';
import { entry } from '../../src/exact/layout.js';
import { countPoint } from '../../src/exact/oracle.js';
import { PlainEnds } from '../../src/exact/plain-ends.js';
import { type ExactView, pairToFixed, readView } from '../../src/exact/view.js';
import { QueuedPoints } from '../../src/kernel/queued.js';
import { isLong } from '../support.js';
import { places, placeView, sequence } from './views.js';

const side = 48;
const bits = 400;
const viewOf = (name: string): ExactView =>
  placeView(places.find((each) => each.name.startsWith(name))!, side);

/** A point that tiles hand over: its place, the steps it has made, what doubles receive, and the count they find. */
interface Handed {
  readonly row: number;
  readonly column: number;
  readonly steps: number;
  readonly told: readonly [x: number, y: number, re: number, im: number, error: number];
  readonly count: number;
}

/** Covers a view and returns the points that doubles get. */
async function handedOver(t: TestContext, view: ExactView): Promise<Handed[]> {
  const read = readView(view);
  const engine = makeEngine(read, await prepareReference(view), 'double');
  const ends = PlainEnds.of(read)!;
  const add = t.mock.method(QueuedPoints.prototype, 'add');
  const handed: Handed[] = [];
  t.mock.method(ends, 'count', (buffer: ArrayBuffer, at: number, length: number, orbits: number[]) => {
    const memory = new DataView(buffer);
    const steps = Array.from({ length }, (_, i) =>
      memory.getFloat64(at + i * entry.bytes + entry.steps, true),
    );
    PlainEnds.prototype.count.call(ends, buffer, at, length, orbits);
    const queued = add.mock.calls.map(({ arguments: told }) => told as unknown as Handed['told']);
    assert.equal(queued.length, length, 'each point is handed over');
    for (const [i, told] of queued.entries()) {
      const p = at + i * entry.bytes;
      const [row, column] = [memory.getInt32(p + entry.row, true), memory.getInt32(p + entry.column, true)];
      handed.push({ row, column, steps: steps[i]!, told, count: memory.getFloat64(p + entry.count, true) });
    }
  });
  engine.cover(0, 0, side, side, ends);
  return handed;
}

/** How many of some points are farther from the exact orbit, or the exact point, than the bounds say. */
function violations(view: ExactView, handed: readonly Handed[], boundOf: (error: number) => number): number {
  const read = readView(view);
  const random = sequence(9);
  const fixed = (value: number) => dyadicToFixed(dyadicOf(value), bits);
  const isFar = (a: readonly bigint[], b: readonly bigint[], bound: number) =>
    (a[0]! - b[0]!) ** 2n + (a[1]! - b[1]!) ** 2n > fixed(bound) ** 2n;
  let bad = 0;
  for (let i = 0; i < (isLong ? 300 : 15); i++) {
    const { row, column, steps, told } = handed[random(handed.length)]!;
    const [x, y, re, im, error] = told;
    const offset: readonly [Dyadic, Dyadic] = read.offset(row, column);
    const center = pairToFixed(read.center, bits);
    const c = center.map((part, j) => part + dyadicToFixed(offset[j]!, bits)) as [bigint, bigint];
    let [a, b] = [0n, 0n];
    for (let n = 0; n < steps; n++)
      [a, b] = [(((a - b) * (a + b)) >> BigInt(bits)) + c[0], ((a * b) >> BigInt(bits - 1)) + c[1]];
    if (isFar([fixed(x), fixed(y)], [a, b], boundOf(error))) bad++;
    if (isFar([fixed(re), fixed(im)], c, Math.hypot(re, im) * 2 ** -51)) bad++;
  }
  return bad;
}

for (const name of ['m03', 'm04'])
  test(`points that tiles hand over to doubles are within their bounds: ${name}`, async (t) => {
    const view = viewOf(name);
    const handed = await handedOver(t, view);
    assert.equal(
      violations(view, handed, (error) => error),
      0,
    );
    assert.ok(violations(view, handed, () => 2 ** -60) > 0, "a mutant without the tiles' bound breaks it");
  });

for (const name of ['m03', 'm04'])
  test(`what doubles decide after tiles is what the oracle counts: ${name}`, async (t) => {
    const view = viewOf(name);
    const read = readView(view);
    const handed = await handedOver(t, view);
    const decided = handed.filter(({ count }) => count >= 0);
    assert.ok(decided.length > handed.length / 2, `${decided.length} of ${handed.length} are decided`);
    const random = sequence(4);
    for (let i = 0; i < (isLong ? 300 : 15); i++) {
      const { row, column, count } = decided[random(decided.length)]!;
      assert.equal(count, countPoint(read, row, column), `point ${row}, ${column}`);
    }
  });

test('doubles that cannot decide, or that prove nothing, do not end orbits after tiles', () => {
  const has = (changes: Partial<ExactView>) =>
    PlainEnds.of(readView({ ...viewOf('m03'), ...changes })) !== undefined;
  assert.equal(has({}), true);
  assert.equal(has({ width: '1e-16' }), false);
  assert.equal(has({ radius: 1000 }), false);
  assert.equal(has({ plane: 'dynamical' }), false);
});

test('the count of a point that never leaves is the number of iterations, at whatever step doubles continue', async (t) => {
  for (const iterations of [1150, 3100]) {
    const view = { ...viewOf('m03'), iterations };
    const read = readView(view);
    for (const { row, column, count } of (await handedOver(t, view)).slice(0, isLong ? 200 : 5)) {
      if (count >= 0) assert.equal(count, countPoint(read, row, column), `point ${row}, ${column}`);
      assert.ok(count <= iterations);
    }
    t.mock.restoreAll();
  }
});
