// The invariant behind every count: |computed d - (z_n - Z_m)| <= e, with z_n of the exact point by big numbers and Z_m
// of the very reference that the kernel has, after single steps, blocks, rebases, and for the models of tiles. Mutants
// of the kernel whose bounds lack a part must break it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeEngine, prepareReference } from '../../src/exact/count.js';
import { type Dyadic, dyadicOf, dyadicToFixed } from '../../src/exact/dyadic.js';
import { compileKernel, type Engine, kernelText } from '../../src/exact/engine.js';
import { degree, entry, slots, tile } from '../../src/exact/layout.js';
import type { ArithmeticName } from '../../src/exact/memory.js';
import { type ExactView, pairToFixed, type ReadView, readView } from '../../src/exact/view.js';
import { isLong } from '../support.js';
import { base, places, placeView, sequence } from './views.js';

type Fixed = [x: bigint, y: bigint];

/** An orbit in fixed point of P bits, rounded down as reference.ts rounds. */
class Orbit {
  private readonly points: Fixed[];
  constructor(
    start: Fixed,
    private readonly c: Fixed,
    private readonly bits: number,
  ) {
    this.points = [start];
  }
  at(n: number): Fixed {
    while (this.points.length <= n) {
      const [x, y] = this.points.at(-1)!;
      this.points.push([
        (((x - y) * (x + y)) >> BigInt(this.bits)) + this.c[0],
        ((x * y) >> BigInt(this.bits - 1)) + this.c[1],
      ]);
    }
    return this.points[n]!;
  }
}

/** What the kernel says of a view's points, against big numbers. */
class Check {
  checks = 0;
  violations = 0;
  private readonly references: Orbit[];
  readonly fine: number;
  constructor(
    private readonly read: ReadView,
    private readonly bits: number,
  ) {
    const { view, center, c, z0 } = read;
    this.fine = 2 * bits + 300;
    const isParameter = view.plane === 'parameter';
    const constant = pairToFixed(isParameter ? center : c, bits);
    const first = new Orbit(pairToFixed(isParameter ? z0 : center, bits), constant, bits);
    // From z0 = 0 the first orbit is the critical one.
    this.references = [first, new Orbit([0n, 0n], constant, bits)];
  }
  orbitOf(row: number, column: number): Orbit {
    const { view, center, c, z0 } = this.read;
    const add = ([re, im]: Fixed, [dx, dy]: readonly [Dyadic, Dyadic]): Fixed => [
      re + dyadicToFixed(dx, this.fine),
      im + dyadicToFixed(dy, this.fine),
    ];
    const moved = add(pairToFixed(center, this.fine), this.read.offset(row, column));
    return view.plane === 'parameter'
      ? new Orbit(pairToFixed(z0, this.fine), moved, this.fine)
      : new Orbit(moved, pairToFixed(c, this.fine), this.fine);
  }
  offset(row: number, column: number): Fixed {
    return this.read.offset(row, column).map((part) => dyadicToFixed(part, this.fine)) as Fixed;
  }
  /** Compares d with z_n - Z_m. */
  state(orbit: Orbit, reference: number, m: number, n: number, d: Fixed, error: Dyadic): void {
    const [z, Z] = [orbit.at(n), this.references[reference]!.at(m)];
    const shift = BigInt(this.fine - this.bits);
    const [x, y] = [z[0] - (Z[0] << shift) - d[0], z[1] - (Z[1] << shift) - d[1]];
    // What the big orbit itself rounds is far below one unit of the kernel's last bit.
    const bound = dyadicToFixed(error, this.fine) + (1n << BigInt(this.fine - 2 * this.bits));
    this.checks++;
    if (x * x + y * y > bound * bound) this.violations++;
  }
}

/** Reads numbers as a kernel has them. */
function reader({ name, view }: Engine) {
  const real = (at: number): Dyadic => {
    const m = dyadicOf(view.getFloat64(at, true));
    return name === 'scaled' && m.m !== 0n ? { m: m.m, e: m.e + view.getInt32(at + 8, true) } : m;
  };
  const half = name === 'double' ? 8 : 16;
  const fixed = (at: number, bits: number): bigint =>
    dyadicToFixed(real(at), bits) + (name === 'pair' ? dyadicToFixed(real(at + 8), bits) : 0n);
  return {
    mag: real,
    complex: (at: number, bits: number): Fixed => [fixed(at, bits), fixed(at + half, bits)],
    int: (at: number) => view.getInt32(at, true),
    steps: (at: number) => view.getFloat64(at, true),
  };
}

