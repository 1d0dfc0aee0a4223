// The ends of orbits in doubles without perturbation. Perturbation is needed while the orbits of neighbouring points are
// close together. Tiles (tiles.ts) take points to where they are far apart, and from there doubles decide most of them,
// eight side by side, by the bound of kernel/proof.ts. With Z, d and e as in follow.ts, z = Z + d is computed within
// e + 8 u (|Z + d| + |d|) of the exact orbit's. What stays open, or stays inside for long, is followed by
// perturbation.
import { openCount } from '../kernel/proof.js';
import { mostQueued, QueuedPoints } from '../kernel/queued.js';
import { entry } from './layout.js';
import { type PlainJob, plainJob } from './plain.js';
import { type ReadView, spacingExponent } from './view.js';

/** The smallest spacing, as an exponent of 2: below, too little of the orbits remains. Tuned on the views of bench/deep. */
const leastSpacing = -54;
/** Points with a greater error are not tried: their squares would soon exceed what proof.ts allows. */
const mostError = 2 ** -10;
/** Points are taken this many steps at most: what never escapes is proved sooner by perturbation (follow.ts). */
const mostSteps = 3000;
/** Once more than this part of the points tried in a rectangle is open, its others are followed by perturbation. */
const mostOpen = 0.6;

export class PlainEnds {
  private readonly queue: QueuedPoints;

  private constructor(
    private readonly plain: PlainJob,
    private readonly iterations: number,
  ) {
    this.queue = new QueuedPoints(plain.job, plain.module);
  }

  /** For a view; undefined if doubles would prove few of its counts. */
  static of(read: ReadView): PlainEnds | undefined {
    const { iterations } = read.view;
    if (spacingExponent(read) < leastSpacing) return undefined;
    const plain = plainJob(read, Math.min(iterations, mostSteps));
    return plain && new PlainEnds(plain, iterations);
  }

  /**
   * Writes the counts of those entries (layout.ts) in `buffer` that doubles decide. `orbits`: the addresses of the
   * references.
   */
  count(buffer: ArrayBufferLike, at: number, length: number, orbits: readonly number[]): void {
    const doubles = new Float64Array(buffer);
    const integers = new Int32Array(buffer);
    const { rowRe, rowIm, columnRe, columnIm } = this.plain.points;
    const { queue } = this;
    const waiting: number[] = [];
    let [tried, open] = [0, 0];
    const end = at + length * entry.bytes;
    for (let p = at; p < end && open <= mostOpen * tried; p += entry.bytes) {
      const error = doubles[(p + entry.error) / 8]!;
      if (doubles[(p + entry.steps) / 8]! >= queue.steps && error <= mostError) {
        const orbit = orbits[integers[(p + entry.reference) / 4]!]!;
        const reference = orbit / 8 + 2 * integers[(p + entry.index) / 4]!;
        const [dx, dy] = [doubles[(p + entry.distance) / 8]!, doubles[(p + entry.distance) / 8 + 1]!];
        const [x, y] = [doubles[reference]! + dx, doubles[reference + 1]! + dy];
        const rounding = (Math.abs(x) + Math.abs(y) + Math.abs(dx) + Math.abs(dy)) * 2 ** -50;
        const [row, column] = [integers[(p + entry.row) / 4]!, integers[(p + entry.column) / 4]!];
        const re = rowRe[row]! + columnRe[column]!;
        const im = rowIm[row]! + columnIm[column]!;
        queue.add(x, y, re, im, (error + rounding) * (1 + 2 ** -40));
        waiting.push(p);
      }
      if (waiting.length < mostQueued && p + entry.bytes < end) continue;
      tried += waiting.length;
      open += this.settle(doubles, waiting);
      waiting.length = 0;
    }
  }

  /** Writes the counts of the queued entries that are decided; returns how many are not. */
  private settle(doubles: Float64Array, entries: readonly number[]): number {
    const { job } = this.plain;
    const counts = this.queue.count();
    const most = openCount(job);
    let open = 0;
    for (let i = 0; i < entries.length; i++) {
      const [p, count] = [entries[i]!, counts[i]!];
      const steps = count + doubles[(p + entry.steps) / 8]! - this.queue.steps;
      if (count < job.iterations || (count !== most && steps >= this.iterations))
        doubles[(p + entry.count) / 8] = Math.min(steps, this.iterations);
      else open++;
    }
    return open;
  }
}
