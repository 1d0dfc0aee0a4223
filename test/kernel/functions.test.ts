// The elementary functions against their true values: how far off, what at the ends, and that the bits stay.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { realFunctions } from '../../src/kernel/functions.js';
import { isLong, root } from '../support.js';
import { anyDouble, call, checksums, type FunctionName, functionNames, seeded } from './checksums.js';
import { errorInUlps, overflows, pi, precise } from './precise.js';

const { exp, sin, cos, sinh, cosh, atan2 } = realFunctions;
const next = seeded(88675123);
const { NaN, MAX_VALUE } = Number;

/** From 0 to 1, with 53 random bits. */
const unit = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
const between = (low: number, high: number) => () => low + (high - low) * unit();
const either = (draw: () => number) => () => (next() & 1 ? draw() : -draw());
/** From 2^low to 2^high, every power of two as likely as another. */
const anySize = (low: number, high: number) => () =>
  (1 + unit()) * 2 ** (low + Math.floor((high - low) * unit()));
const finite = () => {
  for (;;) {
    const x = anyDouble(next);
    if (Number.isFinite(x)) return x;
  }
};
/** The double that lies so many doubles above x > 0. */
function above(x: number, doubles: number): number {
  const words = new BigInt64Array(Float64Array.of(x).buffer);
  words[0]! += BigInt(doubles);
  return new Float64Array(words.buffer)[0]!;
}
const around = (x: number) => above(x, Math.floor(33 * unit()) - 16);
/** Near a multiple of pi/2, of up to so many. */
const nearQuarter = (most: number) =>
  either(() => {
    const turns = 1n + BigInt(Math.floor(most * unit()));
    return around(Number((turns * pi(300)) >> 201n) / 2 ** 100);
  });

type Draw = () => number | readonly [number, number];
const subnormal = () => unit() * 2 ** -1022;
const ranges: Record<FunctionName, readonly Draw[]> = {
  exp: [
    ...[either(between(0, 1)), either(between(0, 30)), between(-745.2, 709.79), either(anySize(-1074, -1))],
    ...[between(709.7, 709.7827), between(-708.5, -707.5), between(-745.14, -708.3)],
    () => around((Math.floor(1000 * unit()) + 0.5) * Math.LN2),
  ],
  log: [
    ...[between(0.4, 3), anySize(-1074, 1024), subnormal, between(0, 100)],
    ...[() => 1 + anySize(-52, -3)(), () => 1 - anySize(-53, -3)()],
    () => around(Math.SQRT2 * 2 ** Math.floor(9 * unit() - 4)),
  ],
  sin: [
    ...[either(between(0, 1)), either(between(0, 30)), either(between(0, 2e6)), either(anySize(-1074, 0))],
    ...[either(anySize(20, 64)), either(anySize(64, 1024)), subnormal],
    ...[nearQuarter(10), nearQuarter(2 ** 20), nearQuarter(2 ** 50), () => around(2 ** 20 * (Math.PI / 2))],
  ],
  cos: [],
  sinh: [
    ...[either(between(0, 1)), either(between(0, 5)), either(between(0, 40)), either(between(0, 710.475))],
    ...[either(anySize(-1074, 0)), () => around(1), between(710.4, 710.475), subnormal],
  ],
  cosh: [],
  atan2: [
    () => [either(between(0, 1))(), either(between(0, 1))()],
    () => [finite(), finite()],
    () => [either(anySize(-30, 30))(), either(anySize(-30, 30))()],
    () => [either(anySize(960, 1024))(), either(anySize(960, 1024))()],
    () => [either(subnormal)(), either(subnormal)()],
    () => [either(subnormal)(), either(anySize(-1074, 1024))()],
    // Near the diagonals, and where one eighth gives way to the next.
    () => {
      const x = either(between(0.5, 2))();
      return [around(Math.abs(x)), x];
    },
    () => {
      const x = either(between(0.5, 2))();
      return [around((Math.abs(x) * (1 + Math.floor(16 * unit()))) / 16), x];
    },
  ],
};
const rangesOf = (name: FunctionName) => ranges[name === 'cos' ? 'sin' : name === 'cosh' ? 'sinh' : name];

/** What the docstrings state. */
const bounds: Record<FunctionName, number> = {
  exp: 0.8,
  log: 0.8,
  sin: 0.8,
  cos: 0.8,
  sinh: 1.7,
  cosh: 1.2,
  atan2: 0.8,
};
for (const name of functionNames) {
  test(`${name} is within ${bounds[name]} ulp of the true value, everywhere`, () => {
    for (const draw of rangesOf(name)) {
      for (let n = 0; n < (isLong ? 5000 : 150); n++) {
        const drawn = draw();
        const [first, second] = typeof drawn === 'number' ? [drawn, 0] : drawn;
        if (name === 'atan2' && first === 0 && second === 0) continue;
        const error = errorInUlps(call(name, first, second), precise[name](first, second));
        assert.ok(error <= bounds[name], `${name}(${first}, ${second}): ${error} ulp`);
      }
    }
  });
}

