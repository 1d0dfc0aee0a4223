// Addresses: short and readable, and exactly the scene again; what is wrong in one is told, whatever it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  gallery,
  lessonScene,
  parseAddress,
  parseScene,
  type Scene,
  SceneError,
  sceneAddress,
} from 'mandoline';
import { hostileAddresses } from '../hostile.js';
import { countScene, isLong } from '../support.js';

test('addresses are short and readable', () => {
  const view = { center: ['-0.75', '0.1'], width: 0.02, columns: 800, rows: 600 } as const;
  const mandelbrot = countScene('mandelbrot', 800, 600);
  const { scene: own } = gallery.mandelbrot!;
  const addresses: [Scene, string][] = [
    [{ ...mandelbrot, view } as Scene, '#f=mandelbrot&re=-0.75&im=0.1&w=0.02&it=200&palette=ember'],
    [
      { ...mandelbrot, view: { ...view, columns: 80, rotation: -30, samples: 2 } } as Scene,
      '#f=mandelbrot&re=-0.75&im=0.1&w=0.02&size=80x600&rotate=-30&samples=2&it=200&palette=ember',
    ],
    [
      { ...own, view: { ...view, samples: 2 } } as Scene,
      '#f=mandelbrot&coloring=smooth&density=1.6&inside=%23000&re=-0.75&im=0.1&w=0.02&samples=2&it=200&palette=classic',
    ],
    [lessonScene, '#f=lesson&extent=2&cells=2000&it=80&palette=inferno'],
    [
      { ...countScene('newton', 800, 600), parameters: { a: [1, -0.5] }, formula: 'newton(z^3 - a)' },
      '#formula=newton(z%5E3%20-%20a)&p.a=1-0.5i&c=0+0i&z0=p&escape=converged:0.000001&re=0&im=0&w=4&it=100&palette=ember',
    ],
  ];
  for (const [scene, address] of addresses) {
    const { view: points, ...others } = scene;
    const expected = points?.columns === 800 ? { ...others, view: points } : scene;
    assert.equal(sceneAddress(expected as Scene).replace('&size=800x600', ''), address);
    assert.deepEqual(parseAddress(`http://127.0.0.1:8080/${sceneAddress(scene)}`), scene);
  }
});

test('an address with a palette says all about its colours, so that other colours of the bundled scene do not change it', () => {
  const mandelbrot = countScene('mandelbrot', 800, 600);
  assert.deepEqual(parseAddress('#f=mandelbrot&re=-0.65&im=0&w=3.5&it=200&palette=ember'), mandelbrot);
  const { coloring, density, inside } = gallery.mandelbrot!.scene;
  const named = parseAddress('#f=mandelbrot&w=1');
  assert.deepEqual([named.coloring, named.density, named.inside], [coloring, density, inside]);
  const written = sceneAddress({ ...gallery.seahorse!.scene, coloring: 'distance' } as Scene);
  assert.match(written, /^#f=mandelbrot&coloring=distance&density=3&inside=%23000&/);
});

test('a scene has one address, in whatever order its keys were written', () => {
  for (const { scene } of Object.values(gallery)) {
    const reversed = Object.fromEntries(Object.entries(scene).reverse()) as unknown as Scene;
    assert.equal(sceneAddress(reversed), sceneAddress(scene));
    assert.equal(sceneAddress(parseAddress(sceneAddress(scene))), sceneAddress(scene));
  }
});

test('a name alone is the bundled scene, and what is given changes it', () => {
  for (const [name, { scene }] of Object.entries(gallery)) {
    assert.deepEqual(parseAddress(`#f=${name}`), scene);
    assert.deepEqual(parseAddress(sceneAddress(scene)), scene);
  }
  assert.deepEqual(parseAddress('#f=lesson&c=0.4&cells=20'), {
    ...lessonScene,
    c: [0.4, 0],
    lattice: { extent: 2, cells: 20 },
  });
  assert.deepEqual(
    parseAddress('#f=mandelbrot&re=\u22120.75&im=0.1&w=0.02&rotate=\u221230&z0=(0.1i\u22121)'),
    parseAddress('#f=mandelbrot&re=-0.75&im=0.1&w=0.02&rotate=-30&z0=-1+0.1i'),
  );
  assert.deepEqual(parseAddress('#f=lesson&re=1').view, {
    center: ['1', '0'],
    width: 4,
    columns: 800,
    rows: 600,
  });
});

test('colours are read as the command takes them, and as JSON', () => {
  const colors = ['#ff0000', '#00ff00'];
  for (const palette of [
    '%23ff0000,%2300ff00',
    '%23ff0000,%20%2300ff00',
    '%5B%22%23ff0000%22,%22%2300ff00%22%5D',
  ])
    assert.deepEqual(parseAddress(`#f=mandelbrot&palette=${palette}`).palette, colors);
});

test('a scene is named after the bundled one that it is most like', () => {
  const nameOf = (scene: Scene) => /^#f=([^&]*)/.exec(sceneAddress(scene))?.[1];
  const { scene: mandelbrot } = gallery.mandelbrot!;
  const { scene: julia } = gallery.julia!;
  assert.equal(nameOf({ ...mandelbrot, escape: { converged: 1e-6 } }), 'mandelbrot');
  assert.equal(nameOf({ ...mandelbrot, escape: 'overflow' }), 'mandelbrot');
  assert.equal(nameOf({ ...mandelbrot, z0: [0.1, 0] }), 'mandelbrot');
  assert.equal(nameOf({ ...julia, c: [0.3, 0.1], escape: 7 }), 'julia');
});

const number = fc.oneof(
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7),
);
const complex = fc.tuple(number, number);
const pixels = fc.integer({ min: 1, max: 2000 });
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
/** A record of some of the keys of another. */
const some = (scene: fc.Arbitrary<object>, optional: fc.Arbitrary<object>) =>
  fc.tuple(scene, optional).map(([one, other]) => ({ ...one, ...other }));
