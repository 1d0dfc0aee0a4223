// Proved counts of the rectangles of a formula's view: points are followed in doubles (formula-engine.ts), undecided ones in
// double-double, then by big numbers, which count all where the engine does not have the formula.
import { FormulaEngine, mostFollowed } from './formula-engine.js';
import { formulaTables } from './formula-reference.js';
import { stepText } from './formula-step.js';
import { countPoint } from './oracle.js';
import { planOf } from './plan.js';
import type { ExactReport } from './report.js';
import type { PrepareOptions, ReferenceTables } from './tables.js';
import { type ExactView, fitsPair, isScaled, type ReadView, readView, spacingExponent } from './view.js';

/** References end after this many steps, which changes no count. */
export const mostFormulaSteps = 1_000_000;

/** Fractional bits of references. A step loses a few units, which is measured. */
const bitsOf = (read: ReadView) => Math.max(0, -spacingExponent(read)) + 160;

/** References that a formula is expected to have at most: the first, and critical points. */
const fewReferences = 3;

/** What the references of a formula's view cost at most: steps, seconds on a core of 2020, and bytes for one thread. */
export function formulaCost(view: ExactView): {
  readonly bits: number;
  readonly steps: number;
  readonly seconds: number;
  readonly bytes: number;
} {
  const read = readView(view);
  const bits = bitsOf(read);
  const plan = planOf(view.step!);
  if (!plan) return { bits, steps: 0, seconds: 0, bytes: 0 };
  const steps = fewReferences * Math.min(view.iterations, mostFormulaSteps);
  // Measured with BigInt: 4 us an operation of 600 bits, of which half is not arithmetic.
  const operation = 2e-6 + 2e-6 * (bits / 600) ** 1.6;
  const row = 32 * (stepText(plan).stored.length + fewReferences + 1);
  return { bits, steps, seconds: steps * plan.operations.length * operation, bytes: 2.5 * steps * row };
}

export async function prepareFormula(
  read: ReadView,
  allocate: (doubles: number) => Float64Array,
  { signal, onProgress }: PrepareOptions,
): Promise<ReferenceTables> {
  const bits = bitsOf(read);
  if (!planOf(read.view.step!)) return { header: { bits, steps: 0 }, orbits: [] };
  const most = Math.min(read.view.iterations, mostFormulaSteps);
  const formula = await formulaTables(
    read,
    { bits, most, isScaled: isScaled(read) },
    allocate,
    (done, total) => {
      signal?.throwIfAborted();
      onProgress?.(done, total);
    },
  );
  const steps = formula.orbits.reduce((sum, orbit) => sum + orbit.steps, 0);
  return { header: { bits, steps }, orbits: [], formula };
}

interface Engines {
  readonly read: ReadView;
  readonly first?: FormulaEngine;
  pair?: FormulaEngine;
}
const known = new WeakMap<ReferenceTables, Engines>();

function enginesOf(view: ExactView, tables: ReferenceTables): Engines {
  let engines = known.get(tables);
  if (!engines) {
    const read = readView(view);
    const { formula } = tables;
    const first = formula && new FormulaEngine(isScaled(read) ? 'scaled' : 'double', read, formula);
    engines = { read, ...(first && { first }) };
    known.set(tables, engines);
  }
  return engines;
}

interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** Counts the points of a rectangle into `out`, row by row. */
export function countFormula(
  view: ExactView,
  tables: ReferenceTables,
  { top, left, rows, columns }: Rectangle,
  out: Uint32Array,
  report: ExactReport,
): void {
  const engines = enginesOf(view, tables);
  const { read, first } = engines;
  let open: number[] = [];
  const settle = (at: number, count: number) => {
    if (count >= 0) out[at] = count;
    else open.push(at);
  };
  if (first) {
    const height = Math.max(1, Math.min(rows, Math.floor(mostFollowed / columns)));
    const width = Math.min(columns, mostFollowed);
    for (let y = 0; y < rows; y += height)
      for (let x = 0; x < columns; x += width) {
        const [h, w] = [Math.min(height, rows - y), Math.min(width, columns - x)];
        const counts = first.followRectangle(top + y, left + x, h, w);
        for (const [i, count] of counts.entries())
          settle((y + Math.floor(i / w)) * columns + x + (i % w), count);
      }
  } else open = Array.from({ length: rows * columns }, (_, i) => i);
  report.points += rows * columns;
  const place = (i: number) => [top + Math.floor(i / columns), left + (i % columns)] as const;
  const remaining = [open.length];
  if (open.length > 0 && tables.formula && first?.name === 'double' && fitsPair(read)) {
    engines.pair ??= new FormulaEngine('pair', read, tables.formula);
    const again = open;
    open = [];
    for (const at of again) settle(at, engines.pair.follow(...place(at)));
    remaining.push(open.length);
  }
  for (const at of open) out[at] = countPoint(read, ...place(at));
  for (const [rung, count] of [...remaining, 0].entries())
    report.undecided[rung] = (report.undecided[rung] ?? 0) + count;
}
