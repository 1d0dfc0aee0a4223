// How large an array may be.
import { LimitError } from '../errors.js';

/** The largest typed array that every engine has, in bytes. */
const largestArray = 2 ** 32;

/** The bytes, if one array can have so many; throws LimitError otherwise. */
export function checkedBytes(what: string, bytes: number): number {
  if (bytes > largestArray) throw new LimitError(what, bytes, largestArray);
  return bytes;
}
