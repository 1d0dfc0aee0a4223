// A view: the usual sample points of a picture, the centres of its pixels. The real axis points right, the imaginary axis
// up. lattice.ts has the lesson's sample points.

import type { SceneIssue } from '../errors.js';
import { cosAndSin } from '../rotation.js';

/** A rectangle of the plane, `columns x rows` square pixels. */
export interface View {
  /** Its centre, as decimal text, so that deep zooms lose no digit. */
  readonly center: readonly [re: string, im: string];
  /** Its width in the plane, from 1e-1000000 to 8e307; in text below 1e-300, such as `1.7e-400`. */
  readonly width: number | string;
  /** Pixels from left to right, 1 to 100,000. */
  readonly columns: number;
  /** Pixels from top to bottom, 1 to 100,000. */
  readonly rows: number;
  /**
   * Counterclockwise rotation of the rectangle around its centre, in degrees, -360 to 360. Default: 0. Its content turns
   * clockwise.
   */
  readonly rotation?: number | undefined;
  /** Each pixel has `samples x samples` sample points, 1 to 3; default: 1. */
  readonly samples?: number | undefined;
}

/** The largest part of a sample point: the full width is still a finite double. */
export const farthest = 8e307;

/** The spacing of sample points, in doubles. */
export const spacingOf = ({ width, columns, samples = 1 }: View): number =>
  Number(width) / (columns * samples);

/**
 * What each row and each column of sample points adds, for the kernel. Without rotation, point [i][j] is cx + (j + 0.5 - columns/2) s + i (cy - (i + 0.5 - rows/2) s), where s is the spacing and columns and rows
 * are those of the points: `samples` times the pixels'. A turned one has (dx cos t - dy sin t) + i (dx sin t +
 * dy cos t) for dx + i dy.
 */
export function viewPoints(view: View) {
  const { center, columns, rows, rotation = 0, samples = 1 } = view;
  const spacing = spacingOf(view);
  const [cos, sin] = cosAndSin(rotation);
  const [re, im] = [Number(center[0]), Number(center[1])];
  const across = offsets(columns * samples, spacing);
  const down = offsets(rows * samples, spacing);
  return {
    rowRe: down.map((each) => part(each, sin)),
    rowIm: down.map((each) => im - part(each, cos)),
    columnRe: across.map((each) => re + part(each, cos)),
    columnIm: across.map((each) => part(each, sin)),
  };
}

const offsets = (length: number, spacing: number) =>
  Float64Array.from({ length }, (_, i) => (i + 0.5 - length / 2) * spacing);

/** A part of an offset; -0 if there is none, which changes no number when added. */
const part = (offset: number, factor: number) => (factor === 0 ? -0 : offset * factor);

/** The largest distance of a part of a sample point from 0. */
export function farthestOf({ center, width, columns, rows, rotation = 0 }: View): number {
  const [re, im] = center.map((each) => Math.abs(Number(each))) as [number, number];
  const [cos, sin] = cosAndSin(rotation).map(Math.abs) as [number, number];
  const [across, down] = [Number(width) / 2, ((Number(width) / columns) * rows) / 2];
  return Math.max(re + across * cos + down * sin, im + across * sin + down * cos);
}

/**
 * The width below which neighbours among the sample points may be one double. Those of a turned view are rounded
 * twice, and only one of their parts need differ, by 0.7 of the spacing or more: three times as much.
 */
export function leastWidth(view: View): number {
  const { columns, rotation = 0, samples = 1 } = view;
  return 2 ** -52 * farthestOf(view) * columns * samples * (rotation % 90 === 0 ? 1 : 3);
}

/** What is wrong with a view whose points are too far out. */
export function placeIssues(view: View): SceneIssue[] {
  if (farthestOf(view) <= farthest) return [];
  const given = `around ${view.center.join(', ')}`;
  return [{ path: 'view', given, accepted: 'must have all its points within 8e307 of 0' }];
}

/** What is wrong with a view for doubles: its points are too far out, or cannot be told apart. */
export function viewIssues(view: View): SceneIssue[] {
  const issues = placeIssues(view);
  if (issues.length > 0) return issues;
  const least = leastWidth(view);
  if (Number(view.width) >= least) return [];
  const { columns, samples = 1 } = view;
  const accepted =
    `must be at least ${(least * 1.1).toPrecision(2)} for ${columns} columns` +
    `${samples > 1 ? ` of ${samples} samples` : ''} there, ` +
    'where nearer points are the same in doubles';
  return [{ path: 'view.width', given: String(view.width), accepted }];
}
