// Text -> expression tree, by recursive descent. The order of operations stays as it is written, because it is part of
// the meaning in doubles (kernel/reference.ts); nothing is evaluated but exponents; every text ends soon.
// Considered: mathjs (multiplies by juxtaposition, reads strings, matrices and assignments too), chevrotain and peggy
// (tell what was expected as the tokens of a grammar). All three answer deep nesting with a stack overflow; the
// limits, the words for people and the tree would have been ours to write with each.
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

/**
 * Text: its characters; parentheses, arguments, exponents and minus signs inside one another; its numbers, names and
 * operators. Tree: its nodes, the derivatives that `newton` adds included.
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
 * Reads a formula such as `z^2 + c`. From what binds weakest: `+ -`, `* /`, unary `-`, `^`, functions, so that `-z^2`
 * is -(z^2); `^` goes from right to left. A function takes the parenthesis after it, `sin(z)^2` is (sin z)^2, or
 * else the number, name or function after it with its power: `sin z^2` is sin(z^2). `newton(g)` is z - g/g'. A number
 * with `i` right after it is imaginary, `3i`; every other product needs its `*`.
 *
 * Powers by whole numbers up to 1024 are products, other powers exp(exponent * log(base)). The negative of a real or
 * an imaginary constant is a constant. A name of `parameters` stands for its value.
 *
 * Throws FormulaError, and nothing else, where the text is no formula, has no `z` and no `previous`, or is beyond
 * `formulaLimits`; and where a parameter's name is no word, is taken, or its value is not finite.
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

/** `unknown` is a character that no formula has. */
interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'unknown' | 'end';
  readonly text: string;
  /** Where it starts in the formula, from 0. */
  readonly at: number;
}

const tokenForm =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:i(?!\w))?)|(?<name>[A-Za-z]\w*)|(?<sign>[-+*/^()]))?/y;

function readToken(text: string, from: number): Token {
  tokenForm.lastIndex = from;
  // It matches everywhere, if only nothing.
  const match = tokenForm.exec(text)!;
  const end = from + match[0].length;
  for (const kind of ['number', 'name', 'sign'] as const) {
    const found = match.groups![kind];
    if (found !== undefined) return { kind, text: found, at: end - found.length };
  }
  if (end === text.length) return { kind: 'end', text: '', at: end };
  return { kind: 'unknown', text: String.fromCodePoint(text.codePointAt(end)!), at: end };
}

const operand = 'a number, a name or "("';

class Parser {
  private token: Token;
  private nesting = 0;
  private symbols = 0;
  private usesZ = false;

  constructor(
    private readonly text: string,
    private readonly names: ReadonlyMap<string, Expression>,
  ) {
    this.token = readToken(text, 0);
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
    return this.take('-') ? negative(this.nested(() => this.unary())) : this.power();
  }

  private power(): Expression {
    const base = this.atom();
    if (!this.take('^')) return base;
    const { at } = this.token;
    return this.raise(
      base,
      this.nested(() => this.unary()),
      at,
    );
  }

  private atom(): Expression {
    const { kind, text, at } = this.token;
    if (kind === 'number') return this.number();
    if (kind === 'sign' && text === '(') return this.parenthesis();
    if (kind !== 'name') this.fail(operand);
    if (text === 'newton') return this.newton();
    const name = functionNames.find((known) => known === text);
    if (name !== undefined) return this.functionCall(name);
    const value = this.names.get(text);
    if (value === undefined) throw this.error(at, `unknown name ${quote(text)}`, this.knownNames(text));
    this.advance();
    this.usesZ ||= value === z || value === previous;
    return value;
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

  private parenthesis(): Expression {
    const { at } = this.token;
    this.advance();
    const inner = this.nested(() => this.sum());
    if (!this.take(')')) this.failAfterOperand(`the ")" of column ${at + 1}`);
    return inner;
  }

  private functionCall(name: FunctionName): Expression {
    this.advance();
    return call(name, this.token.text === '(' ? this.parenthesis() : this.nested(() => this.power()));
  }

  private newton(): Expression {
    const { at } = this.token;
    this.advance();
    // newton z^3 - 1 would be read as newton(z^3) - 1, which nobody means.
    if (this.token.text !== '(') this.fail('"("');
    const g = this.parenthesis();
    this.checkSize(g, at);
    const derivative = differentiate(g);
    if (!derivative)
      throw this.error(at, 'newton of what has no derivative', 'no conj, re, im, abs or arg of z in it');
    if (isConstant(derivative, 0)) throw this.error(at, 'newton of a constant', 'z in it');
    const step = subtract(z, divide(g, derivative));
    this.checkSize(step, at);
    return step;
  }

  /** `base ^ exponent`; the exponent stands at `at`. */
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
    this.token = readToken(this.text, at + text.length);
  }

  private failAfterOperand(end: string): never {
    const { kind, text } = this.token;
    const startsOperand = kind === 'number' || kind === 'name' || text === '(';
    this.fail(startsOperand ? 'an operator; write * for a product' : `an operator or ${end}`);
  }

  private fail(expected: string): never {
    const { kind, text, at } = this.token;
    throw this.error(at, kind === 'end' ? 'found the end' : `found ${quote(text)}`, expected);
  }

  private error(at: number, problem: string, expected: string): FormulaError {
    return new FormulaError(this.text, at + 1, problem, expected);
  }

  private knownNames(unknown: string): string {
    const known = [...new Set([...reserved, ...this.names.keys()])];
    const meant = namesMeant(unknown, known);
    return `one of ${known.join(' ')}${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`;
  }
}

/** A minus sign in front. Negation is exact, so -0.5 may be the constant that it looks like. */
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

/** The value of an expression of constants; undefined where it has anything else. */
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

/** The nodes of a tree, where those that stand in it several times count as often. */
function countNodes(tree: Expression): number {
  // Derivatives share their parts: each is looked at once, although the sum can be beyond all bounds.
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

/** As a message can show it: on one line, not too long, every character seen. */
function quote(text: string): string {
  const number = (character: string) => `U+${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  const shown = text.slice(0, 30).replace(/[\p{C}\p{M}\p{Zl}\p{Zp}]/gu, number);
  return `"${shown}${text.length > 30 ? '...' : ''}"`;
}

/** What other programs call it. */
const elsewhere = new Map([
  ['j', 'i'],
  ['ln', 'log'],
  ['real', 're'],
  ['imag', 'im'],
]);

/** The known names that may be meant: so called elsewhere, of other case, or one slip of the hand away. */
function namesMeant(unknown: string, known: readonly string[]): string[] {
  const lower = unknown.toLowerCase();
  const other = elsewhere.get(lower) ?? known.find((name) => name.toLowerCase() === lower);
  if (other !== undefined) return [other];
  return known.filter((name) => name.length > 2 && isOneSlipAway(lower, name.toLowerCase()));
}

/** Whether one letter too many, too few or wrong, or two in the wrong order, make the one of the other. */
function isOneSlipAway(a: string, b: string): boolean {
  if (a.length < b.length) return isOneSlipAway(b, a);
  let same = 0;
  while (same < b.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (a.length > b.length) return restA.slice(1) === restB;
  const swapped = restA.slice(0, 2) === `${restB[1]}${restB[0]}` && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1);
}
