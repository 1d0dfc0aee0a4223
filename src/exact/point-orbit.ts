// What an oracle knows of one sample point's orbit: see oracle.ts.
import type { Dyadic } from './dyadic.js';
import type { DecimalPair, DyadicPair } from './view.js';

/** A number that is the sum of a decimal and a dyadic one: the centre and an offset. */
export type Sum = readonly [DecimalPair, DyadicPair];

/** The result of following one ball: a count, or the undecided step and whether the ball was small. */
export type Attempt = { readonly count: number } | { readonly undecided: number; readonly isSmall: boolean };

export interface PointOrbit {
  /** Follows a ball of this many bits; `insideAt`: steps at which |z| is known to be at most the radius. */
  follow(bits: number, insideAt: ReadonlySet<number>): Attempt;
  /** Whether |z_n| is above the radius, in rational numbers; undefined if they would be too long. */
  compare(radius: Dyadic, n: number): boolean | undefined;
}

/** The most bits of rational numbers. */
export const mostRationalBits = 2 ** 22;
