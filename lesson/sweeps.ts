// The counts in numpy's style: each step goes over all points before the next step begins. The counts are the same.
import type { ComplexGrid, Field } from 'mandoline';
import { isFinite, type Parameters } from './julia.js';

export function sweeps({ rows, columns, values }: ComplexGrid, { iterations, c }: Parameters): Field {
  const [cRe, cIm] = c;
  const counts = new Uint16Array(rows * columns);
  const z = values.slice();
  for (let step = 0; step < iterations; step++) {
    for (let i = 0; i < counts.length; i++) {
      const x = z[2 * i]!;
      const y = z[2 * i + 1]!;
      const re = x * x - y * y + cRe;
      const im = 2 * (x * y) + cIm;
      z[2 * i] = re;
      z[2 * i + 1] = im;
      if (isFinite(re, im)) counts[i]!++;
    }
  }
  return { rows, columns, counts };
}
