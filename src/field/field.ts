// The array of results: one count per sample point. render/ fills it, color/ colours it.

import type { Channels } from '../kernel/ends.js';
import type { Counts } from '../kernel/kernel.js';

export type { Channels, Counts };

/** A channel that a field may have besides its counts; see `Channels`. */
export type ChannelName = keyof Channels;

/** The result of a render. `counts` holds `rows * columns` numbers, row after row, first row on top. */
export interface Field {
  /** Number of rows of points, from top to bottom. */
  readonly rows: number;
  /** Number of points per row, from left to right. */
  readonly columns: number;
  /** Per point, the number of steps after which it has not escaped: 0 to the scene's `iterations`. */
  readonly counts: Counts;
  /** The requested channels, each with one entry per point, as `counts`. */
  readonly channels?: Channels | undefined;
}
