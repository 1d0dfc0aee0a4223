// Which arithmetic counts a scene, and what its numbers are then: decimals of any exponent, with every digit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatComplex,
  gallery,
  inPixels,
  parseAddress,
  parseScene,
  type Scene,
  sceneAddress,
} from 'mandoline';
import { parseConstant } from '../../src/scene/complex.js';
import { decimalProblem, divided, magnitudeOf, spelled } from '../../src/scene/decimal.js';
import { fromBefore, sceneText } from '../../src/scene/scene.js';

const { coloring: _, ...plain } = inPixels(gallery.mandelbrot!.scene, 100, 50);
const at = (width: number | string, changes: object = {}) =>
  parseScene({ ...plain, view: { ...plain.view, width }, ...changes });

test('decimals have one spelling: a double where its shortest text is the number, or else text', () => {
  const cases: [string, number | string][] = [
    ['0.50', 0.5],
    ['+1.70e-150', 1.7e-150],
    ['-00.1', -0.1],
    ['.5e1', 5],
    ['0', 0],
    ['-0', -0],
    ['1e-400', '1e-400'],
    ['0.00120e-399', '1.2e-402'],
    ['-0.1000000000000000000000001', '-1.000000000000000000000001e-1'],
    ['9007199254740993', '9.007199254740993e15'],
    ['1e-310', '1e-310'],
  ];
  for (const [text, expected] of cases)
    assert.ok(Object.is(spelled(text), expected), `${text}: ${spelled(text)}`);
});

test('numbers that are not decimal, too long or too fine are told apart', () => {
  for (const text of ['', '.', 'x', '1e', '0x10', '1,5', ' 1', 'Infinity', '--1'])
    assert.match(decimalProblem(text) ?? '', /^must be a decimal number in text/, text);
  assert.equal(decimalProblem(`0.${'3'.repeat(1_000_000)}`), undefined);
  for (const text of [`1.${'3'.repeat(1_000_000)}`, '7'.repeat(3_000_000), '1e-400000000'])
    assert.match(decimalProblem(text) ?? '', /^must have at most 1000000 digits/);
  assert.deepEqual([magnitudeOf('0.015'), magnitudeOf('200e-3'), magnitudeOf('0')], [-2, -1, -Infinity]);
});

test('a width is divided by a zoom of any size', () => {
  assert.equal(divided('3.5', '1e150'), 3.5e-150);
  assert.equal(divided('3', '4e2608'), '7.5e-2609');
  assert.equal(divided('1e-300', '1e-400'), 1e100);
  assert.equal(divided('1', '3e400'), '3.3333333333333333e-401');
});

test('a scene is exact where doubles cannot tell its points apart, and where it says so', () => {
  assert.equal(at(1e-3).arithmetic, undefined);
  assert.equal(at(1e-20).arithmetic, 'exact');
  assert.equal(at('1e-400').arithmetic, 'exact');
  assert.equal(at(3, { arithmetic: 'exact' }).arithmetic, 'exact');
  assert.equal(at(3, { arithmetic: 'double' }).arithmetic, undefined, 'what it is anyway is not said');
});

test('points nearer than 1e-7 are exact, unless doubles are asked for or the colours need more than counts', () => {
  assert.equal(at(1.1e-5).arithmetic, undefined);
  assert.equal(at(9e-6).arithmetic, 'exact');
  assert.equal(at(9e-6, { arithmetic: 'double' }).arithmetic, 'double');
  assert.equal(at(9e-6, { coloring: 'smooth' }).arithmetic, undefined);
  assert.equal(at(9e-6, { escape: 'overflow' }).arithmetic, undefined);
  assert.equal(at(9e-6, { formula: 'z^3 + c' }).arithmetic, undefined);
  assert.equal(at(1e-20, { formula: 'z^3 + c' }).arithmetic, 'exact', 'where doubles cannot');
});

test('z^2 + c is exact however it is written, in both planes', () => {
  const points = { arithmetic: 'exact', view: { ...plain.view, width: 1 } };
  for (const formula of ['z*z + c', 'c + z^2', 'z^2 + p'])
    assert.equal(parseScene({ ...plain, ...points, formula }).arithmetic, 'exact');
  assert.equal(parseScene({ ...plain, ...points, c: [-1, 0], z0: 'p' }).arithmetic, 'exact');
  const named = { formula: 'z^n + c', parameters: { n: [2, 0] } };
  assert.equal(parseScene({ ...plain, ...points, ...named }).arithmetic, 'exact');
});

test('digits of c, z0 and the width stay in exact scenes; doubles have the nearest', () => {
  const c = ['-0.10109636384562210000000001', '0.956'] as const;
  const julia = { c, z0: 'p' };
  assert.deepEqual(at(1e-50, julia).c, ['-1.0109636384562210000000001e-1', 0.956]);
  assert.deepEqual(at(3, julia).c, [-0.1010963638456221, 0.956]);
  assert.equal(at('3.00').view!.width, 3);
  assert.equal(at('1.70e-150').view!.width, 1.7e-150);
});

