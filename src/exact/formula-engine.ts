// A kernel for a formula's view in one arithmetic and one thread: compiles its text, writes the view's numbers and the
// references to its memory, and follows points. All results depend on the view alone.
import { type Arithmetic, compileText } from './compile.js';
import { dyadicOf, exponentOf } from './dyadic.js';
import { formulaArithmetics } from './formula-arithmetic.js';
import { followFormula, formulaFree, formulaSlots, formulaState, orbitStride } from './formula-follow.js';
import { jetRecord, jetsText } from './formula-jets.js';
import type { FormulaTables } from './formula-reference.js';
import { stepText } from './formula-step.js';
import { levelBytes, lowestLevel } from './layout.js';
import { type ArithmeticName, KernelMemory, levelTableBytes } from './memory.js';
import { planOf } from './plan.js';
import { type DyadicPair, type ReadView, reachExponent } from './view.js';

/** Below this exponent of 2, doubles lose bits. */
const leastExponent = -1030;
/** Block tolerances, as exponents of 2. */
const tolerances = { double: -40, scaled: -40, pair: -92 };
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
  private readonly memory: KernelMemory;
  readonly view: DataView;
  readonly run: Functions;
  private readonly counts: number;

  /** `text`: another one than the usual, for tests. */
  constructor(
    readonly name: ArithmeticName,
    read: ReadView,
    tables: FormulaTables,
    text = formulaText(read, tables),
  ) {
    const arithmetic: Arithmetic = formulaArithmetics[name];
    const { view } = read;
    const { parts } = arithmetic;
    const record = jetRecord(parts.real.length, parts.mag.length);
    const step = stepText(planOf(view.step!)!);
    const complex = 16 * parts.real.length;
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
      ...arithmetic,
      constants: { ...arithmetic.constants, ...whole },
      whole: [...(arithmetic.whole ?? []), ...Object.keys(whole)],
    };
    const numbers = tables.orbits.reduce(
      (sum, { values }) => sum + values.length / 4,
      tables.constants.length / 4,
    );
    const blocks = tables.orbits.reduce((sum, { steps }) => sum + steps / 2 ** (lowestLevel - 1), 5);
    const levels = tables.orbits.length * levelTableBytes + blocks * (record.bytes + record.magBytes);
    const bytes =
      formulaFree + levels + (numbers + view.rows + view.columns) * complex + 8 * mostFollowed + 2 ** 12;
    this.memory = new KernelMemory(name, arithmetic, bytes, formulaFree);
    this.view = this.memory.view;
    this.run = this.memory.start(new WebAssembly.Module(compileText(full, text)));
    this.counts = this.memory.allocate(8 * mostFollowed);
    this.writeView(read, tables);
    for (const [k, { steps, values }] of tables.orbits.entries()) {
      this.memory.put(formulaSlots.AT_ORBIT + k * orbitStride, this.memory.numbers(values));
      this.memory.put(formulaSlots.AT_STEPS + k * orbitStride, steps);
    }
    for (const [k, { steps }] of tables.orbits.entries()) this.addBlocks(k, steps, record);
  }

  private addBlocks(k: number, steps: number, record: ReturnType<typeof jetRecord>): void {
    const at = (slot: number) => slot + k * orbitStride;
    const orbit = this.view.getInt32(at(formulaSlots.AT_ORBIT), true);
    const { levels, made } = this.memory.blocks(steps, {
      recordBytes: record.bytes,
      radiusBytes: record.magBytes,
      lowest: (records, count, scratch) => this.run.lowest_blocks(orbit, records, count, scratch),
      next: (below, records, count) => this.run.next_blocks(below, records, count),
      finish: (records, radii, count) =>
        this.run.finish_blocks(records, radii, count, 2 ** tolerances[this.name]),
    });
    this.memory.put(at(formulaSlots.AT_LEVELS), levels);
    this.memory.put(at(formulaSlots.AT_LEVEL_COUNT), made > 0 ? lowestLevel + made : 0);
  }

  private writeView(read: ReadView, { constants, residual }: FormulaTables): void {
    const { memory } = this;
    const { view } = read;
    const { rows, columns, plane } = view;
    const unit = this.name === 'pair' ? -102 : -53;
    const isStart = plane === 'dynamical';
    const reach = reachExponent(read);
    const least = this.name === 'scaled' ? -Infinity : leastExponent;
    const rho = Math.max(residual, least);
    // A row's and a column's offset and their sum are rounded, and the centre in fixed point.
    const rounding = Math.max(residual, reach + unit + 2, least) + 1;
    const radius = exponentOf(dyadicOf(view.radius));
    memory.mag(formulaSlots.AT_R, view.radius * 2 ** -radius, radius);
    this.view.setFloat64(formulaSlots.AT_LIMIT, view.iterations, true);
    memory.mag(formulaSlots.AT_DC, 1, reach);
    memory.mag(formulaSlots.AT_INVDC, 1, -reach);
    if (this.name === 'pair') this.view.setFloat64(formulaSlots.AT_INVDC + 8, 0, true);
    memory.mag(formulaSlots.AT_RHO, 1, rho);
    memory.mag(formulaSlots.AT_RES, 1, rho + 1);
    memory.mag(formulaSlots.AT_DC_ERROR, 1, rounding);
    memory.mag(formulaSlots.AT_ERROR, 1, isStart ? rounding : rho);
    memory.put(formulaSlots.AT_IS_START, isStart ? 1 : 0);
    const offsets = (length: number, of: (i: number) => DyadicPair) =>
      memory.offsets(Array.from({ length }, (_, i) => of(i)));
    memory.put(
      formulaSlots.AT_ROWS,
      offsets(rows, (i) => read.ofRow(i)),
    );
    memory.put(
      formulaSlots.AT_COLUMNS,
      offsets(columns, (i) => read.ofColumn(i)),
    );
    memory.put(formulaSlots.AT_CONSTANTS, memory.numbers(constants));
    memory.put(formulaSlots.AT_COUNTS, this.counts);
  }

  /** Follows one point: its count, or -1 where it is undecided. */
  follow(row: number, column: number): number {
    return this.run.follow(row, column);
  }
  /** Follows the points of a rectangle of at most `mostFollowed` points, row by row; valid until the next call. */
  followRectangle(top: number, left: number, rows: number, columns: number): Float64Array {
    this.run.follow_rectangle(top, left, rows, columns);
    return this.memory.doubles(this.counts, rows * columns);
  }
}
