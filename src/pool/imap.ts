// Results as they come: the loops of `imap` and `imapUnordered`. Input is read only as results are taken.

/** Sends a chunk of calls to a worker; `start` is the number of its first item. */
export type RunChunk = (calls: readonly (readonly unknown[])[], start: number) => Promise<readonly unknown[]>;

/** What a user may give as items. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

interface Chunk {
  readonly length: number;
  /** Resolves when the chunk has been answered, well or not. */
  readonly settled: Promise<void>;
  values?: readonly unknown[];
  error?: unknown;
}

/**
 * The results of all items, in order or as they come. At most `bufferSize` items are read from the input and not
 * yet handed out. What was asked for before the input failed is handed out before that error.
 */
export async function* mapChunks(
  run: RunChunk,
  items: Items<unknown>,
  chunkSize: number,
  bufferSize: number,
  ordered: boolean,
): AsyncGenerator<unknown> {
  const size = Math.min(chunkSize, bufferSize);
  const underWay = new Set<Chunk>();
  const answered: Chunk[] = [];
  let wake = () => {};
  let held = 0;
  let start = 0;

  function send(calls: readonly (readonly unknown[])[]): void {
    const settle = (result: Pick<Chunk, 'values' | 'error'>) => {
      Object.assign(chunk, result);
      answered.push(chunk);
      wake();
    };
    const settled = run(calls, start).then(
      (values) => settle({ values }),
      (error) => settle({ error }),
    );
    const chunk: Chunk = { length: calls.length, settled };
    underWay.add(chunk);
    start += calls.length;
    held += calls.length;
  }

  async function next(): Promise<readonly unknown[]> {
    let [chunk] = ordered ? underWay : answered;
    if (ordered) await chunk!.settled;
    else if (!chunk) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      [chunk] = answered;
    }
    answered.splice(answered.indexOf(chunk!), 1);
    underWay.delete(chunk!);
    held -= chunk!.length;
    if (chunk!.values) return chunk!.values;
    throw chunk!.error;
  }

  let failure: { readonly error: unknown } | undefined;
  const input = chunked(items, size, (error) => {
    failure = { error };
  });
  for await (const calls of input) {
    send(calls);
    // Before the next chunk is read, there must be room for it.
    while (held + size > bufferSize) yield* await next();
  }
  while (underWay.size > 0) yield* await next();
  if (failure) throw failure.error;
}

/** Whole chunks of an input; one that fails ends there, and the items before it in its chunk are dropped. */
async function* chunked(
  items: Items<unknown>,
  size: number,
  fail: (error: unknown) => void,
): AsyncGenerator<(readonly [unknown])[]> {
  let chunk: (readonly [unknown])[] = [];
  try {
    for await (const item of items) {
      chunk.push([item]);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
  } catch (error) {
    return fail(error);
  }
  if (chunk.length > 0) yield chunk;
}
