// The array of results: one count per sample point. What fills it is render's, what it looks like is color's.
import type { Counts } from '../kernel/kernel.js';

export type { Counts };

/** What is known of each point besides its count, row after row; only what was asked for. */
export interface Channels {
  /** The continuous count: continuous across dwell bands. Equal to `iterations` where the point never escapes. */
  readonly smooth?: Float64Array;
  /** Exterior distance estimate in pixels' (sample spacings') sides; 0 where the point never escapes. */
  readonly distance?: Float32Array;
  /** Direction in which the escape is slowest->fastest (gradient of the potential), in turns from 0 up to 1. */
  readonly slope?: Float32Array;
  /** The argument of the z at which the orbit was left, in turns from 0 up to 1 (decomposition). */
  readonly angle?: Float32Array;
  /** How near the orbit came to the trap, in the plane's units. */
  readonly trap?: Float32Array;
  /** The period of the cycle to which a point that does not escape is drawn; 0: escaped, or none found. */
  readonly period?: Uint16Array;
  /** To which fixed point its orbit has come (escape rule: convergence), from 1 on; 0: to none. */
  readonly basin?: Uint8Array;
}
export type ChannelName = keyof Channels;

/** The result of a render. `counts` holds `rows * columns` numbers, row after row, first row on top. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Counts;
  readonly channels?: Channels | undefined;
}
