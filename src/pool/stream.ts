// One call of imap or imapUnordered: reads its input only as far as its buffer goes, and gives one result after the
// other. Calls whose result is one promise are calls.ts's.
import { Call, type CallOptions, chunkJob } from './calls.js';
import type { Part } from './cloning.js';
import type { Crew } from './crew.js';
import type { Job } from './member.js';
import type { SettledCall } from './protocol.js';

/** What gives items one by one, at once or as they come. */
export type Items<I> = Iterable<I> | AsyncIterable<I>;

export interface StreamOptions extends CallOptions {
  readonly chunkSize: number;
  /** How many items at most are read and not handed out as results yet. */
  readonly bufferSize: number;
  readonly ordered: boolean;
  /** Whether results are those of `Promise.allSettled`. */
  readonly settled: boolean;
}

type Outcome = { readonly values: readonly unknown[] } | { readonly error: unknown };
/** What a reader gets: a value, an error, or that there are no more. */
type Answer = { readonly value: unknown } | { readonly error: unknown } | 'end';
interface Reader {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

const rejected = (reason: unknown): PromiseRejectedResult => ({ status: 'rejected', reason });

/** The results of a call one by one, until the first error or until the iterator is left. */
export class StreamCall extends Call {
  readonly chunkSize: number;
  /** Whether the input is being asked for an item just now. */
  private reading = false;
  private inputEnded = false;
  /** What the input threw, to be told behind the results of whole chunks before. */
  private inputError: { readonly error: unknown } | undefined;
  /** The chunk that is being collected. */
  private collected: unknown[] = [];
  private itemsRead = 0;
  /** Results whose reader has come back for more, and those it has just been given: they are still in its hands. */
  private itemsUsed = 0;
  private itemsInUse = 0;
  private readonly chunks: Job[] = [];
  /** The items of every chunk that has no outcome, by the number of its first. */
  private readonly outstanding = new Map<number, readonly unknown[]>();
  private readonly outcomes = new Map<number, Outcome>();
  /** The chunk of results that is being handed out. */
  private values: readonly unknown[] = [];
  private position = 0;
  private nextFirst = 0;
  private interruption: { readonly error: unknown } | undefined;
  private readonly readers: Reader[] = [];

  constructor(
    crew: Crew,
    private readonly stream: StreamOptions,
    private readonly input: Iterator<unknown> | AsyncIterator<unknown>,
    private readonly isAsync: boolean,
  ) {
    super(crew, stream);
    this.chunkSize = Math.min(stream.chunkSize, stream.bufferSize);
    this.serve();
  }

  get stalled(): boolean {
    return this.readers.length === 0 && !this.reading && this.outstanding.size === 0;
  }

