// The benchmarks' jobs, for every pool the same. Of pool.ts: a tiny task, and 4000 numbers into a shared array. Of
// pool-jobs.ts: a convolution, a file of numbers, random points.
import { readFileSync } from 'node:fs';

export const increment = (x) => x + 1;
export const fillShared = ({ buffer, index }) => {
  new Float64Array(buffer, index * 4000 * 8, 4000).fill(index);
};
/** The same for a pool that hands out slices. */
export const fillSlice = (slice, { start }) => {
  slice.fill(start);
};

const weights = new Float32Array([1, 8, 28, 56, 70, 56, 28, 8, 1].map((weight) => weight / 256));

/** Smooths what is in `source` into `target`, from one place to another; outside of it there are zeros. */
const smooth = (source, target, start, end) => {
  const half = weights.length >> 1;
  for (let i = start; i < end; i++) {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += weights[k] * (source[i + k - half] ?? 0);
    target[i - start] = sum;
  }
};
export const convolve = ({ from, to, start, end }) =>
  smooth(new Float32Array(from), new Float32Array(to).subarray(start, end), start, end);
export const convolveSlice = (slice, { start, end }, from) =>
  smooth(new Float32Array(from), slice, start, end);

/** The sum of each column of a file of comma-separated numbers. */
export const sumColumns = (path) => {
  const sums = [];
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n'))
    for (const [column, cell] of line.split(',').entries()) sums[column] = (sums[column] ?? 0) + Number(cell);
  return sums;
};

/** How many of so many points, by xorshift32 from a seed on, are in the quarter of a circle. */
export const countInside = ({ seed, points }) => {
  let state = seed;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  let inside = 0;
  for (let i = 0; i < points; i++) if (next() ** 2 + next() ** 2 < 1) inside++;
  return inside;
};
