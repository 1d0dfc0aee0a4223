// The files of a store: read only if they are regular files of the right size, and written so that they are complete or
// absent. A store may come from a stranger, so no link in it is followed and nothing in it can block the program. What the
// files contain is stored-band.node.ts's and store.node.ts's.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.js';

/** A temporary file that is older than this, in milliseconds, belongs to a program that was killed. */
const abandoned = 60 * 60 * 1000;
/** A pipe is opened without waiting for its writer, and a link is not opened. Windows has neither flag. */
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
/** Errors of opening what is not a regular file: a link, a socket, a device without a driver, a folder. */
const irregular = ['ELOOP', 'EMLINK', 'EFTYPE', 'ENXIO', 'ENODEV', 'EISDIR'];

const temporaryName = (): string => `.${randomUUID()}.part`;
/** Whether a file in a store has a name that only `temporaryName` gives. */
export const isTemporary = (name: string): boolean =>
  /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name);

/** Reads a file if it is a regular one whose size, in bytes, fits. */
export function readRegular(
  path: string,
  fits: (size: number) => boolean,
): Uint8Array<ArrayBuffer> | 'missing' | 'damaged' {
  let file: number;
  try {
    file = openSync(path, readOnly);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'missing';
    if (irregular.includes(code)) return 'damaged';
    throw error;
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile() || !fits(status.size)) return 'damaged';
    const bytes = new Uint8Array(status.size);
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(file, bytes, at, bytes.length - at, null);
      if (read === 0) return 'damaged';
      at += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Whether a folder of a store is there. Throws StoreError for a link or a file in its place. */
export function hasFolder(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status) return false;
  if (status.isDirectory()) return true;
  const what = status.isSymbolicLink()
    ? 'is a symbolic link, which a store never follows'
    : 'is not a folder';
  throw new StoreError(`${path}: ${what}; remove it, or give another store`);
}

/** Puts a file into a folder of a store, which is made if it is missing, in place of what has that name. */
export function putFile(store: string, folder: string, name: string, parts: readonly Uint8Array[]): void {
  const place = join(store, folder);
  if (!hasFolder(place) && mkdirSync(place, { recursive: true })) flush(store);
  for (let isAgain = false; ; isAgain = true) {
    const beside = join(place, temporaryName());
    try {
      writeFlushed(beside, parts);
      renameSync(beside, join(place, name));
      break;
    } catch (error) {
      rmSync(beside, { force: true });
      // A program whose clock is ahead removed it as abandoned; it does so only when it begins.
      if (isAgain || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  flush(place);
}

/** Puts a file into a folder, complete, unless something has that name. */
export function putOnce(folder: string, name: string, bytes: Uint8Array): void {
  const beside = join(folder, temporaryName());
  try {
    writeFlushed(beside, [bytes]);
    linkSync(beside, join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  flush(folder);
}

/** Removes the temporary files that killed programs left in these folders of a store. */
export function clearAbandoned(folders: readonly string[]): void {
  for (const folder of folders) {
    if (!hasFolder(folder)) continue;
    for (const name of readdirSync(folder).filter(isTemporary)) {
      const path = join(folder, name);
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status?.isFile() && Date.now() - status.mtimeMs > abandoned) rmSync(path, { force: true });
    }
  }
}

/** Writes a new file and returns when it is on the disk. */
function writeFlushed(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'wx');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A name is on the disk only when its folder is. */
function flush(folder: string): void {
  // Windows opens no folders; there flushing the file itself has to do.
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
