// The report of how counts were settled, for rectangles and for pictures.

/** How a rectangle's counts were settled: sums over all points counted with it. */
export interface ExactReport {
  /** Points settled together with their tile. */
  tiles: number;
  /** Points counted one by one in doubles, by blocks and steps. */
  points: number;
  /** Points still undecided after each rung of the ladder; none after the last one, big numbers. */
  readonly undecided: number[];
}

export const emptyReport = (): ExactReport => ({ tiles: 0, points: 0, undecided: [] });
