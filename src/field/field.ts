// The array of results: one count per sample point. What fills it is render's, what it looks like is color's.
import type { Counts } from '../kernel/kernel.js';

export type { Counts };

/** The result of a render. `counts` holds `rows * columns` numbers, row after row, first row on top. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Counts;
  /** For each point to which fixed point its orbit has come, from 1 on; 0: to none. Only where it was asked for. */
  readonly basins?: Uint8Array | undefined;
}
