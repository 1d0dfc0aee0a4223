// How a worker knows that a folder is the very store that slices are for, before it computes any: whoever submits them
// puts a random token there, and the worker must find it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { putOnce, storeError } from '../render/stored-band.node.js';

const name = 'probe';

/** The token of a store, which gets one where it has none. Throws StoreError. */
export function probeOf(folder: string): string {
  try {
    const there = readProbe(folder);
    if (there !== undefined) return there;
    putOnce(folder, name, Buffer.from(`${randomUUID()}\n`));
    return readProbe(folder)!;
  } catch (error) {
    throw storeError(folder, error);
  }
}

/** The token that stands in a folder, if there is one. */
export function readProbe(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return undefined;
  }
}
