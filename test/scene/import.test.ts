// Locations of Kalles Fraktaler and Fraktaler 3: the same rectangle of the plane and the same formula, or a line that
// says why not; and whatever else a file may be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseScene, SceneError } from 'mandoline';
import { PictureError } from '../../src/errors.js';
import { families } from '../../src/formula/families.js';
import { importKfr, importToml } from '../../src/scene/import.js';
import { viewPoints } from '../../src/scene/view.js';
import { isLong } from '../support.js';

const kfr = (values: object) =>
  Object.entries({ Re: '-1.7598178', Im: '-0.0125933', Zoom: '1.00E004', Iterations: 4036, ...values })
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('');

test('a .kfr gives its place, height, turn, formula, iterations and bailout', () => {
  const digits = '-1.759817130804847813610825010561798238243999999999';
  const text = kfr({
    Re: digits,
    Power: 3,
    FractalType: 0,
    RotateAngle: -372.5,
    SeedR: 0.25,
    BailoutRadiusPreset: 1,
  });
  assert.deepEqual(parseScene(importKfr(text)), {
    formula: 'z^3 + c',
    c: 'p',
    z0: [0.25, 0],
    iterations: 4036,
    escape: 2,
    palette: 'ember',
    view: {
      center: [digits, '-0.0125933'],
      width: (4 / 1e4 / 360) * 640,
      columns: 640,
      rows: 360,
      rotation: -12.5,
    },
  });
});

test('a .kfr that has only its place is the Mandelbrot set there, with the large bailout radius', () => {
  const { formula, escape, iterations, view } = importKfr('Re: -0.75\nIm: 0.1\nZoom: 1\n');
  assert.deepEqual([formula, escape, iterations, view.width], ['z^2 + c', 10000, 200, (4 * 640) / 360]);
});

test('a .kfr whose imaginary axis points up is turned the other way', () => {
  // The corners that Kalles Fraktaler shows: its rectangle is not mirrored then.
  const corners = [
    [-1.886, 2.59],
    [2.22, 0.22],
    [0.886, -2.09],
    [-3.22, 0.281],
  ];
  const place = { Re: '-0.5', Im: '0.25', Zoom: 1.5, RotateAngle: 30 };
  const up = parseScene(importKfr(kfr({ ...place, ImagPointsUp: 1 }))).view!;
  assert.equal(up.rotation, -30);
  assert.equal(importKfr(kfr({ ...place, ImagPointsUp: 0 })).view.rotation, 30);
  assert.equal(importKfr(kfr({ ...place, RotateAngle: 0, ImagPointsUp: 1 })).view.rotation, undefined);
  const { rowRe, rowIm, columnRe, columnIm } = viewPoints(up);
  const at = (row: number, column: number) => [
    rowRe[row]! + columnRe[column]!,
    rowIm[row]! + columnIm[column]!,
  ];
  const shown = [at(0, 0), at(0, 639), at(359, 639), at(359, 0)];
  for (const [i, point] of shown.entries())
    for (const axis of [0, 1]) assert.ok(Math.abs(point[axis]! - corners[i]![axis]!) < 0.02, `${point}`);
});

test('a .kfr has its bailout radius in the key of its time, and zoom 2 where it has none', () => {
  const radius = (values: object) => importKfr(kfr(values)).escape;
  assert.deepEqual(
    [0, 1, 2, 7].map((SmoothMethod) => radius({ SmoothMethod })),
    [10_000, 2, 2, 10_000],
  );
  assert.equal(radius({ SmoothMethod: 1, SmoothingMethod: 0 }), 10_000);
  assert.equal(radius({ SmoothMethod: 1, BailoutRadiusPreset: 0 }), 10_000);
  assert.equal(radius({ SmoothMethod: 1, BailoutRadiusPreset: 3, BailoutRadiusCustom: 25 }), 25);
  const norm = { BailoutNormPreset: 3, BailoutNormCustom: 2, real: '1', imag: '1', Ratio: 360 };
  assert.equal(radius({ BailoutRadiusPreset: 1, ...norm }), 2);
  assert.equal(importKfr('Re: -0.5\nIm: 0.25\n').view.width, ((4 / 2) * 640) / 360);
});

