// Files and folders that are not whole yet stand next to their places under names of their own. A name is random and is
// created exclusively, so that nobody can put a link there beforehand; it says who writes it, so that what a killed
// program left is recognized and nothing of a living one is removed, even if it runs in another container or on another
// machine.
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

/** Two processes see each other's numbers only within one of these: a machine since it started, and its container. */
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
/** A name for what this thread, the process's main one, writes: who it is, and what nobody can guess. */
export function newTag(): string {
  const tag = `${scope()}-${process.pid}-${randomBytes(6).toString('hex')}`;
  mine.add(tag);
  return tag;
}

/** Where something stands until it is whole, or, as `old`, while something new takes its place. */
export const besideOf = (path: string, tag: string, kind: 'part' | 'old' = 'part'): string =>
  join(dirname(path), `.${basename(path)}.${tag}.${kind}`);

/** What programs left next to a path. */
export interface Leftover {
  readonly path: string;
  readonly tag: string;
  readonly kind: 'part' | 'old';
  /** `abandoned` by a program that has ended; `foreign`: of a program that cannot be seen from here, whether it runs or not. */
  readonly state: 'abandoned' | 'foreign';
}

/**
 * What stands next to a path, except for what running programs of this machine write there. Nothing in a folder that may
 * be written but not listed.
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

/** Numbers are used again: what has this process's number and is not its own is another's, which has ended. */
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