test('the double nearest to a multiple of pi/2, and huge ones, have their sines and cosines', () => {
  const nearest = 6381956970095103 * 2 ** 797; // 4.7e-19 from one (Muller, Elementary Functions)
  for (const x of [nearest, -nearest, 1e300, -1e22, MAX_VALUE, 2 ** 1023]) {
    assert.ok(errorInUlps(sin(x), precise.sin(x)) <= bounds.sin);
    assert.ok(errorInUlps(cos(x), precise.cos(x)) <= bounds.cos);
  }
  assert.ok(Math.abs(cos(nearest)) < 5e-19);
});

test('exp, sinh and cosh are infinite exactly where the true value rounds to infinity', () => {
  for (let doubles = -100; doubles <= 100; doubles++) {
    const [x, y] = [above(709.782712893384, doubles), above(710.4758600739439, doubles)];
    assert.equal(exp(x) === Infinity, overflows(precise.exp(x)));
    assert.equal(cosh(y) === Infinity, overflows(precise.cosh(y)));
    assert.equal(sinh(y) === Infinity, overflows(precise.sinh(y)));
    assert.equal(sinh(-y), -sinh(y));
  }
  assert.deepEqual([exp(709.782712893384) < Infinity, exp(709.7827128933841)], [true, Infinity]);
  assert.deepEqual([sinh(710.4758600739439) < Infinity, sinh(710.475860073944)], [true, Infinity]);
  assert.deepEqual([exp(-745.1332191019411), exp(-745.1332191019412)], [2 ** -1074, 0]);
});

const half = Math.PI / 2;
const special: [FunctionName, args: [number, number?], value: number][] = [
  ...one('exp', [0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, 0], [NaN, NaN], [1e308, Infinity]),
  ...one('exp', [-1e308, 0], [5e-324, 1], [-5e-324, 1]),
  ...one('log', [1, 0], [0, -Infinity], [-0, -Infinity], [-1, NaN], [-5e-324, NaN], [-Infinity, NaN]),
  ...one('log', [Infinity, Infinity], [NaN, NaN]),
  ...one('sin', [0, 0], [-0, -0], [5e-324, 5e-324], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]),
  ...one('cos', [0, 1], [-0, 1], [5e-324, 1], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]),
  ...one('sinh', [0, 0], [-0, -0], [-5e-324, -5e-324], [Infinity, Infinity], [-Infinity, -Infinity]),
  ...one('sinh', [NaN, NaN], [-1e308, -Infinity]),
  ...one('cosh', [0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, Infinity], [NaN, NaN]),
  ...angle(
    [0, 0, 0],
    [0, -0, 2 * half],
    [0, 1, 0],
    [0, -1, 2 * half],
    [0, Infinity, 0],
    [0, -Infinity, 2 * half],
  ),
  ...angle([1, 0, half], [1, -0, half], [1, Infinity, 0], [1, -Infinity, 2 * half], [1, 1, half / 2]),
  ...angle([1, -1, 1.5 * half], [Infinity, 1, half], [Infinity, -1, half], [Infinity, 0, half]),
  ...angle([Infinity, Infinity, half / 2], [Infinity, -Infinity, 1.5 * half], [5e-324, 5e-324, half / 2]),
  ...angle([MAX_VALUE, -MAX_VALUE, 1.5 * half], [5e-324, MAX_VALUE, 0], [MAX_VALUE, 5e-324, half]),
  ...angle([5e-324, 1, 5e-324], [5e-324, -1, 2 * half], [5e-324, 4, 0], [NaN, 1, NaN], [1, NaN, NaN]),
];

function one(name: FunctionName, ...rows: [number, number][]): typeof special {
  return rows.map(([x, value]) => [name, [x], value]);
}
/** Rows of y, x and the angle, which has the sign of y. */
function angle(...rows: [number, number, number][]): typeof special {
  return rows.flatMap(([y, x, value]): typeof special => [
    ['atan2', [y, x], value],
    ['atan2', [-y, x], -value],
  ]);
}

test('zeros, infinities, NaN and the ends of the range give what IEEE 754 asks for', () => {
  for (const [name, [first, second = 0], value] of special) {
    const result = call(name, first, second);
    const shown = [name, first, second, result, value].map((each) => (Object.is(each, -0) ? '-0' : each));
    assert.ok(Object.is(result, value), shown.join(' '));
  }
});

test('sin, sinh and atan2 are odd, cos and cosh even, to the last bit', () => {
  for (let n = 0; n < 5000; n++) {
    const [x, y] = n % 2 ? [finite(), finite()] : [between(-800, 800)(), between(-800, 800)()];
    assert.deepEqual([sin(-x), sinh(-x), atan2(-y, x)], [-sin(x), -sinh(x), -atan2(y, x)]);
    assert.deepEqual([cos(-x), cosh(-x)], [cos(x), cosh(x)]);
  }
});

test('any engine gives these bits', () => {
  assert.deepEqual(checksums(), {
    exp: '4be00648',
    log: '4c41734d',
    sin: 'cf343fee',
    cos: 'b8f78d36',
    sinh: '32e31cc0',
    cosh: '5055e2ee',
    atan2: '84065077',
  });
});

test('only operations are used whose digits ECMAScript defines', () => {
  const source = readFileSync(join(root, 'src/kernel/functions.ts'), 'utf8');
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  assert.deepEqual([...new Set(code.match(/Math\.\w+|\*\*/g))].sort(), [
    ...['Math.LOG2E', 'Math.PI', 'Math.abs', 'Math.floor'],
  ]);
});
