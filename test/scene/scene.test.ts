import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatComplex, lessonScene, parseComplex, parseScene, SceneError } from 'mandoline';

test('the lesson is a scene, and stays the same through JSON', () => {
  assert.deepEqual(parseScene(JSON.parse(JSON.stringify(lessonScene))), lessonScene);
});

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

test('a key that no scene has is a SceneError', () => {
  assert.throws(() => parseScene({ ...lessonScene, iteration: 3 }), /iteration/);
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
  ];
  for (const [text, value] of spellings) assert.deepEqual(parseComplex(text), value, text);
});

test('what is no finite complex number is not read', () => {
  for (const text of ['', 'banana', 'nan', 'inf', '1+', '1+2', '1i2', '--1', '0x10', '1e999', 'i+1']) {
    assert.equal(parseComplex(text), undefined, text);
  }
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
