// The function that the workers run. It stands in a module of its own, because a worker gets a function by the name
// under which a module exports it.
import { type Complex, type ComplexGrid, escapeCounts, type Field } from 'mandoline';

/** What does not change from slice to slice. */
export interface Parameters {
  readonly iterations: number;
  readonly c: Complex;
  /** Counts by a plain loop instead of the library's vector instructions. */
  readonly plain?: boolean;
}

/** For each point of the grid: how many of the iterations of z := z^2 + c leave it finite. */
export function juliaSet(grid: ComplexGrid, parameters: Parameters): Field {
  return parameters.plain ? pointByPoint(grid, parameters) : escapeCounts(grid, parameters);
}

/** The same, as anybody would write it: all steps of a point, then the next point. */
export function pointByPoint({ rows, columns, values }: ComplexGrid, { iterations, c }: Parameters): Field {
  const [cRe, cIm] = c;
  const counts = new Uint16Array(rows * columns);
  for (let i = 0; i < counts.length; i++) {
    let x = values[2 * i]!;
    let y = values[2 * i + 1]!;
    let count = 0;
    for (; count < iterations; count++) {
      const half = x * y;
      x = x * x - y * y + cRe;
      y = half + half + cIm;
      if (!isFinite(x, y)) break;
    }
    counts[i] = count;
  }
  return { rows, columns, counts };
}

/** Whether |x + iy| is. Its root is taken only where it decides: of all the counts of the lesson nowhere. */
export function isFinite(x: number, y: number): boolean {
  const a = Math.abs(x);
  const b = Math.abs(y);
  return a + b < 2 ** 1023 || (a < Infinity && b < Infinity && Math.hypot(x, y) < Infinity);
}
