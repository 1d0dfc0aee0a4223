// A fuzzer: random and directed scenes, cut at random, counted by tiles and point by point, against an oracle that shares
// no code with the program (independent.ts). A failure prints the seed and the path that repeat it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFormula } from '../../src/formula/parse.js';
import { compileKernel, countsType, startKernel } from '../../src/kernel/kernel.js';
import { rangeOf, type SamplePoints } from '../../src/kernel/points.js';
import { viewPoints } from '../../src/scene/view.js';
import { isLong } from '../support.js';
import { asFunction, asText, countSlowly, type Job, type Tree } from './independent.js';

/** What is counted, and where. */
interface Scene extends Omit<Job, 'step'> {
  readonly tree: Tree;
  readonly view: Parameters<typeof viewPoints>[0];
}

/** How the rows are cut into slices, and in which order these are counted. */
interface Cut {
  readonly rows: number;
  readonly isReversed: boolean;
  readonly exact: 'enclosures' | 'brute';
}

/** Steps of the oracle for one point and, by and large, for one scene. */
const most = { point: 100_000, scene: 1_000_000 };

/** Counts a scene in slices, and compares as many points with the oracle as there is time for, evenly spread. */
function check({ tree, view, c, z0, iterations, escape }: Scene, cut: Cut): void {
  const job = { step: parseFormula(asText(tree)), c, z0, iterations, escape };
  const points: SamplePoints = viewPoints(view);
  const [rows, columns] = [points.rowRe.length, points.columnRe.length];
  const kernel = startKernel(job, compileKernel(job, rangeOf(points)), points);
  const counts = new (countsType(iterations))(rows * columns);
  // Point by point takes every step of every point.
  const exact = iterations > 1e6 ? 'enclosures' : cut.exact;
  const starts = Array.from({ length: Math.ceil(rows / cut.rows) }, (_, i) => i * cut.rows);
  for (const start of cut.isReversed ? starts.reverse() : starts) {
    const end = Math.min(start + cut.rows, rows);
    kernel.count(start, end, counts.subarray(start * columns, end * columns), exact);
  }

  const step = asFunction(tree);
  let steps = 0;
  // 7919 is prime to all numbers of points that occur here but its own multiples.
  for (let i = 0; i < counts.length && steps < most.scene; i++) {
    const at = (i * 7919) % counts.length;
    const [row, column] = [Math.floor(at / columns), at % columns];
    const px = points.rowRe[row]! + points.columnRe[column]!;
    const py = points.rowIm[row]! + points.columnIm[column]!;
    const expected = countSlowly({ step, c, z0, iterations, escape }, px, py, most.point);
    steps += Math.min(expected ?? most.point, 1000) + 10;
    if (expected !== undefined) assert.equal(counts[at], expected, `row ${row}, column ${column}`);
  }
}

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** A number between powers of ten. */
const power = (min: number, max: number) => double(min, max).map((exponent) => 10 ** exponent);
const pair = (min: number, max: number) => fc.tuple(double(min, max), double(min, max));

const name = (name: 'z' | 'c' | 'p' | 'previous'): Tree => ({ kind: 'name', name });
const one = (name: (Tree & { kind: 'one' })['name'], of: Tree): Tree => ({ kind: 'one', name, of });
const two = (a: Tree, sign: '+' | '-' | '*' | '/', b: Tree): Tree => ({ kind: 'two', sign, a, b });
const raised = (of: Tree, exponent: number): Tree => ({ kind: 'power', of, exponent });
const number = (re?: number, im?: number): Tree => ({
  kind: 'number',
  ...(re !== undefined && { re }),
  ...(im !== undefined && { im }),
});
const [z, c, p] = [name('z'), name('c'), name('p')];
const square = two(raised(z, 2), '+', c);
const folded = (of: Tree) =>
  two(one('abs', one('re', of)), '+', two(number(undefined, 1), '*', one('abs', one('im', of))));

