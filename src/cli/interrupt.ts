// What is left when somebody presses Ctrl-C, closes the terminal or ends the program: no half-written file, and the exit
// code that says so.

const codes = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
const discards = new Set<() => void>();

function end(signal: NodeJS.Signals): void {
  for (const discard of discards) discard();
  process.exit(codes[signal as keyof typeof codes]);
}

/** From now on a signal discards what is registered and ends the program at once. */
export function hearSignals(): void {
  for (const signal of Object.keys(codes)) process.on(signal, end);
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
  for (const signal of Object.keys(codes)) process.off(signal, end);
  try {
    return await work();
  } finally {
    hearSignals();
  }
}
