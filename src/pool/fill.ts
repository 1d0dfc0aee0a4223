// Filling one array by slices: the pool's side. If the array is in shared memory, the workers claim slices and write
// directly into it (worker.ts does the claiming); otherwise, slices are copied to workers and back.
import { wholeNumber } from './checks.js';
import { attempt } from './cloning.js';
import { copyOfView } from './compact.js';
import type { Crew } from './crew.js';
import { FillCall, type FillCallOptions } from './fill-call.js';
import type { FillOptions, FillReport } from './fill-report.js';
import type { Job } from './member.js';
import { doneSlices, nextSlice, type SharedFill, sharedFill, stopped, type TypedArray } from './protocol.js';
import { orderedSlices, sliceRange } from './slices.js';

/** Tracking a slice takes 20 bytes. */
const mostSlices = 2 ** 24;

/** Jobs are shares: each claims slices until none is left. The slices of a dead worker start a new share. */
class SharedFillCall extends FillCall {
  protected readonly shared = true;
  /** Shares not given out yet, each with the slices that it starts with. */
  private shares: (readonly number[])[];
  private readonly deaths = new Map<number, number>();

  constructor(
    crew: Crew,
    fill: FillCallOptions,
    private readonly state: SharedFill,
  ) {
    super(crew, fill);
    this.prefetch = false;
    this.shares = Array.from({ length: Math.min(crew.size, fill.slices) }, () => []);
    crew.ledger.fills.shared++;
    crew.offer(this);
  }

  protected get fresh(): number {
    return this.shares.length;
  }

  protected takeFresh(): Job | undefined {
    const first = this.shares.shift();
    return first && { ...this.job(), payload: () => ({ kind: 'share', body: [this.state, first] }) };
  }

  private job() {
    return { source: this, first: 0, calls: 1, deaths: 0, once: false };
  }

  protected get doneCount(): number {
    return Atomics.load(this.state.counters, doneSlices);
  }

  protected stop(): void {
    Atomics.store(this.state.counters, stopped, 1);
  }

  override done(): void {
    if (this.ended) return;
    this.underWay--;
    this.goOn();
  }

  protected finished(): void {}

  /** The worker's termination is confirmed, so nobody else writes into its slices: a new share starts with them. */
  override lost(_job: Job, error: Error, worker: number): void {
    if (this.ended) return;
    this.underWay--;
    const held = this.slicesInState((state) => state === worker + 1);
    for (const slice of held) {
      const deaths = (this.deaths.get(slice) ?? 0) + 1;
      this.deaths.set(slice, deaths);
      if (deaths > this.fill.retries) this.giveUp(error);
      Atomics.store(this.state.states, slice, 0);
    }
    this.anotherShare(held);
    this.goOn();
  }

  private goOn(): void {
    if (this.doneCount === this.fill.slices) this.shares = [];
    if (this.underWay === 0 && this.waiting === 0 && !this.failure) {
      // A slice has no recorded owner if its worker died between claiming it and recording that.
      const claimed = Math.min(Atomics.load(this.state.counters, nextSlice), this.fill.slices);
      const { order } = this.fill;
      const isClaimed = new Set(order?.slice(0, claimed));
      const lost = this.slicesInState((state) => state === 0).filter((slice) =>
        order ? isClaimed.has(slice) : slice < claimed,
      );
      if (this.doneCount < this.fill.slices) this.anotherShare(lost);
    }
    if (this.waiting === 0) this.endIfIdle();
  }

  private anotherShare(first: readonly number[]): void {
    if (this.failure) return;
    this.shares.push(first);
    this.crew.offer(this);
  }

  private slicesInState(isMeant: (state: number) => boolean): number[] {
    const { states } = this.state;
    const slices: number[] = [];
    for (let slice = 0; slice < states.length; slice++)
      if (isMeant(Atomics.load(states, slice))) slices.push(slice);
    return slices;
  }

  protected get log() {
    const { states, times } = this.state;
    return { worker: (slice: number) => Math.max(-1, -Atomics.load(states, slice) - 1), times };
  }
}

