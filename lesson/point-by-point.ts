// The counts in plain TypeScript: all steps of a point, then the next point. They are the same.
import type { ComplexGrid, Field } from 'mandoline';
import { isFinite, type Parameters } from './julia.js';

/** Two numbers are under way, which stay in the processor's registers; a point that has escaped is done with. */
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
