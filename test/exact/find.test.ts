// Nuclei that are found are proved ones: against closed forms, the engine's counts, and a polynomial's change of sign.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMinibrot, gallery, NucleusError, type ViewScene } from 'mandoline';
import { countPoint } from '../../src/exact/count.js';
import { decimalOf, scientific } from '../../src/exact/decimals.js';
import { type Dyadic, decimalToFixed, parseDecimal } from '../../src/exact/dyadic.js';
import { findNucleus } from '../../src/exact/find.js';
import { type ExactView, readView } from '../../src/exact/view.js';
import { isLong } from '../support.js';
import { formulaView } from './formulas.js';
import { base, places, placeView } from './views.js';

const find = (view: Partial<ExactView>) => findNucleus(readView({ ...base, ...view }));

test('the nucleus of period 3 on the real axis: c^3 + 2 c^2 + c + 1 changes its sign within the proved radius', async () => {
  const { period, center, radius, size, rotation } = await find({ center: ['-1.75', '0.001'], width: '0.1' });
  assert.equal(period, 3);
  assert.match(center[0], /^-1\.75487766624669276/);
  assert.equal(Number(center[1]), 0);
  const bits = 300;
  const [c, r] = [center[0], radius].map((text) => decimalToFixed(parseDecimal(text)!, bits)) as [
    bigint,
    bigint,
  ];
  const polynomial = (x: bigint) => {
    const one = 1n << BigInt(bits);
    const times = (a: bigint, b: bigint) => (a * b) >> BigInt(bits);
    return times(times(x + 2n * one, x) + one, x) + one;
  };
  assert.ok(polynomial(c - r) < 0n && polynomial(c + r) > 0n);
  // R. Munafo's encyclopedia has 0.01903 for it, from the same estimate.
  assert.match(size, /^1\.90\de-2$/);
  assert.equal(rotation, 0);
});

test('nuclei of other formulas: i of z^3 + c, the window of period 3 of the logistic map', async () => {
  const cubic = await findNucleus(
    readView(formulaView('z^3 + c', { center: ['0.01', '0.98'], width: '0.2' })),
  );
  assert.deepEqual(
    [cubic.period, Number(cubic.center[0]), Number(cubic.center[1]), cubic.degree],
    [2, 0, 1, 3],
  );
  const window = { z0: ['0.5', '0'], center: ['3.83', '0'], width: '0.05' } as const;
  const logistic = await findNucleus(readView(formulaView('c*z*(1 - z)', window)));
  assert.equal(logistic.period, 3);
  assert.match(logistic.center[0], /^3\.8318740552833155684/);
});

for (const name of isLong ? ['d01', 'd04', 'd05', 'd07', 'd13'] : ['d01'])
  test(`a deep nucleus never escapes, and the period is the one that its place is known for: ${name}`, async () => {
    const place = places.find((each) => each.name.startsWith(name))!;
    const { period, center, width } = await findNucleus(readView(placeView(place, 64)));
    assert.equal(period, Number(/\d+/.exec(place.name.slice(4))![0]));
    const one = { ...base, center, width, columns: 1, rows: 1, iterations: 5 * period };
    assert.equal(countPoint(one, 0, 0), 5 * period);
  });

test('the scene frames the minibrot: of its corners all escape, and its centre does not', async () => {
  const { scene } = gallery.mandelbrot as { scene: ViewScene };
  const view = { ...scene.view, center: ['-0.1592', '1.0317'] as const, width: 0.02 };
  const { period, nucleus, scene: framed, rotation } = await findMinibrot({ ...scene, view });
  assert.equal(period, 4);
  assert.equal(framed.view.rotation, rotation);
  assert.ok(framed.iterations >= 800);
  const { center, width, columns, rows } = framed.view;
  const counted = { ...base, center, width: String(width), columns, rows, rotation, iterations: 2000 };
  const middle = { ...counted, center: nucleus, columns: 1, rows: 1, width: '1e-12' };
  assert.equal(countPoint(middle, 0, 0), 2000);
  for (const [row, column] of [
    [0, 0],
    [0, columns - 1],
    [rows - 1, 0],
    [rows - 1, columns - 1],
  ] as const)
    assert.ok(countPoint(counted, row, column) < 2000);
});

test('what has no nucleus to find is told', async () => {
  const { scene } = gallery.mandelbrot as { scene: ViewScene };
  const cases: [object, RegExp][] = [
    [{ z0: [0.5, 0] }, /^z0 is not a critical point of the formula for every c; give one as z0$/],
    [{ formula: 'conj(z)^2 + c' }, /^the formula has conj, re, im, abs or previous/],
    [{ c: [0, 0], z0: 'p' }, /^the sample point is the first z; find needs the plane of c/],
    [
      { view: { ...scene.view, center: ['3', '3'], width: 0.1 } },
      /^no nucleus of a period up to \d+ was found in the view; give/,
    ],
  ];
  for (const [changes, said] of cases)
    await assert.rejects(findMinibrot({ ...scene, ...changes }), (error) => {
      assert.ok(error instanceof NucleusError);
      assert.match(error.message, said);
      return true;
    });
  await assert.rejects(findMinibrot({ ...scene, formula: 'exp(z) + c' }), /must have no exp/);
  const reason = new Error('stopped');
  await assert.rejects(findMinibrot(scene, { signal: AbortSignal.abort(reason) }), reason);
});

test('dyadic numbers are rounded to decimals', () => {
  const dyadic = (m: bigint, e: number): Dyadic => ({ m, e });
  assert.equal(decimalOf(dyadic(-5n, -2), 1), '-1.3');
  assert.equal(decimalOf(dyadic(1n, -10), 4), '0.0010');
  assert.equal(decimalOf(dyadic(3n, 1), 0), '6');
  assert.equal(scientific(dyadic(1n, -1000), 4), '9.333e-302');
  assert.equal(scientific(dyadic(1023n, -10), 2), '1.0e0');
  assert.equal(scientific(dyadic(12345n, 0), 3), '1.23e4');
});
