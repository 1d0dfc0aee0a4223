// Compiles kernel texts (language.ts) to WebAssembly. Each part of a value is a local variable. Operations are emitted
// in the order of the text, so that rounding is as written. The arithmetic defines the parts of a real or a mag and
// their operations, as procedures `real_add`, `mag_less` and so on.
import { assemble, type Bytes, FunctionBody, f64, i32, type Opcode, type ValueType } from '../assembler.js';
import { type Expression, type Procedure, parseProcedures, type Statement, type Type } from './language.js';
import { binaryOps, comparisons, doubleOps, intOps, names, unaryOps } from './operations.js';

/** The parts of numbers, and the text of the procedures on them. */
export interface Arithmetic {
  readonly name: string;
  readonly parts: Readonly<Record<Type, readonly ValueType[]>>;
  readonly text: string;
  /** Constants of the kernel's text: doubles, except those named in `whole`. */
  readonly constants: Readonly<Record<string, number>>;
  readonly whole?: readonly string[];
}

interface Value {
  readonly type: Type;
  readonly locals: readonly number[];
}

/** The bytes of a module that exports all procedures of the arithmetic and of the text that are not inline. */
export function compileText(arithmetic: Arithmetic, text: string): Bytes {
  const procedures = parseProcedures(arithmetic.text + text);
  const byName = new Map(procedures.map((each) => [each.name, each]));
  const compiled = procedures.filter(({ isInline }) => !isInline);
  const indices = new Map(compiled.map(({ name }, i) => [name, i]));
  const exports = compiled.map((procedure) => {
    const parts = (types: readonly Type[]) => types.flatMap((type) => arithmetic.parts[type]);
    const parameters = parts(procedure.parameters.map(({ type }) => type));
    const body = new FunctionBody({ parameters, results: parts(procedure.results) });
    new Writer(arithmetic, byName, indices, body, procedure.results).procedure(procedure);
    return { name: procedure.name, body };
  });
  return assemble({ imports: [], exports });
}

class Writer {
  private variables = new Map<string, Value>();
  private readonly leaves: (() => void)[] = [];
  /** Variables for the results of inline procedures, innermost last. */
  private readonly inlined: Value[][] = [];

  constructor(
    private readonly arithmetic: Arithmetic,
    private readonly procedures: ReadonlyMap<string, Procedure>,
    private readonly indices: ReadonlyMap<string, number>,
    private readonly body: FunctionBody,
    private readonly resultTypes: readonly Type[],
  ) {}

  procedure({ parameters, body, results }: Procedure): void {
    let local = 0;
    for (const { name, type } of parameters) {
      const locals = this.arithmetic.parts[type].map(() => local++);
      this.variables.set(name, { type, locals });
    }
    this.statements(body);
    // Unreachable after the last return, but WebAssembly's validation requires values of the right types.
    for (const part of results.flatMap((type) => this.arithmetic.parts[type]))
      if (part === i32) this.body.i32(0);
      else this.body.f64(0);
  }

  private statements(all: readonly Statement[]): void {
    const outer = this.variables;
    this.variables = new Map(outer);
    for (const each of all) this.statement(each);
    this.variables = outer;
  }