/** Stops after 1, 2, 3, ... steps, then after stretches in which blocks of all lengths fit. */
function limits(most: number, random: (below: number) => number): number[] {
  const all: number[] = [];
  for (let n = 1; n < most; n += n < 20 ? 1 : 1 + random(1 << random(11))) all.push(n);
  return all;
}

/** Follows some points in stretches and checks each state. */
function checkPoints(engine: Engine, check: Check, view: ExactView, points: number, most: number): void {
  const random = sequence(7);
  const read = reader(engine);
  const p = engine.view.getInt32(slots.AT_ENTRY, true);
  for (let i = 0; i < points; i++) {
    const [row, column] = [random(view.rows), random(view.columns)];
    const orbit = check.orbitOf(row, column);
    for (const [j, limit] of limits(Math.min(most, view.iterations), random).entries()) {
      engine.view.setFloat64(slots.AT_LIMIT, limit, true);
      if (j === 0) engine.follow([[row, column]], 0);
      else engine.run.follow(p);
      const n = read.steps(p + entry.steps);
      const d = read.complex(p + entry.distance, check.fine);
      check.state(
        orbit,
        read.int(p + entry.reference),
        read.int(p + entry.index),
        n,
        d,
        read.mag(p + entry.error),
      );
      if (engine.view.getFloat64(p + entry.count, true) !== limit) break;
    }
  }
}

/** Takes tiles in stretches, cuts them where they are to be cut, and checks their models at some of their points. */
function checkTiles(engine: Engine, check: Check, view: ExactView, tiles: number, most: number): void {
  const random = sequence(11);
  const read = reader(engine);
  const p = engine.view.getInt32(slots.AT_STACK, true);
  const side = Math.min(64, view.columns, view.rows);
  for (let i = 0; i < tiles; i++) {
    engine.view.setFloat64(slots.AT_LIMIT, 0, true);
    engine.cover(random(view.rows - side + 1), random(view.columns - side + 1), side, side);
    for (const limit of limits(Math.min(most, view.iterations), random)) {
      engine.view.setFloat64(slots.AT_LIMIT, limit, true);
      let count = engine.run.advance_tile(p);
      while (count < 0 && read.int(p + tile.width) > 2) {
        checkModel(read, check, p, random);
        const end = engine.run.cut_tile(p);
        const parts = (end - p) / tile.bytes;
        engine.run.copy_tile(p + random(parts) * tile.bytes, p);
        count = engine.run.advance_tile(p);
      }
      checkModel(read, check, p, random);
      if (count !== limit) break;
    }
  }
}

function checkModel(
  read: ReturnType<typeof reader>,
  check: Check,
  p: number,
  random: (below: number) => number,
): void {
  const bits = check.fine;
  const row = read.int(p + tile.y) + random(read.int(p + tile.height));
  const column = read.int(p + tile.x) + random(read.int(p + tile.width));
  const radius = dyadicToFixed(read.mag(p + tile.radius), bits);
  const center = read.complex(p + tile.center, bits);
  const offset = check.offset(row, column);
  // t in fixed point; a unit of it changes d by less than a unit of the last bit of anything here.
  const t = [0, 1].map((i) => ((offset[i]! - center[i]!) << BigInt(bits)) / radius) as Fixed;
  let [x, y]: Fixed = [0n, 0n];
  for (let k = degree; k >= 0; k--) {
    const a = read.complex(p + tile.model + 32 * k, bits);
    [x, y] = [((x * t[0] - y * t[1]) >> BigInt(bits)) + a[0], ((x * t[1] + y * t[0]) >> BigInt(bits)) + a[1]];
  }
  const n = read.steps(p + tile.steps);
  const orbit = check.orbitOf(row, column);
  check.state(
    orbit,
    read.int(p + tile.reference),
    read.int(p + tile.index),
    n,
    [x, y],
    read.mag(p + tile.rest),
  );
}

