// Derivatives against central differences, in complex numbers that are calculated here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differentiate } from '../../src/formula/differentiate.js';
import {
  c,
  constant,
  divide,
  type Expression,
  type FunctionName,
  multiply,
  type VariableName,
  z,
} from '../../src/formula/expression.js';
import { parseFormula } from '../../src/formula/parse.js';
import type { Complex } from '../../src/scene/complex.js';

type Values = Readonly<Record<VariableName, Complex>>;

const times = ([a, b]: Complex, [x, y]: Complex): Complex => [a * x - b * y, a * y + b * x];
const over = (left: Complex, [x, y]: Complex): Complex => {
  const [re, im] = times(left, [x, -y]);
  return [re / (x * x + y * y), im / (x * x + y * y)];
};
const exp = ([x, y]: Complex): Complex => [Math.exp(x) * Math.cos(y), Math.exp(x) * Math.sin(y)];
const log = ([x, y]: Complex): Complex => [Math.log(Math.hypot(x, y)), Math.atan2(y, x)];
const sinh = ([x, y]: Complex): Complex => [Math.sinh(x) * Math.cos(y), Math.cosh(x) * Math.sin(y)];
const cosh = ([x, y]: Complex): Complex => [Math.cosh(x) * Math.cos(y), Math.sinh(x) * Math.sin(y)];
const sin = ([x, y]: Complex): Complex => [Math.sin(x) * Math.cosh(y), Math.cos(x) * Math.sinh(y)];
const cos = ([x, y]: Complex): Complex => [Math.cos(x) * Math.cosh(y), -Math.sin(x) * Math.sinh(y)];
const functions: Record<FunctionName, (value: Complex) => Complex> = {
  exp,
  log,
  sin,
  cos,
  sinh,
  cosh,
  conj: ([x, y]) => [x, -y],
  re: ([x]) => [x, 0],
  im: ([, y]) => [y, 0],
  abs: ([x, y]) => [Math.hypot(x, y), 0],
  arg: ([x, y]) => [Math.atan2(y, x), 0],
  sqrt: (value) => exp(times([0.5, 0], log(value))),
  tan: (value) => over(sin(value), cos(value)),
  tanh: (value) => over(sinh(value), cosh(value)),
};

function evaluate(tree: Expression, values: Values): Complex {
  switch (tree.kind) {
    case 'constant':
      return tree.value;
    case 'variable':
      return values[tree.name];
    case 'negate':
      return times([-1, 0], evaluate(tree.operand, values));
    case 'call':
      return functions[tree.name](evaluate(tree.operand, values));
    case 'power': {
      const base = evaluate(tree.base, values);
      return Array.from({ length: tree.exponent }).reduce<Complex>((result) => times(result, base), [1, 0]);
    }
    default: {
      const [left, right] = [evaluate(tree.left, values), evaluate(tree.right, values)];
      if (tree.kind === 'add') return [left[0] + right[0], left[1] + right[1]];
      if (tree.kind === 'subtract') return [left[0] - right[0], left[1] - right[1]];
      return tree.kind === 'multiply' ? times(left, right) : over(left, right);
    }
  }
}

const values: Values = { z: [0.6, 0.2], c: [-0.4, 0.7], p: [1.1, -0.3], previous: [0.2, 0.9] };

function assertDerivative(text: string, name: VariableName = 'z'): void {
  const tree = parseFormula(text);
  const derivative = differentiate(tree, name);
  assert.ok(derivative, `${text} has a derivative`);
  for (const [x, y] of [
    [0.7, 0.4],
    [-0.6, 1.1],
    [1.3, -0.8],
    [-0.2, -0.5],
  ] as const) {
    const at = (re: number, im: number) => evaluate(tree, { ...values, [name]: [re, im] });
    const h = 1e-5;
    // Along both axes: a derivative that is complex is the same whichever way one goes.
    const [right, left, up, down] = [at(x + h, y), at(x - h, y), at(x, y + h), at(x, y - h)];
    const along = over([right[0] - left[0], right[1] - left[1]], [2 * h, 0]);
    const across = over([up[0] - down[0], up[1] - down[1]], [0, 2 * h]);
    const given = evaluate(derivative, { ...values, [name]: [x, y] });
    for (const measured of [along, across]) {
      const distance = Math.hypot(given[0] - measured[0], given[1] - measured[1]);
      assert.ok(
        distance <= 1e-7 * (1 + Math.hypot(...given)),
        `${text} at ${x}+${y}i: ${given}, ${measured}`,
      );
    }
  }
}

const formulas = [
  ...['z', 'z^2 + c', 'z^5 - 3*z^2 + z', 'c*z*(1 - z)', '-z^3', 'z/c', 'c/z', '(z^2 + c - 1)/(2*z + c - 2)'],
  ...[
    '((z^2 + c - 1)/(2*z + c - 2))^2',
    'exp z',
    'exp(c*z^2)',
    'log z',
    'log(z^2 + 4)',
    'sqrt z',
    'sqrt(z + 3)',
  ],
  ...['sin z', 'cos z', 'tan z', 'sinh z', 'cosh z', 'tanh z', 'sin(z^2)*cos(c*z)', 'exp(sin z)/z', 'c - z'],
  ...['z^c', 'c^z', 'z^z', 'z^-3', 'z^0.5', 'z + re(c)*im(p)', 'conj(c)*z^2', 'abs(previous)*z', 'z*z*z*z'],
  ...['newton(z^3 - 1)', 'newton(sin z)', '(z - c)^7/(z + c)^2', '-(-z)', 'tan(z)/tanh(z)'],
];
for (const text of formulas)
  test(`the derivative of ${text} is what small differences tell`, () => assertDerivative(text));

test('any variable can be the one, and the others are constants', () => {
  for (const name of ['c', 'p', 'previous'] as const) {
    assertDerivative(`z*${name}^2 + sin(${name})/z`, name);
    assertDerivative(`conj(z)*${name}`, name);
  }
});

test('what is trivial goes, so that derivatives stay small', () => {
  const cases: [string, Expression][] = [
    ['z', constant(1)],
    ['z + c', constant(1)],
    ['z^2 + c', multiply(constant(2), z)],
    ['c*z', c],
    ['z*c', c],
    ['z/c', divide(constant(1), c)],
    ['0*z', constant(0)],
    ['re(0*z) + z', constant(1)],
  ];
  for (const [text, derivative] of cases)
    assert.deepEqual(differentiate(parseFormula(text)), derivative, text);
  assert.deepEqual(differentiate(constant(3)), constant(0));
});

test('what has no complex derivative has none', () => {
  for (const name of ['conj', 're', 'im', 'abs', 'arg'])
    for (const text of [
      `${name} z`,
      `z + ${name}(z^2)`,
      `sin(${name} z)*c`,
      `${name}(z)^2/z`,
      `-conj ${name} z`,
    ])
      assert.equal(differentiate(parseFormula(text)), undefined, text);
});
