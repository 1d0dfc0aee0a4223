// The C functions of MPI (MPI 3.1, mpi-forum.org) by koffi, an optional package: finds the library and its handles.
// Open MPI's handles are addresses of its variables; MPICH's are integers, the same in its derivatives (MPICH ABI
// Compatibility Initiative, 2014); other libraries are not supported. mpi.ts uses these functions.
import { ClusterError } from '../errors.js';
import { installLine, optionalPackages } from '../optional.node.js';

/** A communicator, a datatype, an operation or a window. */
type Handle = bigint | number;

/** Memory of an MPI_Request. */
export type Request = Int32Array | BigUint64Array;

/** The C functions; each returns an error code, 0 for none, and blocks this thread until it returns. */
export interface Mpi {
  /** The library's version string. */
  readonly version: string;
  readonly handles: Readonly<Record<(typeof handleNames)[number], Handle>>;
  Init_thread(argc: null, argv: null, required: number, provided: Int32Array): number;
  Finalize(): number;
  Abort(world: Handle, code: number): number;
  Comm_rank(world: Handle, rank: Int32Array): number;
  Comm_size(world: Handle, size: Int32Array): number;
  Barrier(world: Handle): number;
  Send(bytes: Uint8Array, count: number, type: Handle, to: number, tag: number, world: Handle): number;
  Recv(
    ...given: [
      ...[bytes: Uint8Array, count: number, type: Handle, from: number, tag: number],
      Handle,
      Uint8Array,
    ]
  ): number;
  Isend(
    ...given: [
      ...[bytes: Uint8Array, count: number, type: Handle, to: number, tag: number],
      ...[world: Handle, request: Request],
    ]
  ): number;
  Iprobe(from: number, tag: number, world: Handle, isThere: Int32Array, status: Uint8Array): number;
  Wait(request: Request, status: Uint8Array): number;
  /** Allocates memory for a request. */
  newRequest(): Request;
  /** MPI_ANY_SOURCE. */
  readonly anySource: number;
  Win_lock_all(assert: number, window: Handle): number;
  Win_unlock_all(window: Handle): number;
  Win_flush(rank: number, window: Handle): number;
  Fetch_and_op(
    ...given: [
      ...[operand: Int32Array, result: Int32Array, type: Handle],
      ...[rank: number, place: number, operation: Handle, window: Handle],
    ]
  ): number;
  /** Allocates a zero-filled window of this size in this rank. Collective: all ranks must call it. */
  allocateWindow(bytes: number): Handle;
  freeWindow(window: Handle): void;
}

const handleNames = ['world', 'byte', 'int', 'sum', 'noInfo'] as const;

/** For each family of libraries: its version string, the C type of handles, and the handles needed. */
const families = [
  {
    says: /^Open MPI/,
    type: 'void *',
    anySource: -1,
    handles: {
      world: 'ompi_mpi_comm_world',
      byte: 'ompi_mpi_byte',
      int: 'ompi_mpi_int',
      sum: 'ompi_mpi_op_sum',
      noInfo: 'ompi_mpi_info_null',
    },
  },
  {
    says: /^(MPICH|MVAPICH|Intel\(R\) MPI|CRAY MPICH)/i,
    type: 'int',
    anySource: -2,
    handles: {
      world: 0x44000000,
      byte: 0x4c00010d,
      int: 0x4c000405,
      sum: 0x58000003,
      noInfo: 0x1c000000,
    },
  },
] as const;

/** The libraries' file names and their Debian package. */
const openMpi = { libraries: ['libmpi.so.40', 'libmpi.dylib'], install: 'openmpi-bin' };
const mpich = { libraries: ['libmpich.so.12', 'libmpi.so.12'], install: 'mpich' };

/** The environment variables set by launchers, and the libraries that these belong to. */
const launchers = [
  { size: 'OMPI_COMM_WORLD_SIZE', rank: 'OMPI_COMM_WORLD_RANK', likely: [openMpi] },
  { size: 'PMI_SIZE', rank: 'PMI_RANK', likely: [mpich, openMpi] },
] as const;
const launcher = launchers.find(({ size }) => process.env[size] !== undefined);

/** The number of ranks according to the launcher; undefined without one. */
export const startedRanks = (): number | undefined => launcher && Number(process.env[launcher.size]);

/** This program's rank according to the launcher, without loading the library; 0 without a launcher. */
export const startedRank = (): number => Number(process.env[launcher?.rank ?? 'PMIX_RANK'] ?? 0);

