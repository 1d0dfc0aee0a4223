// What a user of the package computes: a function that stands in a module of its own.
export function steps(n: number): number {
  let count = 0;
  for (; n > 1; count++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  return count;
}
