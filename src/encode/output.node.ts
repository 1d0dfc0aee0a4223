// Writes a file next to its place, and moves it there only when it is complete; or writes to stdout or a device. The
// encoders make the bytes; the program decides when to discard.
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { besideOf, createFile, newTag, writeAll } from './part.node.js';
import {
  identityOf,
  mendPlaces,
  OutputError,
  outputError,
  type Place,
  placeOf,
  succeeds,
  tryPlace,
} from './place.node.js';

export { OutputError };

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Shared by all outputs. */
export interface Opened {
  /** The path as given; `-` is stdout. */
  readonly path: string;
  /** The files that it will replace, as canonical paths; none for stdout and devices. */
  readonly places: readonly string[];
  /** Unfinished files next to it, of programs that are not visible here, such as those of another machine. */
  readonly leftovers: readonly string[];
  /** Removes the unfinished file, if the program is interrupted. */
  discard(): void;
}

export interface Output extends Opened {
  /**
   * Writes everything; returns the number of bytes. If it throws, OutputError or the error of the chunks, nothing remains.
   * If the reader of stdout stops early, it ends without an error.
   */
  write(chunks: Chunks): Promise<number>;
}

/** Checks before the work starts that a file can be written there. Throws OutputError. */
export function openOutput(path: string): Output {
  if (path === '-') return standardOutput();
  const place = placeOf(path);
  if (place.status?.isCharacterDevice()) return deviceOutput(path);
  const { prepare, commit, at, tag: _, ...file } = openFile(place);
  return {
    ...file,
    leftovers: mendPlaces([at]),
    async write(chunks) {
      const bytes = await prepare(chunks);
      commit();
      return bytes;
    },
  };
}

/** A file that is written in two steps, so that it can move to its place together with others. */
export interface PreparedFile extends Omit<Opened, 'leftovers'> {
  readonly at: string;
  /** Of its part. */
  readonly tag: string;
  /** Writes everything next to its place; returns the number of bytes. */
  prepare(chunks: Chunks): Promise<number>;
  /** Moves it to its place. */
  commit(): void;
}

/** Whether it is a character device, such as /dev/null. */
export function isDevice(path: string): boolean {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    return false; // Opening it reports the reason.
  }
}

export function openFile(place: Place): PreparedFile {
  const { path, at, status } = place;
  const kind = kindOf(path, status);
  if (kind) throw new OutputError(`${path}: ${kind}; give the name of a file`);
  const tag = newTag();
  tryPlace(place, tag);
  const part = besideOf(at, tag);
  let isBegun = false;
  const discard = () => {
    if (isBegun) rmSync(part, { force: true });
  };
  /** Runs work; if it fails, nothing remains. */
  const guarded = <T>(error: unknown): T => {
    discard();
    throw outputError(path, error);
  };
  return {
    path,
    at,
    tag,
    discard,
    places: [identityOf(place)],
    async prepare(chunks) {
      try {
        // Opened synchronously: a signal never comes while an open is under way whose file nobody would remove.
        const file = createFile(part, status ? 0o600 : 0o666);
        isBegun = true;
        try {
          if (status) takeOver(file, status);
          return await writeChunks(file, chunks);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        return guarded(error);
      }
    },
    commit() {
      try {
        renameSync(part, at);
        isBegun = false;
      } catch (error) {
        guarded(error);
      }
    },
  };
}

async function writeChunks(file: number, chunks: Chunks): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) {
    await writeAll(file, chunk);
    bytes += chunk.length;
  }
  return bytes;
}

/** Kinds of entries that a file cannot replace. */
function kindOf(path: string, status: Stats | undefined): string | undefined {
  if (status?.isDirectory()) return 'is a folder';
  if (path.endsWith('/')) return 'is the name of a folder';
  if (status?.isFIFO()) return 'is a pipe, into which a shell can redirect stdout';
  if (status?.isSocket()) return 'is a socket';
  if (status?.isCharacterDevice()) return 'is a device';
  return status?.isBlockDevice() ? 'is a disk' : undefined;
}

/** Gives a new file the permissions of the one that it replaces and, where the system lets it, the owner and group. */
function takeOver(file: number, { mode, uid, gid }: Stats): void {
  const own = fstatSync(file);
  const change = (user: number, group: number) => succeeds(() => fchownSync(file, user, group));
  if (own.uid !== uid) change(uid, -1);
  // A different group gets the rights of everybody, not more.
  const isGroupKept = own.gid === gid || change(-1, gid);
  const kept = (isGroupKept ? mode : (mode & 0o707) | ((mode & 0o007) << 3)) & 0o777;
  // Some file systems keep no permissions and refuse to set any.
  succeeds(() => fchmodSync(file, kept));
}

/** /dev/null and the like: nothing is replaced. */
function deviceOutput(path: string): Output {
  return {
    path,
    places: [],
    leftovers: [],
    discard: () => {},
    async write(chunks) {
      try {
        const file = openSync(path, 'w');
        try {
          return await writeChunks(file, chunks);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        throw outputError(path, error);
      }
    },
  };
}

function standardOutput(): Output {
  if (isStdoutClosed())
    throw new OutputError('-: stdout is closed; redirect it to a file or a program, or give -o /dev/null');
  // Each write gets the error; without a listener the error would also end the program.
  process.stdout.on('error', () => {});
  return {
    path: '-',
    places: [],
    leftovers: [],
    discard: () => {},
    async write(chunks) {
      let bytes = 0;
      try {
        for await (const chunk of chunks) {
          await writeToStdout(chunk);
          bytes += chunk.length;
        }
      } catch (error) {
        // The reader stopped early: not a failure.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw outputError('stdout', error);
      }
      return bytes;
    },
  };
}

/**
 * Whether the program was started without stdout (`>&-`). Node opens /dev/null there, for reading and writing; a shell's
 * redirection to /dev/null only writes. Known on Linux only.
 */
export function isStdoutClosed(): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1];
    return readlinkSync('/proc/self/fd/1') === '/dev/null' && (Number.parseInt(flags!, 8) & 3) === 2;
  } catch {
    return false;
  }
}

/** Resolves when the chunk is written, for backpressure and so that no error comes later. */
const writeToStdout = (chunk: Uint8Array) =>
  new Promise<void>((resolve, reject) => {
    process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
