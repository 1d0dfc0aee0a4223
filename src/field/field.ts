// The array of results: one count per sample point. What fills it is render's, what it looks like is color's.
import type { Counts } from '../kernel/kernel.js';
import type { Channels } from '../kernel/trace.js';

export type { Channels, Counts };

export type ChannelName = keyof Channels;

/** The result of a render. `counts` holds `rows * columns` numbers, row after row, first row on top. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Counts;
  readonly channels?: Channels | undefined;
}
