// The plain loop, except that it stops at the step in which a point escapes. The counts are the same.
import type { ComplexGrid, Field } from 'mandoline';
import { isFinite, type Parameters } from './julia.js';

export function untilEscape({ rows, columns, values }: ComplexGrid, { iterations, c }: Parameters): Field {
  const [cRe, cIm] = c;
  const counts = new Uint16Array(rows * columns);
  for (let i = 0; i < counts.length; i++) {
    let x = values[2 * i]!;
    let y = values[2 * i + 1]!;
    let count = 0;
    for (; count < iterations; count++) {
      const xy = x * y;
      x = x * x - y * y + cRe;
      y = 2 * xy + cIm;
      if (!isFinite(x, y)) break;
    }
    counts[i] = count;
  }
  return { rows, columns, counts };
}