const optional = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T, never>(model, { requiredKeys: [], noNullPrototype: true });
const converged = fc.double({ min: 1e-300, max: 1, noNaN: true });
const radius = fc.double({ min: 1e-150, max: 1e150, noNaN: true });
const bundled = fc.constantFrom(...Object.values(gallery).map(({ scene }) => scene));
/** What makes the formula: that of a bundled scene, or any, with what it needs. */
const formula = fc.oneof(
  bundled.map(({ formula, parameters, c, z0, escape }) => ({
    formula,
    ...(parameters && { parameters }),
    c,
    z0,
    escape,
  })),
  some(
    plain({
      formula: fc.constantFrom('z^2 + c', 'z^n + c', 'a*sin(z) + c', 'newton(z^3 - a)'),
      parameters: plain({ a: complex, n: fc.constant([3, 0]) }),
      c: fc.oneof(fc.constant('p'), complex),
      z0: fc.oneof(fc.constant('p'), complex),
      escape: fc.oneof(
        fc.constant('overflow'),
        radius,
        plain({ converged }),
        plain({ converged, bailout: radius }),
      ),
    }),
    fc.constant({}),
  ),
);
const digits = fc.nat(10 ** 9).map((n) => `-0.${n}000000000000000000001`);
const decimal = fc.oneof(fc.constantFrom('0', '-0', '-0.75', '1e-3', '+.5'), digits);
const view = some(
  plain({
    center: fc.tuple(decimal, decimal),
    columns: fc.oneof(fc.constant(800), pixels),
    rows: fc.oneof(fc.constant(600), pixels),
    width: fc.double({ min: 10, max: 1e100, noNaN: true }),
  }),
  optional({
    rotation: fc.oneof(fc.constantFrom(0, -0), fc.double({ min: -360, max: 360, noNaN: true })),
    samples: fc.integer({ min: 1, max: 3 }),
  }),
);
const lattice = plain({ extent: fc.double({ min: 1e-100, max: 1e100, noNaN: true }), cells: pixels });
const hex = fc.constantFrom('#000', '#fa0', '#206bcb', '#FFFFFF');
const share = fc.double({ min: 0, max: 1, noNaN: true });
const palette = fc.oneof(
  fc.uniqueArray(hex, { minLength: 2, maxLength: 4 }),
  fc.constantFrom('viridis', '', 'true', '3', '#000764,#206bcb', '%', 'p', '"', '\ud800', 'é&=+ #'),
  fc.string({ unit: 'binary' }),
);
const anyScene: fc.Arbitrary<Scene> = fc
  .tuple(
    formula,
    fc.oneof(plain({ view }), plain({ lattice })),
    plain({ iterations: fc.integer({ min: 1, max: 2 ** 32 - 1 }), palette }),
    optional({
      trap: fc.oneof(plain({ point: complex }), plain({ line: fc.tuple(number, number, number) })),
      coloring: fc.constantFrom('count', 'smooth', 'period'),
      scale: fc.constantFrom('root', 'histogram'),
      density: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
      offset: share,
      inside: hex,
      light: plain({ direction: share, height: share }),
      depth: fc.constantFrom(8, 16),
      range: fc.tuple(fc.double({ min: -1e300, max: 3, noNaN: true }), fc.constant(200)),
    }),
  )
  .map((parts) => Object.assign({}, ...parts));

