// Memory for the arrays of a field, shared with workers if the platform allows it.
import { LimitError } from '../errors.js';

/** The largest typed array that every engine has, in bytes. */
const largestArray = 2 ** 32;

/** The bytes, if one array can have so many; throws LimitError otherwise. */
export function checkedBytes(what: string, bytes: number): number {
  if (bytes > largestArray) throw new LimitError(what, bytes, largestArray);
  return bytes;
}

export function sharedMemory(bytes: number): ArrayBuffer {
  const shared = typeof SharedArrayBuffer === 'function';
  return (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
}
