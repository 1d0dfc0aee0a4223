// Points that never escape: how near their orbits come to the trap, and the period of the cycle to which they are drawn.
// Orbits are moved on by orbits.ts, or by its oracle; how far, and what their ends mean, is said here.
import type { Complex } from '../scene/complex.js';
import type { Channels, ShadeJob } from './ends.js';
import type { Counts } from './kernel.js';
import { lower } from './lower.js';
import { type Follower, fields, orbitsAtOnce, pairLength, placeOf } from './orbits.js';
import { pointAt, type SamplePoints } from './points.js';
import { readsPrevious } from './step.js';

/** Two z are one, for a cycle, that are nearer than this relative to 1 or |z|; and where a period is made smaller. */
const [tolerance, looseTolerance] = [2 ** -40, 2 ** -30];
const leastWindow = 64;
/** Steps in which a period is looked for at least; no larger one fits the channel. */
const [leastSearch, largestPeriod] = [4096, 65535];

/** Fills channels of some rows, row after row, where their counts say that points never escape. */
export function traceInside(
  { kernel, trap }: ShadeJob,
  points: SamplePoints,
  follower: Follower | undefined,
  counts: Counts,
  into: Channels,
): void {
  const { iterations, z0 } = kernel;
  const columns = points.columnRe.length;
  if (into.smooth)
    for (let place = 0; place < counts.length; place++) if (isInside(place)) into.smooth[place] = iterations;
  if (!follower || (!into.trap && !into.period)) return;
  const { states, follow } = follower;
  const repeats = !readsPrevious(lower(kernel.step).instructions);
  const nears = new Float64Array(orbitsAtOnce);
  inBatches();

  function isInside(place: number): boolean {
    return counts[place] === iterations;
  }

  function get(orbit: number, field: number): number {
    return states[placeOf(orbit, field)]!;
  }

  function set(orbit: number, field: number, value: number): void {
    states[placeOf(orbit, field)] = value;
  }

  function inBatches(): void {
    let places: number[] = [];
    for (let place = 0; place < counts.length; place++) {
      if (!isInside(place)) continue;
      begin(places.length, place);
      places.push(place);
      if (places.length < orbitsAtOnce) continue;
      trace(places);
      places = [];
    }
    if (places.length > 0) trace(places);
  }

  function begin(orbit: number, place: number) {
    const [re, im] = pointAt(points, Math.floor(place / columns), place % columns);
    if (orbit % 2 === 0) states.fill(0, placeOf(orbit, 0), placeOf(orbit, 0) + pairLength);
    set(orbit, fields.pRe, re);
    set(orbit, fields.pIm, im);
    set(orbit, fields.zRe, z0 === 'p' ? re : z0[0]);
    set(orbit, fields.zIm, z0 === 'p' ? im : z0[1]);
    set(orbit, fields.near, -1);
    set(orbit, fields.least, Infinity);
  }

  function writeTrap(place: number, orbit: number): void {
    if (!into.trap) return;
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

  /** Their nearest to the trap, and the period of where they go. */
  function trace(places: readonly number[]): void {
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
}

const zOf = (states: Float64Array, orbit: number): Complex => [
  states[placeOf(orbit, fields.zRe)]!,
  states[placeOf(orbit, fields.zIm)]!,
];
