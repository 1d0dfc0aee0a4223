// A kernel for a formula's view in one arithmetic and one thread: compiles its text, writes the view's numbers and the
// references to its memory, and follows points. All results depend on the view alone.
import { type Arithmetic, compileText } from './compile.js';
import { type Dyadic, dyadicOf, exponentOf, nearest53, negative, sum, toDouble } from './dyadic.js';
import { formulaArithmetics } from './formula-arithmetic.js';
import { followFormula, formulaFree, formulaSlots, formulaState, orbitStride } from './formula-follow.js';
import { jetRecord, jetsText } from './formula-jets.js';
import type { FormulaTables } from './formula-reference.js';
import { stepText } from './formula-step.js';
import { levelBytes, lowestLevel } from './layout.js';
import { planOf } from './plan.js';
import { type DyadicPair, type ReadView, reachExponent } from './view.js';

export type FormulaArithmetic = 'double' | 'pair' | 'scaled';

/** Below this exponent of 2, doubles lose bits. */
const leastExponent = -1030;
/** Block tolerances, as exponents of 2. */
const tolerances = { double: -40, scaled: -40, pair: -92 };
const pageBytes = 2 ** 16;
/** The most points followed in one call. */
export const mostFollowed = 4096;

/** The text of a formula's kernel. */
export const formulaText = (read: ReadView, { areZero }: Pick<FormulaTables, 'areZero'>): string => {
  const plan = planOf(read.view.step!)!;
  return followFormula(stepText(plan), jetsText(plan), areZero);
};

interface Functions {
  follow(row: number, column: number): number;
  lowest_blocks(orbit: number, records: number, count: number, scratch: number): void;
  next_blocks(below: number, records: number, count: number): void;
  finish_blocks(records: number, radii: number, count: number, tau: number): void;
  follow_rectangle(top: number, left: number, rows: number, columns: number): void;
}

export class FormulaEngine {
  private readonly memory: WebAssembly.Memory;
  readonly view: DataView;
  readonly run: Functions;
  private readonly arithmetic: Arithmetic;
  private free = formulaFree;
  private readonly counts: number;

