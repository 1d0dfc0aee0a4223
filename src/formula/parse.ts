// Text -> expression tree, by recursive descent. The order of operations stays as written, because rounding depends on it
// (kernel/reference.ts). Only exponents are evaluated. Considered: mathjs (multiplies by juxtaposition, also reads
// strings, matrices and assignments), chevrotain and peggy (report expected tokens of a grammar). All three answer deep
// nesting with a stack overflow, and would leave the limits, the messages and the tree to this file.
import { FormulaError } from '../errors.js';
import type { Complex } from '../scene/complex.js';
import { differentiate, isConstant } from './differentiate.js';
import {
  add,
  c,
  call,
  constant,
  divide,
  type Expression,
  type FunctionName,
  largestExponent,
  multiply,
  negate,
  p,
  power,
  previous,
  shapeOf,
  subtract,
  z,
} from './expression.js';
import { elsewhere, namesMeant } from './names.js';
import { plainSigns, raisedNumber, readToken, type Token } from './token.js';

/**
 * Limits of a text: characters; nested parentheses, arguments, exponents and minus signs; numbers, names and operators.
 * Limit of a tree: nodes, with the derivatives that `newton` adds.
 */
export const formulaLimits = { characters: 1000, nesting: 100, symbols: 500, nodes: 2000 } as const;

const functionNames: readonly FunctionName[] = [
  ...(['conj', 're', 'im', 'abs', 'arg', 'exp', 'log', 'sqrt'] as const),
  ...(['sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh'] as const),
];

const builtIn: ReadonlyMap<string, Expression> = new Map([
  ['z', z],
  ['c', c],
  ['p', p],
  ['i', constant(0, 1)],
  ['pi', constant(Math.PI)],
  ['e', constant(Math.E)],
  ['previous', previous],
]);

const reserved: readonly string[] = [...builtIn.keys(), ...functionNames, 'newton'];

/**
 * Reads a formula such as `z^2 + c`. From the loosest operators: `+ -`, `* /`, unary `-`, `^`, functions; so `-z^2` is
 * -(z^2). `^` associates to the right. A function takes the parenthesis after it: `sin(z)^2` is (sin z)^2. Without one,
 * it takes the next number, name or function with its power: `sin z^2` is sin(z^2). `newton(g)` is z - g/g'. A number
 * directly followed by `i` is imaginary, `3i`; every other product needs its `*`.
 *
 * Spellings of other programs are accepted, too: `ln`, `sqr`, `real`, `imag`, `j`, `|z|`, `z²`, `+z`, and the signs `−`, `×`,
 * `·`, `÷` and `π`.
 *
 * Powers by whole numbers up to 1024 are products, other powers exp(exponent * log(base)). The negative of a real or
 * an imaginary constant is a constant. A name of `parameters` stands for its value.
 *
 * Throws FormulaError, and nothing else, if the text is not a formula, has neither `z` nor `previous`, or exceeds
 * `formulaLimits`; or if a parameter's name is invalid or taken, or its value is not finite.
 */
export function parseFormula(text: string, parameters: Readonly<Record<string, Complex>> = {}): Expression {
  const { characters } = formulaLimits;
  if (text.length > characters)
    throw new FormulaError(text, characters + 1, `${text.length} characters`, `at most ${characters}`);
  const names = new Map(builtIn);
  for (const [name, value] of Object.entries(parameters)) {
    const wrong = (expected: string) => new FormulaError(text, 1, `parameter ${quote(name)}`, expected);
    if (!/^[A-Za-z]\w*$/.test(name)) throw wrong('a name of letters, digits and _ that starts with a letter');
    if (reserved.includes(name)) throw wrong('a name that is not taken');
    if (!value.every(Number.isFinite)) throw wrong('a finite value');
    names.set(name, constant(...value));
  }
  return new Parser(text, names).parse();
}

const operand = 'a number, a name or "("';

class Parser {
  private readonly plain: string;
  private token: Token;
  private nesting = 0;
  private symbols = 0;
  private usesZ = false;

  constructor(
    private readonly text: string,
    private readonly names: ReadonlyMap<string, Expression>,
  ) {
    this.plain = plainSigns(text);
    this.token = readToken(this.plain, 0);
  }

  parse(): Expression {
    const tree = this.sum();
    if (this.token.kind !== 'end') this.failAfterOperand('the end');
    if (!this.usesZ) throw this.error(0, 'the formula has no z', 'z or previous in it');
    this.checkSize(tree, 0);
    return tree;
  }

  private sum(): Expression {
    let left = this.product();
    for (;;) {
      if (this.take('+')) left = add(left, this.product());
      else if (this.take('-')) left = subtract(left, this.product());
      else return left;
    }
  }

