// Counts of rectangles of a view, each of them proved. What a point cannot be told by goes up a ladder: blocks of a
// tighter tolerance, double-double, big numbers. It leaves to others who computes which rectangle.
import { batch, Engine, engineBytes } from './engine.js';
import { rootSide } from './layout.js';
import { countPoint as countRead } from './oracle.js';
import { type ReferenceOrbit, referenceOrbit } from './reference.js';
import { type ExactReport, emptyReport } from './report.js';
import {
  type ExactView,
  modulusBound,
  type ReadView,
  reachExponent,
  readView,
  spacingExponent,
} from './view.js';

/** How a long preparation is reported and stopped. */
export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with what is done, and of how much at most. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What all rectangles of a view need: plain data, which threads share where memory can be shared. */
export interface ReferenceTables {
  readonly header: ReferenceHeader;
  /** The orbit that points start next to, and the critical orbit where that is another one. */
  readonly orbits: readonly ReferenceOrbit[];
}

export interface ReferenceHeader {
  /** Bits behind the point of the reference orbits. */
  readonly bits: number;
  /** Steps of all of them. */
  readonly steps: number;
  /** The period of the nucleus next to the centre, where there is one. */
  readonly period?: number | undefined;
}

/** Doubles are used down to this spacing, and double-double down to that one, as exponents of 2; below, scaled doubles. */
const leastDouble = -940;
const leastPair = -880;
/** A reference is cut after so many steps, which changes no count. */
export const mostSteps = 4_000_000;
/**
 * Tolerances of blocks: exponents of 2 for the first rung and the second, and for double-double. Tuned, as theta of
 * tiles.ts is, on the views of bench/deep: -36 and -44 take 1 % and 4 % more time than -40.
 */
const tolerances = [-40, -46] as const;
const pairTolerances = [-98, -98] as const;

/**
 * Bits more than tell points apart with which big numbers begin for points that double-double does not tell: such
 * points have been seen to need twice the bits of the spacing.
 */
const lastMargin = (read: ReadView) => Math.max(260, 100 - spacingExponent(read));
/** Blocks are made in double-double as soon as a point of so many steps of the references is undecided. */
const refineAt = 128;

const isScaled = (read: ReadView) => spacingExponent(read) < leastDouble;
const hasSecondOrbit = ({ view, z0 }: ReadView) =>
  view.plane === 'dynamical' || z0.some(({ digits }) => digits !== 0n);

/** An upper bound of the bytes that one thread needs for a view, reference and tables included. */
export function memoryNeeded(view: ExactView): number {
  const read = readView(view);
  const steps = Math.min(view.iterations, mostSteps);
  const all = hasSecondOrbit(read) ? [steps, steps] : [steps];
  const points = view.rows + view.columns;
  const engine = engineBytes(isScaled(read) ? 'scaled' : 'double', all, points);
  const pair = spacingExponent(read) >= leastPair ? engineBytes('pair', all, points) : 0;
  return engine + pair + 32 * all.length * steps;
}

const shared = (doubles: number) =>
  new Float64Array(
    typeof SharedArrayBuffer === 'undefined'
      ? new ArrayBuffer(8 * doubles)
      : new SharedArrayBuffer(8 * doubles),
  );

/** What all rectangles need; the same bytes on every machine. */
export async function prepareReference(
  view: ExactView,
  { signal, onProgress }: PrepareOptions = {},
): Promise<ReferenceTables> {
  signal?.throwIfAborted();
  const read = readView(view);
  const { center, c, z0 } = read;
  const bits = Math.max(0, -spacingExponent(read)) + 150;
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
  readonly first: Engine;
  /** Made when the first point needs it. */
  pair?: Engine;
  /** Whether the blocks of the first are those of the second, rounded. */
  isRefined: boolean;
}
const known = new WeakMap<ReferenceTables, Engines>();

/** A kernel with a view's numbers and orbits; `module` is the compiled text, if not the usual one. */
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
  // From the critical point each c is tested by the first step, which is never a part of a block.
  const isTested = isParameter && !hasSecondOrbit(read);
  const residual = 2 - header.bits;
  // The first z is rounded, and so is what a point adds to it.
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
    engines = {
      read,
      first: makeEngine(read, tables, isScaled(read) ? 'scaled' : 'double'),
      isRefined: false,
    };
    known.set(tables, engines);
  }
  return engines;
}

/**
 * Counts the points of a rectangle: `out` gets them row after row. The counts are the same whichever rectangles a view
 * is cut into, because each point has one count.
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
  const engines = enginesOf(view, reference);
  const { read, first } = engines;
  const place = (i: number) => [top + Math.floor(i / columns), left + (i % columns)] as const;
  const climb = (engine: Engine, rung: 0 | 1) => followAll(engine, rung, open, place, out);
  let open: number[] = [];
  const cover = () => {
    for (let y = 0; y < rows; y += rootSide)
      for (let x = 0; x < columns; x += rootSide) {
        const [height, width] = [Math.min(rootSide, rows - y), Math.min(rootSide, columns - x)];
        const { counts, followed } = first.cover(top + y, left + x, height, width);
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
  const hasPair = first.name === 'double' && spacingExponent(read) >= leastPair;
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
  const rungs = [cover, tighter, ...(hasPair ? [() => climb(pair(), 0)] : [])];
  for (const [i, rung] of rungs.entries()) {
    if (i === 0 || open.length > 0) open = rung();
    report.undecided[i] = (report.undecided[i] ?? 0) + open.length;
  }
  for (const i of open) out[i] = countRead(read, ...place(i), lastMargin(read));
  report.undecided[rungs.length] ??= 0;
}

/** Follows points and gives those that stay undecided. */
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
