// The benchmark's two jobs, for every pool the same: a tiny task, and 4000 numbers into a shared array.
export const increment = (x) => x + 1;
export function fillShared({ buffer, index }) {
  const slice = new Float64Array(buffer, index * 4000 * 8, 4000);
  for (let i = 0; i < slice.length; i++) slice[i] = index + i;
}
/** The same for a pool that hands out slices. */
export function fillSlice(slice, { start }) {
  for (let i = 0; i < slice.length; i++) slice[i] = start + i;
}
