// Formulas are read as mathematics is written, and what is no formula is an error that says where and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FormulaError } from '../../src/errors.js';
import {
  add,
  c,
  call,
  constant,
  divide,
  type Expression,
  type FunctionName,
  multiply,
  negate,
  p,
  power,
  previous,
  subtract,
  z,
} from '../../src/formula/expression.js';
import { formulaLimits, parseFormula } from '../../src/formula/parse.js';
import type { Complex } from '../../src/scene/complex.js';
import { isLong } from '../support.js';

const two = constant(2);
const toThe = (base: Expression, exponent: Expression) => call('exp', multiply(exponent, call('log', base)));

const readings: Record<string, [string, Expression][]> = {
  'names are the variables and constants that they stand for': [
    ['z', z],
    ['z + c', add(z, c)],
    ['z + p', add(z, p)],
    ['previous', previous],
    ['z*i', multiply(z, constant(0, 1))],
    ['z*pi', multiply(z, constant(Math.PI))],
    ['z*e', multiply(z, constant(Math.E))],
  ],
  'numbers are real or imaginary constants': [
    ['z*0.5', multiply(z, constant(0.5))],
    ['z*.5', multiply(z, constant(0.5))],
    ['z*2.', multiply(z, two)],
    ['z*1e-3', multiply(z, constant(0.001))],
    ['z*2E+1', multiply(z, constant(20))],
    ['z*3i', multiply(z, constant(0, 3))],
    ['z*2.5e-1i', multiply(z, constant(0, 0.25))],
    ['z*(0.5 + 3i)', multiply(z, add(constant(0.5), constant(0, 3)))],
  ],
  'products come before sums, and equals go from left to right': [
    ['z + c*p', add(z, multiply(c, p))],
    ['z*c + p', add(multiply(z, c), p)],
    ['z - c - p', subtract(subtract(z, c), p)],
    ['z - c + p', add(subtract(z, c), p)],
    ['z/c/p', divide(divide(z, c), p)],
    ['z/c*p', multiply(divide(z, c), p)],
    ['z/(c*p)', divide(z, multiply(c, p))],
    ['2*z/3*c', multiply(divide(multiply(two, z), constant(3)), c)],
  ],
  'a power comes before the minus in front of it and after the one behind it': [
    ['-z^2', negate(power(z, 2))],
    ['(-z)^2', power(negate(z), 2)],
    ['-z*c', multiply(negate(z), c)],
    ['z*-c', multiply(z, negate(c))],
    ['z - -c', subtract(z, negate(c))],
    ['--z', negate(negate(z))],
    ['z^-2', divide(constant(1), power(z, 2))],
    ['2^-1*z', multiply(divide(constant(1), two), z)],
    ['-2^2*z', multiply(negate(power(two, 2)), z)],
    ['c*z^2', multiply(c, power(z, 2))],
  ],
  'powers go from right to left': [
    ['z^2^3', power(z, 8)],
    ['(z^2)^3', power(power(z, 2), 3)],
    ['2^-z^2', toThe(two, negate(power(z, 2)))],
  ],
  'the negative of a real or an imaginary constant is a constant, with its shape': [
    ['z - -0.5', subtract(z, constant(-0.5))],
    ['z*-3i', multiply(z, constant(0, -3))],
    ['z*-i', multiply(z, constant(0, -1))],
    ['z*-0', multiply(z, constant(-0))],
    ['z*-(1 + i)', multiply(z, negate(add(constant(1), constant(0, 1))))],
  ],
  'a function takes the parenthesis after it, or else the next factor with its power': [
    ['sin(z)^2', power(call('sin', z), 2)],
    ['sin (z)^2', power(call('sin', z), 2)],
    ['sin z^2', call('sin', power(z, 2))],
    ['re z^2', call('re', power(z, 2))],
    ['sin z*c', multiply(call('sin', z), c)],
    ['sin cos z', call('sin', call('cos', z))],
    ['sin 2^z', call('sin', toThe(two, z))],
    ['z^sin z^2', toThe(z, call('sin', power(z, 2)))],
    [
      'abs(re z) + i*abs(im z)',
      add(call('abs', call('re', z)), multiply(constant(0, 1), call('abs', call('im', z)))),
    ],
    ['conj(z)^2 + c', add(power(call('conj', z), 2), c)],
  ],
  'whole exponents are powers, found by folding constants in the exponent and nowhere else': [
    ['z^0 + z', add(constant(1), z)],
    ['z^1', z],
    ['z^-1', divide(constant(1), z)],
    ['z^1024', power(z, 1024)],
    ['z^-1024', divide(constant(1), power(z, 1024))],
    ['z^(2*3 - 8/2)', power(z, 2)],
    ['z^(i*i)', divide(constant(1), z)],
    ['z^(6/(2*i)*i)', power(z, 3)],
    ['z^-(1 + 1)', divide(constant(1), power(z, 2))],
    ['(1 + 1)*z', multiply(add(constant(1), constant(1)), z)],
    ['2*3*z', multiply(multiply(two, constant(3)), z)],
  ],
  'every other exponent goes by exp and log': [
    ['z^0.5', toThe(z, constant(0.5))],
    ['z^(1/3)', toThe(z, divide(constant(1), constant(3)))],
    ['z^2i', toThe(z, constant(0, 2))],
    ['z^c', toThe(z, c)],
    ['e^z', toThe(constant(Math.E), z)],
    ['z^(1/0)', toThe(z, divide(constant(1), constant(0)))],
  ],
  "newton is the step of Newton's method": [
    [
      'newton(z^3 - 1)',
      subtract(z, divide(subtract(power(z, 3), constant(1)), multiply(constant(3), power(z, 2)))),
    ],
    ['newton(z)', subtract(z, divide(z, constant(1)))],
    ['newton(z^2 - c)/2', divide(subtract(z, divide(subtract(power(z, 2), c), multiply(two, z))), two)],
  ],
  'what other programs write is read': [
    ['ln z', call('log', z)],
    ['ln(z)^2', power(call('log', z), 2)],
    ['sqr(z) + c', add(power(z, 2), c)],
    ['sqr z^2', power(power(z, 2), 2)],
    ['real(z) + i*imag(z)', add(call('re', z), multiply(constant(0, 1), call('im', z)))],
    ['z*j', multiply(z, constant(0, 1))],
    ['z*π', multiply(z, constant(Math.PI))],
    ['|z|', call('abs', z)],
    ['|z|^2 + |c|*|p|', add(power(call('abs', z), 2), multiply(call('abs', c), call('abs', p)))],
    ['||z| - |c + 1||', call('abs', subtract(call('abs', z), call('abs', add(c, constant(1)))))],
    ['z² + c', add(power(z, 2), c)],
    ['z⁻¹', divide(constant(1), z)],
    ['z¹⁰', power(z, 10)],
    ['z²^3', power(power(z, 2), 3)],
    ['sin z²', call('sin', power(z, 2))],
    ['sin(z)²', power(call('sin', z), 2)],
    ['-z²', negate(power(z, 2))],
    ['+z', z],
    ['z*+c', multiply(z, c)],
    ['z − c', subtract(z, c)],
    ['−z – 1', subtract(negate(z), constant(1))],
    ['z×c·p⋅2 ÷ 3', divide(multiply(multiply(multiply(z, c), p), two), constant(3))],
  ],
  'blanks are passed over': [
    [' z ^ 2\n\t+ c ', add(power(z, 2), c)],
    ['z^2+c', add(power(z, 2), c)],
  ],
};
for (const [behaviour, cases] of Object.entries(readings))
  test(behaviour, () => {
    for (const [text, tree] of cases) assert.deepEqual(parseFormula(text), tree, text);
  });