  private statement(each: Statement): void {
    if (each.kind === 'set') {
      const values =
        each.names.length === 1
          ? [this.value(each.value)]
          : this.results(each.value as Expression & { kind: 'call' });
      // Copies first, so that `a, b = f(b, a)` uses the old values.
      const copies = each.isNew ? values.map((value) => this.copy(value)) : values;
      for (const [i, name] of each.names.entries()) {
        if (each.isNew) this.variables.set(name, copies[i]!);
        else {
          const target = this.variables.get(name);
          if (!target) throw new SyntaxError(`kernel text: ${name} is not declared`);
          this.assign(target, this.convert(copies[i]!, target.type));
        }
      }
    } else if (each.kind === 'if') {
      this.push(this.value(each.test));
      const { otherwise } = each;
      this.body.if(() => this.statements(each.then), otherwise && (() => this.statements(otherwise)));
    } else if (each.kind === 'while') {
      this.body.block((leaveIf) => {
        this.leaves.push(leaveIf);
        this.body.loop((againIf) => {
          this.push(this.value(each.test));
          this.body.op('i32.eqz');
          leaveIf();
          this.statements(each.body);
          this.body.i32(1);
          againIf();
        });
        this.leaves.pop();
      });
    } else if (each.kind === 'break') {
      this.body.i32(1);
      this.leaves.at(-1)!();
    } else if (each.kind === 'return') {
      const values = each.values.map((value) => this.value(value));
      const inlined = this.inlined.at(-1);
      if (inlined) inlined.push(...values);
      else {
        for (const [i, value] of values.entries())
          this.push(this.convert(value, this.resultTypes[i] ?? value.type));
        this.body.op('return');
      }
    } else this.results(each.call as Expression & { kind: 'call' });
  }

  private push(value: Value): void {
    this.body.get(...value.locals);
  }
  /** Pops the parts of a value into new variables. */
  private pop(type: Type): Value {
    const locals = this.arithmetic.parts[type].map((part) => this.body.local(part));
    for (const local of locals.toReversed()) this.body.set(local);
    return { type, locals };
  }
  private copy(value: Value): Value {
    this.push(value);
    return this.pop(value.type);
  }
  private assign(target: Value, value: Value): void {
    this.push(value);
    for (const local of target.locals.toReversed()) this.body.set(local);
  }

  /** Converts doubles to reals, bounds or complex numbers, and reals to complex numbers. */
  private convert(value: Value, type: Type): Value {
    const { parts } = this.arithmetic;
    if (value.type === type) return value;
    if (type === 'complex') {
      const zero = this.convert(this.constant(0), 'real');
      return { type, locals: [...this.convert(value, 'real').locals, ...zero.locals] };
    }
    if (value.type !== 'int' && type !== 'int' && parts[value.type].join() === parts[type].join())
      return { type, locals: value.locals };
    if (value.type === 'double') return this.call(`${type}_of`, [value])[0]!;
    throw new SyntaxError(`kernel text: ${value.type} where ${type} is expected`);
  }
  private constant(value: number): Value {
    this.body.f64(value);
    return this.pop('double');
  }

