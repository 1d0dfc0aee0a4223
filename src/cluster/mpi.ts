// Communication between the ranks of an MPI program: scatter and gather of values, messages of bytes, and a shared
// counter. Exported as `mandoline/mpi`. mpi-library.ts has the C functions.
import { writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { ClusterError } from '../errors.js';
import { loadMpi, type Mpi, startedRanks } from './mpi-library.js';

/**
 * All ranks that `mpirun` started together; without it, a single rank. A call blocks this thread until the other ranks
 * have done their part, so all ranks must make matching calls in the same order. A program that exits normally
 * finalizes MPI automatically; one that fails terminates all ranks by MPI_Abort.
 */
export interface World {
  /** This program's rank, from 0. */
  readonly rank: number;
  /** The number of ranks. */
  readonly size: number;
  /** The version string of MPI's library. */
  readonly version: string;
  /** Whether `mpirun` or another MPI launcher started this program. */
  readonly isLaunched: boolean;
  /**
   * Rank 0 passes one value per rank, in rank order, and each rank receives its own: anything that `structuredClone`
   * copies, including typed arrays. Values passed by other ranks are ignored. Throws RangeError if rank 0 does not pass
   * exactly one value per rank.
   */
  scatter<T>(values?: readonly T[]): T;
  /** Each rank passes a value; rank 0 receives all of them, in rank order, the others receive undefined. */
  gather<T>(value: T): T[] | undefined;
  /** Sends bytes to a rank, which must receive the same number. */
  send(bytes: Uint8Array, to: number): void;
  /** Receives bytes from a rank; `into` must have the length of the bytes sent. */
  receive(into: Uint8Array, from: number): void;
  /** Sends bytes like `send`, but returns at once; the bytes must not change until `wait` has returned. */
  post(
    bytes: Uint8Array,
    to: number,
  ): {
    /** Waits until the bytes may be changed; they may not have been received yet. */
    wait(): void;
  };
  /** Sends a few numbers to a rank, which receives them by `hear`, separately from all other messages. */
  tell(numbers: Int32Array, to: number): void;
  /**
   * Receives the numbers of the first rank that sent some by `tell`. Waits for them; if `isBusy`, returns false at once
   * when there are none yet.
   */
  hear(into: Int32Array, isBusy: boolean): boolean;
  /** Waits until all ranks have reached this call. */
  barrier(): void;
  /** Creates a counter shared by all ranks. Collective: all ranks must call it. */
  counter(): Counter;
  /** Finalizes MPI before the program ends, once all ranks call it; no other call may follow. */
  finalize(): void;
}

/** Integers from 0 on, each of which goes to one rank. */
export interface Counter {
  /** Returns the number of previous calls by all ranks together. */
  next(): number;
  /** Frees its memory. Collective: all ranks must call it. */
  free(): void;
}

/** A message's length is an int in C; longer messages are split. */
const longestPiece = 2 ** 30;
/** MPI_THREAD_FUNNELED: only the thread that initializes MPI calls it. */
const funneled = 1;
/** More than the size of an MPI_Status in any library. */
const statusBytes = 256;
/** Tags that separate `send` from `tell`. */
const [sentTag, toldTag] = [0, 1];

let opened: Promise<World> | undefined;

/**
 * Initializes MPI and returns the world, the same one at each call. Throws ClusterError if koffi or MPI's library is
 * missing, or if another MPI's `mpirun` started this program.
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
  // Node prints the fatal error only after this event.
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
      `MPI: ${started} ranks were started, but ${mpi.version} finds ${size}; ` +
        'start them with the mpirun of that library',
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

  /** Sends a value as bytes, preceded by their number. */
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

/** Splits bytes into as few pieces as MPI allows. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += longestPiece) yield bytes.subarray(at, at + longestPiece);
}

function numberOf(read: (into: Int32Array) => number): number {
  const into = new Int32Array(1);
  check(read(into));
  return into[0]!;
}

/** By default, MPI aborts all ranks on an error; with another error handler, this reports it. */
function check(code: number): void {
  if (code !== 0) throw new ClusterError(`MPI: a call failed with code ${code}`);
}
