// What tasks see and do to the process that they run in.
import { define } from 'mandoline/pool';

export const { processId, kill, sharedResult, surroundings } = define(import.meta.url, {
  processId: (_?: number): number => process.pid,
  /** Ends this process as a crash or a kill from outside would. */
  kill(signal: string): Promise<never> {
    process.kill(process.pid, signal);
    return new Promise(() => {});
  },
  sharedResult: (): SharedArrayBuffer => new SharedArrayBuffer(8),
  surroundings: () => ({
    environment: [process.env.POOL_TEST, process.env.LEFT_OUT],
    flag: process.execArgv.includes('--no-warnings'),
    ...(process.title === 'counting' && { title: 'counting' }),
  }),
});
