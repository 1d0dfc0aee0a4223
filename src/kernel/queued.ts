// Counts of points that are already under way, by the function of finish.ts alone: for jobs with a proof (proof.ts).
import { queueBytes, queuedAt, queueEntry, queueLength } from './count.js';
import { discBytes, discsAt } from './discs.js';
import { countBytes } from './escape.js';
import { realFunctions } from './functions.js';
import { type Counts, countsType } from './kernel.js';
import { scale } from './proof.js';
import type { KernelJob } from './reference.js';

/** The most points that are counted at a time. */
export const mostQueued = queueLength;

const pageBytes = 2 ** 16;
/** Where the queue begins: the address 0 stands for no entry. */
const queueAt = 16;
/** The error's place in an entry (count.ts), and that of the column, in units of 8 and of 4 bytes. */
const [errorAt, columnAt] = [7, 13];

export class QueuedPoints {
  private readonly entries: Float64Array;
  private readonly integers: Int32Array;
  private readonly counts: Counts;
  private readonly entryBytes: number;
  private readonly finish: (...parameters: number[]) => void;
  private length = 0;
  /** The number of steps that the kernel assumes for every point that is added. */
  readonly steps: number;

  constructor(job: KernelJob, module: WebAssembly.Module) {
    const bytes = countBytes(job.iterations);
    const countsAt = Math.ceil((queueAt + discsAt + discBytes) / 16) * 16;
    const pages = Math.ceil((countsAt + mostQueued * bytes + 16) / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages });
    const host = { memory, reference: () => 0, ...realFunctions };
    const { exports } = new WebAssembly.Instance(module, { host });
    this.finish = exports.finish as (...parameters: number[]) => void;
    this.entries = new Float64Array(memory.buffer, queueAt, queueBytes / 8);
    this.integers = new Int32Array(memory.buffer, queueAt, queueBytes / 4);
    this.counts = new (countsType(job.iterations))(memory.buffer, countsAt, mostQueued);
    this.entryBytes = queueEntry(undefined, job.proof);
    this.steps = queuedAt(job) ?? 0;
  }

  /** Adds a point: z within `error` of the exact orbit's, and the sample point. */
  add(x: number, y: number, pRe: number, pIm: number, error: number): void {
    const at = (this.length * this.entryBytes) / 8;
    this.entries[at] = x;
    this.entries[at + 1] = y;
    this.entries[at + 2] = pRe;
    this.entries[at + 3] = pIm;
    // No cycle has been looked for, and the point is not decided (discs.ts).
    this.entries[at + 4] = 0;
    this.entries[at + 5] = 0;
    this.entries[at + 6] = 0;
    this.integers[2 * at + columnAt] = this.length;
    this.entries[at + errorAt] = scale * error * error * (1 + 2 ** -40);
    this.length++;
  }

  /** The counts of the added points, with `steps` for the steps before; they are valid until points are added. */
  count(): Counts {
    const end = queueAt + this.length * this.entryBytes;
    this.length = 0;
    this.finish(queueAt, end, 0, this.counts.byteOffset, 1);
    return this.counts;
  }
}
