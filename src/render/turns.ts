// Lets long work in this thread yield to others: a signal, a progress bar, a page.

const turnMilliseconds = 30;

export interface Turns {
  /** Whether this thread has worked so long that it should yield. */
  isDue(): boolean;
  /** Yields. Throws the signal's reason when it is aborted. */
  give(): Promise<void>;
}

export function takeTurns(signal: AbortSignal | undefined): Turns {
  signal?.throwIfAborted();
  let begun = performance.now();
  return {
    isDue: () => performance.now() - begun >= turnMilliseconds,
    give: async () => {
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      begun = performance.now();
    },
  };
}