type Koffi = typeof import('koffi').default;
type Library = ReturnType<Koffi['load']>;

/** Loads MPI's library. Throws ClusterError if koffi or the library is missing, or the library is not supported. */
export async function loadMpi(): Promise<Mpi> {
  const koffi = await loadKoffi();
  const library = loadLibrary(koffi, launcher?.likely ?? [openMpi, mpich]);
  const version = versionOf(library);
  const family = families.find(({ says }) => says.test(version));
  if (!family)
    throw new ClusterError(
      `MPI: ${version || 'a library of unknown version'}: is not supported; use Open MPI ` +
        '(Debian: apt install openmpi-bin) or MPICH',
    );
  const { type } = family;
  const handles = Object.fromEntries(
    handleNames.map((name) => {
      const handle = family.handles[name];
      return [name, typeof handle === 'string' ? library.symbol(handle) : handle];
    }),
  );
  const bind = (name: string, types: readonly string[]) =>
    library.func(
      `MPI_${name}`,
      'int',
      types.map((each) => (each === 'handle' ? type : each)),
    );
  const functions = Object.entries(signatures).map(([name, types]) => [name, bind(name, types)]);
  const allocate = bind('Win_allocate', ['intptr_t', 'int', 'handle', 'handle', 'void *', 'void *']);
  const free = bind('Win_free', ['void *']);
  const slot = () => (type === 'int' ? new Int32Array(1) : new BigUint64Array(1));
  return {
    version,
    handles,
    anySource: family.anySource,
    newRequest: slot,
    ...Object.fromEntries(functions),
    allocateWindow(bytes: number): Handle {
      const [address, window] = [new BigUint64Array(1), slot()];
      allocate(bytes, 1, handles.noInfo, handles.world, address, window);
      if (bytes > 0) new Uint8Array(koffi.view(address[0], bytes)).fill(0);
      return window[0]!;
    },
    freeWindow(window: Handle): void {
      const holder = slot();
      holder[0] = window;
      free(holder);
    },
  } as Mpi;
}

/** The functions' parameter types in C. */
const signatures: Readonly<Record<string, readonly string[]>> = {
  Init_thread: ['void *', 'void *', 'int', 'void *'],
  Finalize: [],
  Abort: ['handle', 'int'],
  Comm_rank: ['handle', 'void *'],
  Comm_size: ['handle', 'void *'],
  Barrier: ['handle'],
  Send: ['void *', 'int', 'handle', 'int', 'int', 'handle'],
  Isend: ['void *', 'int', 'handle', 'int', 'int', 'handle', 'void *'],
  Iprobe: ['int', 'int', 'handle', 'void *', 'void *'],
  Wait: ['void *', 'void *'],
  Recv: ['void *', 'int', 'handle', 'int', 'int', 'handle', 'void *'],
  Win_lock_all: ['int', 'handle'],
  Win_unlock_all: ['handle'],
  Win_flush: ['int', 'handle'],
  Fetch_and_op: ['void *', 'void *', 'handle', 'int', 'intptr_t', 'handle', 'handle'],
};

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch {
    throw new ClusterError(
      `MPI: needs the package koffi, which is not installed: ${installLine(optionalPackages.mpi)}`,
    );
  }
}

function loadLibrary(koffi: Koffi, likely: readonly (typeof openMpi)[]): Library {
  const names = likely.flatMap(({ libraries }) => libraries);
  for (const name of names) {
    try {
      // Global, because the library's plugins look up its functions among the program's symbols.
      return koffi.load(name, { global: true });
    } catch {}
  }
  throw new ClusterError(
    `MPI: ${names.join(', ')} was not found; install it (Debian: apt install ${likely[0]!.install}), ` +
      'or set LD_LIBRARY_PATH to its folder',
  );
}

/** A library's version string; empty for a library older than MPI 3. */
function versionOf(library: Library): string {
  // Larger than any library's MPI_MAX_LIBRARY_VERSION_STRING.
  const [text, length] = [Buffer.alloc(2 ** 16), new Int32Array(1)];
  try {
    library.func('MPI_Get_library_version', 'int', ['void *', 'void *'])(text, length);
  } catch {
    return '';
  }
  return text
    .toString('latin1', 0, length[0])
    .split(/[\0\n,]/)[0]!
    .trim();
}