  /** `text`: another one than the usual, for tests. */
  constructor(
    readonly name: FormulaArithmetic,
    read: ReadView,
    tables: FormulaTables,
    text = formulaText(read, tables),
  ) {
    this.arithmetic = formulaArithmetics[name];
    const { view } = read;
    const { parts } = this.arithmetic;
    const record = jetRecord(parts.real.length, parts.mag.length);
    const step = stepText(planOf(view.step!)!);
    const complex = 16 * this.arithmetic.parts.real.length;
    const width = step.stored.length + tables.areZero.filter((isZero) => !isZero).length;
    const whole: Record<string, number> = {
      ...formulaSlots,
      AT_STATE: formulaState.error,
      ...record.offsets,
      RECORD: record.bytes,
      MAG: record.magBytes,
      LEVEL: levelBytes,
      LOW: lowestLevel,
      STRIDE: orbitStride,
      COMPLEX: complex,
      ROW: complex * (width + 1),
      GAP: complex * width,
      ...Object.fromEntries(step.constants.map((of, i) => [`V_${of}`, i * complex])),
      ...Object.fromEntries(step.stored.map((of, i) => [`V_${of}`, i * complex])),
    };
    const full: Arithmetic = {
      ...this.arithmetic,
      constants: { ...this.arithmetic.constants, ...whole },
      whole: [...(this.arithmetic.whole ?? []), ...Object.keys(whole)],
    };
    const numbers = tables.orbits.reduce(
      (sum, { values }) => sum + values.length / 4,
      tables.constants.length / 4,
    );
    const blocks = tables.orbits.reduce((sum, { steps }) => sum + steps / 2 ** (lowestLevel - 1), 5);
    const levels = tables.orbits.length * 40 * levelBytes + blocks * (record.bytes + record.magBytes);
    const bytes =
      formulaFree + levels + (numbers + view.rows + view.columns) * complex + 8 * mostFollowed + 2 ** 12;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) + 1 });
    this.view = new DataView(this.memory.buffer);
    const module = new WebAssembly.Module(compileText(full, text));
    this.run = new WebAssembly.Instance(module, { host: { memory: this.memory } })
      .exports as unknown as Functions;
    this.counts = this.allocate(8 * mostFollowed);
    this.writeView(read, tables);
    for (const [k, { steps, values }] of tables.orbits.entries()) {
      this.put(formulaSlots.AT_ORBIT + k * orbitStride, this.numbers(values));
      this.put(formulaSlots.AT_STEPS + k * orbitStride, steps);
    }
    for (const [k, { steps }] of tables.orbits.entries()) this.addBlocks(k, steps, record);
  }

  private addBlocks(k: number, steps: number, record: ReturnType<typeof jetRecord>): void {
    const at = (slot: number) => slot + k * orbitStride;
    const levels = this.allocate(40 * levelBytes);
    const scratch = this.allocate(4 * record.bytes);
    let count = Math.floor((steps - 1) / 2 ** lowestLevel);
    let [below, made] = [0, 0];
    for (; count > 0; made++, count = Math.floor(count / 2)) {
      const [records, radii] = [this.allocate(count * record.bytes), this.allocate(count * record.magBytes)];
      if (made === 0)
        this.run.lowest_blocks(this.view.getInt32(at(formulaSlots.AT_ORBIT), true), records, count, scratch);
      else this.run.next_blocks(below, records, count);
      below = records;
      for (const [j, value] of [radii, records, count].entries())
        this.put(levels + made * levelBytes + 8 * j, value);
    }
    for (let level = levels; level < levels + made * levelBytes; level += levelBytes) {
      const [radii, records, count] = [0, 8, 16].map((j) => this.view.getInt32(level + j, true)) as [
        number,
        number,
        number,
      ];
      this.run.finish_blocks(records, radii, count, 2 ** tolerances[this.name]);
    }
    this.put(at(formulaSlots.AT_LEVELS), levels);
    this.put(at(formulaSlots.AT_LEVEL_COUNT), made > 0 ? lowestLevel + made : 0);
  }

  private writeView(read: ReadView, { constants, residual }: FormulaTables): void {
    const { view } = read;
    const { rows, columns, plane } = view;
    const unit = this.name === 'pair' ? -102 : -53;
    const isStart = plane === 'dynamical';
    const reach = reachExponent(read);
    const least = this.name === 'scaled' ? -Infinity : leastExponent;
    const rho = Math.max(residual, least);
    // A row's and a column's offset and their sum are rounded, and the centre in fixed point.
    const rounding = Math.max(residual, reach + unit + 2, least) + 1;
    this.mag(formulaSlots.AT_R, view.radius);
    this.view.setFloat64(formulaSlots.AT_LIMIT, view.iterations, true);
    this.power(formulaSlots.AT_DC, reach);
    this.power(formulaSlots.AT_INVDC, -reach);
    if (this.name === 'pair') this.view.setFloat64(formulaSlots.AT_INVDC + 8, 0, true);
    this.power(formulaSlots.AT_RHO, rho);
    this.power(formulaSlots.AT_RES, rho + 1);
    this.power(formulaSlots.AT_DC_ERROR, rounding);
    this.power(formulaSlots.AT_ERROR, isStart ? rounding : rho);
    this.put(formulaSlots.AT_IS_START, isStart ? 1 : 0);
    const offsets = (length: number, of: (i: number) => DyadicPair) =>
      this.offsets(Array.from({ length }, (_, i) => of(i)));
    this.put(
      formulaSlots.AT_ROWS,
      offsets(rows, (i) => read.ofRow(i)),
    );
    this.put(
      formulaSlots.AT_COLUMNS,
      offsets(columns, (i) => read.ofColumn(i)),
    );
    this.put(formulaSlots.AT_CONSTANTS, this.numbers(constants));
    this.put(formulaSlots.AT_COUNTS, this.counts);
  }

  private put(slot: number, value: number): void {
    this.view.setInt32(slot, value, true);
  }
  private allocate(bytes: number): number {
    const at = this.free;
    this.free = Math.ceil((at + bytes) / 16) * 16;
    return at;
  }
  private mag(at: number, value: number): void {
    if (this.name === 'scaled') {
      const e = exponentOf(dyadicOf(value));
      this.view.setFloat64(at, value * 2 ** -e, true);
      this.view.setInt32(at + 8, e, true);
    } else this.view.setFloat64(at, value, true);
  }
  private power(at: number, exponent: number): void {
    this.view.setFloat64(at, this.name === 'scaled' ? 1 : 2 ** exponent, true);
    if (this.name === 'scaled') this.view.setInt32(at + 8, exponent, true);
  }

  /** Copies complex numbers of four doubles. */
  private numbers(values: Float64Array): number {
    const parts = this.arithmetic.parts.real.length;
    const at = this.allocate(parts * 4 * values.length);
    if (this.name === 'pair') new Float64Array(this.memory.buffer, at, values.length).set(values);
    else if (this.name === 'double') {
      const target = new Float64Array(this.memory.buffer, at, values.length / 2);
      for (let i = 0; i < target.length; i++) target[i] = values[2 * i]!;
    } else
      for (let i = 0; i < values.length / 2; i++) {
        this.view.setFloat64(at + 16 * i, values[2 * i]!, true);
        this.view.setInt32(at + 16 * i + 8, values[2 * i + 1]!, true);
      }
    return at;
  }

  private offsets(pairs: readonly DyadicPair[]): number {
    const half = 8 * this.arithmetic.parts.real.length;
    const at = this.allocate(pairs.length * 2 * half);
    for (const [i, [re, im]] of pairs.entries()) {
      this.real(at + 2 * i * half, re);
      this.real(at + (2 * i + 1) * half, im);
    }
    return at;
  }

  /** Writes an exact number as a real, rounded to nearest. */
  private real(at: number, value: Dyadic): void {
    if (this.name === 'scaled') {
      const e = value.m === 0n ? 0 : exponentOf(value);
      this.view.setFloat64(at, value.m === 0n ? 0 : toDouble({ m: value.m, e: value.e - e }), true);
      this.view.setInt32(at + 8, value.m === 0n ? -(2 ** 28) : e, true);
      return;
    }
    this.view.setFloat64(at, toDouble(value), true);
    if (this.name === 'double') return;
    const { m, e } = nearest53(value.m, 1n);
    const rest = sum(value, negative({ m, e: e + value.e }));
    this.view.setFloat64(at + 8, toDouble(rest), true);
  }

  /** Follows one point: its count, or -1 where it is undecided. */
  follow(row: number, column: number): number {
    return this.run.follow(row, column);
  }
  /** Follows the points of a rectangle of at most `mostFollowed` points, row by row; valid until the next call. */
  followRectangle(top: number, left: number, rows: number, columns: number): Float64Array {
    this.run.follow_rectangle(top, left, rows, columns);
    return new Float64Array(this.memory.buffer, this.counts, rows * columns);
  }
}
