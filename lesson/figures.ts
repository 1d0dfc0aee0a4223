// What the lesson's programs report in addition to what they print, so that `mandoline lesson` can draw it and say what
// it shows: numbers only, sent to the process that started the program, if it listens.
import type { Scene } from 'mandoline';
import type { SliceTime } from 'mandoline/pool';
import type { Load } from './load.js';

/** Something to draw. Times are in seconds. */
export type Figure =
  /** The stages of a whole program, in their order. */
  | { readonly kind: 'stages'; readonly program: string; readonly rows: readonly Timed[] }
  /** One thing timed again and again; `first` is the run that warmed up. */
  | {
      readonly kind: 'runs';
      readonly title: string;
      readonly first: number;
      readonly seconds: readonly number[];
    }
  /** Ways to do one thing. */
  | { readonly kind: 'bars'; readonly title: string; readonly rows: readonly Timed[] }
  /** Seconds by the number of slices, a line for each series. */
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly rows: readonly (Timed & { readonly slices: number })[];
    }
  /** Which worker computed which slice, and when; where there is a scene, slices are rows of its picture. */
  | {
      readonly kind: 'lanes';
      readonly title: string;
      readonly slices: number;
      /** All workers of the pool, also those that got no slice. */
      readonly workers: number;
      readonly times: readonly SliceTime[];
      readonly scene?: Scene;
    }
  /** Speed-ups by workers, with the serial fraction that Amdahl's law finds in the best of them. */
  | {
      readonly kind: 'speedUp';
      readonly title: string;
      readonly rows: readonly SpeedUp[];
      readonly serial: number | undefined;
    };

/** What was timed, and how long it took. */
export interface Timed {
  readonly name: string;
  readonly seconds: number;
}

export interface SpeedUp {
  readonly name: string;
  readonly slices: number;
  readonly workers: number;
  readonly speedUp: number;
}

/** The progress of a program that takes long. */
export interface Step {
  readonly kind: 'step';
  readonly done: number;
  readonly of: number;
}

export function tell(message: Figure | Step | Load): void {
  process.send?.(message);
}
