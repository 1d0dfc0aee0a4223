// How counts were settled, as it is told of rectangles and of pictures.

/** How a rectangle's counts were settled: sums over all points that were counted with it. */
export interface ExactReport {
  /** Points that were settled together with their tile. */
  tiles: number;
  /** Points that were followed one by one, by blocks and steps in doubles. */
  points: number;
  /** Points that were undecided after each rung of the ladder; after the last one, big numbers, none is. */
  readonly undecided: number[];
}

export const emptyReport = (): ExactReport => ({ tiles: 0, points: 0, undecided: [] });
