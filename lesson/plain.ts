// The counts of a grid in plain TypeScript: a point after the other, and the whole array again and again, as numpy does.
// Both give the same counts as the library's kernel; they are slower, and show why.
import type { ComplexGrid, Field } from 'mandoline';
import type { Parameters } from './julia.js';

/** All steps of a point, then the next point: two numbers are under way, which stay in the processor's registers. */
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

/** One step of all points, then the next step: the whole array goes through the processor for each step. */
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
function isFinite(x: number, y: number): boolean {
  const a = Math.abs(x);
  const b = Math.abs(y);
  return a + b < 2 ** 1023 || (a < Infinity && b < Infinity && Math.hypot(x, y) < Infinity);
}
