// Where an output is put: links are followed, what is there is looked at, and whether a file or folder can be written
// next to it is tried before the work begins. What killed programs left there is put right first.
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

/** A file that cannot be written, and what to do about it. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** What the system refuses, as an OutputError; a failure of the work that makes the bytes stays as it is. */
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
  /** As it was given. */
  readonly path: string;
  /** Where it leads, links followed. */
  readonly at: string;
  /** What is there; undefined for nothing. */
  readonly status: Stats | undefined;
}

/** Looks at a path. Throws OutputError where the system refuses to follow it. */
export function placeOf(path: string): Place {
  try {
    return { path, status: statusOf(path), at: followed(path) };
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Undefined where there is nothing, since what is above it is a file, too. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Where links lead, whether there is something or not. That they lead in no circle is known. */
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

/** The same text for the same place, however it was given. The folder is there. */
export const identityOf = ({ at }: Pick<Place, 'at'>): string =>
  join(realpathSync.native(dirname(at)), basename(at));

/** Makes sure that something can be put in a place of that folder. Throws OutputError. */
export function tryPlace({ path, at, status }: Place, tag: string): void {
  const folder = dirname(at);
  checkFolder(path, folder);
  const part = besideOf(at, tag);
  try {
    // Tried, since permissions do not tell all: the folder may be another system's, or read-only.
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
    // A file that must not be written is not replaced either.
    if (status?.isFile()) closeSync(openSync(at, constants.O_WRONLY));
  } catch (error) {
    throw outputError(path, error);
  }
}

/** Throws OutputError where the folder in which something is to be put is not there. */
export function checkFolder(path: string, folder: string): void {
  const status = statusOf(folder);
  if (!status) throw new OutputError(`${path}: there is no folder ${folder}; make it first`);
  if (!status.isDirectory()) throw new OutputError(`${path}: ${folder} is not a folder`);
}

/**
 * Puts right what killed programs left of something that stands in these places together. Once the first thing that
 * was there before has gone aside all parts are whole, so they are put in their places; otherwise what was there
 * before stays. The rest is removed. Gives the paths of what is old and cannot be judged from here.
 */
export function mendPlaces(places: readonly string[]): string[] {
  const left = places.flatMap((place) => leftoversOf(place).map((each) => ({ ...each, place })));
  const abandoned = left.filter(({ state }) => state === 'abandoned');
  for (const { tag } of abandoned.filter(({ kind }) => kind === 'old')) {
    const parts = abandoned.filter((each) => each.tag === tag && each.kind === 'part');
    const isTaken = parts.some(({ path, place }) => stateOf(path)?.isDirectory() && existsSync(place));
    if (!isTaken) for (const { path, place } of parts) succeeds(() => renameSync(path, place));
  }
  // Another user's in a shared folder may have to stay.
  for (const { path, place, kind } of abandoned)
    succeeds(() => {
      if (kind === 'old' && !existsSync(place)) renameSync(path, place);
      else rmSync(path, { recursive: true, force: true });
    });
  const isOld = (path: string) => Date.now() - (stateOf(path)?.mtimeMs ?? Infinity) > longestUntouched;
  return left.filter(({ path, state }) => state === 'foreign' && isOld(path)).map(({ path }) => path);
}

/** A file of a program that cannot be seen from here is old when nothing was written to it for so many milliseconds. */
const longestUntouched = 24 * 60 * 60 * 1000;

/** Undefined for what its program has removed since the folder was listed. */
const stateOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** Whether the system does it. */
export function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
