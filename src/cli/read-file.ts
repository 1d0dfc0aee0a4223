// Reads a file that the user names, up to a limit for its kind, so that neither a mistake nor a stranger's file takes all
// memory, and an endless device does not hang the command.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { decodeText } from '../decode.js';
import { formatBytes } from '../errors.js';
import { systemReason } from '../system-error.node.js';
import { unheardSync } from './interrupt.js';
import { UsageError } from './usage.js';

/** Limits in bytes: scenes and palettes have a few thousand, a picture of 20,000 x 20,000 pixels up to 800 MB. */
export const fileLimits = { text: 1_000_000, palette: 4_000_000, picture: 1_000_000_000 } as const;

/** Reads a file or a pipe of at most `limit` bytes. Throws UsageError, which begins with `place`: the path, or flag and path. */
export function readBytes(path: string, limit: number, place: string = path): Buffer {
  const read = () => readOpened(path, limit, place);
  try {
    // A pipe or a device may block this thread indefinitely.
    return statSync(path).isFile() ? read() : unheardSync(read);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${place}: ${reasonOf(error)}`);
  }
}

function readOpened(path: string, limit: number, place: string): Buffer {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).isDirectory()) throw new UsageError(`${place}: is a folder, not a file`);
    return readWhole(file, limit, place);
  } finally {
    closeSync(file);
  }
}

/** Reads a text file. */
export const readText = (path: string, limit: number, place: string = path): string =>
  decodeText(readBytes(path, limit, place));

function readWhole(file: number, limit: number, place: string): Buffer {
  const tooLarge = () =>
    new UsageError(`${place}: is larger than ${formatBytes(limit)}, the limit for such a file`);
  // 0 for a pipe or a device.
  const { size } = fstatSync(file);
  if (size > limit) throw tooLarge();
  let bytes = Buffer.allocUnsafe(Math.min(limit, Math.max(size, 2 ** 16)) + 1);
  for (let length = 0; ; ) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
    if (length > limit) throw tooLarge();
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(limit + 1, 2 * bytes.length));
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  return `cannot be read: ${systemReason(error) ?? String(error)}`;
}
