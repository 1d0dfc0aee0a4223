// Proved counts of a view's rectangles. Undecided points go up a ladder: blocks of a tighter tolerance, double-double,
// big numbers. Assigning rectangles to workers is done elsewhere.
import { sharedMemory } from '../shared-memory.js';
import { batch, Engine, engineBytes } from './engine.js';
import { countFormula, prepareFormula } from './formula-count.js';
import { rootSide } from './layout.js';
import { countPoint as countRead } from './oracle.js';
import { PlainCounter } from './plain.js';
import { PlainEnds } from './plain-ends.js';
import { type ReferenceOrbit, referenceOrbit } from './reference.js';
import { type ExactReport, emptyReport } from './report.js';
import type { PrepareOptions, ReferenceTables } from './tables.js';
import {
  type ExactView,
  fitsPair,
  isScaled,
  modulusBound,
  type ReadView,
  reachExponent,
  readView,
  spacingExponent,
} from './view.js';

/** A reference is cut after this many steps, which changes no count. */
export const mostSteps = 4_000_000;
/**
 * Block tolerances as exponents of 2: for the first and second rung, and for double-double. Tuned, like theta in
 * tiles.ts, on the views of bench/deep: -36 and -44 take 1 % and 4 % more time than -40.
 */
const tolerances = [-40, -46] as const;
const pairTolerances = [-98, -98] as const;

/**
 * Initial extra bits of big numbers, beyond those that distinguish points, after double-double has failed: such points
 * have been observed to need twice the bits of the spacing.
 */
const lastMargin = (read: ReadView) => Math.max(260, 100 - spacingExponent(read));
/** Blocks are computed in double-double once one undecided point per this many reference steps remains. */
const refineAt = 128;

/** Fractional bits of a view's reference orbits. */
export const referenceBits = (read: ReadView): number => Math.max(0, -spacingExponent(read)) + 150;

const hasSecondOrbit = ({ view, z0 }: ReadView) =>
  view.plane === 'dynamical' || z0.some(({ digits }) => digits !== 0n);

/** An upper bound of the bytes that one thread needs for a view, reference and tables included. */
export function memoryNeeded(view: ExactView): number {
  const read = readView(view);
  const steps = Math.min(view.iterations, mostSteps);
  const all = hasSecondOrbit(read) ? [steps, steps] : [steps];
  const points = view.rows + view.columns;
  const engine = engineBytes(isScaled(read) ? 'scaled' : 'double', all, points);
  const pair = fitsPair(read) ? engineBytes('pair', all, points) : 0;
  return engine + pair + 32 * all.length * steps;
}

const shared = (doubles: number) => new Float64Array(sharedMemory(8 * doubles));

/** Computes the data for all rectangles; byte-identical on every machine. */
export async function prepareReference(
  view: ExactView,
  { signal, onProgress }: PrepareOptions = {},
): Promise<ReferenceTables> {
  signal?.throwIfAborted();
  const read = readView(view);
  if (view.step) return prepareFormula(read, shared, { signal, onProgress });
  const { center, c, z0 } = read;
  const bits = referenceBits(read);
  const most = Math.min(view.iterations, mostSteps);
  const common = { bits, most, radius: view.radius, isScaled: isScaled(read) };
  const isParameter = view.plane === 'parameter';
  const hasSecond = hasSecondOrbit(read);
  const total = hasSecond ? 2 * most : most;
  const tick = (before: number) => (steps: number) => {
    signal?.throwIfAborted();
    onProgress?.(before + steps, total);
  };
  const constant = isParameter ? center : c;
  const nearNucleus = isParameter && !hasSecond ? spacingExponent(read) - 3 : -Infinity;
  const first = isParameter ? z0 : center;
  const orbits = [await referenceOrbit({ ...common, z: first, c: constant, nearNucleus }, shared, tick(0))];
  const zero = { digits: 0n, exponent: 0 };
  if (hasSecond) {
    const job = { ...common, z: [zero, zero] as const, c: constant, nearNucleus: -Infinity };
    orbits.push(await referenceOrbit(job, shared, tick(orbits[0]!.steps)));
  }
  const steps = orbits.reduce((sum, orbit) => sum + orbit.steps, 0);
  const { period } = orbits[0]!;
  return { header: { bits, steps, ...(period > 0 && { period }) }, orbits };
}

/** The kernels of a view in this thread. */
interface Engines {
  readonly read: ReadView;
  /** Counts points without perturbation, where doubles suffice for most. */
  readonly plain: PlainCounter | undefined;
  /** Counts points without perturbation that tiles have taken apart. */
  readonly ends: PlainEnds | undefined;
  readonly first: Engine;
  /** Created when the first point needs it. */
  pair?: Engine;
  /** Whether the blocks of `first` are those of `pair`, rounded. */
  isRefined: boolean;
}
const known = new WeakMap<ReferenceTables, Engines>();

