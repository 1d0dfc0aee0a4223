// One call of imap or imapUnordered: reads only as much input as its buffer holds, and yields results one by one. Calls
// that return a single promise are in calls.ts.
import { Call, type CallOptions, chunkJob } from './calls.js';
import type { Part } from './cloning.js';
import type { Crew } from './crew.js';
import type { Job } from './member.js';
import type { SettledCall } from './protocol.js';

/** A synchronous or asynchronous iterable. */
export type Items<I> = Iterable<I> | AsyncIterable<I>;

export interface StreamOptions extends CallOptions {
  readonly chunkSize: number;
  /** Maximum number of items read but not yet handed out as results. */
  readonly bufferSize: number;
  readonly ordered: boolean;
  /** Whether results have the form of `Promise.allSettled`. */
  readonly settled: boolean;
}

type Outcome = { readonly values: readonly unknown[] } | { readonly error: unknown };
/** The answer to a reader: a value, an error, or the end. */
type Answer = { readonly value: unknown } | { readonly error: unknown } | 'end';
interface Reader {
  resolve(result: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

const rejected = (reason: unknown): PromiseRejectedResult => ({ status: 'rejected', reason });

/** The results of a call one by one, until the first error or until the iterator is closed. */
export class StreamCall extends Call {
  readonly chunkSize: number;
  /** Whether the input is currently being read. */
  private reading = false;
  private inputEnded = false;
  /** The error that the input threw, reported after the results of the complete chunks before it. */
  private inputError: { readonly error: unknown } | undefined;
  /** Items of the next chunk. */
  private collected: unknown[] = [];
  private itemsRead = 0;
  /** Results whose reader has asked for more; `itemsInUse` counts those just handed out, which are still in use. */
  private itemsUsed = 0;
  private itemsInUse = 0;
  private readonly chunks: Job[] = [];
  /** The items of every chunk without an outcome, by the index of its first item. */
  private readonly outstanding = new Map<number, readonly unknown[]>();
  private readonly outcomes = new Map<number, Outcome>();
  /** The chunk of results being handed out. */
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

  /** Closes the iterator: drops pending items and closes the input. */
  leave(): void {
    this.end();
    this.crew.withdraw(this);
    this.drop();
    this.serve();
  }

  /** Answers readers while there are answers, and reads more input. */
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

  /** Reads while the buffer has room; returns whether this ended the input. */
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

  /** Drops all items and results, and closes the input. */
  private drop(): void {
    this.values = [];
    this.collected = [];
    this.chunks.length = 0;
    this.outstanding.clear();
    this.outcomes.clear();
    if (this.inputEnded) return;
    this.inputEnded = true;
    // Not awaited: an input that never answers must not block its reader.
    try {
      Promise.resolve(this.input.return?.()).catch(() => {});
    } catch {
      // The results are no longer wanted, and neither are errors of their input.
    }
  }

  protected parts({ first }: Job): Part[] {
    return (this.outstanding.get(first) ?? []).map((value, i) => ({ item: first + i, name: 'item', value }));
  }
}
