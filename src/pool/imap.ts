// Items cut into chunks, and their results put together: all at once for `map`; as they come, and with input read
// only as results are taken, for `imap` and `imapUnordered`.

type Calls = readonly (readonly unknown[])[];

/** Sends a chunk of calls to a worker; `start` is the number of its first item. One of the two is called, once. */
export type SendChunk = (
  calls: Calls,
  start: number,
  done: (values: readonly unknown[]) => void,
  failed: (error: unknown) => void,
) => void;
export type RunChunk = (calls: Calls, start: number) => Promise<readonly unknown[]>;

/** What a user may give as items. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** The results of all calls, in order. Rejects with the error of the first chunk that failed, after all are done. */
export function sendAll(send: SendChunk, calls: Calls, chunkSize: number): Promise<unknown[]> {
  // One promise for all: one for each chunk would cost as much as a small task.
  return new Promise((resolve, reject) => {
    const chunks = Math.ceil(calls.length / chunkSize);
    const results: (readonly unknown[])[] = new Array(chunks);
    let left = chunks;
    let failed: { readonly chunk: number; readonly error: unknown } | undefined;
    const settle = () => {
      if (--left > 0) return;
      if (failed) reject(failed.error);
      else resolve(results.flat(1));
    };
    if (chunks === 0) resolve([]);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const start = chunk * chunkSize;
      send(
        calls.slice(start, start + chunkSize),
        start,
        (values) => {
          results[chunk] = values;
          settle();
        },
        (error) => {
          if (!failed || chunk < failed.chunk) failed = { chunk, error };
          settle();
        },
      );
    }
  });
}

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

  function send(calls: Calls): void {
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
