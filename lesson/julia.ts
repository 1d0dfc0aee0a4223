// The function that the workers run. It is in its own module, because workers import the module and look the
// function up by name.
import type { Complex, ComplexGrid, Field } from 'mandoline';

/** What is the same for every slice. */
export interface Parameters {
  readonly iterations: number;
  readonly c: Complex;
}

/** For each point of the grid: after how many of the iterations of z := z^2 + c it is still finite. */
export function juliaSet({ rows, columns, values }: ComplexGrid, { iterations, c }: Parameters): Field {
  const [cRe, cIm] = c;
  const counts = new Uint16Array(rows * columns);
  for (let i = 0; i < counts.length; i++) {
    let x = values[2 * i]!;
    let y = values[2 * i + 1]!;
    let count = 0;
    for (let step = 0; step < iterations; step++) {
      const xy = x * y;
      x = x * x - y * y + cRe;
      y = 2 * xy + cIm;
      if (isFinite(x, y)) count++;
    }
    counts[i] = count;
  }
  return { rows, columns, counts };
}

/** Whether |x + iy| is finite. The square root is needed only within a factor of 2 of the largest number. */
export function isFinite(x: number, y: number): boolean {
  const a = Math.abs(x);
  const b = Math.abs(y);
  return a + b < 2 ** 1023 || (a < Infinity && b < Infinity && Math.hypot(x, y) < Infinity);
}
