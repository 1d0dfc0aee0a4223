// Long work in this thread that lets others have their turn: a signal, a progress bar, a page.

const turnMilliseconds = 30;

export interface Turns {
  /** Whether this thread has worked for so long that others are due. */
  isDue(): boolean;
  /** Lets them. Throws the signal's reason when it is aborted. */
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
