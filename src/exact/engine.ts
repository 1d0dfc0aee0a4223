// A kernel of one arithmetic in one thread: compiles its text, writes a view's numbers and reference orbits to its
// memory, builds the blocks there, and follows points. All results depend on the view alone.
import { doubleArithmetic, pairArithmetic, scaledArithmetic } from './arithmetic.js';
import { type Arithmetic, compileText } from './compile.js';
import { coverText } from './cover.js';
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
import { type ArithmeticName, KernelMemory } from './memory.js';
import type { PlainEnds } from './plain-ends.js';
import { tilesText } from './tiles.js';
import type { DyadicPair } from './view.js';

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
  follow_kept(x: number, y: number): void;
  lowest_level(orbit: number, records: number, first: number, end: number, scratch: number): void;
  next_level(below: number, records: number, count: number): void;
  finish_level(records: number, radii: number, count: number, tau: number, tau2: number): void;
  round_level(records: number, count: number): void;
  safe_radii(orbit: number, steps: number, safe: number): void;
}

/** The most points followed in one call. */
export const batch = 256;

/** The most points that wait in memory: kernels with tiles keep those of a whole rectangle. */
const mostEntries = (name: ArithmeticName) => (name === 'pair' ? batch : rootSide ** 2);

/** Bytes of a kernel's memory, by the references' steps and the number of rows and columns. */
export function engineBytes(name: ArithmeticName, steps: readonly number[], points: number): number {
  const record = records[name];
  const parts = arithmetics[name].parts.real.length;
  const each = (n: number) =>
    (n + 1) * (16 * parts + record.magBytes) +
    (n / 2 ** (lowestLevel - 1)) * (record.bytes + record.radiusBytes);
  const fixed =
    freeFrom +
    mostEntries(name) * entry.bytes +
    8 * rootSide ** 2 +
    stackTiles * tile.bytes +
    10 * record.bytes;
  return steps.reduce((sum, n) => sum + each(n), fixed + 16 * parts * points + 2 ** 13);
}

export class Engine {
  private readonly memory: KernelMemory;
  /** The memory and the compiled functions, which the error bound's test calls one by one. */
  readonly view: DataView;
  readonly run: KernelFunctions;
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
    this.memory = new KernelMemory(name, arithmetics[name], bytes, freeFrom);
    this.view = this.memory.view;
    this.run = this.memory.start(module);
    this.entries = this.memory.allocate(mostEntries(name) * entry.bytes);
    this.counts = this.memory.allocate(8 * rootSide ** 2);
    this.memory.put(slots.AT_ENTRY, this.entries);
    this.memory.put(slots.AT_COUNTS, this.counts);
    this.memory.put(slots.AT_STACK, this.memory.allocate(stackTiles * tile.bytes));
    this.memory.put(slots.AT_ROWS, this.memory.offsets(numbers.rows));
    this.memory.put(slots.AT_COLUMNS, this.memory.offsets(numbers.columns));
    this.memory.put(slots.AT_PARAMETER, numbers.isParameter ? 1 : 0);
    this.writeView(orbits.length - 1);
    for (const [i, orbit] of orbits.entries()) this.addReference(i, orbit);
  }

  private writeView(last: number): void {
    const { radius, iterations, residual, constantExponent, startExponent, allowsBlocks } = this.numbers;
    const { memory } = this;
    const power = (slot: number, exponent: number | undefined) =>
      memory.mag(slot, exponent === undefined ? 0 : 1, exponent ?? 0);
    const unit = this.name === 'pair' ? -102 : -53;
    // 4 * 2^residual bounds the residual and the spacing of doubles near it; likewise for 4 u DC.
    const added =
      Math.max(residual, constantExponent === undefined ? -Infinity : constantExponent + unit + 3) + 1;
    memory.mag(slots.AT_R, ...split(radius));
    memory.mag(slots.AT_RES, 1, residual);
    memory.mag(slots.AT_C0, 1, this.name === 'scaled' ? added : Math.max(added, -1030));
    power(slots.AT_DC, constantExponent);
    power(slots.AT_INVDC, constantExponent === undefined ? undefined : -constantExponent);
    if (this.name === 'pair') this.view.setFloat64(slots.AT_INVDC + 8, 0, true);
    power(slots.AT_ERROR, startExponent);
    this.view.setFloat64(slots.AT_LIMIT, iterations, true);
    memory.put(slots.AT_LAST, last);
    memory.put(slots.AT_BLOCKS, allowsBlocks ? 1 : 0);
  }

  private addReference(i: number, { steps, values, isSafe }: EngineOrbit): void {
    const { memory } = this;
    const orbit = memory.numbers(values);
    const put = (slot: number, value: number) => memory.put(slot + i * referenceStride, value);
    put(slots.AT_ORBIT, orbit);
    put(slots.AT_STEPS, steps);
    const safe = isSafe ? memory.allocate((steps + 1) * records[this.name].magBytes) : 0;
    put(slots.AT_SAFE, safe);
    if (isSafe) this.run.safe_radii(orbit, steps, safe);
    if (!this.numbers.allowsBlocks) return;
    const { bytes, radiusBytes } = records[this.name];
    const [tau, tau2] = this.numbers.tolerances;
    const { levels, made } = memory.blocks(steps, {
      recordBytes: bytes,
      radiusBytes,
      lowest: (records, count, scratch) => this.run.lowest_level(orbit, records, 0, count, scratch),
      next: (below, records, count) => this.run.next_level(below, records, count),
      finish: (records, radii, count) => this.run.finish_level(records, radii, count, 2 ** tau, 2 ** tau2),
    });
    put(slots.AT_LEVELS, levels);
    put(slots.AT_LEVEL_COUNT, lowestLevel + made);
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
          pair.memory.doubles(first, (blocks * from.bytes) / 8),
          this.memory.doubles(records, (blocks * to.bytes) / 8),
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

  private setRung(rung: 0 | 1): void {
    this.view.setInt32(slots.AT_RUNG, rung * 2 * records[this.name].magBytes, true);
  }

  /** Follows at most `batch` points by the blocks of a rung; returns their counts, -1 for undecided points. */
  follow(points: readonly (readonly [row: number, column: number])[], rung: 0 | 1): number[] {
    this.setRung(rung);
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
   * undecided points, and the number of points followed one by one; `ends` decides what it can of them first. The counts
   * are valid until the next call.
   */
  cover(
    top: number,
    left: number,
    rows: number,
    columns: number,
    ends?: PlainEnds,
  ): { counts: Float64Array; followed: number } {
    this.setRung(0);
    this.run.cover(left, top, columns, rows);
    const orbits = [0, referenceStride].map((i) => this.view.getInt32(slots.AT_ORBIT + i, true));
    ends?.count(this.view.buffer, this.entries, this.view.getInt32(slots.AT_KEPT, true), orbits);
    // What doubles leave is what the wider tolerance would leave, too.
    if (ends) this.setRung(1);
    this.run.follow_kept(left, top);
    const counts = this.memory.doubles(this.counts, rootSide ** 2);
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
