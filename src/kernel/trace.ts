// What is known of points besides their counts: each orbit is followed once more (orbits.ts), and what it ends with is
// read here. Sources: the continuous count is by Peitgen and Richter (1986) and Vepstas (1997), from the potential
// log|z_k| / d^k; the distance estimate by Milnor and Thurston, in Peitgen and Saupe (1988), appendix D; orbit traps by
// Pickover. They are estimates, of which only the bytes are exact: no engine's own logarithm takes part.
import type { Expression } from '../formula/expression.js';
import type { Complex } from '../scene/complex.js';
import type { Trap } from '../scene/scene.js';
import { overflowBounds } from './bounds.js';
import { realFunctions } from './functions.js';
import type { Counts } from './kernel.js';
import { lower } from './lower.js';
import { type Follower, type FollowOptions, fields, orbitsAtOnce, pairLength, placeOf } from './orbits.js';
import { pointAt, rangeOf, type SamplePoints } from './points.js';
import type { KernelJob } from './reference.js';
import { readsPrevious } from './step.js';

/** What is known of each point besides its count, row after row; what is there was asked for. */
export interface Channels {
  /** The continuous count: continuous across dwell bands. Equal to `iterations` where the point never escapes. */
  readonly smooth?: Float64Array;
  /** Exterior distance estimate, in spacings of the sample points; 0 where the point never escapes. */
  readonly distance?: Float32Array;
  /** Direction in which points escape ever sooner (gradient of the potential), in turns from 0 up to 1. */
  readonly slope?: Float32Array;
  /** The argument of the z at which the orbit was left, in turns from 0 up to 1 (decomposition). */
  readonly angle?: Float32Array;
  /** How near the orbit came to the trap, in the plane's units. */
  readonly trap?: Float32Array;
  /** The period of the cycle to which a point that does not escape is drawn; 0: escaped, or none found. */
  readonly period?: Uint16Array;
  /** To which fixed point its orbit has come (escape rule: convergence), from 1 on; 0: to none. */
  readonly basin?: Uint8Array;
}

export interface TraceJob {
  readonly kernel: KernelJob;
  readonly points: SamplePoints;
  /** From a sample point to the next, in the plane's units. */
  readonly spacing: number;
  readonly shading: Shading;
  readonly trap?: Trap | undefined;
  /** The number of the fixed point that is there, from 1 on, or 0. */
  readonly basinOf?: ((z: Complex) => number) | undefined;
}

/** What orbits must be followed with for these channels. */
export const followOptions = (wanted: readonly string[], trap: Trap | undefined): FollowOptions => ({
  hasSlopes: wanted.includes('distance') || wanted.includes('slope'),
  trap: wanted.includes('trap') ? trap : undefined,
});

/** |z| beyond which the potential is read: the next z differs from its leading term by a millionth. */
const leastShadingRadius = 2 ** 20;
/** Steps after the escape in which that radius should be reached. */
const mostShadingSteps = 64;
/** Two z are one, for a cycle, that are nearer than this relative to 1 or |z|; and where a period is made smaller. */
const [tolerance, looseTolerance] = [2 ** -40, 2 ** -30];
const leastWindow = 64;
/** Steps in which a period is looked for at least; no larger one fits the channel. */
const [leastSearch, largestPeriod] = [4096, 65535];

const { log, atan2 } = realFunctions;

/** How far orbits of a job are followed, and how their ends are read. */
export type Shading = ReturnType<typeof shadingOf>;

export function shadingOf(kernel: KernelJob, points: SamplePoints) {
  const { step, escape } = kernel;
  const growth = growthOf(step);
  const hasGrowth = growth !== undefined && growth >= 2;
  const degree = hasGrowth ? growth : 2;
  const rule = typeof escape === 'object' ? escape.bailout : escape;
  const bailout = typeof rule === 'number' ? rule : Number.MAX_VALUE;
  const bounds = hasGrowth && overflowBounds({ ...kernel, reach: rangeOf(points).reach });
  const far = bounds && bounds.thresholds.length > 0 ? Math.sqrt(bounds.trigger) : 0;
  const radius = Math.max(far, leastShadingRadius, rule === 'overflow' || !rule ? 0 : rule);
  const logBailout = log(bailout > 1.1 ? bailout : radius);
  const repeats = !readsPrevious(lower(step).instructions);
  const logConverged = typeof escape === 'object' ? log(escape.converged) : 0;
  return { hasGrowth, degree, logDegree: log(degree), bailout, radius, logBailout, logConverged, repeats };
}