async function checkView(
  view: ExactView,
  name: ArithmeticName,
  size: number,
  most: number,
  text?: string,
): Promise<Check> {
  const read = readView(view);
  const tables = await prepareReference(view);
  const check = new Check(read, tables.header.bits);
  const module = text === undefined ? undefined : compileKernel(name, text);
  checkPoints(makeEngine(read, tables, name, module), check, view, 2 * size, most);
  if (name !== 'pair') checkTiles(makeEngine(read, tables, name, module), check, view, size, most / 2);
  return check;
}

const viewOf = (name: string): ExactView => {
  const place = places.find((each) => each.name.startsWith(name))!;
  return placeView(place, place.points);
};
const size = isLong ? 20 : 1;
const most = isLong ? 12_000 : 2000;
/** Views that are checked when time is short. */
const few = ['d04', 'd10', 'j05', 'm02', 'm06'];
const checked: [name: string, view: ExactView, arithmetic: ArithmeticName][] = [
  ...(isLong ? [...few, 'd01', 'd07', 'd08', 'j01', 'j03', 'j04', 'm04', 'm07'] : few).map(
    (name): [string, ExactView, ArithmeticName] => [name, viewOf(name), 'double'],
  ),
  ['d04', viewOf('d04'), 'pair'],
  ['j07', viewOf('j07'), 'scaled'],
  ['a turned view', { ...viewOf('d01'), rotation: 33 }, 'double'],
  ['a z0 that is not 0', { ...viewOf('m02'), z0: ['0.0000001', '0.1'] }, 'double'],
  ['the whole set', { ...base, columns: 40, rows: 30 }, 'double'],
];
for (const [name, view, arithmetic] of checked)
  test(`the bound holds at every state: ${name}, ${arithmetic}`, async () => {
    const { checks, violations } = await checkView(view, arithmetic, size, most);
    assert.ok(checks > 10, `${checks} checks`);
    assert.equal(violations, 0, `of ${checks}`);
  });

/** Parts of the bounds, and what a mutant has instead. */
const mutants: [what: string, view: string, ...change: [from: string, to: string][]][] = [
  [
    'the rounding of a step',
    'd01',
    ['noise * size', 'noise * size * 0.001'],
    ['* r + C0)', '* r + C0 * 0.001)'],
  ],
  ['the growth of an error in a step', 'm02', ['(r + r + e) * e', '(r + r + e) * (e * 0.75)']],
  [
    'the rounding of blocks',
    'j05',
    ['tau, radii)', 'tau * 1e-9, radii)'],
    ['U * NOISE', 'U * 4.0'],
    ['let w = U * 16.0;', 'let w = U * 0.001;'],
    ['U * 1.01', 'U * 0.001'],
    ['U * 12.0', 'U * 0.001'],
    ['U * 16.0)', 'U * 0.001)'],
  ],
  [
    'what blocks cut off',
    'd04',
    ['let k3 = y_a20 * t3', 'let k3 = y_a20 * t3 * 0.0'],
    ['p3 = kB * t3 + kA * t2', 'p3 = kB * t3 + kA * t2 * 0.0001'],
    ['y_aA * x_c3', 'y_aA * x_c3 * 0.0001'],
  ],
  ['the slope of a block', 'j05', ['let slope = modulus(s + t + t)', 'let slope = modulus(s + t + t) * 0.5']],
  [
    'what a tile cuts off',
    'd10',
    ['+ rest) + tail +', '+ rest) + tail * 0.0001 +'],
    ['rest * rest + tail +', 'rest * rest + tail * 0.0001 +'],
    ['let adds = (((', 'let adds = 0.0001 * ((('],
  ],
  [
    'the growth of a tile error',
    'm06',
    ['((az + rho) * 2.0 + rest)', '((az + rho) * 1.5 + rest)'],
    ['let s = (sigma + extra / least) * UP40;', 'let s = extra / least;'],
  ],
];
for (const [what, name, ...changes] of mutants)
  test(`a mutant breaks the bound: ${what}`, async () => {
    let text = kernelText('double');
    for (const [from, to] of changes) {
      assert.ok(text.includes(from), from);
      text = text.replaceAll(from, to);
    }
    const { checks, violations } = await checkView(viewOf(name), 'double', 2, 8000, text);
    assert.ok(violations > 0, `none of ${checks}`);
  });