const { tree: anyTree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(z, z, z, c, p, name('previous'), raised(z, 2)),
    fc.constantFrom(number(0.5), number(-1.25), number(2), number(undefined, 1), number(0.3, -0.4)),
    fc
      .tuple(
        tie('tree'),
        fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const),
        tie('tree'),
      )
      .map(([a, sign, b]) => two(a, sign, b)),
    fc
      .tuple(tie('tree'), fc.oneof(fc.integer({ min: 2, max: 5 }), fc.constantFrom(8, 17, 64)))
      .map(([of, exponent]) => raised(of, exponent)),
    fc
      .tuple(fc.constantFrom('-', 'conj', 're', 'im', 'abs', 'sqrt'), tie('tree'))
      .map(([name, of]) => one(name as 'conj', of)),
    tie('tree').map(folded),
  ),
}));
/** Every formula has a z. */
const withZ = anyTree.map((tree) => two(tree, '+', two(number(0), '*', z)));

const side = fc.oneof(
  fc.integer({ min: 1, max: 90 }),
  fc.constantFrom(1, 7, 8, 9, 63, 64, 65, 127, 128, 129),
);
const shape = fc.record({
  columns: side,
  rows: side,
  rotation: fc.oneof(fc.constantFrom(0, 0, 45, 90, -180), double(-360, 360)),
  samples: fc.constantFrom(1, 1, 1, 2, 3),
});
/** For orbits of many steps. */
const smallShape = shape.map((shape) => ({
  ...shape,
  columns: Math.min(shape.columns, 65),
  rows: Math.min(shape.rows, 33),
  samples: 1,
}));
const viewOf = (center: fc.Arbitrary<readonly number[]>, width: fc.Arbitrary<number>) =>
  fc.record({ center, width, shape }).map(({ center: [re, im], width, shape }) => ({
    ...shape,
    center: [String(re), String(im)] as const,
    width,
  }));
const cuts = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(32, 64, 65, 1000)),
  isReversed: fc.boolean(),
  exact: fc.constantFrom('enclosures' as const, 'enclosures' as const, 'brute' as const),
});
const planes = fc.oneof(
  fc.constantFrom<Pick<Job, 'c' | 'z0'>[]>(
    { c: 'p', z0: [0, 0] },
    { c: 'p', z0: 'p' },
    { c: [0, 0], z0: 'p' },
  ),
  pair(-1.5, 1.5).map((c) => ({ c, z0: 'p' as const })),
  pair(-1.5, 1.5).map((z0) => ({ c: 'p' as const, z0 })),
  fc.constant({ c: [5e-324, -1e-310] as const, z0: 'p' as const }),
);
const iterations = fc.oneof(
  fc.integer({ min: 1, max: 8 }),
  fc.integer({ min: 39, max: 49 }),
  fc.integer({ min: 127, max: 133 }),
  fc.integer({ min: 1, max: 1000 }),
);
const escapes = fc.oneof(
  fc.constant('overflow' as const),
  fc.constantFrom(2, 2, 10, 1000),
  power(-150, 150),
  fc.record({ converged: fc.oneof(power(-12, 0), fc.constantFrom(5e-324, 1)) }),
  fc.record({ converged: power(-12, 0), bailout: fc.constantFrom(2, 50) }),
);

/** Runs the check on random scenes of a kind. */
function fuzz(title: string, scenes: fc.Arbitrary<Scene>, few: number, many: number): void {
  test(title, () => {
    fc.assert(fc.property(scenes, cuts, check), { numRuns: isLong ? many : few });
  });
}

fuzz(
  'random formulas, views, rules and cuts have the counts of an oracle of its own',
  fc
    .record({
      tree: withZ,
      plane: planes,
      iterations,
      escape: escapes,
      view: viewOf(
        fc.oneof(pair(-2, 2), pair(-2, 2), fc.constant([0, 0])),
        fc.oneof(power(-3, 1), power(-14, 1), power(-290, 300)),
      ),
    })
    .map(({ plane, ...scene }) => ({ ...scene, ...plane })),
  40,
  1500,
);

