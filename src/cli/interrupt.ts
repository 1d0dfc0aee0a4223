// Cleans up on Ctrl-C, a closed terminal, a termination signal or a failure: no unfinished file remains, and the exit code
// names the signal.

const codes = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
/** Signals that end a program and let it clean up. */
export const endingSignals = Object.keys(codes) as (keyof typeof codes)[];
const discards = new Set<() => void>();

const end = (signal: NodeJS.Signals): never => process.exit(codes[signal as keyof typeof codes]);

/** From now on a signal ends the program at once. Registered outputs are discarded, however the program ends. */
export function hearSignals(): void {
  for (const signal of endingSignals) process.on(signal, end);
  process.off('exit', discardAll).on('exit', discardAll);
}

function discardAll(): void {
  for (const discard of discards) discard();
}

/** Registers a function that removes something unfinished. */
export function onInterrupt(discard: () => void): void {
  discards.add(discard);
}

/**
 * Runs work that blocks this thread, which could not handle a signal for a long time. Meanwhile the system's default applies.
 * Nothing unfinished may exist.
 */
export async function unheard<T>(work: () => Promise<T>): Promise<T> {
  for (const signal of endingSignals) process.off(signal, end);
  try {
    return await work();
  } finally {
    hearSignals();
  }
}

/** `unheard` for synchronous work, such as opening a pipe that has no writer yet. */
export function unheardSync<T>(work: () => T): T {
  for (const signal of endingSignals) process.off(signal, end);
  try {
    return work();
  } finally {
    hearSignals();
  }
}