test('the formulas of the families are those of the types 0 to 4', () => {
  const { mandelbrot, 'burning-ship': ship, buffalo, celtic, tricorn } = families;
  [mandelbrot, ship, buffalo, celtic, tricorn].forEach(({ formula }, type) => {
    assert.equal(importKfr(kfr({ FractalType: type })).formula, formula);
  });
  for (let type = 0; type < 10; type++) parseScene(importKfr(kfr({ FractalType: type })));
  for (let type = 0; type < 4; type++) parseScene(importKfr(kfr({ FractalType: type, Power: 5 })));
});

test('a .toml gives its place, height, turn, size, formula, iterations and bailout', () => {
  const text = `program = "fraktaler-3"
location.real = """\\
  -1.7598171308048478136\\
  108250105617982382439"""
location.imag = "-0.0125933"
location.zoom = "1.0e4"
bailout.iterations = 4036
bailout.escape_radius = 20
transform.rotate = 30.0
transform.reflect = true
image.width = 1920
image.height = 1080
[[formula]]
abs_x = true
abs_y = true
power = 3
`;
  assert.deepEqual(parseScene(importToml(text)), {
    formula: '(abs(re z) + i*abs(im z))^3 + c',
    c: 'p',
    z0: [0, 0],
    iterations: 4036,
    escape: 20,
    palette: 'ember',
    view: {
      center: ['-1.7598171308048478136108250105617982382439', '-0.0125933'],
      width: ((4 / 1e4) * 1920) / 1080,
      columns: 1920,
      rows: 1080,
      rotation: -30,
    },
  });
});

test('integers of 64 bits in a .toml that decide nothing do not matter', () => {
  const [small, large] = ['1000', '9223372036854775807'].map((most) =>
    importToml(`program = "fraktaler-3"
location.real = "-0.5"
location.zoom = 10
bailout.iterations = 1000
bailout.maximum_reference_iterations = ${most}
reference.period = ${most}`),
  );
  assert.deepEqual(large, small);
  assert.equal(importToml('program = "fraktaler-3"\nlocation.real = 1').view.center[0], '1');
});

test('places deeper than doubles are scenes in exact arithmetic, with every digit of the zoom and the middle', () => {
  const re = `-1.74${'9'.repeat(400)}`;
  const files = [
    importKfr(kfr({ Re: re, Zoom: '4.5E400', Power: 2 })),
    importToml(`program = "fraktaler-3"
location.real = "${re}"
location.zoom = "4.5e400"
image.width = 640
image.height = 360`),
    importKfr(kfr({ Re: re, Zoom: '4.5E400', Power: 2, FractalType: 1 })),
  ];
  for (const file of files) {
    const { view, arithmetic } = parseScene(file);
    assert.deepEqual([arithmetic, view!.center[0]], ['exact', re]);
    // 4 / 4.5 * 16 / 9 = 1.58024...
    assert.match(String(view!.width), /^1\.58024691358024\d*e-400$/);
  }
});

test('every block of a .toml is a formula', () => {
  const names = ['abs_x', 'abs_y', 'neg_x', 'neg_y'];
  for (let flags = 0; flags < 16; flags++) {
    const lines = names.map((name, i) => `${name} = ${(flags >> i) % 2 === 1}\n`);
    parseScene(importToml(`program = "fraktaler-3"\n[[formula]]\n${lines.join('')}`));
  }
  assert.equal(
    importToml('program = "fraktaler-3"\n[[formula]]\nneg_y = true').formula,
    families.tricorn.formula,
  );
});

const known =
  'supported are Mandelbrot, Burning Ship, Buffalo and Celtic of any power, and of power 2 Mandelbar';
