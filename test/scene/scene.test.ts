import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FormulaError,
  formatComplex,
  gallery,
  lessonScene,
  parseComplex,
  parseScene,
  type Scene,
  SceneError,
} from 'mandoline';
import { splitComplex } from '../../src/scene/complex.js';
import { sceneText } from '../../src/scene/scene.js';
import { colorings, scales } from '../../src/scene/schema.js';

test('the lesson is a scene, and stays the same through JSON', () => {
  assert.deepEqual(parseScene(JSON.parse(JSON.stringify(lessonScene))), lessonScene);
});

/** Records as object literals are, with a prototype. */
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

test('any scene stays the same through JSON', () => {
  const number = fc.double({ min: -1e100, max: 1e100, noNaN: true });
  const complex = fc.tuple(number, number);
  const point = fc.oneof(fc.constant('p' as const), complex);
  const length = fc.double({ min: 1e-100, max: 1e100, noNaN: true });
  const pixels = fc.integer({ min: 1, max: 2000 });
  const digits = fc.nat(10 ** 9).map((n) => `-0.${n}000000000000000000001`);
  const decimal = fc.oneof(fc.constantFrom('0', '-0.75', '1e-3', '+.5'), digits);
  const radius = fc.double({ min: 1e-150, max: 1e150, noNaN: true });
  const converged = fc.double({ min: 1e-300, max: 1, noNaN: true });
  const common = {
    formula: fc.constantFrom('z^2 + c', 'newton(z^3 - a)', 'a*sin(z)'),
    parameters: plain({ a: complex }),
    c: point,
    z0: point,
    iterations: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    escape: fc.oneof(
      fc.constant('overflow' as const),
      radius,
      plain({ converged }),
      plain({ converged, bailout: radius }),
    ),
  };
  const hex = fc.nat(0xffffff).map((color) => `#${color.toString(16).padStart(6, '0')}`);
  const colors = fc.record(
    {
      palette: fc.oneof(fc.constant('viridis'), fc.uniqueArray(hex, { minLength: 2, maxLength: 256 })),
      coloring: fc.constantFrom(...colorings),
      scale: fc.constantFrom(...scales),
      inside: hex,
      density: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
      offset: fc.double({ min: 0, max: 1, noNaN: true }),
      light: plain({ direction: fc.nat(360), height: fc.nat(90) }),
      trap: fc.oneof(plain({ point: complex }), plain({ line: fc.tuple(number, number, number) })),
      depth: fc.constantFrom(8, 16),
    },
    { requiredKeys: ['palette'], noNullPrototype: true },
  );
  const view = plain({
    center: fc.tuple(decimal, decimal),
    columns: pixels,
    rows: pixels,
    // Wide enough for every centre.
    width: fc.double({ min: 10, max: 1e100, noNaN: true }),
    rotation: fc.double({ min: -360, max: 360, noNaN: true }),
    samples: fc.integer({ min: 1, max: 3 }),
  });
  const points = fc.oneof(
    plain({ ...common, lattice: plain({ extent: length, cells: pixels }) }),
    plain({ ...common, view }),
  );
  const scenes = fc.tuple(points, colors).map(([one, other]) => ({ ...one, ...other }) as Scene);
  fc.assert(
    fc.property(scenes, (scene) => {
      // JSON has no -0.
      const spelled = JSON.parse(JSON.stringify(scene));
      assert.deepEqual(parseScene(spelled), spelled);
      assert.deepEqual(parseScene(scene), scene);
      assert.deepEqual(parseScene(JSON.parse(sceneText(scene))), scene);
    }),
  );
});

test('every bundled scene stays the same through JSON', () => {
  for (const { scene } of Object.values(gallery))
    assert.deepEqual(parseScene(JSON.parse(JSON.stringify(scene))), scene);
});

