// A small assembler for WebAssembly: modules with one imported memory, imported and exported functions, and only the
// instructions used by the kernels (kernel/emit.ts) and the PNG filter (encode/up.ts). Format and opcodes: WebAssembly
// Core Specification 2.0, chapter 5. Alternatives considered: binaryen (100 MB installed) and wabt (assembles text).
// The idea of an assembler in a separate file is from jax-js.
import { scalarOpcodes, vectorOpcodes } from './opcodes.js';

export const i32 = 0x7f;
export const i64 = 0x7e;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof i64 | typeof f64 | typeof v128;

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export type Opcode = keyof typeof scalarOpcodes | keyof typeof vectorOpcodes;

/** The body of one function. Methods append instructions in order; nested blocks are callbacks. */
export class FunctionBody {
  private readonly code: number[] = [];
  private readonly locals: ValueType[] = [];
  private depth = 0;

  constructor(readonly signature: Signature) {}

  /** A new local variable; parameters are locals 0, 1, ... */
  local(type: ValueType): number {
    return this.signature.parameters.length + this.locals.push(type) - 1;
  }

  op(...opcodes: Opcode[]): this {
    for (const name of opcodes) {
      if (name in scalarOpcodes) this.code.push(scalarOpcodes[name as keyof typeof scalarOpcodes]);
      else this.code.push(0xfd, ...unsigned(vectorOpcodes[name as keyof typeof vectorOpcodes]));
    }
    return this;
  }

