// Finds the place of an output: follows links, checks what exists, and tries before the work starts whether a file or folder
// can be written next to it. First it repairs what killed programs left.
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { systemReason } from '../system-error.node.js';
import { besideOf, createFile, leftoversOf } from './part.node.js';

/** A file that cannot be written, and what to do. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** A system error as an OutputError; other errors unchanged. */
export function outputError(path: string, error: unknown): unknown {
  const reason = systemReason(error);
  if (reason === undefined) return error;
  const advice = advices[(error as NodeJS.ErrnoException).code!] ?? 'choose another place';
  return new OutputError(`${path}: cannot be written: ${reason}; ${advice}`, { cause: error });
}

const advices: Readonly<Record<string, string>> = {
  ENOSPC: 'make room or choose another place',
  EDQUOT: 'make room or choose another place',
  ENAMETOOLONG: 'choose one of at most 200 bytes',
};

export interface Place {
  /** The path as given. */
  readonly path: string;
  /** The path with links followed. */
  readonly at: string;
  /** The existing entry, if any. */
  readonly status: Stats | undefined;
}

/** Resolves a path. Throws OutputError if the system refuses to follow it. */
export function placeOf(path: string): Place {
  try {
    return { path, status: statusOf(path), at: followed(path) };
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Undefined if nothing exists, even because a parent is a file. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The target of links, existing or not. They do not form a circle. */
function followed(path: string): string {
  let at = path;
  while (isLink(at)) {
    const link = readlinkSync(at);
    const next = isAbsolute(link) ? link : `${dirname(at)}/${link}`;
    at = join(realpathSync.native(dirname(next)), basename(next));
  }
  return at;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** The canonical path of a place in an existing folder. */
export const identityOf = ({ at }: Pick<Place, 'at'>): string =>
  join(realpathSync.native(dirname(at)), basename(at));

/** Checks that a file can be put into that folder. Throws OutputError. */
export function tryPlace({ path, at, status }: Place, tag: string): void {
  const folder = dirname(at);
  checkFolder(path, folder);
  const part = besideOf(at, tag);
  try {
    // By trying, because permissions are not enough: the file system may be remote or read-only.
    closeSync(createFile(part));
    rmSync(part);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENAMETOOLONG') throw outputError(path, error);
    // Where the system keeps files of its own there is "no such file", which explains nothing.
    const reason = code === 'ENOENT' ? '' : `: ${systemReason(error)}`;
    throw new OutputError(`${path}: the folder ${folder} cannot be written to${reason}; choose another`);
  }
  try {
    // A read-only file is not replaced.
    if (status?.isFile()) closeSync(openSync(at, constants.O_WRONLY));
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Throws OutputError if the folder of an output does not exist. */
export function checkFolder(path: string, folder: string): void {
  const status = statusOf(folder);
  if (!status) throw new OutputError(`${path}: the folder ${folder} does not exist; create it first`);
  if (!status.isDirectory()) throw new OutputError(`${path}: ${folder} is not a folder`);
}

/**
 * Repairs what killed programs left of outputs that belong together. If the first of the existing ones has been renamed, all
 * parts are complete, so they are moved to their places; otherwise the existing ones stay. The rest is removed. Returns the
 * paths of old files whose programs are not visible here.
 */
export function mendPlaces(places: readonly string[]): string[] {
  const left = places.flatMap((place) => leftoversOf(place).map((each) => ({ ...each, place })));
  const abandoned = left.filter(({ state }) => state === 'abandoned');
  for (const { tag } of abandoned.filter(({ kind }) => kind === 'old')) {
    const parts = abandoned.filter((each) => each.tag === tag && each.kind === 'part');
    const isTaken = parts.some(({ path, place }) => stateOf(path)?.isDirectory() && existsSync(place));
    if (!isTaken) for (const { path, place } of parts) succeeds(() => renameSync(path, place));
  }
  // In a shared folder another user's file may be impossible to remove.
  for (const { path, place, kind } of abandoned)
    succeeds(() => {
      if (kind === 'old' && !existsSync(place)) renameSync(path, place);
      else rmSync(path, { recursive: true, force: true });
    });
  const isOld = (path: string) => Date.now() - (stateOf(path)?.mtimeMs ?? Infinity) > longestUntouched;
  return left.filter(({ path, state }) => state === 'foreign' && isOld(path)).map(({ path }) => path);
}

/** Milliseconds without a write after which a file of a program that is not visible here is old. */
const longestUntouched = 24 * 60 * 60 * 1000;

/** Undefined for what was removed since the folder was listed. */
const stateOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** Whether the system succeeds. */
export function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