  private product(): Expression {
    let left = this.unary();
    for (;;) {
      if (this.take('*')) {
        if (this.token.text === '*') this.fail(`${operand}; write ^ for a power`);
        left = multiply(left, this.unary());
      } else if (this.take('/')) left = divide(left, this.unary());
      else return left;
    }
  }

  /** An operand of a product, or an exponent. */
  private unary(): Expression {
    if (this.take('+')) return this.nested(() => this.unary());
    return this.take('-') ? negative(this.nested(() => this.unary())) : this.power();
  }

  private power(): Expression {
    const base = this.raised();
    if (!this.take('^')) return base;
    const { at } = this.token;
    return this.raise(
      base,
      this.nested(() => this.unary()),
      at,
    );
  }

  /** An operand and the raised digits after it, as in `z²`. */
  private raised(): Expression {
    const base = this.atom();
    const { kind, text, at } = this.token;
    if (kind !== 'raised') return base;
    this.advance();
    return this.raise(base, constant(raisedNumber(text)), at);
  }

  private atom(): Expression {
    const { kind, text } = this.token;
    if (kind === 'number') return this.number();
    if (kind === 'sign' && text === '(') return this.parenthesis(')');
    if (kind === 'sign' && text === '|') return call('abs', this.parenthesis('|'));
    if (kind !== 'name') this.fail(operand);
    return this.named();
  }

  /** A variable, a constant, a parameter or a function, by its name here or, where no parameter has that, elsewhere. */
  private named(): Expression {
    const { text, at } = this.token;
    const name = this.names.has(text) ? text : (elsewhere.get(text) ?? text);
    const value = this.names.get(name);
    if (value !== undefined) {
      this.advance();
      this.usesZ ||= value === z || value === previous;
      return value;
    }
    if (name === 'newton') return this.newton();
    const known = functionNames.find((each) => each === name);
    if (known === undefined && name !== 'sqr') throw this.unknown(text, at);
    this.advance();
    return known ? call(known, this.argument()) : power(this.argument(), 2);
  }

  private number(): Expression {
    const { text, at } = this.token;
    const imaginary = text.endsWith('i');
    const value = Number(imaginary ? text.slice(0, -1) : text);
    if (value === Infinity)
      throw this.error(at, `found ${quote(text)}`, `a number up to ${Number.MAX_VALUE}`);
    this.advance();
    return imaginary ? constant(0, value) : constant(value);
  }

  private parenthesis(end: ')' | '|'): Expression {
    const { at } = this.token;
    this.advance();
    const inner = this.nested(() => this.sum());
    if (!this.take(end)) this.failAfterOperand(`the "${end}" of column ${at + 1}`);
    return inner;
  }

  /** The argument of a function. */
  private argument(): Expression {
    return this.token.text === '(' ? this.parenthesis(')') : this.nested(() => this.power());
  }

  private newton(): Expression {
    const { at } = this.token;
    this.advance();
    // newton z^3 - 1 would be newton(z^3) - 1, which is never meant.
    if (this.token.text !== '(') this.fail('"("');
    const g = this.parenthesis(')');
    this.checkSize(g, at);
    const derivative = differentiate(g);
    if (!derivative)
      throw this.error(at, 'newton of what has no derivative', 'no conj, re, im, abs or arg of z in it');
    if (isConstant(derivative, 0)) throw this.error(at, 'newton of a constant', 'z in it');
    const step = subtract(z, divide(g, derivative));
    this.checkSize(step, at);
    return step;
  }

  /** `base ^ exponent`; `at` is the position of the exponent. */
  private raise(base: Expression, exponent: Expression, at: number): Expression {
    const value = fold(exponent);
    if (value?.[1] !== 0 || !Number.isInteger(value[0]))
      return call('exp', multiply(exponent, call('log', base)));
    const whole = value[0];
    const size = Math.abs(whole);
    if (size > largestExponent)
      throw this.error(at, `exponent ${whole}`, `one from -${largestExponent} to ${largestExponent}`);
    if (size === 0) return constant(1);
    const positive = size === 1 ? base : power(base, size);
    return whole < 0 ? divide(constant(1), positive) : positive;
  }

  private nested(read: () => Expression): Expression {
    if (++this.nesting > formulaLimits.nesting)
      throw this.error(this.token.at, `nested ${this.nesting} deep`, `at most ${formulaLimits.nesting}`);
    const inner = read();
    this.nesting--;
    return inner;
  }