  private value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        if (!expression.isWhole) return this.constant(expression.value);
        this.body.i32(expression.value);
        return this.pop('int');
      case 'name': {
        const { name } = expression;
        const known = this.variables.get(name);
        if (known) return known;
        const constant = this.arithmetic.constants[name];
        if (constant === undefined) throw new SyntaxError(`kernel text: ${name} is not known`);
        if (!this.arithmetic.whole?.includes(name)) return this.constant(constant);
        this.body.i32(constant);
        return this.pop('int');
      }
      case 'part': {
        const { type, locals } = this.value(expression.of);
        if (type !== 'complex') throw new SyntaxError(`kernel text: .${expression.part} of ${type}`);
        const half = locals.length / 2;
        return {
          type: 'real',
          locals: expression.part === 're' ? locals.slice(0, half) : locals.slice(half),
        };
      }
      case 'unary':
        return this.unary(expression.op, this.value(expression.operand));
      case 'binary':
        return this.binary(expression.op, this.value(expression.left), this.value(expression.right));
      case 'call':
        return this.results(expression)[0]!;
    }
  }

  private unary(op: string, operand: Value): Value {
    const { type } = operand;
    if (op === '!') {
      this.push(operand);
      this.body.op('i32.eqz');
      return this.pop('int');
    }
    if (type === 'int') {
      this.body
        .i32(0)
        .get(...operand.locals)
        .op('i32.sub');
      return this.pop('int');
    }
    if (type === 'double') {
      this.push(operand);
      this.body.op('f64.neg');
      return this.pop('double');
    }
    if (type === 'complex')
      return this.complex(this.unary('-', this.part(operand, 0)), this.unary('-', this.part(operand, 1)));
    return this.call(`${type}_neg`, [operand])[0]!;
  }

  private part({ locals }: Value, i: 0 | 1): Value {
    const half = locals.length / 2;
    return { type: 'real', locals: i === 0 ? locals.slice(0, half) : locals.slice(half) };
  }
  private complex(re: Value, im: Value): Value {
    return { type: 'complex', locals: [...re.locals, ...im.locals] };
  }

  private binary(op: string, left: Value, right: Value): Value {
    if (left.type === 'int' && right.type === 'int') {
      this.body.get(...left.locals, ...right.locals).op(intOps[op]!);
      return this.pop('int');
    }
    if (left.type === 'complex' || right.type === 'complex') return this.complexBinary(op, left, right);
    const type = [left.type, right.type].find((each) => each !== 'double') ?? 'double';
    const [a, b] = [this.convert(left, type), this.convert(right, type)];
    if (this.isDouble(type)) {
      this.body.get(...a.locals, ...b.locals).op(doubleOps[op]!);
      return this.pop(op in names ? type : 'int');
    }
    const comparison = comparisons[op];
    if (!comparison) return { ...this.call(`${type}_${names[op]}`, [a, b])[0]!, type };
    const [isSwapped, isNegated] = comparison;
    const less = this.call(`${type}_less`, isSwapped ? [b, a] : [a, b])[0]!;
    return isNegated ? this.unary('!', less) : less;
  }
  /** Whether a type is a single double, whose operations are instructions. */
  private isDouble(type: Type): boolean {
    const parts = this.arithmetic.parts[type];
    return type === 'double' || (parts.length === 1 && parts[0] === f64);
  }

  private complexBinary(op: string, left: Value, right: Value): Value {
    const parts = (value: Value): [Value, Value?] =>
      value.type === 'complex' ? [this.part(value, 0), this.part(value, 1)] : [this.convert(value, 'real')];
    const [[a, b], [c, d]] = [parts(left), parts(right)];
    if (op === '*') {
      const times = (x: Value, y: Value) => this.binary('*', x, y);
      if (!d) return this.complex(times(a, c), times(b!, c));
      if (!b) return this.complex(times(a, c), times(a, d));
      return this.complex(
        this.binary('-', times(a, c), times(b, d)),
        this.binary('+', times(a, d), times(b, c)),
      );
    }
    if (op === '/') return this.complex(this.binary('/', a, c), this.binary('/', b!, c));
    const im = b && d ? this.binary(op, b, d) : (b ?? (op === '-' ? this.unary('-', d!) : d!));
    return this.complex(this.binary(op, a, c), im);
  }

  private results({ name, args }: Expression & { kind: 'call' }): Value[] {
    return this.call(
      name,
      args.map((each) => this.value(each)),
    );
  }

  private call(name: string, args: readonly Value[]): Value[] {
    const procedure = this.procedures.get(name);
    if (!procedure) return [this.builtIn(name, args)];
    const values = procedure.parameters.map(({ type }, i) => this.convert(args[i]!, type));
    if (procedure.isInline) return this.inline(procedure, values);
    for (const value of values) this.push(value);
    this.body.call(this.indices.get(name)!);
    return procedure.results
      .toReversed()
      .map((type) => this.pop(type))
      .toReversed();
  }

  private inline({ parameters, body, results }: Procedure, args: readonly Value[]): Value[] {
    const outer = this.variables;
    this.variables = new Map(parameters.map(({ name }, i) => [name, args[i]!]));
    const values: Value[] = [];
    this.inlined.push(values);
    this.statements(body);
    this.inlined.pop();
    this.variables = outer;
    return results.map((type, i) => this.convert(values[i]!, type));
  }

  private builtIn(name: string, args: readonly Value[]): Value {
    const { body } = this;
    const [a, b, c] = args as [Value, Value, Value];
    const of = (type: Type, ...opcodes: Opcode[]): Value => {
      for (const each of args) this.push(each);
      body.op(...opcodes);
      return this.pop(type);
    };
    const load = /^load_(\w+)$/.exec(name);
    if (load) return this.load(load[1] as Type, a);
    switch (name) {
      case 'store':
        this.store(a, b);
        return { type: 'int', locals: [] };
      case 'store_u32':
        body.get(...a.locals, ...b.locals).store32();
        return { type: 'int', locals: [] };
      case 'complex':
        return this.complex(this.convert(a, 'real'), this.convert(b, 'real'));
      case 'select': {
        const [x, y] = b.type === 'double' ? [this.convert(b, c.type), c] : [b, this.convert(c, b.type)];
        const locals = x.locals.map((local, i) => {
          body.get(local, y.locals[i]!, ...a.locals).op('select');
          return this.pop(this.arithmetic.parts[x.type][i] === i32 ? 'int' : 'double').locals[0]!;
        });
        return { type: x.type, locals };
      }
      case 'double':
        return of('double', 'f64.convert_i32_s');
      case 'int':
        return of('int', 'i32.trunc_f64_s');
      /** Combines two parts into a number, and takes them apart. */
      case 'as_real':
        return { type: 'real', locals: args.flatMap(({ locals }) => locals) };
      case 'as_mag':
        return { type: 'mag', locals: args.flatMap(({ locals }) => locals) };
      case 'high':
        return { type: 'double', locals: [a.locals[0]!] };
      case 'low':
        return { type: this.arithmetic.parts[a.type][1] === i32 ? 'int' : 'double', locals: [a.locals[1]!] };
      case 'exponent':
        body
          .get(...a.locals)
          .op('i64.reinterpret_f64')
          .i64(52)
          .op('i64.shr_u')
          .i64(2047);
        body.op('i64.and', 'i32.wrap_i64');
        return this.pop('int');
      case 'mantissa':
        body
          .get(...a.locals)
          .op('i64.reinterpret_f64')
          .i64(0x800fffffffffffffn)
          .op('i64.and');
        body.i64(0x3ff0000000000000n).op('i64.or', 'f64.reinterpret_i64');
        return this.pop('double');
      case 'power_of_two':
        body
          .get(...a.locals)
          .i32(1023)
          .op('i32.add', 'i64.extend_i32_s')
          .i64(52)
          .op('i64.shl');
        body.op('f64.reinterpret_i64');
        return this.pop('double');
    }
    if (name in unaryOps && this.isDouble(a.type)) return of(a.type, unaryOps[name]!);
    if (name in binaryOps) {
      const type = [a, b].find((each) => each.type !== 'double')?.type ?? 'double';
      if (this.isDouble(type)) return of(type, binaryOps[name]!);
      const [x, y] = [this.convert(a, type), this.convert(b, type)];
      const less = this.call(`${type}_less`, name === 'min' ? [x, y] : [y, x])[0]!;
      return this.builtIn('select', [less, x, y]);
    }
    const typed = `${a?.type}_${name}`;
    if (this.procedures.has(typed)) return this.call(typed, args)[0]!;
    throw new SyntaxError(`kernel text: ${name} of ${args.map(({ type }) => type).join()} is not known`);
  }

  /** Loads a value whose parts take eight bytes each. */
  private load(type: Type, address: Value): Value {
    const parts = this.arithmetic.parts[type];
    for (const [i, part] of parts.entries()) {
      this.push(address);
      if (part === i32) this.body.load32(8 * i);
      else this.body.loadDouble(8 * i);
    }
    return this.pop(type);
  }
  private store(address: Value, { type, locals }: Value): void {
    const parts = this.arithmetic.parts[type];
    for (const [i, local] of locals.entries()) {
      this.body.get(...address.locals, local);
      if (parts[i] === i32) this.body.store32(8 * i);
      else this.body.storeDouble(8 * i);
    }
  }
}
