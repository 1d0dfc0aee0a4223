// The critical points of a step that depend on nothing: its orbits come near them again and again, and are best followed
// from there (Zhuoran, "Perturbation and rebasing", 2021). They are roots of the derivative by z, found by Newton's method
// from fixed starts in big numbers, which gives the same bits on every machine. Folds change no modulus and count as the
// identity. No proof is needed: reference orbits may start anywhere.
import { minus, type Pair, plus, quotient } from './balls.js';
import { dyadicOf, dyadicToFixed } from './dyadic.js';
import type { Plan } from './plan.js';

/** A value and its first two derivatives by z. */
type Jet = readonly [value: Pair, first: Pair, second: Pair];

/** The most critical points that are used. */
const mostPoints = 6;
const searchBits = 80;
/** Simple fractions are tried in place of what is near them: multiple roots are found slowly and badly. */
const fractionBits = 5;

/** Fixed point without error bounds. */
class Numbers {
  readonly shift: bigint;
  constructor(readonly bits: number) {
    this.shift = BigInt(bits);
  }
  of(value: number): bigint {
    return dyadicToFixed(dyadicOf(value), this.bits);
  }
  times([a, b]: Pair, [c, d]: Pair): Pair {
    return [(a * c - b * d) >> this.shift, (a * d + b * c) >> this.shift];
  }
  /** Undefined for a division by 0. */
  over(v: Pair, w: Pair): Pair | undefined {
    return quotient(v, w, this.bits);
  }
}

/** The jet of a step at z; undefined at a pole or where a part of a number is taken. */
function jetAt(numbers: Numbers, { operations, last }: Plan, z: Pair, p: Pair, c: Pair): Jet | undefined {
  const none: Pair = [0n, 0n];
  const one: Pair = [1n << numbers.shift, 0n];
  const times = (v: Pair, w: Pair) => numbers.times(v, w);
  const product = ([v, v1, v2]: Jet, [w, w1, w2]: Jet): Jet => {
    const middle = times(v1, w1);
    return [
      times(v, w),
      plus(times(v, w1), times(v1, w)),
      plus(plus(times(v, w2), times(v2, w)), plus(middle, middle)),
    ];
  };
  const jets: Jet[] = [];
  for (const operation of operations) {
    const of: Jet = 'of' in operation ? jets[operation.of]! : [none, none, none];
    const by: Jet = 'by' in operation ? jets[operation.by]! : of;
    const jet = ((): Jet | undefined => {
      switch (operation.kind) {
        case 'z':
          return [z, one, none];
        case 'p':
          return [p, none, none];
        case 'c':
          return [c, none, none];
        case 'constant':
          return [[numbers.of(operation.value[0]), numbers.of(operation.value[1])], none, none];
        case 'negate':
          return of.map(minus) as unknown as Jet;
        case 'add':
          return of.map((part, i) => plus(part, by[i]!)) as unknown as Jet;
        case 'subtract':
          return of.map((part, i) => plus(part, minus(by[i]!))) as unknown as Jet;
        case 'multiply':
          return product(of, by);
        case 'square':
          return product(of, of);
        case 'conjugate':
        case 'absolute':
        case 'fold':
          return of;
        case 'divide': {
          // q = v / w: q' = (v' - q w') / w, q'' = (v'' - 2 q' w' - q w'') / w.
          const q = numbers.over(of[0], by[0]);
          const q1 = q && numbers.over(plus(of[1], minus(times(q, by[1]))), by[0]);
          if (!q || !q1) return undefined;
          const middle = times(q1, by[1]);
          const rest = plus(plus(middle, middle), times(q, by[2]));
          const q2 = numbers.over(plus(of[2], minus(rest)), by[0]);
          return q2 && [q, q1, q2];
        }
        default:
          return operation.byZ ? undefined : of;
      }
    })();
    if (!jet) return undefined;
    jets.push(jet);
  }
  return jets[last];
}

const isTiny = ([x, y]: Pair, limit: bigint) => x < limit && x > -limit && y < limit && y > -limit;

/** Critical points at `bits` fractional bits, for a sample point p and a constant c of as many. */
export function criticalPoints(plan: Plan, p: Pair, c: Pair, bits: number): Pair[] {
  const coarse = new Numbers(searchBits);
  const shorten = ([x, y]: Pair, by = BigInt(bits - searchBits)): Pair => [x >> by, y >> by];
  const [near, constant] = [shorten(p), shorten(c)];
  // Where the sample point is elsewhere, what depends on it moves.
  const elsewhere = plus(near, [coarse.of(0.3125), coarse.of(-0.4375)]);
  const small = 1n << BigInt(searchBits - 40);
  const isRoot = (z: Pair) =>
    [near, elsewhere].every((at) => {
      const jet = jetAt(coarse, plan, z, at, constant);
      return jet !== undefined && isTiny(jet[1], small);
    });
  const starts = [0.5, 1, 2, 4].flatMap((radius) =>
    [
      [1, 0.1],
      [0.1, 1],
      [-1, 0.1],
      [0.1, -1],
      [0.7, 0.7],
      [-0.7, 0.7],
      [-0.7, -0.7],
      [0.7, -0.7],
    ].map(([x, y]): Pair => [coarse.of(radius * x!), coarse.of(radius * y!)]),
  );
  const found: Pair[] = [];
  for (const start of starts) {
    const root = newton(coarse, plan, start, near, constant, 100);
    if (!root) continue;
    const drop = BigInt(searchBits - fractionBits);
    const half = 1n << (drop - 1n);
    const simple: Pair = [((root[0] + half) >> drop) << drop, ((root[1] + half) >> drop) << drop];
    const best = isRoot(simple) ? simple : root;
    const isKnown = found.some(([x, y]) => isTiny([x - best[0], y - best[1]], small));
    if (!isKnown && isRoot(best)) found.push(best);
    if (found.length === mostPoints) break;
  }
  const fine = new Numbers(bits);
  return found.map((root) => {
    const wide: Pair = [root[0] << BigInt(bits - searchBits), root[1] << BigInt(bits - searchBits)];
    if (jetAt(coarse, plan, root, near, constant)![1].every((part) => part === 0n)) return wide;
    return newton(fine, plan, wide, p, c, 20) ?? wide;
  });
}

/** Newton's method on the derivative; undefined where it fails. */
function newton(numbers: Numbers, plan: Plan, start: Pair, p: Pair, c: Pair, most: number): Pair | undefined {
  let z = start;
  for (let i = 0; i < most; i++) {
    const jet = jetAt(numbers, plan, z, p, c);
    const move = jet && numbers.over(jet[1], jet[2]);
    if (!move) return jet?.[1].every((part) => part === 0n) ? z : undefined;
    z = [z[0] - move[0], z[1] - move[1]];
    if (isTiny(move, 4n)) break;
    if (!isTiny(z, 1n << (numbers.shift + 20n))) return undefined;
  }
  return z;
}
