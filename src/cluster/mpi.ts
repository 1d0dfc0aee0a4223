// The ranks of an MPI program and what they say to each other: values from rank 0 to all and back, bytes from one to
// another, and a counter that all of them share. `mandoline/mpi` is this file. The C functions are mpi-library.ts's.
import { writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { ClusterError } from '../errors.js';
import { loadMpi, type Mpi, startedRanks } from './mpi-library.js';

/**
 * All ranks that `mpirun` started together; one alone without it. A call blocks this thread until the others have done
 * their part of it, so that all ranks must make the same calls in the same order. A program that comes to its end ends
 * its part by itself; one that fails ends all ranks, by MPI_Abort.
 */
export interface World {
  /** This program's number, from 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /** What MPI's library says it is. */
  readonly version: string;
  /** Whether `mpirun`, or what else starts MPI's programs, started this one. */
  readonly isLaunched: boolean;
  /**
   * Rank 0 gives a value for each rank, in their order, and each rank gets its own: whatever `structuredClone` copies,
   * typed arrays too. What other ranks give is ignored. Throws RangeError where rank 0 gives not one for each.
   */
  scatter<T>(values?: readonly T[]): T;
  /** Each rank gives a value; rank 0 gets all of them, in the order of the ranks, the others get undefined. */
  gather<T>(value: T): T[] | undefined;
  /** Sends bytes to a rank, which receives as many. */
  send(bytes: Uint8Array, to: number): void;
  /** Receives bytes that a rank sends into memory of that length. */
  receive(into: Uint8Array, from: number): void;
  /** Sends bytes as `send` does, but does not wait until they are received; they must not change before. */
  post(
    bytes: Uint8Array,
    to: number,
  ): {
    /** Waits until the bytes are received. */
    wait(): void;
  };
  /** Sends a rank a few numbers, which hears them apart from all else. */
  tell(numbers: Int32Array, to: number): void;
  /**
   * Hears as many numbers as another rank tells, whichever is first: waits for them, or gives false where there are none
   * yet and it `isBusy`.
   */
  hear(into: Int32Array, isBusy: boolean): boolean;
  /** Waits until all ranks are here. */
  barrier(): void;
  /** A counter that all ranks share; all have to ask for it together. */
  counter(): Counter;
  /** Ends this rank's part before the program's end, once the others do too; no other call may come after it. */
  finalize(): void;
}

/** Whole numbers from 0 on, each of which one rank gets. */
export interface Counter {
  /** How often it was called before, by all ranks together. */
  next(): number;
  /** Gives its memory back; all ranks have to do so together. */
  free(): void;
}

/** A message's length is an int in C; what is longer goes in pieces. */
const longestPiece = 2 ** 30;
/** MPI_THREAD_FUNNELED: of the program's threads only the one that starts MPI calls it. */
const funneled = 1;
/** More than an MPI_Status takes, in any library. */
const statusBytes = 256;
/** By which what is told is known from what is sent. */
const [sentTag, toldTag] = [0, 1];

let opened: Promise<World> | undefined;

/**
 * Starts MPI and gives the world, the same one at each call. Throws ClusterError where koffi or MPI's library is
 * missing, or the library is not of the MPI whose `mpirun` started this program.
 */
export function world(): Promise<World> {
  opened ??= loadMpi().then(open);
  return opened;
}

function open(mpi: Mpi): World {
  const { world: all, byte, int, sum } = mpi.handles;
  check(mpi.Init_thread(null, null, funneled, new Int32Array(1)));
  let isOpen = true;
  process.once('exit', (code) => {
    if (!isOpen) return;
    if (code === 0) finalize();
    else mpi.Abort(all, code);
  });
  // What ends a program is told by Node only after that event.
  process.on('uncaughtExceptionMonitor', (error) => {
    if (!isOpen || process.listenerCount('uncaughtException') > 0) return;
    writeSync(2, `rank ${rank}: ${error?.stack ?? error}\n`);
    mpi.Abort(all, 1);
  });

  const rank = numberOf((into) => mpi.Comm_rank(all, into));
  const size = numberOf((into) => mpi.Comm_size(all, into));
  const started = startedRanks();
  if (started !== undefined && started !== size)
    throw new ClusterError(
      `MPI: ${started} ranks were started, of which ${mpi.version} finds ${size}; ` +
        'start them by the mpirun that belongs to it',
    );
  const status = new Uint8Array(statusBytes);

  function send(bytes: Uint8Array, to: number): void {
    for (const piece of pieces(bytes)) check(mpi.Send(piece, piece.length, byte, to, sentTag, all));
  }

  function receive(into: Uint8Array, from: number): void {
    for (const piece of pieces(into)) check(mpi.Recv(piece, piece.length, byte, from, sentTag, all, status));
  }

  function post(bytes: Uint8Array, to: number) {
    const under = [...pieces(bytes)].map((piece) => {
      const request = mpi.newRequest();
      check(mpi.Isend(piece, piece.length, byte, to, sentTag, all, request));
      return request;
    });
    return {
      wait() {
        for (const request of under) check(mpi.Wait(request, status));
      },
    };
  }

  function hear(into: Int32Array, isBusy: boolean): boolean {
    const isThere = new Int32Array(1);
    if (isBusy) check(mpi.Iprobe(mpi.anySource, toldTag, all, isThere, status));
    if (isBusy && !isThere[0]) return false;
    check(mpi.Recv(bytesOf(into), into.byteLength, byte, mpi.anySource, toldTag, all, status));
    return true;
  }

  /** As bytes, with their number before them. */
  function sendValue(value: unknown, to: number): void {
    const bytes = serialize(value);
    send(new Uint8Array(Float64Array.of(bytes.length).buffer), to);
    send(bytes, to);
  }

  function receiveValue(from: number): unknown {
    const length = new Float64Array(1);
    receive(new Uint8Array(length.buffer), from);
    const bytes = new Uint8Array(length[0]!);
    receive(bytes, from);
    return deserialize(bytes);
  }

  function finalize(): void {
    if (!isOpen) return;
    isOpen = false;
    mpi.Finalize();
  }

  return {
    rank,
    size,
    version: mpi.version,
    isLaunched: started !== undefined || size > 1,
    send,
    receive,
    post,
    hear,
    finalize,
    scatter<T>(values: readonly T[] = []): T {
      if (rank > 0) return receiveValue(0) as T;
      if (values.length !== size)
        throw new RangeError(`scatter of ${values.length} values: must be ${size}, one for each rank`);
      for (let other = 1; other < size; other++) sendValue(values[other], other);
      return values[0]!;
    },
    gather<T>(value: T): T[] | undefined {
      if (rank === 0) return [value, ...Array.from({ length: size - 1 }, (_, i) => receiveValue(i + 1) as T)];
      sendValue(value, 0);
      return undefined;
    },
    tell: (numbers, to) => check(mpi.Send(bytesOf(numbers), numbers.byteLength, byte, to, toldTag, all)),
    barrier: () => check(mpi.Barrier(all)),
    counter() {
      const window = mpi.allocateWindow(rank === 0 ? Int32Array.BYTES_PER_ELEMENT : 0);
      check(mpi.Barrier(all));
      check(mpi.Win_lock_all(0, window));
      const [one, before] = [Int32Array.of(1), new Int32Array(1)];
      return {
        next() {
          check(mpi.Fetch_and_op(one, before, int, 0, 0, sum, window));
          check(mpi.Win_flush(0, window));
          return before[0]!;
        },
        free() {
          check(mpi.Win_unlock_all(window));
          mpi.freeWindow(window);
        },
      };
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Bytes in as few pieces as MPI takes them. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += longestPiece) yield bytes.subarray(at, at + longestPiece);
}

function numberOf(read: (into: Int32Array) => number): number {
  const into = new Int32Array(1);
  check(read(into));
  return into[0]!;
}

/** By MPI's own rule a failure ends all ranks at once; where a site has another rule it is told here. */
function check(code: number): void {
  if (code !== 0) throw new ClusterError(`MPI: a call failed with code ${code}`);
}
