// The array of results: one count per sample point. What fills it is render's, what it looks like is color's.

import type { Channels } from '../kernel/ends.js';
import type { Counts } from '../kernel/kernel.js';

export type { Channels, Counts };

/** What a field may have for each point besides its count: see `Channels`. */
export type ChannelName = keyof Channels;

/** The result of a render. `counts` holds `rows * columns` numbers, row after row, first row on top. */
export interface Field {
  /** How many rows of points, from top to bottom. */
  readonly rows: number;
  /** How many points in a row, from left to right. */
  readonly columns: number;
  /** For each point how many steps left it not escaped, 0 to the scene's `iterations`. */
  readonly counts: Counts;
  /** Those that were asked for, each with an entry for every point as `counts`. */
  readonly channels?: Channels | undefined;
}
