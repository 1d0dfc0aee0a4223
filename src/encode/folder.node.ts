// Where a folder of files goes: beside its place first, and in it only when it is whole; and folders that are filled
// where they are. Which files they are is the encoders'.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OutputError, outputError, partOf } from './output.node.js';

export interface FolderOutput {
  /** As it was given. */
  readonly path: string;
  /**
   * Lets `work` fill a new folder, whose path it is told, and puts it in its place. Throws OutputError, or what the
   * work throws, and then leaves nothing behind and what was there before as it was. Gives what the work gives.
   */
  write<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** Removes what is written so far; for a program that is interrupted. */
  discard(): void;
}

/**
 * Makes sure that a folder can be written there, before the work begins. One that is there already is replaced if it
 * is empty or `isOurs`, of the kind that will be written. Throws OutputError.
 */
export function openFolder(path: string, kind: string, isOurs: (folder: string) => boolean): FolderOutput {
  const part = partOf(path);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status && !(status.isDirectory() && (readdirSync(path).length === 0 || isOurs(path))))
    throw new OutputError(`${path}: is there already and is no ${kind}; choose another name`);
  const old = `${part}.old`;
  const discard = () => rmSync(part, { recursive: true, force: true });
  return {
    path,
    discard,
    async write(work) {
      try {
        mkdirSync(part);
        const result = await work(part);
        // A folder cannot take the place of one that has files: that one goes aside first.
        if (status) renameSync(path, old);
        renameSync(part, path);
        rmSync(old, { recursive: true, force: true });
        return result;
      } catch (error) {
        discard();
        if (existsSync(old) && !existsSync(path)) renameSync(old, path);
        throw outputError(path, error);
      }
    },
  };
}

/** A folder to be filled where it is, made where there is none. Throws OutputError. */
export function makeFolder(folder: string): void {
  const above = dirname(resolve(folder));
  if (!statSync(above, { throwIfNoEntry: false }))
    throw new OutputError(`${folder}: there is no folder ${above}; make it first`);
  const status = statSync(folder, { throwIfNoEntry: false });
  if (status && !status.isDirectory()) throw new OutputError(`${folder}: is no folder; give the name of one`);
  try {
    // Not with its parents: where the system keeps no files, Node 20 tries that for ever.
    if (!status) mkdirSync(folder);
  } catch (error) {
    // Another program that fills it too may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw outputError(folder, error);
  }
}