fuzz(
  'long orbits near parabolic points have the counts of an oracle of its own',
  fc
    .record({
      // Where bulbs of the Mandelbrot set touch, by their turn on the cardioid, and Julia sets of these constants.
      turn: fc.constantFrom([0, 1], [1, 2], [1, 3], [2, 5], [1, 7]).map(([a, b]) => {
        const angle = (2 * Math.PI * a!) / b!;
        return [
          Math.cos(angle) / 2 - Math.cos(2 * angle) / 4,
          Math.sin(angle) / 2 - Math.sin(2 * angle) / 4,
        ] as const;
      }),
      isJulia: fc.boolean(),
      width: power(-9, 0),
      iterations: fc.integer({ min: 500, max: 5000 }),
      escape: fc.constantFrom(2 as const, 'overflow' as const, 1000),
      shape: smallShape,
    })
    .map(({ turn, isJulia, width, shape, ...scene }): Scene => {
      const center = isJulia ? (['0.5', '0'] as const) : ([String(turn[0]), String(turn[1])] as const);
      const plane = isJulia ? { c: turn, z0: 'p' as const } : { c: 'p' as const, z0: [0, 0] as const };
      return { ...scene, ...plane, tree: square, view: { ...shape, center, width } };
    }),
  6,
  150,
);

/** A nucleus of the Mandelbrot set of a period, by Newton's method from a point; where it does not converge, the point. */
function nucleus(period: number, start: readonly [number, number]): readonly [number, number] {
  let [cx, cy] = start;
  for (let turn = 0; turn < 60; turn++) {
    let [x, y, dx, dy] = [0, 0, 0, 0];
    for (let n = 0; n < period; n++) {
      [dx, dy] = [2 * (x * dx - y * dy) + 1, 2 * (x * dy + y * dx)];
      [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
    }
    const size = dx * dx + dy * dy;
    [cx, cy] = [cx - (x * dx + y * dy) / size, cy - (y * dx - x * dy) / size];
    if (!(Math.hypot(cx, cy) < 3)) return start;
  }
  return [cx, cy];
}

fuzz(
  'views around nuclei of the Mandelbrot set have the counts of an oracle of its own',
  fc
    .record({
      center: fc
        .tuple(fc.integer({ min: 1, max: 40 }), fc.tuple(double(-2, 0.5), double(-1.2, 1.2)))
        .map(([period, start]) => nucleus(period, start)),
      width: power(-12, -1),
      iterations: fc.constantFrom(300, 1000, 3000, 65534, 65535, 65536),
      escape: fc.constantFrom(2 as const, 'overflow' as const, 1000),
      shape: smallShape,
    })
    .map(({ center, width, shape, ...scene }): Scene => {
      const view = { ...shape, center: [String(center[0]), String(center[1])] as const, width };
      return { ...scene, c: 'p', z0: [0, 0], tree: square, view };
    }),
  6,
  150,
);

fuzz(
  'billions of iterations have the counts of an oracle of its own where every orbit soon escapes or repeats',
  fc
    .record({
      tree: fc.constantFrom(square, two(raised(z, 5), '+', c), two(raised(one('conj', z), 2), '+', c)),
      c: fc.constantFrom([0, 0] as const, [-1, 0] as const),
      isJulia: fc.boolean(),
      iterations: fc.constantFrom(2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1),
      escape: fc.constantFrom(2 as const, 'overflow' as const, 1000),
      width: power(-9, -1),
      shape: smallShape,
    })
    .map(({ c, isJulia, width, shape, ...scene }): Scene => {
      // z^5 - 1 has no such cycle.
      const at = scene.tree === square ? c : ([0, 0] as const);
      const view = { ...shape, center: [String(at[0]), '0'] as const, width };
      return { ...scene, ...(isJulia ? { c: at, z0: 'p' } : { c: 'p', z0: [0, 0] }), view };
    }),
  4,
  100,
);

fuzz(
  'folds, poles and slow convergence have the counts of an oracle of its own',
  fc
    .record({
      tree: fc.constantFrom(
        two(raised(folded(z), 2), '+', c),
        two(one('conj', raised(z, 3)), '+', c),
        two(two(raised(z, 2), '-', c), '/', two(raised(z, 2), '+', number(1))),
        two(z, '-', two(two(raised(z, 3), '-', number(1)), '/', two(number(3), '*', raised(z, 2)))),
        two(two(number(0.999), '*', z), '+', two(number(0.001), '*', raised(z, 3))),
      ),
      plane: planes,
      iterations,
      escape: escapes,
      view: viewOf(
        fc.oneof(
          fc.constant([0, 0]),
          pair(-1, 1),
          double(-2, 2).map((x) => [x, 0]),
        ),
        power(-6, 1),
      ),
    })
    .map(({ plane, ...scene }) => ({ ...scene, ...plane })),
  10,
  400,
);
