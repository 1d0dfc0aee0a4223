// What `mandoline render` says of a picture in exact arithmetic: what it will cost, and how its points were settled.
import { formatBytes } from '../errors.js';
import type { ExactSummary } from '../render/exact-job.js';
import { referenceCost } from '../render/reference-cost.js';
import type { Scene } from '../scene/scene.js';
import { large, say, seconds, several } from './text.js';

/** Durations of at least this many seconds are announced. */
const longSeconds = 60;

/** `50 s`, `12 min`, `3.4 h`, `2.1 days`. */
function duration(long: number): string {
  const units = [
    ['s', 1],
    ['min', 60],
    ['h', 3600],
    ['days', 86_400],
    ['years', 31_557_600],
  ] as const;
  const [unit, size] = units.findLast(([, size]) => long >= 1.5 * size) ?? units[0];
  return `${(long / size).toPrecision(2).replace(/^(\d+)e\+(\d+)$/, '$1e$2')} ${unit}`;
}

/** Says before it begins that a reference will take long. */
export function sayCost(scene: Scene): void {
  const cost = referenceCost(scene);
  if (!cost || cost.seconds < longSeconds) return;
  say(
    `the reference takes up to ${duration(cost.seconds)} and ${formatBytes(cost.bytes)}: ${cost.steps} steps of ` +
      `${cost.bits} bits; fewer --iterations or a larger --width take less, Ctrl-C stops it`,
  );
}

/** Says that the slices will take long. */
export function sayEstimate(estimated: number, workers: number): void {
  if (estimated < longSeconds) return;
  const hands = workers > 1 ? ` on ${workers} workers` : '';
  say(
    `the slices take about ${duration(estimated)}${hands}; a smaller --size takes less, ` +
      'Ctrl-C stops it, and --store keeps finished slices',
  );
}

/** How the points of a picture were settled, in two lines. */
export function exactLines({ reference, tiles, points, undecided }: ExactSummary): string[] {
  if (reference.steps === 0 && undecided[0] === points)
    return [`exact: ${large(points)} points by big numbers; no point is undecided`];
  const { bits, steps, period } = reference;
  const nucleus = period === undefined ? '' : `, period ${period}`;
  const rungs = undecided.length > 0 ? `; undecided after each further method: ${undecided.join(', ')}` : '';
  return [
    `reference ${seconds(reference.seconds)}: ${several(steps, 'step')} of ${bits} bits${nucleus}`,
    `exact: ${large(tiles)} points by tiles, ${large(points)} by blocks and steps${rungs}; no point is undecided`,
  ];
}