/** Jobs are slices: each is copied to a worker, filled there, transferred back and copied into place. */
class CopiedFillCall extends FillCall {
  protected readonly shared = false;
  private next = 0;
  /** The slices that have rows, in the order in which they are begun. */
  private readonly order: readonly number[] | undefined;
  protected doneCount = 0;

  constructor(
    crew: Crew,
    fill: FillCallOptions,
    private readonly workers: Int32Array,
    private readonly times: Float64Array,
  ) {
    super(crew, fill);
    crew.ledger.fills.copied++;
    workers.fill(-1, 0, fill.rows);
    times.fill(this.begun);
    // The empty slices are the last ones, and count as done.
    this.doneCount = Math.max(0, fill.slices - fill.rows);
    this.order = fill.order?.filter((slice) => slice < fill.rows);
    if (this.fresh > 0) crew.offer(this);
    else this.endIfIdle();
  }

  protected get fresh(): number {
    return Math.min(this.fill.slices, this.fill.rows) - this.next;
  }

  protected takeFresh(): Job | undefined {
    const { target, rows, slices } = this.fill;
    if (this.fresh === 0) return undefined;
    const next = this.next++;
    const range = sliceRange(rows, slices, this.order?.[next] ?? next);
    const width = target.length / rows;
    const payload = () => {
      const bytes = width * target.BYTES_PER_ELEMENT;
      const slice = attempt(() => copyOfView(target, range.start * bytes, range.end * bytes), undefined);
      if (!slice) throw memoryGone();
      return { kind: 'slice', body: [range, slice], transfer: [slice.buffer as ArrayBuffer] } as const;
    };
    return { source: this, first: range.index, calls: 1, deaths: 0, once: false, payload };
  }

  override done(
    job: Job,
    values: readonly unknown[],
    worker: number,
    begun: number,
    milliseconds: number,
  ): void {
    if (this.ended) return;
    if (!this.failure && !attempt(() => this.put(job, values[0] as Uint8Array), false)) {
      this.fail(job, memoryGone());
      return;
    }
    this.underWay--;
    if (!this.failure) {
      this.workers[job.first] = worker;
      this.times.set([begun, begun + milliseconds], 2 * job.first);
      this.doneCount++;
    }
    if (this.waiting === 0) this.endIfIdle();
  }

  private put(job: Job, slice: Uint8Array): boolean {
    const { target, rows, slices } = this.fill;
    const { start } = sliceRange(rows, slices, job.first);
    (target as Uint8Array).set(slice, (start * target.length) / rows);
    return true;
  }

  protected finished(): void {}

  override lost(job: Job, error: Error): void {
    if (this.ended) return;
    if (job.deaths <= this.fill.retries) this.giveBack(job);
    else this.fail(job, error);
  }

  protected stop(): void {}

  protected get log() {
    const { workers, times } = this;
    return { worker: (slice: number) => workers[slice]!, times };
  }
}

/** Starts a fill of the kind that its target allows. Throws RangeError for invalid rows, slices or order. */
export function startFill(
  crew: Crew,
  { order, ...given }: Omit<FillCallOptions, 'order'> & Pick<FillOptions, 'order'>,
): Promise<FillReport> {
  const { target, rows, slices } = given;
  wholeNumber('slices', slices, 1, mostSlices);
  wholeNumber('rows', rows, 0);
  if (rows === 0 ? target.length > 0 : target.length % rows > 0)
    throw new RangeError(`rows ${rows}: must be a whole number that divides the length ${target.length}`);
  const options = { ...given, order: orderedSlices(slices, order) };
  // All memory is allocated before the call is created, so that a failed allocation leaves no unfinished call.
  if (crew.sharesMemory && target.buffer instanceof SharedArrayBuffer) {
    const state = sharedFill(target as TypedArray<SharedArrayBuffer>, rows, slices, options.order);
    return new SharedFillCall(crew, options, state).promise;
  }
  const [workers, times] = [new Int32Array(slices), new Float64Array(2 * slices)];
  return new CopiedFillCall(crew, options, workers, times).promise;
}

const memoryGone = (): TypeError =>
  new TypeError(
    'fill: target: its memory was transferred while being filled; keep it until the fill has ended',
  );
