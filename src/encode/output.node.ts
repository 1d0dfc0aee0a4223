// Where a file's bytes go: beside the file first, and in its place only when all are there. What the bytes are is
// the encoders'.
import { once } from 'node:events';
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that cannot be written, and what to do about it. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

export interface Output {
  /** As it was given; `-` is stdout. */
  readonly path: string;
  /** Writes all; gives the number of bytes. Throws OutputError, and then leaves nothing behind. */
  write(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number>;
  /** Removes what is written so far; for a program that is interrupted. */
  discard(): void;
}

/** Makes sure that a file can be written there, before the work begins. Throws OutputError. */
export function openOutput(path: string): Output {
  return path === '-' ? standardOutput() : fileOutput(path);
}

function fileOutput(path: string): Output {
  const folder = dirname(path);
  const status = statSync(folder, { throwIfNoEntry: false });
  if (!status) throw new OutputError(`${path}: there is no folder ${folder}; make it first`);
  if (!status.isDirectory()) throw new OutputError(`${path}: ${folder} is not a folder`);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new OutputError(`${path}: is a folder; give the name of a file`);
  const part = join(folder, `.${basename(path)}.${process.pid}.part`);
  const discard = () => rmSync(part, { force: true });
  try {
    // Tried, since permissions do not tell all: the folder may be another system's, or read-only.
    closeSync(openSync(part, 'w'));
    discard();
  } catch {
    throw new OutputError(`${path}: the folder ${folder} cannot be written to; choose another`);
  }
  return {
    path,
    discard,
    async write(chunks) {
      let bytes = 0;
      try {
        // Not synchronously: between two chunks the program must hear signals.
        const file = await open(part, 'w');
        try {
          for await (const chunk of chunks) {
            await file.writeFile(chunk);
            bytes += chunk.length;
          }
        } finally {
          await file.close();
        }
        renameSync(part, path);
        return bytes;
      } catch (error) {
        discard();
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        throw new OutputError(`${path}: ${error.message}`, { cause: error });
      }
    },
  };
}

function standardOutput(): Output {
  return {
    path: '-',
    discard: () => {},
    async write(chunks) {
      let bytes = 0;
      for await (const chunk of chunks) {
        if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
        bytes += chunk.length;
      }
      return bytes;
    },
  };
}
