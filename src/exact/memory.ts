// The memory of a kernel in one arithmetic: numbers are written there as its texts read them.
import type { Arithmetic } from './compile.js';
import { type Dyadic, exponentOf, nearest53, negative, sum, toDouble } from './dyadic.js';
import { levelBytes, lowestLevel } from './layout.js';
import type { DyadicPair } from './view.js';

export type ArithmeticName = 'double' | 'pair' | 'scaled';

const pageBytes = 2 ** 16;
/** The exponent of 0 in numbers with their own exponent. */
const exponentOfZero = -(2 ** 28);
/** Room for the levels of a reference's blocks. */
const mostLevels = 40;

/** Bytes of a reference's table of levels. */
export const levelTableBytes = mostLevels * levelBytes;

/** What a kernel does to build the blocks of an orbit, level by level. */
export interface BlockBuilder {
  readonly recordBytes: number;
  readonly radiusBytes: number;
  lowest(records: number, count: number, scratch: number): void;
  /** Joins pairs of the blocks of the level below. */
  next(below: number, records: number, count: number): void;
  finish(records: number, radii: number, count: number): void;
}

export class KernelMemory {
  readonly view: DataView;
  private readonly memory: WebAssembly.Memory;
  private readonly parts: number;

  /** `free`: where free memory begins. */
  constructor(
    private readonly name: ArithmeticName,
    { parts }: Arithmetic,
    bytes: number,
    private free: number,
  ) {
    this.parts = parts.real.length;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) + 1 });
    this.view = new DataView(this.memory.buffer);
  }

  /** The functions of a module that works on this memory. */
  start<Functions>(module: WebAssembly.Module): Functions {
    return new WebAssembly.Instance(module, { host: { memory: this.memory } })
      .exports as unknown as Functions;
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  allocate(bytes: number): number {
    const at = this.free;
    this.free = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }

  put(slot: number, value: number): void {
    this.view.setInt32(slot, value, true);
  }

  /** Writes m * 2^e as a bound. */
  mag(at: number, m: number, e: number): void {
    const isScaled = this.name === 'scaled';
    this.view.setFloat64(at, isScaled ? m : m * 2 ** e, true);
    if (isScaled) this.put(at + 8, m === 0 ? exponentOfZero : e);
  }

  /** Writes an exact number as a real, rounded to nearest. */
  real(at: number, value: Dyadic): void {
    if (this.name === 'scaled') {
      const e = value.m === 0n ? 0 : exponentOf(value);
      this.mag(at, value.m === 0n ? 0 : toDouble({ m: value.m, e: value.e - e }), e);
      return;
    }
    this.view.setFloat64(at, toDouble(value), true);
    if (this.name === 'double') return;
    const { m, e } = nearest53(value.m, 1n);
    const rest = sum(value, negative({ m, e: e + value.e }));
    this.view.setFloat64(at + 8, toDouble(rest), true);
  }

  /** Writes the complex numbers of offsets from a view's centre. */
  offsets(pairs: readonly DyadicPair[]): number {
    const half = 8 * this.parts;
    const at = this.allocate(pairs.length * 2 * half);
    for (const [i, [re, im]] of pairs.entries()) {
      this.real(at + 2 * i * half, re);
      this.real(at + (2 * i + 1) * half, im);
    }
    return at;
  }

  /** Writes complex numbers that are given as four doubles each, as reference.ts returns them. */
  numbers(values: Float64Array): number {
    const at = this.allocate(this.parts * 4 * values.length);
    if (this.name === 'pair') this.doubles(at, values.length).set(values);
    else if (this.name === 'double') {
      const target = this.doubles(at, values.length / 2);
      for (let i = 0; i < target.length; i++) target[i] = values[2 * i]!;
    } else
      for (let i = 0; i < values.length / 2; i++) {
        this.view.setFloat64(at + 16 * i, values[2 * i]!, true);
        this.put(at + 16 * i + 8, values[2 * i + 1]!);
      }
    return at;
  }

  /** Builds the blocks of an orbit of `steps` steps; returns the table of levels and the number of levels. */
  blocks(steps: number, builder: BlockBuilder): { levels: number; made: number } {
    const levels = this.allocate(levelTableBytes);
    const scratch = this.allocate(4 * builder.recordBytes);
    const built: [records: number, radii: number, count: number][] = [];
    let count = Math.floor((steps - 1) / 2 ** lowestLevel);
    for (let k = 0; count > 0; k++, count = Math.floor(count / 2)) {
      const [records, radii] = [
        this.allocate(count * builder.recordBytes),
        this.allocate(count * builder.radiusBytes),
      ];
      if (k === 0) builder.lowest(records, count, scratch);
      else builder.next(built[k - 1]![0], records, count);
      built.push([records, radii, count]);
      for (const [j, value] of [radii, records, count].entries())
        this.put(levels + k * levelBytes + 8 * j, value);
    }
    for (const [records, radii, count] of built) builder.finish(records, radii, count);
    return { levels, made: built.length };
  }
}
