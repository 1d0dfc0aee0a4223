// The sum of an array of numbers, by which benchmarks see that all ways give the same.

export function sum(values: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < values.length; i++) all += values[i]!;
  return all;
}