/** A kernel with a view's numbers and orbits; `module`: compiled text other than the usual one. */
export function makeEngine(
  read: ReadView,
  { header, orbits }: ReferenceTables,
  name: Engine['name'],
  module?: WebAssembly.Module,
): Engine {
  const { view } = read;
  const isParameter = view.plane === 'parameter';
  const reach = reachExponent(read);
  const farthest = isParameter ? modulusBound(read.center) + 2 ** reach : modulusBound(read.c);
  // From the critical point, the first step, which is never part of a block, tests c.
  const isTested = isParameter && !hasSecondOrbit(read);
  const residual = 2 - header.bits;
  // The first z and the point's offset from it are both rounded.
  const rounding = Math.max(residual, reach + (name === 'pair' ? -102 : -53)) + 1;
  const numbers = {
    isParameter,
    rows: Array.from({ length: view.rows }, (_, i) => read.ofRow(i)),
    columns: Array.from({ length: view.columns }, (_, i) => read.ofColumn(i)),
    startExponent: isTested ? undefined : rounding,
    radius: view.radius,
    iterations: view.iterations,
    residual,
    constantExponent: isParameter ? reach : undefined,
    allowsBlocks: view.radius >= 2 && (isTested || farthest <= view.radius),
    tolerances: name === 'pair' ? pairTolerances : tolerances,
  };
  const isSafe = (orbit: ReferenceOrbit) => !isParameter && orbit.steps >= view.iterations;
  return new Engine(
    name,
    numbers,
    orbits.map((orbit) => ({ ...orbit, isSafe: isSafe(orbit) })),
    module,
  );
}

function enginesOf(view: ExactView, tables: ReferenceTables): Engines {
  let engines = known.get(tables);
  if (!engines) {
    const read = readView(view);
    const plain = PlainCounter.of(read);
    engines = {
      read,
      plain,
      ends: plain ? undefined : PlainEnds.of(read),
      first: makeEngine(read, tables, isScaled(read) ? 'scaled' : 'double'),
      isRefined: false,
    };
    known.set(tables, engines);
  }
  return engines;
}

/**
 * Counts the points of a rectangle into `out`, row by row. The counts do not depend on how a view is cut into
 * rectangles, because each point has one count.
 */
export function countExact(
  view: ExactView,
  reference: ReferenceTables,
  top: number,
  left: number,
  rows: number,
  columns: number,
  out: Uint32Array,
  report: ExactReport = emptyReport(),
): void {
  const place = (i: number) => [top + Math.floor(i / columns), left + (i % columns)] as const;
  if (view.step) {
    countFormula(view, reference, { top, left, rows, columns }, out, report);
    return;
  }
  const engines = enginesOf(view, reference);
  const { read, plain, ends, first } = engines;
  const climb = (engine: Engine, rung: 0 | 1) => followAll(engine, rung, open, place, out);
  let open: number[] = [];
  const cover = () => {
    for (let y = 0; y < rows; y += rootSide)
      for (let x = 0; x < columns; x += rootSide) {
        const [height, width] = [Math.min(rootSide, rows - y), Math.min(rootSide, columns - x)];
        const { counts, followed } = first.cover(top + y, left + x, height, width, ends);
        report.points += followed;
        report.tiles += height * width - followed;
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++) {
            const [at, count] = [(y + i) * columns + x + j, counts[i * rootSide + j]!];
            if (count >= 0) out[at] = count;
            else open.push(at);
          }
      }
    return open;
  };
  const hasPair = first.name === 'double' && fitsPair(read);
  const pair = () => {
    engines.pair ??= makeEngine(read, reference, 'pair');
    return engines.pair;
  };
  const tighter = () => {
    if (hasPair && !engines.isRefined && open.length * refineAt >= reference.header.steps) {
      first.refine(pair());
      engines.isRefined = true;
    }
    return climb(first, 1);
  };
  const plainly = () => {
    const { open, filled } = plain!.count(top, left, rows, columns, out);
    report.tiles += filled;
    report.points += rows * columns - filled;
    return open;
  };
  const rungs = [plain ? plainly : cover, tighter, ...(hasPair ? [() => climb(pair(), 0)] : [])];
  for (const [i, rung] of rungs.entries()) {
    if (i === 0 || open.length > 0) open = rung();
    report.undecided[i] = (report.undecided[i] ?? 0) + open.length;
  }
  for (const i of open) out[i] = countRead(read, ...place(i), lastMargin(read));
  report.undecided[rungs.length] ??= 0;
}

/** Follows points and returns those that stay undecided. */
function followAll(
  engine: Engine,
  rung: 0 | 1,
  open: readonly number[],
  place: (i: number) => readonly [row: number, column: number],
  out: Uint32Array,
): number[] {
  const left: number[] = [];
  for (let from = 0; from < open.length; from += batch) {
    const some = open.slice(from, from + batch);
    for (const [j, count] of engine.follow(some.map(place), rung).entries())
      if (count >= 0) out[some[j]!] = count;
      else left.push(some[j]!);
  }
  return left;
}

/** The oracle: one point's count by big numbers alone. */
export const countPoint = (view: ExactView, row: number, column: number): number =>
  countRead(readView(view), row, column);
