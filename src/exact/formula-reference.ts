// Reference orbits of any formula, in fixed point of P bits: Z' = f(Z, C) + r. The first starts where the sample points'
// orbits do, the others at critical points that do not depend on the sample point. A row has Z, values of the step's
// operations at Z, the distances of Z from the orbits' starts, and |Z|^2 - R^2, each rounded once, so that no difference of
// near numbers is ever formed. The rests of the balls (balls.ts) bound r and what fixed point changes in each value.
import { type Ball, BallArithmetic, type Pair, Pole } from './balls.js';
import { criticalPoints } from './critical.js';
import { bitLength, dyadicOf, dyadicToFixed } from './dyadic.js';
import { stepText } from './formula-step.js';
import { type Operation, type Plan, planOf } from './plan.js';
import { OrbitRows, pause, putPair, putScaled } from './reference.js';
import { pairToFixed, type ReadView } from './view.js';

export interface FormulaOrbit {
  /** The last index. */
  readonly steps: number;
  /** Rows of complex numbers, each of four doubles: of both parts the nearest double and the rest, or the exponent. */
  readonly values: Float64Array;
}

/** All that the fast engine needs of a formula's view: plain data. */
export interface FormulaTables {
  readonly orbits: readonly FormulaOrbit[];
  /** Values of operations that do not depend on z, like a row. */
  readonly constants: Float64Array;
  /** Whether an orbit starts at 0 exactly: its distances are Z itself, and left out. */
  readonly areZero: readonly boolean[];
  /** log2 of a bound of r, and of the error of each value before it is rounded; an integer. */
  readonly residual: number;
}

/** A reference ends where fixed point has changed more than 2^lostBits units: next to a pole. */
const lostBits = 40;

/** The value of an operation on balls. */
function operationBall(
  balls: BallArithmetic,
  operation: Operation,
  values: readonly Ball[],
  inputs: { readonly z: Ball; readonly p: Ball; readonly c: Ball },
): Ball {
  const of = 'of' in operation ? values[operation.of]! : inputs.z;
  const by = 'by' in operation ? values[operation.by]! : of;
  switch (operation.kind) {
    case 'z':
    case 'p':
    case 'c':
      return inputs[operation.kind];
    case 'constant':
      return balls.constant(operation.value);
    case 'negate':
    case 'conjugate':
    case 'absolute':
      return balls[operation.kind](of);
    case 'square':
      return balls.multiply(of, of);
    case 're':
    case 'im':
      return balls.part(of, operation.kind);
    case 'add':
    case 'multiply':
    case 'divide':
      return balls[operation.kind](of, by);
    case 'subtract':
      return balls.add(of, balls.negate(by));
    case 'fold': {
      const [re, im] = (['re', 'im'] as const).map((name) => {
        const { sign, isAbsolute } = operation[name];
        const part = balls.part(of, name);
        const size = isAbsolute ? balls.absolute(part) : part;
        return sign < 0 ? balls.negate(size) : size;
      }) as [Ball, Ball];
      return balls.add(re, balls.multiply(balls.constant([0, 1]), im));
    }
  }
}

/** Where the orbits start: where the points' orbits do, and at critical points. */
export function formulaStarts({ view, center, c, z0 }: ReadView, bits: number): Pair[] {
  const point = pairToFixed(center, bits);
  const start = view.plane === 'parameter' ? pairToFixed(z0, bits) : point;
  const critical = criticalPoints(planOf(view.step!)!, point, pairToFixed(c, bits), bits);
  return [start, ...critical.filter(([x, y]) => x !== start[0] || y !== start[1])];
}

