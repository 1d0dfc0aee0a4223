// Writes a folder next to its place, and moves it there only when it is complete; and makes folders that are filled in
// place. The encoders write the files.
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
   * Lets `work` fill a new folder, whose path it gets, and moves it to its place. Returns the result of the work. If it
   * throws, OutputError or the error of the work, nothing remains, and an existing folder is unchanged. The work must create
   * files synchronously, so that none appears after a signal has discarded the folder.
   */
  write<T>(work: (folder: string) => Promise<T>): Promise<T>;
}

/**
 * Checks before the work starts that a folder can be written there. An existing one is replaced if it is empty or
 * `isOurs`, of the same kind. With a `file`, which the work prepares, both move to their places together; if the program is
 * killed in between, the next one finishes. Throws OutputError.
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
    throw new OutputError(`${path}: already exists and is not a ${kind}; choose another name`);
  const part = besideOf(at, tag);
  const old = besideOf(at, tag, 'old');
  let isBegun = false;
  const discard = () => {
    if (isBegun) rmSync(part, { recursive: true, force: true });
  };
  return {
    path,
    leftovers,
    discard,
    places: [identityOf(before)],
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
  // A folder cannot replace one that has files, so that one is renamed first.
  if (status) renameSync(at, old);
  try {
    renameSync(part, at);
    file?.commit();
  } catch (error) {
    if (existsSync(at)) renameSync(at, part);
    if (status) renameSync(old, at);
    throw error;
  }
  // The next program tries to remove what could not be removed.
  succeeds(() => rmSync(old, { recursive: true, force: true }));
}

/** Makes a folder that is filled in place, if it does not exist. Throws OutputError. */
export function makeFolder(folder: string): void {
  const { at, status } = placeOf(folder);
  checkFolder(folder, dirname(resolve(at)));
  if (status && !status.isDirectory())
    throw new OutputError(`${folder}: is not a folder; give the name of one`);
  try {
    // Without its parents: on file systems without files, such as /proc, Node 20 would try forever.
    if (!status) mkdirSync(at);
  } catch (error) {
    // Another program that fills it may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw outputError(folder, error);
  }
}