/** Traces the points from place `start` up to but not `end` (row * columns + column) of a field of these counts. */
export function tracePoints(
  { kernel, points, spacing, shading, trap, basinOf }: TraceJob,
  { states, follow }: Follower,
  counts: Counts,
  [start, end]: readonly [start: number, end: number],
  into: Channels,
): void {
  const { iterations, escape, z0 } = kernel;
  const columns = points.columnRe.length;
  const { hasGrowth, degree, logDegree, bailout, radius, logBailout, logConverged, repeats } = shading;

  const get = (orbit: number, field: number) => states[placeOf(orbit, field)]!;
  const set = (orbit: number, field: number, value: number) => {
    states[placeOf(orbit, field)] = value;
  };

  function begin(orbit: number, place: number) {
    const [re, im] = pointAt(points, Math.floor(place / columns), place % columns);
    if (orbit % 2 === 0) states.fill(0, placeOf(orbit, 0), placeOf(orbit, 0) + pairLength);
    set(orbit, fields.pRe, re);
    set(orbit, fields.pIm, im);
    set(orbit, fields.zRe, z0 === 'p' ? re : z0[0]);
    set(orbit, fields.zIm, z0 === 'p' ? im : z0[1]);
    set(orbit, fields.dRe, z0 === 'p' ? 1 : 0);
    set(orbit, fields.from, Infinity);
    set(orbit, fields.near, -1);
    set(orbit, fields.least, Infinity);
  }

  const wantsShape = into.distance || into.slope;
  const wantsEnd = into.smooth || wantsShape || into.angle || into.trap || into.basin;

  /** Points that escape, or converge. */
  function traceEscaped(places: readonly number[]): void {
    if (typeof escape === 'object') traceConverged(places);
    else traceLeft(places, false);
  }

  function traceConverged(places: readonly number[]): void {
    const run = (after: number) => {
      for (let orbit = 0; orbit < places.length; orbit++)
        set(orbit, fields.most, Math.max(0, counts[places[orbit]!]! + after));
      follow(places.length);
      return states.slice();
    };
    const [first, second, last] = [run(-1), run(0), run(1)];
    const left = new Set<number>();
    for (let orbit = 0; orbit < places.length; orbit++) {
      const place = places[orbit]!;
      const [z, before] = [zOf(last, orbit), zOf(second, orbit)];
      const square = z[0] * z[0] + z[1] * z[1];
      if (!(square < Infinity && square <= bailout * bailout)) {
        left.add(orbit);
        continue;
      }
      if (into.basin) into.basin[place] = basinOf?.(z) ?? 0;
      const size = log(modulusOf(minus(z, before)));
      if (into.smooth) {
        const count = counts[place]!;
        const sizeBefore = count === 0 ? 0 : log(modulusOf(minus(before, zOf(first, orbit))));
        into.smooth[place] = count + shareBefore(sizeBefore, size, logConverged);
      }
      if (wantsShape) {
        const d = minus(dOf(last, orbit), dOf(second, orbit));
        const g = minus(gOf(last, orbit), gOf(second, orbit));
        const gradient = gradientOf(minus(z, before), d, g);
        writeShape(place, -size, [-gradient[0], -gradient[1]]);
      }
      writeEnd(place, orbit, z);
    }
    // Those that left are taken on in their places among the states; the others stand still.
    if (left.size > 0) traceLeft(places, true, left);
  }

  /** Points whose z grows, as far as the shading radius. */
  function traceLeft(places: readonly number[], isUnderWay: boolean, only?: ReadonlySet<number>): void {
    for (let orbit = 0; orbit < places.length; orbit++) {
      if (only && !only.has(orbit)) continue;
      const count = counts[places[orbit]!]!;
      const after = isUnderWay || escape !== 'overflow' ? count + 1 : count;
      set(orbit, fields.from, hasGrowth && escape === 'overflow' ? Math.min(1, count) : after);
      set(orbit, fields.most, hasGrowth && escape !== 'overflow' ? after + mostShadingSteps : after);
      set(orbit, fields.outside, radius * radius);
    }
    follow(places.length);
    const ends = states.slice();
    if (hasGrowth) {
      for (let orbit = 0; orbit < places.length; orbit++) {
        if (only && !only.has(orbit)) continue;
        set(orbit, fields.from, Infinity);
        set(orbit, fields.most, get(orbit, fields.taken) + 1);
      }
      follow(places.length);
    }
    for (let orbit = 0; orbit < places.length; orbit++) {
      if (only && !only.has(orbit)) continue;
      const place = places[orbit]!;
      const z = zOf(ends, orbit);
      set(orbit, fields.least, ends[placeOf(orbit, fields.least)]!);
      const size = log(modulusOf(z));
      // The next z is a z^d, but for little, whatever a is: so log|z| + log|a| / (d - 1) is what doubles, or the like.
      const next = hasGrowth ? (log(modulusOf(zOf(states, orbit))) - size) / (degree - 1) : Number.NaN;
      const potential = next > 0 && next < Infinity ? next : size;
      const taken = ends[placeOf(orbit, fields.taken)]!;
      if (into.smooth) into.smooth[place] = continuousCount(counts[place]!, taken, potential);
      if (wantsShape) writeShape(place, potential, gradientOf(z, dOf(ends, orbit), gOf(ends, orbit)));
      writeEnd(place, orbit, z);
    }
  }

  function continuousCount(count: number, taken: number, potential: number): number {
    if (!(potential > 0 && potential < Infinity)) return count;
    const value = taken - log(potential / logBailout) / logDegree;
    return hasGrowth ? value : Math.max(count, Math.min(count + 1, value));
  }

  /** Distance and direction, from a potential that is 0 at the boundary and the gradient of its logarithm's like. */
  function writeShape(place: number, potential: number, gradient: Complex): void {
    if (into.distance) {
      const distance = potential / modulusOf(gradient) / spacing;
      into.distance[place] = distance > 0 ? distance : 0;
    }
    if (into.slope) into.slope[place] = turnsOf(gradient);
  }

  function writeEnd(place: number, orbit: number, z: Complex): void {
    if (into.angle) into.angle[place] = turnsOf(z);
    writeTrap(place, orbit);
  }

  function writeTrap(place: number, orbit: number): void {
    if (!into.trap || !trap) return;
    const least = get(orbit, fields.least);
    into.trap[place] = 'point' in trap ? Math.sqrt(least) : least;
  }

  /**
   * Takes orbits on until z comes back to where it was, within a tolerance, and tells after how many steps; 0 where it
   * has not by so many steps. Where it is looked for from is put forward again and again (Brent 1980).
   */
  function findReturns(orbits: number, distance: number, most: number, firstWindow: number): number[] {
    const returns = new Array<number>(orbits).fill(0);
    let isLeft = true;
    for (let window = firstWindow; isLeft; window *= 2) {
      isLeft = false;
      for (let orbit = 0; orbit < orbits; orbit++) {
        const taken = get(orbit, fields.taken);
        if (returns[orbit]! > 0 || taken >= most) continue;
        const [markRe, markIm] = zOf(states, orbit);
        const near = distance * distance * Math.max(1, markRe * markRe + markIm * markIm);
        set(orbit, fields.markRe, markRe);
        set(orbit, fields.markIm, markIm);
        set(orbit, fields.most, taken + 1);
        set(orbit, fields.near, -1);
        set(orbit, fields.from, Infinity);
        returns[orbit] = -taken - 1;
        isLeft = true;
        nears[orbit] = near < Infinity ? near : -1;
      }
      if (!isLeft) break;
      follow(orbits);
      returns.forEach((at, orbit) => {
        if (at >= 0) return;
        set(orbit, fields.near, nears[orbit]!);
        set(orbit, fields.most, Math.min(most, -at - 1 + window));
      });
      follow(orbits);
      returns.forEach((at, orbit) => {
        if (at >= 0) return;
        const [re, im] = zOf(states, orbit);
        const [x, y] = [re - get(orbit, fields.markRe), im - get(orbit, fields.markIm)];
        const isBack = x * x + y * y <= nears[orbit]!;
        returns[orbit] = isBack ? get(orbit, fields.taken) + at + 1 : 0;
        // What has left after all, as may happen beyond the last step counted, stands still and has no period.
        if (!isBack && get(orbit, fields.taken) < get(orbit, fields.most)) set(orbit, fields.taken, most);
      });
    }
    return returns;
  }

  /** Points that do not escape: their nearest to the trap, and the period of where they go. */
  function traceInside(places: readonly number[]): void {
    const orbits = places.length;
    // What repeats bit for bit comes no nearer to a trap, and is in its cycle.
    if (repeats) findReturns(orbits, 0, iterations, leastWindow);
    else {
      for (let orbit = 0; orbit < orbits; orbit++) set(orbit, fields.most, iterations);
      follow(orbits);
    }
    places.forEach(writeTrap);
    if (!into.period) return;
    for (let orbit = 0; orbit < orbits; orbit++) set(orbit, fields.taken, 0);
    const found = findReturns(orbits, tolerance, Math.max(iterations, leastSearch), leastWindow);
    // Turning as they come nearer, orbits may be near enough to where they were after some rounds only.
    for (let orbit = 0; orbit < orbits; orbit++) {
      set(orbit, fields.taken, 0);
      set(orbit, fields.most, 0);
    }
    const smaller = findReturns(orbits, looseTolerance, Math.max(1, ...found), Math.max(1, ...found));
    places.forEach((place, orbit) => {
      const [period, part] = [found[orbit]!, smaller[orbit]!];
      const least = period > 0 && part > 0 && period % part === 0 ? part : period;
      into.period![place] = least <= largestPeriod ? least : 0;
    });
  }
  const nears = new Float64Array(orbitsAtOnce);

  function inBatches(isWanted: (place: number) => boolean, trace: (places: number[]) => void): void {
    let places: number[] = [];
    for (let place = start; place < end; place++) {
      if (!isWanted(place)) continue;
      begin(places.length, place);
      places.push(place);
      if (places.length < orbitsAtOnce) continue;
      trace(places);
      places = [];
    }
    if (places.length > 0) trace(places);
  }

  const isInside = (place: number) => counts[place] === iterations;
  if (into.smooth)
    for (let place = start; place < end; place++) if (isInside(place)) into.smooth[place] = iterations;
  if (wantsEnd) inBatches((place) => !isInside(place), traceEscaped);
  if (into.trap || into.period) inBatches(isInside, traceInside);
}