const view = { center: ['-0.75', '0.1'], width: 3, columns: 40, rows: 30 };
const wrong: [string, object, string][] = [
  [
    'cells of 0',
    { lattice: { extent: 2, cells: 0 } },
    'lattice.cells 0: must be a whole number from 1 to 46340',
  ],
  [
    'cells of 1.5',
    { lattice: { extent: 2, cells: 1.5 } },
    'lattice.cells 1.5: must be a whole number from 1 to 46340',
  ],
  [
    'an infinite extent',
    { lattice: { extent: Infinity, cells: 1 } },
    'lattice.extent Infinity: must be a number from 1e-300 to 8e307',
  ],
  [
    'iterations of 2^32',
    { iterations: 2 ** 32 },
    'iterations 4294967296: must be a whole number from 1 to 4294967295',
  ],
  ['a bailout of 0', { escape: 0 }, 'escape 0: must be a bailout radius from 1e-150 to 1e150'],
  [
    'a c that is not a number',
    { c: [Number.NaN, 0] },
    'c.0 NaN: must be p, the sample point, or a finite complex number like -0.83-0.22i',
  ],
  [
    'a c that is text',
    { c: 'banana' },
    'c "banana": must be p, the sample point, or a finite complex number like -0.83-0.22i',
  ],
  [
    'a z0 of one number',
    { z0: [1] },
    'z0.1 undefined: must be p, the sample point, or a finite complex number like -0.83-0.22i',
  ],
  [
    'a parameter without a value',
    { parameters: { n: null } },
    'parameters.n null: must be a finite complex number',
  ],
  [
    'an escape that no rule has',
    { escape: 'never' },
    'escape "never": must be overflow, a bailout radius from 1e-150 to 1e150, or converged with a distance',
  ],
  [
    'a convergence of 0',
    { escape: { converged: 0 } },
    'escape.converged 0: must be a distance above 0, up to 1',
  ],
  [
    'a convergence of 2',
    { escape: { converged: 2 } },
    'escape.converged 2: must be a distance above 0, up to 1',
  ],
  [
    'a convergence with a bailout of 0',
    { escape: { converged: 1e-6, bailout: 0 } },
    'escape.bailout 0: must be a bailout radius from 1e-150 to 1e150',
  ],
  [
    'a convergence with an unknown key',
    { escape: { converged: 1e-6, radius: 2 } },
    'escape.radius 2: is not a key here',
  ],
  [
    'convergence where no orbit comes to an end',
    { formula: '3 - 1*z + c', escape: { converged: 1e-6 } },
    'escape {"converged":0.000001}: must be overflow or a bailout radius here: this formula never brings points nearer to each other',
  ],
  [
    'a gradient of one colour',
    { palette: ['#fa0', '#FFAA00'] },
    'palette ["#fa0","#FFAA00"]: must be the name of a palette, or 2 to 256 colours like #ffaa00, not all the same',
  ],
  [
    'a colour that has a name',
    { palette: ['#000', 'red'] },
    'palette.1 "red": must be a colour like #fa0 or #ffaa00',
  ],
  [
    'a colouring that does not exist',
    { coloring: 'smoth' },
    'coloring "smoth": must be one of count, smooth, distance, decomposition, binary, trap, slope, basin, period',
  ],
  ['a density of 0', { density: 0 }, 'density 0: must be a number from 0.001 to 100000'],
  [
    'light from below',
    { light: { direction: 0, height: -1 } },
    'light.height -1: must be a number of degrees from 0 to 90',
  ],
  [
    'a view beside the lattice',
    { view },
    'view with a lattice too: a scene must have either a view or a lattice',
  ],
  [
    'neither view nor lattice',
    { lattice: undefined },
    'view undefined: a scene must have either a view or a lattice',
  ],
  [
    'a centre of numbers',
    { lattice: undefined, view: { ...view, center: [1, 2] } },
    'view.center.0 1: must be a decimal number in text, like "-0.75"; view.center.1 2: must be a decimal number in text, like "-0.75"',
  ],
  [
    'a width of 0',
    { lattice: undefined, view: { ...view, width: 0 } },
    'view.width 0: must be a number from 1e-1000000 to 8e307; in text below 1e-300, like "1.7e-400"',
  ],
  [
    'columns of 0',
    { lattice: undefined, view: { ...view, columns: 0 } },
    'view.columns 0: must be a whole number from 1 to 100000',
  ],
  [
    'a view of another key',
    { lattice: undefined, view: { ...view, rotatio: 3 } },
    'view.rotatio 3: is not a key here; did you mean "rotation"?',
  ],
  [
    'more than one turn',
    { lattice: undefined, view: { ...view, rotation: 361 } },
    'view.rotation 361: must be a number of degrees from -360 to 360',
  ],
  [
    '4 x 4 samples',
    { lattice: undefined, view: { ...view, samples: 4 } },
    'view.samples 4: must be a whole number from 1 to 3',
  ],
  [
    'samples nearer than doubles',
    { lattice: undefined, view: { ...view, width: 1e-14, rotation: 45, samples: 3 } },
    'view.width 1e-14: must be at least 6.6e-14 for 40 columns of 3 samples there, where nearer points are the same in doubles; exact arithmetic goes deeper: escape "overflow" must be a bailout radius from 2 on',
  ],
  [
    'pixels nearer than doubles',
    { lattice: undefined, view: { ...view, width: 1e-15 } },
    'view.width 1e-15: must be at least 7.3e-15 for 40 columns there, where nearer points are the same in doubles; exact arithmetic goes deeper: escape "overflow" must be a bailout radius from 2 on',
  ],
  [
    'a view beyond all doubles',
    { lattice: undefined, view: { ...view, width: 8e307, rows: 100 } },
    'view around -0.75, 0.1: must have all its points within 8e307 of 0',
  ],
  ['a key that no scene has', { iteration: 3 }, 'iteration 3: is not a key here; did you mean "iterations"?'],
  [
    'a formula that is none',
    { formula: 'z^2 +' },
    'formula z^2 +: column 6: found the end, expected a number, a name or "("',
  ],
  [
    'several wrong values',
    { c: 3, iterations: 0 },
    'c 3: must be p, the sample point, or a finite complex number like -0.83-0.22i; iterations 0: must be a whole number from 1 to 4294967295',
  ],
];
for (const [name, part, message] of wrong) {
  test(`${name} is a SceneError that says what is accepted`, () => {
    assert.throws(
      () => parseScene({ ...lessonScene, ...part }),
      (error) => {
        assert.ok(error instanceof SceneError);
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

test('where the formula cannot be read, the issue has its error, with the column and what points at it', () => {
  assert.throws(
    () => parseScene({ ...lessonScene, formula: 'z^2 + d' }),
    (error) => {
      assert.ok(error instanceof SceneError);
      const { path, cause } = error.issues[0]!;
      assert.ok(cause instanceof FormulaError);
      assert.deepEqual([path, cause.column, cause.pointer], ['formula', 7, 'z^2 + d\n      ^']);
      return true;
    },
  );
});

test('a formula may have parameters, and only those that are given', () => {
  const formula = 'z^n + a';
  const parameters = { n: [3, 0], a: [0.5, -1] };
  assert.deepEqual(parseScene({ ...lessonScene, formula, parameters }), {
    ...lessonScene,
    formula,
    parameters,
  });
  assert.throws(() => parseScene({ ...lessonScene, formula, parameters: { n: [3, 0] } }), /unknown name "a"/);
  assert.throws(() => parseScene({ ...lessonScene, parameters: { z: [3, 0] } }), /parameter "z"/);
});

test('what is no object is a SceneError', () => {
  for (const value of [undefined, null, 3, 'z^2 + c', []]) assert.throws(() => parseScene(value), SceneError);
});

test('the parts of a complex number are kept to their last digit', () => {
  const long = '-0.74364388703715087';
  assert.deepEqual(splitComplex(`${long}+0.1i`), [long, '+0.1']);
  assert.deepEqual(
    [splitComplex('i'), splitComplex('3')],
    [
      ['0', '1'],
      ['3', '0'],
    ],
  );
});

test('complex numbers are read as people write them', () => {
  const spellings: [string, [number, number]][] = [
    ['-0.83-0.22i', [-0.83, -0.22]],
    ['0.5', [0.5, 0]],
    ['i', [0, 1]],
    ['-j', [0, -1]],
    ['2 + i', [2, 1]],
    ['1e-3-2.5E+1i', [0.001, -25]],
    ['.5i', [0, 0.5]],
    ['(-0.75+0.1j)', [-0.75, 0.1]],
    ['(-0-1j)', [-0, -1]],
    ['0.1i-0.75', [-0.75, 0.1]],
    ['0.1i - 0.75', [-0.75, 0.1]],
    ['i+1', [1, 1]],
    ['\u22120.75\u22120.1i', [-0.75, -0.1]],
    ['\u20130.75 + 0.1 i', [-0.75, 0.1]],
    ['0.1*i', [0, 0.1]],
    ['-0.75 + 0.1 * i', [-0.75, 0.1]],
    ['-0.75 + i*0.1', [-0.75, 0.1]],
    ['-i*2 + 1', [1, -2]],
    ['-0.75+0.1I', [-0.75, 0.1]],
    ['0.1J', [0, 0.1]],
    ['1+-2i', [1, -2]],
    ['-0.75 + -0.1*I', [-0.75, -0.1]],
    ['1e-3I+2e1', [20, 0.001]],
  ];
  for (const [text, value] of spellings) assert.deepEqual(parseComplex(text), value, text);
});

test('what is no finite complex number is not read', () => {
  const wrong = [
    ...['', 'banana', 'nan', 'inf', '1+', '1+2', '1i2', '--1', '0x10', '1e999', '1e999i', 'i+2i', '1i+2i'],
    ...[
      '1++2i',
      '1--2i',
      '1-+2i',
      '()',
      '(1',
      '1)',
      '((1+i))',
      'i*',
      '*i',
      '2**i',
      'i*i',
      'i2',
      '1,2',
      '3i*2',
    ],
  ];
  for (const text of wrong) assert.equal(parseComplex(text), undefined, text);
  // Nothing is tried again and again: this ends at once.
  assert.equal(parseComplex(`${'1'.repeat(1_000_000)}x`), undefined);
});

test('a complex number that is written is read as the same doubles', () => {
  const part = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.tuple(part, part), (value) => {
      const read = parseComplex(formatComplex(value));
      assert.ok(read && Object.is(read[0], value[0]) && Object.is(read[1], value[1]));
    }),
  );
});
