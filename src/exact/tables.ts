// What all rectangles of a view need, and one worker computes.
import type { FormulaTables } from './formula-reference.js';
import type { ReferenceOrbit } from './reference.js';

/** How a long preparation is reported and stopped. */
export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called at intervals with the work done and an upper bound of the total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Data for all rectangles of a view: plain data, shared between threads if memory can be shared. */
export interface ReferenceTables {
  readonly header: ReferenceHeader;
  /** The orbit next to which points start, and the critical orbit if it is another one. */
  readonly orbits: readonly ReferenceOrbit[];
  /** In place of these, what formulas other than z^2 + c have; absent where big numbers count them. */
  readonly formula?: FormulaTables | undefined;
}

export interface ReferenceHeader {
  /** Fractional bits of the reference orbits. */
  readonly bits: number;
  /** Total steps of the reference orbits. */
  readonly steps: number;
  /** The period of the nucleus next to the centre, if there is one. */
  readonly period?: number | undefined;
}
