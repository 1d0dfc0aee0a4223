// Views that the tests of the exact engine share.
import type { ExactView } from '../../src/exact/view.js';
import { fixture } from '../support.js';

/** A deep view, and true counts of some of its points. */
export interface Truth {
  readonly name: string;
  readonly center: [string, string];
  readonly width: string;
  readonly columns: number;
  readonly rows: number;
  readonly iterations: number;
  readonly radius: number;
  readonly rows_at: number[];
  readonly columns_at: number[];
  readonly counts: number[][];
}

export interface TruthScene extends Truth {
  readonly plane: 'mandelbrot' | 'julia';
  readonly c?: [string, string];
}

/** Scenes and the true counts of some of their points, by big-number balls in Python. */
export const truth: readonly TruthScene[] = JSON.parse(fixture('deep-truth.json').toString());

/** The parameter plane around 0. */
export const base: ExactView = {
  plane: 'parameter',
  center: ['0', '0'],
  width: '4',
  rotation: 0,
  columns: 64,
  rows: 64,
  c: ['0', '0'],
  z0: ['0', '0'],
  radius: 2,
  iterations: 1000,
};

export const truthView = ({
  plane,
  c,
  center,
  width,
  columns,
  rows,
  iterations,
  radius,
}: TruthScene): ExactView => ({
  ...base,
  plane: plane === 'julia' ? 'dynamical' : 'parameter',
  ...(c && { c }),
  center,
  width,
  columns,
  rows,
  iterations,
  radius,
});

interface NamedView {
  readonly name: string;
  readonly plane: 'parameter' | 'dynamical';
  readonly center: [string, string];
  readonly c?: [string, string];
  readonly width: string;
  readonly iterations: number;
  readonly points: number;
}

/** Thirty places from 0.05 to 1e-320, dense and smooth, in both planes. */
export const places: readonly NamedView[] = JSON.parse(fixture('deep-views.json').toString());

export const placeView = ({ plane, center, c, width, iterations }: NamedView, points: number): ExactView => ({
  ...base,
  plane,
  center,
  width,
  iterations,
  columns: points,
  rows: points,
  ...(c && { c }),
});

/** Whole numbers that look random and are the same each time. */
export function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
