// Names of unfinished files and folders, which are next to their places. A name is random and created exclusively, so that
// nobody can put a link there first. It identifies its program, so that files of killed programs are recognized, and those
// of running ones are not removed, even on another machine or in another container.
import { createHash, randomBytes } from 'node:crypto';
import { openSync, readdirSync, readFileSync, readlinkSync, write } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Creates a file and opens it for writing. A name that is taken, even by a link, is an error (EEXIST). */
export const createFile = (path: string, mode = 0o666): number => openSync(path, 'wx', mode);

const writeSome = promisify(write);
/** Writes all bytes to an open file, without keeping this thread busy. */
export async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await writeSome(file, bytes, at)).bytesWritten;
}

/** The scope of process numbers: a machine since it started, and its container. */
function scope(): string {
  if (ownScope === undefined) {
    const host = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? hostname();
    const container = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
    ownScope = createHash('sha256').update(`${host} ${container}`).digest('hex').slice(0, 8);
  }
  return ownScope;
}
let ownScope: string | undefined;

const mine = new Set<string>();
/** A name for a file of this process: its identity, and a random part. */
export function newTag(): string {
  const tag = `${scope()}-${process.pid}-${randomBytes(6).toString('hex')}`;
  mine.add(tag);
  return tag;
}

/** The path of an unfinished file, or, as `old`, of one that is being replaced. */
export const besideOf = (path: string, tag: string, kind: 'part' | 'old' = 'part'): string =>
  join(dirname(path), `.${basename(path)}.${tag}.${kind}`);

/** Files that programs left next to a path. */
export interface Leftover {
  readonly path: string;
  readonly tag: string;
  readonly kind: 'part' | 'old';
  /** `abandoned`: its program has ended. `foreign`: its program is not visible here. */
  readonly state: 'abandoned' | 'foreign';
}

/**
 * Unfinished files next to a path, except those of running programs of this machine. Empty for a folder that cannot be
 * listed.
 */
export function leftoversOf(path: string): Leftover[] {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  const names = attempt(() => readdirSync(folder)) ?? [];
  return names.flatMap((name): Leftover[] => {
    if (!name.startsWith(start)) return [];
    const found = /^(([0-9a-f]{8})-(\d+)-[0-9a-f]{12})\.(part|old)$/.exec(name.slice(start.length));
    if (!found) return [];
    const [, tag, itsScope, id, kind] = found as unknown as [string, string, string, string, 'part' | 'old'];
    const isForeign = itsScope !== scope();
    if (!isForeign && isRunning(Number(id), tag)) return [];
    return [{ path: join(folder, name), tag, kind, state: isForeign ? 'foreign' : 'abandoned' }];
  });
}

/** Process numbers are reused: another file with this process's number is from a program that has ended. */
function isRunning(id: number, tag: string): boolean {
  if (id === process.pid) return mine.has(tag);
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // Another user's.
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