  /** The next result. Rejects with the first error, after which there are no more. */
  next(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.readers.push({ resolve, reject });
      this.serve();
    });
  }

  /** Leaves: what waits is dropped, and the input is closed. */
  leave(): void {
    this.end();
    this.crew.withdraw(this);
    this.drop();
    this.serve();
  }

  /** Answers readers as far as there is something to answer, and reads on. */
  private serve(): void {
    do {
      while (this.readers.length > 0 && this.serveNext());
    } while (this.read());
  }

  private serveNext(): boolean {
    this.itemsUsed += this.itemsInUse;
    this.itemsInUse = 0;
    const answer = this.answer();
    if (answer === undefined) return false;
    const { resolve, reject } = this.readers.shift()!;
    if (answer === 'end') resolve({ done: true, value: undefined });
    else if ('error' in answer) reject(answer.error);
    else resolve({ done: false, value: answer.value });
    return true;
  }

  private answer(): Answer | undefined {
    if (this.position < this.values.length) {
      this.itemsInUse++;
      return { value: this.values[this.position++] };
    }
    if (this.interruption) {
      const { error } = this.interruption;
      this.interruption = undefined;
      return { error };
    }
    if (this.ended) return 'end';
    const first = this.stream.ordered ? this.nextFirst : this.outcomes.keys().next().value;
    const outcome = first === undefined ? undefined : this.outcomes.get(first);
    if (!outcome) {
      if (!this.inputEnded || this.outstanding.size > 0) return undefined;
      this.end();
      return this.inputError ?? 'end';
    }
    if ('error' in outcome) {
      this.end();
      this.crew.withdraw(this);
      this.drop();
      return outcome;
    }
    this.outcomes.delete(first!);
    this.nextFirst = first! + outcome.values.length;
    this.values = outcome.values;
    this.position = 0;
    return this.answer();
  }

  /** Reads on while the buffer has room; whether the input has ended by that. */
  private read(): boolean {
    while (!this.ended && !this.inputEnded && !this.reading) {
      if (this.itemsRead - this.itemsUsed >= this.stream.bufferSize) return false;
      this.reading = true;
      try {
        const result = this.input.next();
        if (this.isAsync) this.readLater(result as Promise<IteratorResult<unknown>>);
        else this.takeItem(result as IteratorResult<unknown>);
      } catch (error) {
        this.endInput({ error });
      }
      if (this.inputEnded) return true;
    }
    return false;
  }

  private async readLater(result: Promise<IteratorResult<unknown>>): Promise<void> {
    try {
      this.takeItem(await result);
    } catch (error) {
      this.endInput({ error });
    }
    this.serve();
  }

  private takeItem({ done, value }: IteratorResult<unknown>): void {
    this.reading = false;
    if (done) this.endInput();
    else {
      this.itemsRead++;
      if (this.collected.push(value) === this.chunkSize) this.sendChunk();
    }
  }

  private endInput(error?: { readonly error: unknown }): void {
    this.reading = false;
    this.inputEnded = true;
    this.inputError = error;
    if (!error && this.collected.length > 0) this.sendChunk();
  }

  private sendChunk(): void {
    if (this.ended) return;
    const items = this.collected;
    this.collected = [];
    const first = this.itemsRead - items.length;
    this.outstanding.set(first, items);
    this.chunks.push(chunkJob(this, this.stream.settled ? 'settled' : 'items', first, items));
    this.crew.offer(this);
  }

  protected get fresh(): number {
    return this.chunks.length;
  }

  protected takeFresh(): Job | undefined {
    return this.chunks.shift();
  }

  protected finished({ first }: Job, values: readonly unknown[]): void {
    const toResult = (outcome: SettledCall, call: number): PromiseSettledResult<unknown> =>
      outcome[0] === 'value'
        ? { status: 'fulfilled', value: outcome[1] }
        : rejected(this.errorOf(outcome[1], first + call, outcome[2]));
    this.settle(first, { values: this.stream.settled ? (values as SettledCall[]).map(toResult) : values });
  }

  protected fail({ first, calls }: Job, error: unknown): void {
    this.settle(first, this.stream.settled ? { values: Array(calls).fill(rejected(error)) } : { error });
  }

  private settle(first: number, outcome: Outcome): void {
    this.outstanding.delete(first);
    this.outcomes.set(first, outcome);
    this.serve();
  }

  protected reject(error: unknown): void {
    this.interruption = { error };
    this.drop();
    this.serve();
  }

  /** Lets go of all that was read or computed, and closes the input. */
  private drop(): void {
    this.values = [];
    this.collected = [];
    this.chunks.length = 0;
    this.outstanding.clear();
    this.outcomes.clear();
    if (this.inputEnded) return;
    this.inputEnded = true;
    // Not waited for: an input that never answers must not keep its reader.
    try {
      Promise.resolve(this.input.return?.()).catch(() => {});
    } catch {
      // The results are not wanted any more, and so is no error of their input.
    }
  }

  protected parts({ first }: Job): Part[] {
    return (this.outstanding.get(first) ?? []).map((value, i) => ({ item: first + i, name: 'item', value }));
  }
}
