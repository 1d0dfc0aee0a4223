// What is left when somebody presses Ctrl-C: no half-written file, and the exit code that says so.

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs some work; if the program is told to end meanwhile, calls `discard` and ends it at once. */
export async function interruptible<T>(discard: () => void, work: () => Promise<T>): Promise<T> {
  const handlers = Object.entries(signals).map(([signal, code]) => {
    const handler = () => {
      discard();
      process.exit(code);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  try {
    return await work();
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
}