/** Which share of a step was left when the logarithm of its size, falling from `before` to `after`, came to `least`. */
function shareBefore(before: number, after: number, least: number): number {
  if (after === -Infinity) return 0;
  const share = (before - least) / (before - after);
  return share >= 0 && share <= 1 ? share : 1;
}

/** The degree of z -> step in z, far out; undefined where it grows like no power. */
export function growthOf(step: Expression): number | undefined {
  switch (step.kind) {
    case 'constant':
      return 0;
    case 'variable':
      return step.name === 'z' ? 1 : 0;
    case 'negate':
      return growthOf(step.operand);
    case 'power': {
      const base = growthOf(step.base);
      return base === undefined ? base : base * step.exponent;
    }
    case 'call': {
      const inner = growthOf(step.operand);
      if (inner === 0 || ['conj', 're', 'im', 'abs'].includes(step.name)) return inner;
      return step.name === 'sqrt' && inner !== undefined ? inner / 2 : undefined;
    }
    default: {
      const [left, right] = [growthOf(step.left), growthOf(step.right)];
      if (left === undefined || right === undefined) return undefined;
      if (step.kind === 'multiply') return left + right;
      return step.kind === 'divide' ? left - right : Math.max(left, right);
    }
  }
}

const zOf = (states: Float64Array, orbit: number): Complex => pairOf(states, placeOf(orbit, fields.zRe));
const dOf = (states: Float64Array, orbit: number): Complex => pairOf(states, placeOf(orbit, fields.dRe));
const gOf = (states: Float64Array, orbit: number): Complex => pairOf(states, placeOf(orbit, fields.gRe));
/** A field and the next one, as a real and an imaginary part. */
const pairOf = (states: Float64Array, place: number): Complex => [states[place]!, states[place + 2]!];

