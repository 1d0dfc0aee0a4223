// For bundled pages, whose modules have no address of their own: a worker that has its functions built in.
import { serveHere } from '#thread';
import { told } from './checks.js';
import type { Functions } from './worker.js';

/**
 * Makes this worker one of the pool that started it, and these the functions that it runs, by their names. Called
 * once, by the module that a pool's option `worker` starts; `tasks<typeof import('./functions.js')>()`, without an
 * address, then names them on the other side. Tasks of `define` need not be given: importing their modules is enough.
 * Throws outside of a worker.
 */
export function serve(functions: Functions = {}): void {
  if (typeof functions !== 'object' || functions === null)
    throw new TypeError(`serve: ${told(functions)}: not an object of functions; give such as { square }`);
  serveHere(functions);
}
