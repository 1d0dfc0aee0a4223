// Where a file's bytes go: beside the file first, and in its place only when all are there; or stdout. What the
// bytes are is the encoders', and when to discard is the program's.
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file that cannot be written, and what to do about it. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

export interface Output {
  /** As it was given; `-` is stdout. */
  readonly path: string;
  /**
   * Writes all; gives the number of bytes. Throws OutputError, or what the chunks throw, and then leaves nothing
   * behind. A reader of stdout that goes away early ends it quietly.
   */
  write(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number>;
  /** Removes what is written so far; for a program that is interrupted. */
  discard(): void;
}

/** Makes sure that a file can be written there, before the work begins. Throws OutputError. */
export function openOutput(path: string): Output {
  return path === '-' ? standardOutput() : fileOutput(path);
}

function fileOutput(path: string): Output {
  const part = partOf(path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new OutputError(`${path}: is a folder; give the name of a file`);
  const discard = () => rmSync(part, { force: true });
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
        throw outputError(path, error);
      }
    },
  };
}

/** What stands beside a path until it is whole, after it was tried that it can. Throws OutputError. */
export function partOf(path: string): string {
  const folder = dirname(path);
  const part = join(folder, `.${basename(path)}.${process.pid}.part`);
  const status = statSync(folder, { throwIfNoEntry: false });
  if (!status) throw new OutputError(`${path}: there is no folder ${folder}; make it first`);
  if (!status.isDirectory()) throw new OutputError(`${path}: ${folder} is not a folder`);
  clear(folder, basename(path));
  try {
    // Tried, since permissions do not tell all: the folder may be another system's, or read-only.
    closeSync(openSync(part, 'w'));
    rmSync(part);
  } catch (error) {
    if (codeOf(error) === 'ENAMETOOLONG')
      throw new OutputError(`${path}: the name is too long; choose one of at most 200 bytes`);
    throw new OutputError(`${path}: the folder ${folder} cannot be written to; choose another`);
  }
  return part;
}

/** Takes away what programs left beside that were killed before they could. */
function clear(folder: string, name: string): void {
  for (const other of readdirSync(folder)) {
    const writer = other.startsWith(`.${name}.`) && /^\.(\d+)\.part$/.exec(other.slice(name.length + 1))?.[1];
    if (writer && !isRunning(Number(writer))) rmSync(join(folder, other), { recursive: true, force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM'; // Somebody else's.
  }
}

function standardOutput(): Output {
  // What goes wrong is told to each write; without a listener it would end the program too.
  process.stdout.on('error', () => {});
  return {
    path: '-',
    discard: () => {},
    async write(chunks) {
      let bytes = 0;
      try {
        for await (const chunk of chunks) {
          await writeToStdout(chunk);
          bytes += chunk.length;
        }
      } catch (error) {
        // Who reads has had enough: no failure.
        if (codeOf(error) !== 'EPIPE') throw outputError('stdout', error);
      }
      return bytes;
    },
  };
}

/** Done when the chunk is on its way: that is the backpressure, and nothing is left to fail later. */
const writeToStdout = (chunk: Uint8Array) =>
  new Promise<void>((resolve, reject) => {
    process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** What the system refuses, as an OutputError; a failure of the work that makes the bytes stays as it is. */
export const outputError = (path: string, error: unknown) =>
  error instanceof Error && 'syscall' in error
    ? new OutputError(`${path}: cannot be written (${error.message}); make room or choose another place`, {
        cause: error,
      })
    : error;