const minus = (v: Complex, w: Complex): Complex => [v[0] - w[0], v[1] - w[1]];

/** |z|, of large and small numbers too. */
function modulusOf([x, y]: Complex): number {
  const size = Math.max(Math.abs(x), Math.abs(y));
  if (!(size > 0 && size < Infinity)) return size;
  return size * Math.sqrt((x / size) * (x / size) + (y / size) * (y / size));
}

/** The gradient of log|z| by the sample point: the conjugate of D/z, plus G/z. */
function gradientOf(z: Complex, d: Complex, g: Complex): Complex {
  const size = Math.max(Math.abs(z[0]), Math.abs(z[1]));
  const [x, y] = [z[0] / size, z[1] / size];
  const square = (x * x + y * y) * size;
  const re = d[0] * x + d[1] * y + g[0] * x + g[1] * y;
  const im = d[0] * y - d[1] * x + g[1] * x - g[0] * y;
  return [re / square, im / square];
}

/** The argument in turns, from 0 up to 1 as a float of 32 bits; 0 where there is none. */
function turnsOf([x, y]: Complex): number {
  const turns = atan2(y, x) / (2 * Math.PI);
  const positive = Math.fround(turns < 0 ? turns + 1 : turns);
  return positive >= 0 && positive < 1 ? positive : 0;
}