/** Computes the tables of a view of a formula that has a plan. */
export async function formulaTables(
  read: ReadView,
  { bits, most, isScaled }: { readonly bits: number; readonly most: number; readonly isScaled: boolean },
  allocate: (doubles: number) => Float64Array,
  tick: (done: number, total: number) => void,
): Promise<FormulaTables> {
  const { view, center, c: constant } = read;
  const plan = planOf(view.step!)!;
  const { stored, constants } = stepText(plan);
  const point = pairToFixed(center, bits);
  const c = pairToFixed(constant, bits);
  const starts = formulaStarts(read, bits);
  const areZero = starts.map(([x, y]) => x === 0n && y === 0n);
  const balls = new BallArithmetic(bits, []);
  const inputs = { p: balls.ball(point, 0n), c: balls.ball(c, 3n) };
  const put = isScaled ? putScaled(bits) : putPair(bits);
  const shifts = starts.filter((_, k) => !areZero[k]);
  const row = 4 * (stored.length + shifts.length + 1);
  const radius = dyadicToFixed(dyadicOf(view.radius), bits);
  const putComplex = (values: Float64Array, at: number, [x, y]: Pair) => {
    put(values, at, x);
    put(values, at + 2, y);
  };
  const limit = dyadicToFixed(dyadicOf(2 * view.radius), bits);
  let rest = 3n;
  const orbits: FormulaOrbit[] = [];
  const pauseEvery = Math.max(64, Math.round(2 ** 19 / bits));
  for (const [k, first] of starts.entries()) {
    let z = first;
    let n = 0;
    const rows = new OrbitRows(row, most);
    for (; ; n++) {
      const at = rows.begin(n);
      const { values } = rows;
      putComplex(values, at, z);
      for (const [i, [x, y]] of shifts.entries())
        putComplex(values, at + 4 * (stored.length + i), [z[0] - x, z[1] - y]);
      const square = z[0] * z[0] + z[1] * z[1];
      put(values, at + row - 4, (square - radius * radius) >> BigInt(bits));
      if (n >= most || square > limit * limit) break;
      const next = valuesAt(balls, plan, { ...inputs, z: balls.ball(z, 0n) });
      if (!next) break;
      for (const [i, of] of stored.entries()) if (i > 0) putComplex(values, at + 4 * i, next.all[of]!.center);
      if (next.rest > rest) rest = next.rest;
      z = next.all[plan.last]!.center;
      if (n % pauseEvery === pauseEvery - 1) {
        tick(k * most + n, starts.length * most);
        await pause();
      }
    }
    orbits.push({ steps: n, values: rows.upTo(n, allocate) });
  }
  // At the start of z the operations without z have the values that they have everywhere.
  const fixed = new Float64Array(4 * constants.length);
  const some = fixedValues(balls, plan, inputs);
  for (const [i, of] of constants.entries()) if (some[of]) putComplex(fixed, 4 * i, some[of].center);
  for (const ball of some) if (ball && ball.rest > rest) rest = ball.rest;
  return { orbits, constants: fixed, areZero, residual: bitLength(rest) - bits };
}

/** All values of a step, and the largest rest; undefined next to a pole. */
function valuesAt(
  balls: BallArithmetic,
  { operations }: Plan,
  inputs: { readonly z: Ball; readonly p: Ball; readonly c: Ball },
): { readonly all: readonly Ball[]; readonly rest: bigint } | undefined {
  const all: Ball[] = [];
  let rest = 0n;
  try {
    for (const operation of operations) {
      const ball = operationBall(balls, operation, all, inputs);
      if (ball.rest > rest) rest = ball.rest;
      all.push(ball);
    }
  } catch (error) {
    if (error instanceof Pole) return undefined;
    throw error;
  }
  return rest >> BigInt(lostBits) === 0n ? { all, rest } : undefined;
}

/** The values that do not depend on z; the others, and those at a pole, are absent. */
function fixedValues(
  balls: BallArithmetic,
  { operations }: Plan,
  inputs: { readonly p: Ball; readonly c: Ball },
): (Ball | undefined)[] {
  const all: (Ball | undefined)[] = [];
  for (const operation of operations) {
    const isKnown =
      !operation.byZ &&
      (!('of' in operation) || all[operation.of] !== undefined) &&
      (!('by' in operation) || all[operation.by] !== undefined);
    try {
      all.push(
        isKnown ? operationBall(balls, operation, all as Ball[], { ...inputs, z: inputs.p }) : undefined,
      );
    } catch (error) {
      if (!(error instanceof Pole)) throw error;
      all.push(undefined);
    }
  }
  return all;
}
