// Basins: the fixed point to which an orbit converges, if the escape rule is convergence. Everything is computed by the
// oracle (kernel/reference.ts), so that it is the same everywhere.
import type { BasinMap } from '../kernel/ends.js';
import { realFunctions } from '../kernel/functions.js';
import { pointAt, type SamplePoints } from '../kernel/points.js';
import { type KernelJob, orbitReference } from '../kernel/reference.js';
import type { Complex } from '../scene/complex.js';

/** Orbits along each side of the grid from which fixed points are found. */
const gridSide = 24;
/** The numbers of a byte. */
const mostBasins = 255;

/**
 * The fixed points to which orbits from all over the sample points converge, ordered by argument from 0 to 2 pi, then by
 * modulus; at most 255. Empty unless the escape rule is convergence.
 */
export function findBasins(job: KernelJob, points: SamplePoints): BasinMap {
  // Orbits end about as far from a fixed point as two successive z are apart; much farther if they converge slowly.
  const tolerance = typeof job.escape === 'object' ? Math.sqrt(job.escape.converged) : 0;
  const map = { fixedPoints: [] as Complex[], tolerance };
  for (const row of spread(points.rowRe.length))
    for (const column of spread(points.columnRe.length)) {
      const end = limitOf(job, pointAt(points, row, column));
      if (end && basinAt(map, end) === 0 && map.fixedPoints.length < mostBasins) map.fixedPoints.push(end);
    }
  // Rounded, so that the last digits of an orbit do not decide on which side of the real axis its end lies.
  const key = ([re, im]: Complex) => {
    const [x, y] = [re, im].map((part) => Math.round(part / tolerance) * tolerance + 0) as [number, number];
    const angle = realFunctions.atan2(y, x);
    return { angle: angle < 0 ? angle + 2 * Math.PI : angle, square: x * x + y * y };
  };
  const keyed = map.fixedPoints.map((point) => ({ point, ...key(point) }));
  keyed.sort((a, b) => a.angle - b.angle || a.square - b.square);
  return { fixedPoints: keyed.map(({ point }) => point), tolerance };
}

/** The point to which an orbit converged; undefined if it escaped or has not converged. */
function limitOf(job: KernelJob, p: Complex): Complex | undefined {
  if (typeof job.escape !== 'object') return undefined;
  const { bailout = Infinity } = job.escape;
  const { count, z } = orbitReference(job, p);
  const square = z[0] * z[0] + z[1] * z[1];
  return count < job.iterations && square < Infinity && square <= bailout * bailout ? z : undefined;
}

/** The basin of an orbit that has converged there: the number of the nearest fixed point within the tolerance, from 1 on; 0 where there is none. */
export function basinAt({ fixedPoints, tolerance }: BasinMap, [re, im]: Complex): number {
  let [found, least] = [0, Infinity];
  fixedPoints.forEach(([x, y], index) => {
    const square = (re - x) * (re - x) + (im - y) * (im - y);
    if (square >= least || square > tolerance * tolerance * Math.max(1, x * x + y * y)) return;
    [found, least] = [index + 1, square];
  });
  return found;
}

/** Numbers spread evenly from 0 up to but not `length`. */
const spread = (length: number): number[] => {
  const count = Math.min(gridSide, length);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
};
