// For bundled pages, whose modules have no address of their own: a worker with its functions built in.
import { serveHere } from '#thread';
import { told } from './checks.js';
import type { Functions } from './worker-functions.js';

/**
 * Makes this worker one of the pool that started it, and registers the functions that it runs, by name. Call it once,
 * in the module that a pool's option `worker` starts; in the program, `tasks<typeof import('./functions.js')>()`,
 * without an address, then names these functions. Functions passed to `define` need not be registered: importing
 * their modules is enough. Throws outside of a worker.
 */
export function serve(functions: Functions = {}): void {
  if (typeof functions !== 'object' || functions === null)
    throw new TypeError(`serve: ${told(functions)}: not an object of functions; give one such as { square }`);
  serveHere(functions);
}