test('a parameter stands for its value, in exponents too', () => {
  assert.deepEqual(
    parseFormula('z^n + k_1', { n: [3, 0], k_1: [0.5, -2] }),
    add(power(z, 3), constant(0.5, -2)),
  );
  assert.deepEqual(parseFormula('z^-n', { n: [3, -0] }), divide(constant(1), power(z, 3)));
  assert.deepEqual(parseFormula('z - -a', { a: [0.5, -0] }), subtract(z, negate(constant(0.5, -0))));
});

test('a parameter may have a name that stands for something elsewhere', () => {
  const parameters: Record<string, Complex> = { ln: [2, 0], j: [3, 0], sqr: [4, 0] };
  assert.deepEqual(
    parseFormula('z*ln*j*sqr', parameters),
    multiply(multiply(multiply(z, two), constant(3)), constant(4)),
  );
});

test('an unknown name that may be a parameter is told, one that is called or meant otherwise is not', () => {
  const told = (text: string) => failure(text).unknownName;
  assert.deepEqual(['z^2 + d', 'z + gain*2', 'foo(z)', 'sinn z', 'Z^2', 'z +'].map(told), [
    'd',
    'gain',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

function failure(text: string, parameters?: Record<string, Complex>): FormulaError {
  try {
    parseFormula(text, parameters);
  } catch (error) {
    assert.ok(error instanceof FormulaError, `${text}: ${error}`);
    return error;
  }
  return assert.fail(`${text} was read`);
}

const names = 'z c p i pi e previous conj re im abs arg exp log sqrt sin cos tan sinh cosh tanh newton';
const operand = 'a number, a name or "("';
const product = 'an operator; write * for a product';

const wrong: Record<string, [string, number, string, string][]> = {
  'where an operand is missing': [
    ['', 1, 'found the end', operand],
    ['   ', 4, 'found the end', operand],
    ['z +', 4, 'found the end', operand],
    ['z^2 + ) ', 7, 'found ")"', operand],
    ['()', 2, 'found ")"', operand],
    ['z^', 3, 'found the end', operand],
    ['-', 2, 'found the end', operand],
    ['z + * c', 5, 'found "*"', operand],
    ['sin', 4, 'found the end', operand],
    ['sin + z', 5, 'found "+"', operand],
    ['sin -z', 5, 'found "-"', operand],
    ['sin()', 5, 'found ")"', operand],
    ['z**2', 3, 'found "*"', `${operand}; write ^ for a power`],
  ],
  'where an operator is missing': [
    ['2z', 2, 'found "z"', product],
    ['z c', 3, 'found "c"', product],
    ['2(z + 1)', 2, 'found "("', product],
    ['z(2)', 2, 'found "("', product],
    ['z 2', 3, 'found "2"', product],
    ['(z)(c)', 4, 'found "("', product],
    ['3im z', 2, 'found "im"', product],
    ['3i2', 2, 'found "i2"', product],
    ['3 i*z', 3, 'found "i"', product],
    ['1.2.3*z', 4, 'found ".3"', product],
    ['z)', 2, 'found ")"', 'an operator or the end'],
    ['(z', 3, 'found the end', 'an operator or the ")" of column 1'],
    ['z*(c + (z)', 11, 'found the end', 'an operator or the ")" of column 3'],
    ['|z', 3, 'found the end', 'an operator or the "|" of column 1'],
    ['|z|c|', 4, 'found "c"', product],
    ['||', 3, 'found the end', operand],
    ['sin²(z)', 4, 'found "²"', operand],
  ],
  'at a character that no formula has': [
    ['z # c', 3, 'found "#"', 'an operator or the end'],
    ['z × ÷ c', 5, 'found "÷"', operand],
    ['z ± c', 3, 'found "±"', 'an operator or the end'],
    ['_a', 1, 'found "_"', operand],
    ['z + 𝑧', 5, 'found "𝑧"', operand],
    ['z + \ud835', 5, 'found "U+d835"', operand],
    ['z\u0000', 2, 'found "U+0000"', 'an operator or the end'],
    ['z + \u202e', 5, 'found "U+202e"', operand],
    ['z, c', 2, 'found ","', 'an operator or the end'],
  ],
  'at a name that is not known, with the one that was meant': [
    ['z + y', 5, 'unknown name "y"', `one of ${names}`],
    ['sihn(z)', 1, 'unknown name "sihn"', `one of ${names}; did you mean sin or sinh?`],
    ['sinn(z)', 1, 'unknown name "sinn"', `one of ${names}; did you mean sin or sinh?`],
    ['z + prevous', 5, 'unknown name "prevous"', `one of ${names}; did you mean previous?`],
    ['z + Sin z', 5, 'unknown name "Sin"', `one of ${names}; did you mean sin?`],
    ['Z^2', 1, 'unknown name "Z"', `one of ${names}; did you mean z?`],
    ['Ln z', 1, 'unknown name "Ln"', `one of ${names}; did you mean log?`],
    ['z*J', 3, 'unknown name "J"', `one of ${names}; did you mean i?`],
    ['zc', 1, 'unknown name "zc"', `one of ${names}`],
    ['constructor', 1, 'unknown name "constructor"', `one of ${names}`],
    ['__proto__', 1, 'found "_"', operand],
    ['a'.repeat(40), 1, `unknown name "${'a'.repeat(30)}..."`, `one of ${names}`],
  ],
  'at a number or an exponent that is too large': [
    ['z + 1e999', 5, 'found "1e999"', 'a number up to 1.7976931348623157e+308'],
    ['z²⁰⁴⁸', 2, 'exponent 2048', 'one from -1024 to 1024'],
    ['z^1025', 3, 'exponent 1025', 'one from -1024 to 1024'],
    ['z + z^-(1000 + 25)', 7, 'exponent -1025', 'one from -1024 to 1024'],
    ['z^2^11', 3, 'exponent 2048', 'one from -1024 to 1024'],
  ],
  'at a newton that has no step': [
    ['newton z^3', 8, 'found "z"', '"("'],
    ['z + newton(conj z)', 5, 'newton of what has no derivative', 'no conj, re, im, abs or arg of z in it'],
    ['newton(c^2)', 1, 'newton of a constant', 'z in it'],
  ],
  'where the whole has no z': [['c^2 + 1', 1, 'the formula has no z', 'z or previous in it']],
  'at the limits': [
    [`z${' '.repeat(1000)}`, 1001, '1001 characters', 'at most 1000'],
    [`${'('.repeat(101)}z${')'.repeat(101)}`, 102, 'nested 101 deep', 'at most 100'],
    [`${'-'.repeat(101)}z`, 102, 'nested 101 deep', 'at most 100'],
    [`${'sin '.repeat(101)}z`, 405, 'nested 101 deep', 'at most 100'],
    [`${'z^'.repeat(101)}z`, 203, 'nested 101 deep', 'at most 100'],
    [`z${'+z'.repeat(250)}`, 501, 'more than 500 numbers, names and operators', 'a shorter formula'],
    [`c + newton(z${'*z'.repeat(60)})`, 5, 'a tree of 3903 nodes', 'at most 2000'],
    ['newton(newton(newton(newton(newton(sin z)))))', 1, 'a tree of 14860 nodes', 'at most 2000'],
    [`newton(z${'*z'.repeat(40)}) + newton(z${'*z'.repeat(40)})`, 1, 'a tree of 3607 nodes', 'at most 2000'],
  ],
};
for (const [where, cases] of Object.entries(wrong))
  test(`an error says what was found and what was expected: ${where}`, () => {
    for (const [text, column, problem, expected] of cases) {
      const error = failure(text);
      assert.equal(error.message, `column ${column}: ${problem}, expected ${expected}`);
      assert.deepEqual([error.formula, error.column, error.expected], [text, column, expected]);
    }
  });

test('what is within the limits is read', () => {
  const { characters, nesting } = formulaLimits;
  parseFormula(`z${' '.repeat(characters - 1)}`);
  parseFormula(`${'('.repeat(nesting)}z${')'.repeat(nesting)}`);
  parseFormula(`z${'+z'.repeat(249)}`);
  parseFormula('newton(newton(sin z))');
});

test('a parameter that no formula can have is a FormulaError', () => {
  const cases: [Record<string, Complex>, string][] = [
    [{ z: [1, 0] }, 'parameter "z", expected a name that is not taken'],
    [{ newton: [1, 0] }, 'parameter "newton", expected a name that is not taken'],
    [{ sin: [1, 0] }, 'parameter "sin", expected a name that is not taken'],
    [{ '2a': [1, 0] }, 'parameter "2a", expected a name of letters, digits and _ that starts with a letter'],
    [{ '': [1, 0] }, 'parameter "", expected a name of letters, digits and _ that starts with a letter'],
    [{ a: [Number.NaN, 0] }, 'parameter "a", expected a finite value'],
    [{ a: [0, Infinity] }, 'parameter "a", expected a finite value'],
  ];
  for (const [parameters, message] of cases)
    assert.equal(failure('z', parameters).message, `column 1: ${message}`);
});

test('the names of the parameters are among those that an error lists', () => {
  assert.match(failure('z + speeed', { speed: [1, 0] }).message, / newton speed; did you mean speed\?$/);
});

test('of many names an error lists some, none of them long', () => {
  const parameters = Object.fromEntries(
    Array.from({ length: 500 }, (_, i): [string, Complex] => [`n${'x'.repeat(1000)}${i}`, [1, 0]]),
  );
  const { message } = failure('z + d', parameters);
  assert.match(message, / newton( nx{29}\.\.\.)+ and 482 more$/);
  assert.ok(message.length < 1000);
});

test('the pointer is the formula with a caret under the column', () => {
  assert.equal(failure('z^2 + )').pointer, 'z^2 + )\n      ^');
  assert.equal(failure('z +').pointer, 'z +\n   ^');
  assert.equal(failure('z +\n\t#').pointer, 'z +  #\n     ^');
  assert.equal(failure('').pointer, '\n^');
});

test('the pointer into a long formula shows what is around the column', () => {
  const sum = 'z+'.repeat(30); // 60 characters
  assert.equal(failure(`${sum}z #`).pointer, `${sum}z #\n${' '.repeat(62)}^`);
  const inner = failure(`${sum}#${sum}`).pointer;
  assert.equal(inner, `...${'z+'.repeat(16)}#${'z+'.repeat(15)}z...\n${' '.repeat(35)}^`);
  assert.equal(failure(`#${sum}${sum}`).pointer, `#${'z+'.repeat(31)}z...\n^`);
  assert.equal(failure(`${sum}${sum}`).pointer, `...${'z+'.repeat(32)}\n${' '.repeat(67)}^`);
});

/** Nodes and the longest way down; every node is of the kinds that there are, as deepEqual above has them. */
function measure(tree: Expression): { nodes: number; depth: number } {
  const children =
    'operand' in tree
      ? [tree.operand]
      : 'base' in tree
        ? [tree.base]
        : 'left' in tree
          ? [tree.left, tree.right]
          : [];
  if (tree.kind === 'constant') assert.ok(tree.value.every(Number.isFinite));
  if (tree.kind === 'power') assert.ok(tree.exponent >= 1 && tree.exponent <= 1024);
  const inner = children.map(measure);
  return {
    nodes: inner.reduce((sum, { nodes }) => sum + nodes, 1),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

/** An expression within the limits, or a FormulaError that can be shown; anything else is thrown on. */
function readsOrFails(text: string): void {
  let tree: Expression;
  try {
    tree = parseFormula(text);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    assert.ok(error.column >= 1 && error.column <= text.length + 1);
    assert.doesNotMatch(error.message, /[\p{Cc}\p{Zl}\p{Zp}]/u);
    const lines = error.pointer.split('\n');
    assert.equal(lines.length, 2);
    assert.match(lines[1]!, /^ {0,70}\^$/);
    assert.ok([...lines[0]!].length <= 70);
    return;
  }
  assert.ok(text.length <= formulaLimits.characters);
  assert.ok(measure(tree).nodes <= formulaLimits.nodes);
}

const pieces = [
  ...['z', 'c', 'p', 'i', 'pi', 'e', 'previous', 'newton', 'newton(', 'sin', 'exp ', 'conj ', 're', 'zz'],
  ...[
    '+',
    '-',
    '*',
    '/',
    '^',
    '^',
    '(',
    '(',
    ')',
    ')',
    ' ',
    '\n',
    '2',
    '3',
    '0.5',
    '3i',
    '1e999',
    '1024',
    '#',
  ],
];

test('whatever the text, the answer is an expression or a FormulaError', () => {
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 400 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('utf16le')),
  );
  fc.assert(fc.property(texts, readsOrFails), { numRuns: isLong ? 50_000 : 3000 });
});

test('a text that is far too long is refused without being read', () => {
  readsOrFails('('.repeat(10_000_000));
  readsOrFails(`${'𝑧'.repeat(1_000_000)}`);
});

/** Writes a tree with every parenthesis. Constants with two parts are written as parameters. */
function print(tree: Expression, parameters: Record<string, Complex>): string {
  switch (tree.kind) {
    case 'constant': {
      const [re, im] = tree.value;
      if (Object.is(im, 0)) return `${Object.is(re, -0) ? '-0' : re}`;
      if (Object.is(re, 0) && im !== 0) return `${im}i`;
      const name = `k${Object.keys(parameters).length}`;
      parameters[name] = tree.value;
      return name;
    }
    case 'variable':
      return tree.name;
    case 'negate':
      return `-(${print(tree.operand, parameters)})`;
    case 'call':
      return `${tree.name}(${print(tree.operand, parameters)})`;
    case 'power':
      return `(${print(tree.base, parameters)})^${tree.exponent}`;
    default: {
      const sign = { add: '+', subtract: '-', multiply: '*', divide: '/' }[tree.kind];
      return `(${print(tree.left, parameters)}) ${sign} (${print(tree.right, parameters)})`;
    }
  }
}

test('a tree that is printed is read as the same tree', () => {
  const part = fc.oneof(
    fc.constantFrom(0, -0, 1, -1, 0.5, 5e-324, 1e300),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const functions: FunctionName[] = [
    ...(['conj', 're', 'im', 'abs', 'arg', 'sqrt', 'exp', 'log'] as const),
    ...(['sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh'] as const),
  ];
  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      fc.constantFrom(z, c, p, previous),
      part.map((re) => constant(re)),
      part.map((im) => constant(0, im)),
      fc.tuple(part, part).map(([re, im]) => constant(re, im)),
      // The negative of a constant is a constant; where it has two parts it stays as it is, tested above.
      tie('tree').map((operand) => (operand.kind === 'constant' ? operand : negate(operand))),
      fc.tuple(fc.constantFrom(...functions), tie('tree')).map(([name, operand]) => call(name, operand)),
      fc.tuple(tie('tree'), fc.integer({ min: 2, max: 1024 })).map(([base, n]) => power(base, n)),
      fc
        .tuple(fc.constantFrom(add, subtract, multiply, divide), tie('tree'), tie('tree'))
        .map(([join, left, right]) => join(left, right)),
    ),
  }));
  fc.assert(
    fc.property(tree, (random) => {
      const whole = add(z, random);
      const parameters: Record<string, Complex> = {};
      const text = print(whole, parameters);
      fc.pre(text.length <= formulaLimits.characters && measure(whole).nodes <= formulaLimits.symbols / 2);
      assert.deepEqual(parseFormula(text, parameters), whole, text);
    }),
    { numRuns: isLong ? 5000 : 400 },
  );
});