test('every scene is the same after its address was read', () => {
  fc.assert(
    fc.property(anyScene, (scene) => {
      assert.deepEqual(parseScene(scene), scene);
      const address = sceneAddress(scene);
      assert.deepEqual(parseAddress(address), scene, address);
      assert.match(address, /^#[\w.~!*'()%&=+,:/@-]*$/);
    }),
    { numRuns: isLong ? 2000 : 150 },
  );
});

const named = 'f=mandelbrot';
const wrong: [string, string][] = [
  [
    'f=mandelbrot',
    'address "f=mandelbrot": must be like #f=mandelbrot, of at most 1000000 characters and 1000 values',
  ],
  ['#', 'address "#": must name a bundled scene, like #f=mandelbrot, or have a formula'],
  ['#formula=z', 'c undefined: must be given; z0 undefined: must be given; it undefined: must be given'],
  ['#f=mandelbort', 'f "mandelbort": must be the name of a bundled scene; did you mean "mandelbrot"?'],
  ['#f=__proto__', 'f "__proto__": must be the name of a bundled scene'],
  [`#${named}&re=x`, 're "x": must be a decimal number in text, like "-0.75"'],
  [
    `#${named}&w=NaN&it=0`,
    'w "NaN": must be a number from 1e-1000000 to 8e307; in text below 1e-300, like "1.7e-400"; it 0: must be a whole',
  ],
  [`#${named}&w=1e999`, 'w Infinity: must be a number from 1e-1000000 to 8e307'],
  [`#${named}&size=800`, 'size "800": must be like 800x600, each from 1 to 100000'],
  [`#${named}&size=1x2x3`, 'size "1x2x3": must be like 800x600, each from 1 to 100000'],
  [`#${named}&size=0x3`, 'size 0: must be like 800x600, each from 1 to 100000'],
  [`#${named}&palette=%`, 'address "palette=%": must have % only before two digits, as in %5E'],
  [`#${named}&palette=%ff`, 'address "palette=%ff": must have % only before two digits, as in %5E'],
  [`#${named}&it=3&it=4`, 'it "4": must be given once'],
  [`#${named}&iteration=3`, 'iteration 3: is not a key here; did you mean "iterations"?'],
  [`#${named}&__proto__=3`, '__proto__ 3: is not a key here'],
  [`#${named}&re=<script>alert(1)</script>`, 're "<script>alert(1)</script>": must be a decimal'],
  [`#${named}&extent=2&cells=3&w=2`, 'view with a lattice too: a scene must have either a view or a lattice'],
  [`#${named}&c=banana`, 'c "banana": must be p, the sample point, or a finite complex number'],
  [`#${named}&formula=z%5E`, 'formula z^: column 3: found the end'],
  [`#${named}&p.n=x`, 'p.n "x": must be a finite complex number'],
];
for (const [address, said] of wrong) {
  test(`${address} is a SceneError that says what is accepted`, () => {
    assert.throws(
      () => parseAddress(address),
      (error) =>
        error instanceof SceneError && error.message.startsWith(said) && !error.message.includes('\n'),
      said,
    );
  });
}

test('megabytes of text are refused, and no text makes another exception', () => {
  for (const text of hostileAddresses())
    assert.throws(
      () => parseAddress(text),
      (error) => error instanceof SceneError && error.issues.length <= 1010,
    );
  const piece = fc.oneof(
    fc.constantFrom(
      '#',
      '&',
      '=',
      'f',
      'lesson',
      'mandelbrot',
      're',
      'w',
      'it',
      'p.a',
      'c',
      'escape',
      'converged:',
      '%',
      '%5',
      '{',
      '[',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        parseAddress(`#${pieces.join('')}`);
      } catch (error) {
        assert.ok(error instanceof SceneError);
      }
    }),
    { numRuns: isLong ? 5000 : 400 },
  );
});
