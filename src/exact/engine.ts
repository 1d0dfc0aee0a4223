// A kernel of one arithmetic in one thread: compiles its text, writes a view's numbers and reference orbits to its
// memory, builds the blocks there, and follows points. All results depend on the view alone.
import { doubleArithmetic, pairArithmetic, scaledArithmetic } from './arithmetic.js';
import { type Arithmetic, compileText } from './compile.js';
import { coverText } from './cover.js';
import type { Dyadic } from './dyadic.js';
import { exponentOf, isShort, toDouble } from './dyadic.js';
import { followText } from './follow.js';
import { jetsText, recordOf } from './jets.js';
import {
  entry,
  freeFrom,
  layoutConstants,
  levelBytes,
  lowestLevel,
  referenceStride,
  rootSide,
  slots,
  tile,
} from './layout.js';
import { tilesText } from './tiles.js';
import type { DyadicPair } from './view.js';

export type ArithmeticName = 'double' | 'pair' | 'scaled';

const arithmetics = { double: doubleArithmetic, pair: pairArithmetic, scaled: scaledArithmetic };
/** A tile with at most this many points is not cut further: its points are followed one by one. */
const leafPoints = 16;
/** Capacity of the stack of tiles: three for each cut, and one copy. */
const stackTiles = 80;

const records = {
  double: recordOf(1, 1),
  pair: recordOf(2, 1),
  scaled: recordOf(2, 2),
};
const modules = new Map<ArithmeticName, WebAssembly.Module>();

/** The text of a kernel; double-double only follows single points. */
export const kernelText = (name: ArithmeticName): string =>
  jetsText + followText + (name === 'pair' ? '' : tilesText + coverText);

/** A kernel's module; independent of the view, compiled once. */
function moduleOf(name: ArithmeticName): WebAssembly.Module {
  const module = modules.get(name) ?? compileKernel(name, kernelText(name));
  modules.set(name, module);
  return module;
}

/** Compiles a kernel's text. */
export function compileKernel(name: ArithmeticName, text: string): WebAssembly.Module {
  const arithmetic: Arithmetic = arithmetics[name];
  const record = records[name];
  const whole = {
    ...layoutConstants,
    ...record.offsets,
    ORBIT_BYTES: 16 * arithmetic.parts.real.length,
    RECORD: record.bytes,
    RADII: record.radiusBytes,
    MAG: record.magBytes,
    COMPLEX: 16 * arithmetic.parts.real.length,
    LEAF: leafPoints,
  };
  const full: Arithmetic = {
    ...arithmetic,
    constants: { ...arithmetic.constants, ...whole, THETA: 2 ** -32 },
    whole: [...(arithmetic.whole ?? []), ...Object.keys(whole)],
  };
  return new WebAssembly.Module(compileText(full, text));
}

/** A view's numbers that all points need. */
export interface EngineView {
  readonly radius: number;
  readonly iterations: number;
  /** The residual of a step of the references is below 2^residual. */
  readonly residual: number;
  /** log2 of a bound of |dc|, an integer; undefined if dc is 0. */
  readonly constantExponent: number | undefined;
  /** log2 of a bound of the initial distances' error; undefined if they are exact. */
  readonly startExponent: number | undefined;
  /** Whether the sample point is c. */
  readonly isParameter: boolean;
  /** Offsets of rows and columns of sample points from the centre. */
  readonly rows: readonly DyadicPair[];
  readonly columns: readonly DyadicPair[];
  /** Whether an orbit that has left the radius never returns. */
  readonly allowsBlocks: boolean;
  /** The tolerances of the two rungs, as exponents of 2. */
  readonly tolerances: readonly [number, number];
}

/** An orbit as returned by reference.ts: rows of four doubles. */
export interface EngineOrbit {
  readonly steps: number;
  readonly values: Float64Array;
  /** Whether points may stay next to it for all iterations. */
  readonly isSafe: boolean;
}