const start = 'program = "fraktaler-3"\n';
const wrong: [(text: string) => unknown, string, string][] = [
  [importKfr, kfr({ FractalType: 42 }), `FractalType 42 of power 2 is not supported; ${known}`],
  [importKfr, kfr({ FractalType: 4, Power: 3 }), `FractalType 4 of power 3 is not supported; ${known}`],
  [importKfr, kfr({ Power: 1 }), 'FractalType 0 of power 1 is not supported'],
  [importKfr, kfr({ UseHybridFormula: 1 }), 'hybrid formulas are not supported'],
  [importKfr, kfr({ Rotate: 30 }), 'Rotate 30: must be 0; only RotateAngle is supported'],
  [importKfr, kfr({ Ratio: 300 }), 'Ratio 300: must be 360; stretched pictures are not supported'],
  [
    importKfr,
    kfr({ BailoutNormPreset: 2 }),
    'BailoutNormPreset 2: must be 1; only bailout by |z| is supported',
  ],
  [
    importKfr,
    kfr({ BailoutNormPreset: 3, BailoutNormCustom: 1.5 }),
    'BailoutNormCustom 1.5: must be 2; only bailout by |z| is supported',
  ],
  [importKfr, kfr({ real: 0 }), 'real 0: must be 1; only bailout by |z| is supported'],
  [importKfr, kfr({ imag: 0.5 }), 'imag 0.5: must be 1; only bailout by |z| is supported'],
  [importKfr, kfr({ Power: 'x' }), 'Power "x": must be a number'],
  [importKfr, kfr({ Zoom: '0.0e5' }), 'Zoom "0.0e5": must be a number above 0'],
  [importKfr, kfr({ Zoom: '-3' }), 'Zoom "-3": must be a number above 0'],
  [importKfr, kfr({ Re: 'x' }), 'view.center.0 "x": must be a decimal number in text'],
  [
    importKfr,
    kfr({ Iterations: 1e12 }),
    'iterations 1000000000000: must be a whole number from 1 to 4294967295',
  ],
  [importKfr, 'Colors: 1,2,3', 'has no Re in it; a location of Kalles Fraktaler has'],
  [importToml, 'a = ', 'is not valid TOML ('],
  [importToml, 'a = 1', 'has no location in it; a .toml of Fraktaler 3 has'],
  [
    importToml,
    `${start}bailout.iterations = 9223372036854775807`,
    'iterations 9223372036854776000: must be a whole number from 1 to 4294967295',
  ],
  [
    importToml,
    `${start}location.real = { a = 9223372036854775807 }`,
    'view.center.0 {"a":"9223372036854775807"}: must be a decimal number in text',
  ],
  [importToml, `${start}location.zoom = [1]`, 'location.zoom [1]: must be a number'],
  [
    importToml,
    `${start}location.real = { a = 1 }`,
    'view.center.0 {"a":1}: must be a decimal number in text',
  ],
  [importToml, `${start}transform.stretch_amount = 3`, 'stretched and exponential maps are not supported'],
  [importToml, `${start}[[formula]]\n[[formula]]`, 'hybrids of several formulas are not supported'],
  [
    importToml,
    `${start}[[formula]]\nopcodes = "sqr add"`,
    'its formula is not supported; supported are abs_x',
  ],
  [importToml, `${start}[[formula]]\npower = 2.5`, 'its formula is not supported; supported are abs_x'],
];
test('what is not known, too deep or no such file is told in a line', () => {
  for (const [read, text, said] of wrong)
    assert.throws(
      () => parseScene(read(text)),
      ({ message }: Error) => message.startsWith(said) && !message.includes('\n'),
      said,
    );
});

test('a changed file gives a scene or such a line, never another exception', () => {
  const files: [(text: string) => unknown, string][] = [
    [importKfr, kfr({ Power: 2, FractalType: 1, RotateAngle: 3, UseHybridFormula: 0 })],
    [
      importToml,
      `${start}location.real = "-0.75"\nlocation.zoom = "3"\nbailout.iterations = 99\n[transform]\nrotate = 3.5\n[[formula]]\nabs_x = true\npower = 3`,
    ],
  ];
  const insert = fc.oneof(
    fc.constantFrom(
      '"',
      '=',
      '[',
      '[[',
      '{',
      '}',
      '\n',
      '.',
      ': ',
      '9'.repeat(400),
      'e',
      '-',
      'nan',
      'inf',
      '1979-05-27',
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const change = fc.record({ at: fc.nat(200), cut: fc.nat(12), insert });
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      ([read, text], changes) => {
        const changed = changes.reduce(
          (text, { at, cut, insert }) => text.slice(0, at) + insert + text.slice(at + cut),
          text,
        );
        try {
          parseScene(read(changed));
        } catch (error) {
          assert.ok(error instanceof SceneError || error instanceof PictureError, `${error} for ${changed}`);
          assert.ok(!error.message.includes('\n') && error.message.length < 1500, error.message);
        }
      },
    ),
    { numRuns: isLong ? 100_000 : 1000 },
  );
});
