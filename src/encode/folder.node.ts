// Where a folder of files goes: next to its place first, and into it only when it is whole; and folders that are filled
// where they are. Which files they are is the encoders'.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Opened, PreparedFile } from './output.node.js';
import { besideOf, newTag } from './part.node.js';
import {
  checkFolder,
  identityOf,
  mendPlaces,
  OutputError,
  outputError,
  placeOf,
  succeeds,
  tryPlace,
} from './place.node.js';

export interface FolderOutput extends Opened {
  /**
   * Lets `work` fill a new folder, whose path it is told, and puts it in its place. Throws OutputError, or what the
   * work throws, and then leaves nothing behind and what was there before as it was. Gives what the work gives. What
   * the work creates it must create synchronously, so that nothing appears after a signal has discarded the folder.
   */
  write<T>(work: (folder: string) => Promise<T>): Promise<T>;
}

/**
 * Makes sure that a folder can be written there, before the work begins. One that is there already is replaced if it
 * is empty or `isOurs`, of the kind that will be written. With a `file`, which the work prepares, both take their
 * places together: a program that is killed meanwhile is finished by the next one. Throws OutputError.
 */
export function openFolder(
  given: string,
  kind: string,
  isOurs: (folder: string) => boolean,
  file?: PreparedFile,
): FolderOutput {
  const path = given.replace(/(?<=.)\/+$/, '');
  const tag = file?.tag ?? newTag();
  const before = placeOf(path);
  tryPlace(before, tag);
  const { at } = before;
  const leftovers = mendPlaces(file ? [at, file.at] : [at]);
  const { status } = placeOf(path);
  if (status && !(status.isDirectory() && (readdirSync(at).length === 0 || isOurs(at))))
    throw new OutputError(`${path}: is there already and is not a ${kind}; choose another name`);
  const part = besideOf(at, tag);
  const old = besideOf(at, tag, 'old');
  let isBegun = false;
  const discard = () => {
    if (isBegun) rmSync(part, { recursive: true, force: true });
  };
  return {
    ...{ path, leftovers, discard, places: [identityOf(before)] },
    async write(work) {
      try {
        mkdirSync(part, status ? 0o700 : 0o777);
        isBegun = true;
        const result = await work(part);
        putInPlace({ part, at, old, status, file });
        isBegun = false;
        return result;
      } catch (error) {
        discard();
        throw outputError(path, error);
      }
    },
  };
}

interface Move {
  readonly part: string;
  readonly at: string;
  readonly old: string;
  /** Of what is replaced. */
  readonly status: Stats | undefined;
  readonly file: PreparedFile | undefined;
}

function putInPlace({ part, at, old, status, file }: Move): void {
  // Some file systems keep no permissions and refuse to set any.
  if (status) succeeds(() => chmodSync(part, status.mode & 0o7777));
  // A folder cannot take the place of one that has files: that one goes aside first.
  if (status) renameSync(at, old);
  try {
    renameSync(part, at);
    file?.commit();
  } catch (error) {
    if (existsSync(at)) renameSync(at, part);
    if (status) renameSync(old, at);
    throw error;
  }
  // What cannot be removed the next program tries to remove.
  succeeds(() => rmSync(old, { recursive: true, force: true }));
}

/** A folder to be filled where it is, made where there is none. Throws OutputError. */
export function makeFolder(folder: string): void {
  const { at, status } = placeOf(folder);
  checkFolder(folder, dirname(resolve(at)));
  if (status && !status.isDirectory())
    throw new OutputError(`${folder}: is not a folder; give the name of one`);
  try {
    // Not with its parents: where the system keeps no files, Node 20 tries that for ever.
    if (!status) mkdirSync(at);
  } catch (error) {
    // Another program that fills it too may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw outputError(folder, error);
  }
}
