// The function that the workers run. It stands in a module of its own, because a worker gets a function by the name
// under which a module exports it.
import { type Complex, type ComplexGrid, escapeCounts, type Field } from 'mandoline';

/** What does not change from slice to slice. */
export interface Parameters {
  readonly iterations: number;
  readonly c: Complex;
  /** Counts as a program in numpy would, instead of by the library. */
  readonly slow?: boolean;
}

/** For each point of the grid: how many of the iterations of z := z^2 + c leave it finite. */
export function juliaSet(grid: ComplexGrid, parameters: Parameters): Field {
  return parameters.slow ? stepByStep(grid, parameters) : escapeCounts(grid, parameters);
}

/** The same as numpy would do it: one step of all points, then the next step. */
export function stepByStep({ rows, columns, values }: ComplexGrid, { iterations, c }: Parameters): Field {
  const [cRe, cIm] = c;
  const counts = new Uint16Array(rows * columns);
  const z = values.slice();
  for (let step = 0; step < iterations; step++) {
    for (let i = 0; i < counts.length; i++) {
      const x = z[2 * i]!;
      const y = z[2 * i + 1]!;
      const half = x * y;
      const re = x * x - y * y + cRe;
      const im = half + half + cIm;
      z[2 * i] = re;
      z[2 * i + 1] = im;
      if (isFinite(re, im)) counts[i]!++;
    }
  }
  return { rows, columns, counts };
}

/** Whether |x + iy| is. Its root is taken only where it decides: of all the counts of the lesson nowhere. */
export function isFinite(x: number, y: number): boolean {
  const a = Math.abs(x);
  const b = Math.abs(y);
  return a + b < 2 ** 1023 || (a < Infinity && b < Infinity && Math.hypot(x, y) < Infinity);
}
