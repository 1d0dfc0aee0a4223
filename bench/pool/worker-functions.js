// The benchmark's two jobs, for every pool the same: a tiny task, and 4000 numbers into a shared array.
export const increment = (x) => x + 1;
export const fillShared = ({ buffer, index }) => {
  new Float64Array(buffer, index * 4000 * 8, 4000).fill(index);
};
/** The same for a pool that hands out slices. */
export const fillSlice = (slice, { start }) => {
  slice.fill(start);
};