  private checkSize(tree: Expression, at: number): void {
    const size = countNodes(tree);
    if (size > formulaLimits.nodes)
      throw this.error(at, `a tree of ${size} nodes`, `at most ${formulaLimits.nodes}`);
  }

  private take(sign: string): boolean {
    if (this.token.kind !== 'sign' || this.token.text !== sign) return false;
    this.advance();
    return true;
  }

  private advance(): void {
    const { text, at } = this.token;
    if (text !== '(' && text !== ')' && ++this.symbols > formulaLimits.symbols)
      throw this.error(
        at,
        `more than ${formulaLimits.symbols} numbers, names and operators`,
        'a shorter formula',
      );
    this.token = readToken(this.plain, at + text.length);
  }

  private failAfterOperand(end: string): never {
    const { kind, text } = this.token;
    const startsOperand = kind === 'number' || kind === 'name' || text === '(';
    this.fail(startsOperand ? 'an operator; write * for a product' : `an operator or ${end}`);
  }

  private fail(expected: string): never {
    const { kind, text, at } = this.token;
    const found = this.text.slice(at, at + text.length);
    throw this.error(at, kind === 'end' ? 'found the end' : `found ${quote(found)}`, expected);
  }

  private error(at: number, problem: string, expected: string): FormulaError {
    return new FormulaError(this.text, at + 1, problem, expected);
  }

  private unknown(name: string, at: number): FormulaError {
    const known = [...new Set([...reserved, ...this.names.keys()])];
    const meant = namesMeant(name, known);
    const expected = `one of ${listed(known)}${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`;
    const isCalled = readToken(this.plain, at + name.length).text === '(';
    const mayBeParameter = meant.length === 0 && !isCalled;
    const problem = `unknown name ${quote(name)}`;
    return new FormulaError(this.text, at + 1, problem, expected, mayBeParameter ? name : undefined);
  }
}

/** Names that an error lists. */
const shownNames = 40;

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, shownNames)
    .map((name) => (name.length > 30 ? `${name.slice(0, 30)}...` : name));
  const others = names.length - shown.length;
  return `${shown.join(' ')}${others > 0 ? ` and ${others} more` : ''}`;
}

/** A minus sign in front. Negation is exact, so -0.5 may be a constant. */
function negative(expression: Expression): Expression {
  if (expression.kind !== 'constant') return negate(expression);
  const [re, im] = expression.value;
  switch (shapeOf(expression)) {
    case 'real':
      return constant(-re);
    case 'imaginary':
      return constant(0, -im);
    case 'complex':
      return negate(expression);
  }
}

/** The value of an expression of constants; undefined for others. */
function fold(expression: Expression): Complex | undefined {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'variable':
    case 'call':
      return undefined;
    case 'negate': {
      const value = fold(expression.operand);
      return value && [-value[0], -value[1]];
    }
    case 'power': {
      const base = fold(expression.base);
      if (!base) return undefined;
      let result = base;
      for (const bit of expression.exponent.toString(2).slice(1)) {
        result = times(result, result);
        if (bit === '1') result = times(result, base);
      }
      return result;
    }
    default: {
      const [left, right] = [fold(expression.left), fold(expression.right)];
      if (!left || !right) return undefined;
      if (expression.kind === 'add') return [left[0] + right[0], left[1] + right[1]];
      if (expression.kind === 'subtract') return [left[0] - right[0], left[1] - right[1]];
      if (expression.kind === 'multiply') return times(left, right);
      const [x, y] = right;
      if (y === 0) return [left[0] / x, left[1] / x];
      const [re, im] = times(left, [x, -y]);
      return [re / (x * x + y * y), im / (x * x + y * y)];
    }
  }
}

const times = ([a, b]: Complex, [x, y]: Complex): Complex => [a * x - b * y, a * y + b * x];

/** The number of nodes of a tree; shared nodes count each time. */
function countNodes(tree: Expression): number {
  // Derivatives share parts. Each is visited once, although the sum can be astronomical.
  const known = new Map<Expression, number>();
  const count = (node: Expression): number => {
    const before = known.get(node);
    if (before !== undefined) return before;
    let size = 1;
    if ('operand' in node) size += count(node.operand);
    else if ('base' in node) size += count(node.base);
    else if ('left' in node) size += count(node.left) + count(node.right);
    known.set(node, size);
    return size;
  };
  return count(tree);
}

/** Text for a message: one line, not too long, every character visible. */
function quote(text: string): string {
  const number = (character: string) => `U+${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  const shown = text.slice(0, 30).replace(/[\p{C}\p{M}\p{Zl}\p{Zp}]/gu, number);
  return `"${shown}${text.length > 30 ? '...' : ''}"`;
}