  get(...locals: number[]): this {
    for (const local of locals) this.code.push(0x20, ...unsigned(local));
    return this;
  }
  set(local: number): this {
    this.code.push(0x21, ...unsigned(local));
    return this;
  }
  tee(local: number): this {
    this.code.push(0x22, ...unsigned(local));
    return this;
  }
  /** A 32-bit constant, taken modulo 2^32. */
  i32(value: number): this {
    this.code.push(0x41, ...signed(value | 0));
    return this;
  }
  /** A 64-bit constant, taken modulo 2^64. */
  i64(value: number | bigint): this {
    this.code.push(0x42, ...signed64(BigInt.asIntN(64, BigInt(value))));
    return this;
  }
  /** A double. */
  f64(value: number): this {
    this.code.push(0x44, ...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }
  /** A vector of two equal doubles. */
  f64x2(value: number): this {
    const bytes = [...new Uint8Array(Float64Array.of(value).buffer)];
    this.code.push(0xfd, 0x0c, ...bytes, ...bytes);
    return this;
  }
  /** A vector of two equal 64-bit integers. */
  i64x2(value: bigint): this {
    const bytes = [...new Uint8Array(BigInt64Array.of(value).buffer)];
    this.code.push(0xfd, 0x0c, ...bytes, ...bytes);
    return this;
  }

  /** A vector of 16 bytes. */
  bytes(values: readonly number[]): this {
    this.code.push(0xfd, 0x0c, ...values);
    return this;
  }

  /** Loads 16 bytes from the address on the stack. */
  load(offset = 0): this {
    return this.memory(0x00, 3, offset);
  }
  /** Loads 8 bytes from the address on the stack into both halves. */
  loadSplat(offset = 0): this {
    return this.memory(0x0a, 3, offset);
  }
  /** Stores 16 bytes: address and value on the stack. */
  store(offset = 0): this {
    return this.memory(0x0b, 0, offset);
  }
  /** Stores one lane of 2, 4 or 8 bytes of a vector: address and vector on the stack. */
  storeLane(bytes: 2 | 4 | 8, lane: number, offset = 0): this {
    this.memory({ 2: 0x59, 4: 0x5a, 8: 0x5b }[bytes], 0, offset);
    this.code.push(lane);
    return this;
  }
  /** Loads 8 bytes into a lane: address and vector on the stack. */
  loadLane(lane: number, offset = 0): this {
    this.memory(0x57, 3, offset);
    this.code.push(lane);
    return this;
  }
  /** Stores the lowest byte of an i32: address and value on the stack. */
  store8(offset = 0): this {
    this.code.push(0x3a, 0, ...unsigned(offset));
    return this;
  }
  /** Loads a double from the address on the stack. */
  loadDouble(offset = 0): this {
    this.code.push(0x2b, 3, ...unsigned(offset));
    return this;
  }
  /** Stores a double: address and value on the stack. */
  storeDouble(offset = 0): this {
    this.code.push(0x39, 3, ...unsigned(offset));
    return this;
  }
  /** Stores an i32: address and value on the stack. */
  store32(offset = 0): this {
    this.code.push(0x36, 2, ...unsigned(offset));
    return this;
  }
  /** Loads an i32 from the address on the stack. */
  load32(offset = 0): this {
    this.code.push(0x28, 2, ...unsigned(offset));
    return this;
  }
  /** Loads 2 bytes from the address on the stack as an i32, zero-extended. */
  load16(offset = 0): this {
    this.code.push(0x2f, 1, ...unsigned(offset));
    return this;
  }
  private memory(opcode: number, alignment: number, offset: number): this {
    this.code.push(0xfd, ...unsigned(opcode), alignment, ...unsigned(offset));
    return this;
  }

  /** Picks 16 of the 32 bytes of two vectors. */
  shuffle(bytes: readonly number[]): this {
    this.code.push(0xfd, 0x0d, ...bytes);
    return this;
  }
  /** Whether a 64-bit lane of a mask is set: its lower half as an i32. */
  lane64(lane: number): this {
    return this.lane32(2 * lane);
  }
  /** One of the four i32 of the vector on the stack. */
  lane32(lane: number): this {
    this.code.push(0xfd, 0x1b, lane);
    return this;
  }
  /** One of the two doubles of the vector on the stack. */
  lane(lane: number): this {
    this.code.push(0xfd, 0x21, lane);
    return this;
  }
  /** Puts the double on the stack into one lane of the vector below it. */
  replaceLane(lane: number): this {
    this.code.push(0xfd, 0x22, lane);
    return this;
  }
  /** Puts the i32 on the stack, zero-extended, into one 64-bit lane of the vector below it. */
  replaceLane64(lane: number): this {
    this.code.push(0xad, 0xfd, 0x1e, lane);
    return this;
  }
  /** Puts the i64 on the stack into one lane of the vector below it. */
  replaceLaneInteger(lane: number): this {
    this.code.push(0xfd, 0x1e, lane);
    return this;
  }
  /** The i64 on the stack in both lanes. */
  splat64(): this {
    this.code.push(0xfd, 0x12);
    return this;
  }
  /** The lower 2 or 4 bytes of the i32 on the stack, in all lanes of that size. */
  splatInteger(bytes: 2 | 4): this {
    this.code.push(0xfd, bytes === 2 ? 0x10 : 0x11);
    return this;
  }
  call(functionIndex: number): this {
    this.code.push(0x10, ...unsigned(functionIndex));
    return this;
  }

  /** Runs `inside` if the i32 on the stack is not 0. */
  if(inside: () => void, otherwise?: () => void): this {
    this.code.push(0x04, 0x40);
    this.depth++;
    inside();
    if (otherwise) {
      this.code.push(0x05);
      otherwise();
    }
    this.depth--;
    this.code.push(0x0b);
    return this;
  }
  /** Runs `inside`, which is left where `leaveIf()` is emitted and taken. */
  block(inside: (leaveIf: () => void) => void): this {
    return this.labelled(0x02, inside);
  }
  /** Repeats `inside` while `againIf()` is emitted and taken. */
  loop(inside: (againIf: () => void) => void): this {
    return this.labelled(0x03, inside);
  }
  private labelled(opcode: number, inside: (branchIf: () => void) => void): this {
    this.code.push(opcode, 0x40);
    const depth = ++this.depth;
    inside(() => this.code.push(0x0d, ...unsigned(this.depth - depth)));
    this.depth--;
    this.code.push(0x0b);
    return this;
  }

  /** The function's encoding in the code section. */
  encode(): Bytes {
    const declared = this.locals.flatMap((type) => [1, type]);
    return sized([unsigned(this.locals.length), declared, this.code, [0x0b]]);
  }
}

export interface ModuleParts {
  /** Functions imported as `host.NAME`: function indices 0, 1, ... */
  readonly imports: readonly { readonly name: string; readonly signature: Signature }[];
  /** Functions exported by name: the function indices after the imports. */
  readonly exports: readonly { readonly name: string; readonly body: FunctionBody }[];
}

/** The bytes of a module; its memory is imported as `host.memory`. */
export function assemble({ imports, exports }: ModuleParts): Bytes {
  const signatures = [
    ...imports.map((each) => each.signature),
    ...exports.map((each) => each.body.signature),
  ];
  const types = signatures.map(({ parameters, results }) =>
    joined([[0x60], sized([parameters]), sized([results])]),
  );
  const host = name('host');
  const memoryImport = joined([host, name('memory'), [0x02, 0x00], unsigned(1)]);
  const functionImports = imports.map((each, i) => joined([host, name(each.name), [0x00], unsigned(i)]));
  const exported = exports.map((each, i) => joined([name(each.name), [0x00], unsigned(imports.length + i)]));
  return joined([
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, types),
    section(2, [memoryImport, ...functionImports]),
    section(
      3,
      exports.map((_, i) => unsigned(imports.length + i)),
    ),
    section(7, exported),
    section(
      10,
      exports.map((each) => each.body.encode()),
    ),
  ]);
}

export type Bytes = Uint8Array<ArrayBuffer>;
type Part = Bytes | readonly number[];

function joined(parts: readonly Part[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Concatenated parts, preceded by their length. */
function sized(parts: readonly Part[]): Bytes {
  return joined([unsigned(parts.reduce((sum, part) => sum + part.length, 0)), ...parts]);
}
const name = (text: string) => sized([[...new TextEncoder().encode(text)]]);
const section = (id: number, items: readonly Part[]) =>
  joined([[id], sized([unsigned(items.length), ...items])]);

/** LEB128 of an integer from 0 to 2^32 - 1. */
function unsigned(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

/** LEB128 of a signed 64-bit integer. */
function signed64(value: bigint): number[] {
  const bytes = [];
  let rest = value;
  for (; rest < -0x40n || rest >= 0x40n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest & 0x7fn)];
}

/** LEB128 of a signed 32-bit integer. */
function signed(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest < -0x40 || rest >= 0x40; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}
