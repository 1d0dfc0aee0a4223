// How a worker checks, before it computes any slice, that a folder is the slices' store: the submitter puts a random
// token there, and the worker must find it.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { StoreError } from '../errors.js';
import { putOnce, readRegular } from '../render/store-files.node.js';
import { storeError } from '../render/stored-band.node.js';

const name = 'probe';
/** The form of a token. */
export const tokenSchema = v.pipe(v.string(), v.uuid());

/** A store's token, created if there is none. Throws StoreError. */
export function probeOf(folder: string): string {
  try {
    const there = readProbe(folder);
    if (there !== undefined) return there;
    putOnce(folder, name, Buffer.from(`${randomUUID()}\n`));
    const put = readProbe(folder);
    if (put === undefined) throw new StoreError(`${join(folder, name)}: is damaged; remove it`);
    return put;
  } catch (error) {
    throw storeError(folder, error);
  }
}

/** The token in a folder; undefined if there is none. */
export function readProbe(folder: string): string | undefined {
  try {
    const bytes = readRegular(join(folder, name), (size) => size <= 100);
    const text = typeof bytes === 'string' ? '' : Buffer.from(bytes).toString().trim();
    return v.is(tokenSchema, text) ? text : undefined;
  } catch {
    return undefined;
  }
}