/** The exports of the compiled text that are called from outside. */
export interface KernelFunctions {
  follow_points(at: number, end: number): void;
  follow(entry: number): void;
  advance_tile(tile: number): number;
  cut_tile(tile: number): number;
  copy_tile(from: number, to: number): void;
  cover(x: number, y: number, width: number, height: number): void;
  lowest_level(orbit: number, records: number, first: number, end: number, scratch: number): void;
  next_level(below: number, records: number, count: number): void;
  finish_level(records: number, radii: number, count: number, tau: number, tau2: number): void;
  round_level(records: number, count: number): void;
  safe_radii(orbit: number, steps: number, safe: number): void;
}

const pageBytes = 2 ** 16;
/** The most points followed in one call. */
export const batch = 256;

/** Bytes of a kernel's memory, by the references' steps and the number of rows and columns. */
export function engineBytes(name: ArithmeticName, steps: readonly number[], points: number): number {
  const record = records[name];
  const parts = arithmetics[name].parts.real.length;
  const each = (n: number) =>
    (n + 1) * (16 * parts + record.magBytes) +
    (n / 2 ** (lowestLevel - 1)) * (record.bytes + record.radiusBytes);
  const fixed =
    freeFrom + batch * entry.bytes + 8 * rootSide ** 2 + stackTiles * tile.bytes + 10 * record.bytes;
  return steps.reduce((sum, n) => sum + each(n), fixed + 16 * parts * points + 2 ** 13);
}

export class Engine {
  private readonly memory: WebAssembly.Memory;
  /** The memory and the compiled functions, which the error bound's test calls one by one. */
  readonly view: DataView;
  readonly run: KernelFunctions;
  private free = freeFrom;
  private readonly entries: number;
  private readonly counts: number;

