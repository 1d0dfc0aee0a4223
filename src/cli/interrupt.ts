// What is left when somebody presses Ctrl-C, closes the terminal or ends the program, or when it fails at once: no
// half-written file, and the exit code that says so.

const codes = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
/** Those by which somebody ends a program that may still put things in order. */
export const endingSignals = Object.keys(codes) as (keyof typeof codes)[];
const discards = new Set<() => void>();

const end = (signal: NodeJS.Signals): never => process.exit(codes[signal as keyof typeof codes]);

/** From now on a signal ends the program at once; what is registered is discarded, however the program ends. */
export function hearSignals(): void {
  for (const signal of endingSignals) process.on(signal, end);
  process.off('exit', discardAll).on('exit', discardAll);
}

function discardAll(): void {
  for (const discard of discards) discard();
}

/** Registers what takes away something half-written. */
export function onInterrupt(discard: () => void): void {
  discards.add(discard);
}

/**
 * Runs work that keeps this thread busy, so that nothing here would hear a signal for long: the system's own way
 * of ending a program is in force meanwhile. Nothing half-written may be there.
 */
export async function unheard<T>(work: () => Promise<T>): Promise<T> {
  for (const signal of endingSignals) process.off(signal, end);
  try {
    return await work();
  } finally {
    hearSignals();
  }
}

/** The same for work that is not asynchronous, such as opening a pipe that no program writes to yet. */
export function unheardSync<T>(work: () => T): T {
  for (const signal of endingSignals) process.off(signal, end);
  try {
    return work();
  } finally {
    hearSignals();
  }
}
