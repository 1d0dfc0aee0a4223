// The small language of the exact kernels: one text serves three arithmetics (arithmetic.ts) and reads like
// mathematics. Types: int (32 bits), double, real (a number of the arithmetic), mag (a bound of it) and complex.
// Statements end with a semicolon; `let a, b = f(x);` takes several results. compile.ts translates it to WebAssembly.
// Also considered: AssemblyScript, whose two-part numbers are objects in memory.

export type Type = 'int' | 'double' | 'real' | 'mag' | 'complex';

export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly isWhole: boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'unary'; readonly op: string; readonly operand: Expression }
  | { readonly kind: 'part'; readonly of: Expression; readonly part: 're' | 'im' };

export type Statement =
  | {
      readonly kind: 'set';
      readonly isNew: boolean;
      readonly names: readonly string[];
      readonly value: Expression;
    }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly otherwise?: readonly Statement[];
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'return'; readonly values: readonly Expression[] }
  | { readonly kind: 'do'; readonly call: Expression }
  | { readonly kind: 'break' };

export interface Procedure {
  readonly name: string;
  /** Whether calls are replaced by its statements; it then ends with its only `return`. */
  readonly isInline: boolean;
  readonly parameters: readonly { readonly name: string; readonly type: Type }[];
  readonly results: readonly Type[];
  readonly body: readonly Statement[];
}

const tokenForm =
  /\s+|\/\/[^\n]*|(\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|<>=!(){},;:.])/gy;
const levels = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['|'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/'],
];

/** Parses the procedures of a text. */
export function parseProcedures(text: string): Procedure[] {
  const tokens: string[] = [];
  tokenForm.lastIndex = 0;
  while (tokenForm.lastIndex < text.length) {
    const from = tokenForm.lastIndex;
    const match = tokenForm.exec(text);
    if (!match)
      throw new SyntaxError(`kernel text: ${JSON.stringify(text.slice(from, from + 20))} is not a token`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const next = () => tokens[at++] ?? '';
  const take = (token: string) => peek() === token && Boolean(++at);
  function expect(token: string): void {
    if (!take(token))
      throw new SyntaxError(`kernel text: ${token} expected at ${tokens.slice(at - 8, at + 4).join(' ')}`);
  }
  function list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!take(end)) {
      if (items.length > 0) expect(',');
      items.push(item());
    }
    return items;
  }

  function primary(): Expression {
    const token = next();
    if (token === '(') {
      const inside = binary(0);
      expect(')');
      return inside;
    }
    if (token === '-' || token === '!') return { kind: 'unary', op: token, operand: postfix() };
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token), isWhole: /^\d+$/.test(token) };
    if (!/^\w/.test(token))
      throw new SyntaxError(`kernel text: ${token} at ${tokens.slice(at - 8, at + 4).join(' ')}`);
    return take('(')
      ? { kind: 'call', name: token, args: list(')', () => binary(0)) }
      : { kind: 'name', name: token };
  }
  function postfix(): Expression {
    let value = primary();
    while (take('.')) value = { kind: 'part', of: value, part: next() as 're' | 'im' };
    return value;
  }
  function binary(level: number): Expression {
    if (level === levels.length) return postfix();
    let left = binary(level + 1);
    while (levels[level]!.includes(peek()))
      left = { kind: 'binary', op: next(), left, right: binary(level + 1) };
    return left;
  }

  function block(): Statement[] {
    expect('{');
    const statements: Statement[] = [];
    while (!take('}')) statements.push(statement());
    return statements;
  }
  function test(): Expression {
    expect('(');
    const inside = binary(0);
    expect(')');
    return inside;
  }
  function statement(): Statement {
    if (take('if')) {
      const [condition, then] = [test(), block()];
      if (!take('else')) return { kind: 'if', test: condition, then };
      return { kind: 'if', test: condition, then, otherwise: peek() === 'if' ? [statement()] : block() };
    }
    if (take('while')) return { kind: 'while', test: test(), body: block() };
    if (take('return')) {
      const values = peek() === ';' ? [] : [binary(0)];
      while (take(',')) values.push(binary(0));
      expect(';');
      return { kind: 'return', values };
    }
    if (take('break')) {
      expect(';');
      return { kind: 'break' };
    }
    const isNew = take('let');
    if (!isNew && tokens[at + 1] === '(') {
      const call = binary(0);
      expect(';');
      return { kind: 'do', call };
    }
    const names = [next()];
    while (take(',')) names.push(next());
    expect('=');
    const value = binary(0);
    expect(';');
    return { kind: 'set', isNew, names, value };
  }

  const procedures: Procedure[] = [];
  while (at < tokens.length) {
    const isInline = take('inline');
    expect('function');
    const name = next();
    expect('(');
    const parameters = list(')', () => {
      const parameter = next();
      expect(':');
      return { name: parameter, type: next() as Type };
    });
    const results: Type[] = [];
    if (take(':')) {
      do results.push(next() as Type);
      while (take(','));
    }
    procedures.push({ name, isInline, parameters, results, body: block() });
  }
  return procedures;
}