  constructor(
    readonly name: ArithmeticName,
    private readonly numbers: EngineView,
    orbits: readonly EngineOrbit[],
    module = moduleOf(name),
  ) {
    const bytes = engineBytes(
      name,
      orbits.map(({ steps }) => steps),
      numbers.rows.length + numbers.columns.length,
    );
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) + 1 });
    this.view = new DataView(this.memory.buffer);
    this.run = new WebAssembly.Instance(module, { host: { memory: this.memory } })
      .exports as unknown as KernelFunctions;
    this.entries = this.allocate(batch * entry.bytes);
    this.counts = this.allocate(8 * rootSide ** 2);
    const put = (slot: number, value: number) => this.view.setInt32(slot, value, true);
    put(slots.AT_ENTRY, this.entries);
    put(slots.AT_COUNTS, this.counts);
    put(slots.AT_STACK, this.allocate(stackTiles * tile.bytes));
    put(slots.AT_ROWS, this.offsets(numbers.rows));
    put(slots.AT_COLUMNS, this.offsets(numbers.columns));
    put(slots.AT_PARAMETER, numbers.isParameter ? 1 : 0);
    this.writeView(orbits.length - 1);
    for (const [i, orbit] of orbits.entries()) this.addReference(i, orbit);
  }

  private offsets(pairs: readonly DyadicPair[]): number {
    const half = 8 * arithmetics[this.name].parts.real.length;
    const at = this.allocate(pairs.length * 2 * half);
    for (const [i, [re, im]] of pairs.entries()) {
      this.real(at + 2 * i * half, re);
      this.real(at + (2 * i + 1) * half, im);
    }
    return at;
  }

  private allocate(bytes: number): number {
    const at = this.free;
    this.free = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }

  private writeView(last: number): void {
    const { radius, iterations, residual, constantExponent, startExponent, allowsBlocks } = this.numbers;
    const power = (exponent: number | undefined) => (exponent === undefined ? [0, 0] : [1, exponent]);
    const unit = this.name === 'pair' ? -102 : -53;
    // 4 * 2^residual bounds the residual and the spacing of doubles near it; likewise for 4 u DC.
    const added =
      Math.max(residual, constantExponent === undefined ? -Infinity : constantExponent + unit + 3) + 1;
    this.mag(slots.AT_R, ...split(radius));
    this.mag(slots.AT_RES, 1, residual);
    this.mag(slots.AT_C0, 1, this.name === 'scaled' ? added : Math.max(added, -1030));
    this.mag(slots.AT_DC, ...(power(constantExponent) as [number, number]));
    this.mag(
      slots.AT_INVDC,
      ...(power(constantExponent === undefined ? undefined : -constantExponent) as [number, number]),
    );
    if (this.name === 'pair') this.view.setFloat64(slots.AT_INVDC + 8, 0, true);
    this.mag(slots.AT_ERROR, ...(power(startExponent) as [number, number]));
    this.view.setFloat64(slots.AT_LIMIT, iterations, true);
    this.view.setInt32(slots.AT_LAST, last, true);
    this.view.setInt32(slots.AT_BLOCKS, allowsBlocks ? 1 : 0, true);
  }

  /** Writes m * 2^e as a bound. */
  private mag(at: number, m: number, e: number): void {
    const isScaled = this.name === 'scaled';
    this.view.setFloat64(at, isScaled ? m : m * 2 ** e, true);
    if (isScaled) this.view.setInt32(at + 8, m === 0 ? -(2 ** 28) : e, true);
  }

  private addReference(i: number, { steps, values, isSafe }: EngineOrbit): void {
    const record = records[this.name];
    const parts = arithmetics[this.name].parts.real.length;
    const orbit = this.allocate((steps + 1) * 16 * parts);
    this.copyOrbit(orbit, values, steps);
    const put = (slot: number, value: number) => this.view.setInt32(slot + i * referenceStride, value, true);
    put(slots.AT_ORBIT, orbit);
    put(slots.AT_STEPS, steps);
    const safe = isSafe ? this.allocate((steps + 1) * record.magBytes) : 0;
    put(slots.AT_SAFE, safe);
    if (isSafe) this.run.safe_radii(orbit, steps, safe);
    if (this.numbers.allowsBlocks) this.addBlocks(put, orbit, steps);
  }

  private addBlocks(put: (slot: number, value: number) => void, orbit: number, steps: number): void {
    const record = records[this.name];
    const levels = this.allocate(40 * levelBytes);
    const scratch = this.allocate(4 * record.bytes);
    const made: [records: number, radii: number, count: number][] = [];
    let count = Math.floor((steps - 1) / 2 ** lowestLevel);
    for (let k = 0; count > 0; k++, count = Math.floor(count / 2)) {
      const [records, radii] = [
        this.allocate(count * record.bytes),
        this.allocate(count * record.radiusBytes),
      ];
      if (k === 0) this.run.lowest_level(orbit, records, 0, count, scratch);
      else this.run.next_level(made[k - 1]![0], records, count);
      made.push([records, radii, count]);
      for (const [j, value] of [radii, records, count].entries())
        this.view.setInt32(levels + k * levelBytes + 8 * j, value, true);
    }
    const [tau, tau2] = this.numbers.tolerances;
    for (const [records, radii, count] of made)
      this.run.finish_level(records, radii, count, 2 ** tau, 2 ** tau2);
    put(slots.AT_LEVELS, levels);
    put(slots.AT_LEVEL_COUNT, lowestLevel + made.length);
  }

  /**
   * Takes block coefficients from a double-double kernel, each rounded once: errors of coefficients merged in doubles
   * grow with the blocks' lengths. Both kernels have blocks of the same orbits.
   */
  refine(pair: Engine): void {
    const [from, to] = [records.pair, records.double];
    const [there, here] = [pair.view, this.view];
    const [tau, tau2] = this.numbers.tolerances;
    for (let i = 0; i <= this.view.getInt32(slots.AT_LAST, true); i++) {
      const levels = (view: DataView) => view.getInt32(slots.AT_LEVELS + i * referenceStride, true);
      const count = here.getInt32(slots.AT_LEVEL_COUNT + i * referenceStride, true) - lowestLevel;
      for (let k = 0; k < count; k++) {
        const [source, target] = [levels(there) + k * levelBytes, levels(here) + k * levelBytes];
        const blocks = here.getInt32(target + 16, true);
        const [first, records] = [there.getInt32(source + 8, true), here.getInt32(target + 8, true)];
        const [wide, narrow] = [
          new Float64Array(pair.memory.buffer, first, (blocks * from.bytes) / 8),
          new Float64Array(this.memory.buffer, records, (blocks * to.bytes) / 8),
        ];
        for (let j = 0; j < blocks; j++) {
          const [a, b] = [(j * from.bytes) / 8, (j * to.bytes) / 8];
          for (let part = 0; part < 10; part++) narrow[b + part] = wide[a + 2 * part]!;
          for (let part = 0; part < 11; part++) narrow[b + 10 + part] = wide[a + 20 + part]!;
        }
        this.run.round_level(records, blocks);
        this.run.finish_level(records, here.getInt32(target, true), blocks, 2 ** tau, 2 ** tau2);
      }
    }
  }

  private copyOrbit(at: number, values: Float64Array, steps: number): void {
    const { buffer } = this.memory;
    if (this.name === 'pair') {
      new Float64Array(buffer, at, 4 * (steps + 1)).set(values);
      return;
    }
    if (this.name === 'double') {
      const target = new Float64Array(buffer, at, 2 * (steps + 1));
      for (let i = 0; i < target.length; i++) target[i] = values[2 * i]!;
      return;
    }
    for (let i = 0; i < 2 * (steps + 1); i++) {
      this.view.setFloat64(at + 16 * i, values[2 * i]!, true);
      this.view.setInt32(at + 16 * i + 8, values[2 * i + 1]!, true);
    }
  }

  /** Writes an exact number as a real, rounded to nearest. */
  private real(at: number, value: Dyadic): void {
    if (this.name === 'scaled') {
      const e = value.m === 0n ? 0 : exponentOf(value);
      this.view.setFloat64(at, value.m === 0n ? 0 : toDouble({ m: value.m, e: value.e - e }), true);
      this.view.setInt32(at + 8, value.m === 0n ? -(2 ** 28) : e, true);
      return;
    }
    const high = toDouble(value);
    this.view.setFloat64(at, high, true);
    if (this.name === 'pair') this.view.setFloat64(at + 8, lowPart(value, high), true);
  }

  /** Follows at most `batch` points by the blocks of a rung; returns their counts, -1 for undecided points. */
  follow(points: readonly (readonly [row: number, column: number])[], rung: 0 | 1): number[] {
    const record = records[this.name];
    this.view.setInt32(slots.AT_RUNG, rung * 2 * record.magBytes, true);
    const entries = points.map((_, i) => this.entries + i * entry.bytes);
    for (const [i, [row, column]] of points.entries()) {
      this.view.setInt32(entries[i]! + entry.row, row, true);
      this.view.setInt32(entries[i]! + entry.column, column, true);
    }
    this.run.follow_points(this.entries, this.entries + points.length * entry.bytes);
    return entries.map((at) => this.view.getFloat64(at + entry.count, true));
  }

  /**
   * Counts a rectangle of at most `rootSide` points per side by tiles. Returns its counts, in rows of `rootSide`, -1 for
   * undecided points, and the number of points followed one by one. The counts are valid until the next call.
   */
  cover(
    top: number,
    left: number,
    rows: number,
    columns: number,
  ): { counts: Float64Array; followed: number } {
    this.view.setInt32(slots.AT_RUNG, 0, true);
    this.run.cover(left, top, columns, rows);
    const counts = new Float64Array(this.memory.buffer, this.counts, rootSide ** 2);
    return { counts, followed: this.view.getInt32(slots.AT_FOLLOWED, true) };
  }
}

/** A double as a mantissa from 1 to 2 and an exponent. */
function split(value: number): [number, number] {
  let [m, e] = [value, 0];
  for (; m >= 2; e++) m /= 2;
  for (; m < 1; e--) m *= 2;
  return [m, e];
}

/** The difference between an exact number and a double, rounded. */
function lowPart(value: Dyadic, high: number): number {
  if (isShort(value.m) || high === 0) return 0;
  const e = Math.min(value.e, exponentOf(value) - 60);
  const m = value.m << BigInt(value.e - e);
  const nearest = BigInt(Math.round(high * 2 ** Math.max(-1000, Math.min(1000, -e))));
  return -e > 1000
    ? lowPart({ m: value.m, e: value.e + 900 }, high * 2 ** 900) * 2 ** -900
    : toDouble({ m: m - nearest, e });
}