test('what exact arithmetic cannot do is told in a line', () => {
  const cases: [object, string][] = [
    [{ formula: 'z + exp(z) + c' }, 'formula "z + exp(z) + c": must have no exp in exact arithmetic'],
    [
      { formula: 'z^2.5 + c' },
      'formula "z^2.5 + c": must have no power that is not a whole number in exact arithmetic',
    ],
    [{ escape: 'overflow' }, 'escape "overflow": must be a bailout radius from 2 on in exact arithmetic'],
    [{ escape: 1.5 }, 'escape 1.5: must be a bailout radius from 2 on in exact arithmetic'],
    [{ coloring: 'smooth' }, 'coloring "smooth": must be count in exact arithmetic'],
    [
      { view: undefined, lattice: { extent: 2, cells: 10 } },
      'lattice {"extent":2,"cells":10}: must be a view in exact arithmetic',
    ],
    [
      { view: { ...plain.view, width: 0 } },
      'view.width 0: must be a number from 1e-1000000 to 8e307; in text',
    ],
    [
      { view: { ...plain.view, width: '0' } },
      'view.width "0": must be a number from 1e-1000000 to 8e307; in text',
    ],
    [
      { view: { ...plain.view, width: '1e-400000000' } },
      'view.width "1e-400000000": must be a number from 1e-1000000',
    ],
    [{ view: { ...plain.view, center: ['x', '0'] } }, 'view.center.0 "x": must be a decimal number in text'],
    [
      { view: { ...plain.view, center: [`0.${'1'.repeat(1_000_001)}`, '0'] } },
      `view.center.0 "0.${'1'.repeat(54)}...: must have at most 1000000 digits`,
    ],
    [{ c: ['0.1', 'x'], z0: 'p' }, 'c.1 "x": must be p, the sample point, or a finite complex number'],
  ];
  for (const [changes, message] of cases)
    assert.throws(
      () => parseScene({ ...plain, arithmetic: 'exact', ...changes }),
      (error: Error) => error.message.startsWith(message) || assert.fail(error.message),
    );
});

test('the error of a scene that only exact arithmetic could count names what that does not support', () => {
  assert.throws(() => at(1e-30, { escape: 'overflow' }), {
    message:
      'view.width 1e-30: must be at least 1.6e-14 for 100 columns there, where nearer points are the same in doubles; ' +
      'exact arithmetic goes deeper: escape "overflow" must be a bailout radius from 2 on',
  });
});

test('an exact scene is the same after its address or its text was read', () => {
  const c = ['-0.10109636384562210000000001', '1e-500'] as const;
  const scenes: Scene[] = [
    at('1.25e-400'),
    at(1e-200, { c, z0: 'p' }),
    at(2, { arithmetic: 'exact', z0: ['1e-310', -0] }),
    at(9e-6, { arithmetic: 'double' }),
  ];
  for (const scene of scenes) {
    assert.deepEqual(parseAddress(sceneAddress(scene)), scene);
    assert.deepEqual(parseScene(JSON.parse(sceneText(scene))), scene);
    assert.equal(sceneText(parseScene(scene)), sceneText(scene));
  }
});

test('an address of a deep place is coloured by counts where it does not say what colours stand for', () => {
  const { arithmetic, coloring, view } = parseAddress('#f=mandelbrot&re=-2&im=1e-500&w=1e-500');
  assert.deepEqual([arithmetic, coloring, view!.width], ['exact', 'count', '1e-500']);
  assert.throws(
    () => parseAddress('#f=mandelbrot&re=-2&im=1e-500&w=1e-500&coloring=smooth'),
    /exact arithmetic/,
  );
});

test('a picture from before there was exact arithmetic stays one of doubles', () => {
  const { arithmetic: _, ...before } = at(9e-6);
  assert.equal(parseScene(before).arithmetic, 'exact');
  assert.equal(parseScene(fromBefore(before)).arithmetic, 'double');
  const { arithmetic: __, ...deep } = at('1e-400');
  assert.equal(parseScene(fromBefore(deep)).arithmetic, 'exact');
  assert.equal(fromBefore('x'), 'x');
});

test('complex numbers keep the digits that doubles do not have', () => {
  const text = '-0.5+1.00000000000000000000000001e-400i';
  const value = parseConstant(text)!;
  assert.deepEqual(value, [-0.5, '1.00000000000000000000000001e-400']);
  assert.equal(formatComplex(value), text);
  assert.deepEqual(parseConstant(formatComplex(['-1e-400', '-2e-400'])), ['-1e-400', '-2e-400']);
});
