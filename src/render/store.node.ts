// A folder that keeps each slice of a field that is done, so that nothing is computed twice: after the program was
// killed, the machine lost its power or the disk was full, the same command goes on where it was. Each array of a slice
// is one file with its SHA-256, written beside and renamed, so that it is whole or not there, whoever else writes.
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.js';
import type { ChannelName, Field } from '../field/field.js';
import { partial, type SliceRange, tasks } from '../pool/index.js';
import { parseScene, type Scene, sceneText } from '../scene/scene.js';
import { type Band, type BandJob, bandField, computeCounts, finishBand, traceField } from './band.js';
import type { BandWork } from './stream.js';

const worker = tasks<typeof import('./store.node.js')>(new URL('./store.node.js', import.meta.url));

const schema = 'mandoline.store.1';
const manifestName = 'store.json';
const digestBytes = 32;
/** What lies beside a slice's place for so many milliseconds is nobody's any more. */
const abandoned = 60 * 60 * 1000;

export interface Store {
  readonly folder: string;
  /** How many slices the field is cut into in this store. */
  readonly slices: number;
  /** Bands that are read from the store, or computed and put there. */
  work(job: BandJob): BandWork;
}

/** What every worker is sent of a store. */
interface Place {
  readonly folder: string;
  /** The field that is kept, in one line: a slice of another one has another digest. */
  readonly field: string;
}

/**
 * Opens the store of a scene's field in a folder, which is made where there is none. Throws StoreError for a folder
 * that cannot be written, another scene's store, a damaged one, or one of another number of slices than is asked for.
 */
export function openStore(
  folder: string,
  scene: Scene,
  slices: number | undefined,
  otherwise: number,
): Store {
  const field = fieldText(scene);
  try {
    mkdirSync(folder, { recursive: true });
    clear(folder);
    const wanted = { schema, field: JSON.parse(field), slices: slices ?? otherwise };
    const kept = readManifest(folder) ?? (putManifest(folder, wanted) || readManifest(folder)!);
    if (kept.field !== field)
      throw new StoreError(`${folder}: is the store of another scene; give another folder`);
    if (slices !== undefined && kept.slices !== slices)
      throw new StoreError(
        `${folder}: is a store of ${kept.slices} slices, not ${slices}; leave --slices out`,
      );
    const place: Place = { folder, field };
    return {
      folder,
      slices: kept.slices,
      work: (job) => ({
        task: partial(partial(worker.computeStoredBand, place), job) as never,
        run: (range) => computeStoredBand(range, job, place),
      }),
    };
  } catch (error) {
    throw storeError(folder, error);
  }
}

/** What decides about a field's numbers: the scene without what only colours it. */
function fieldText(scene: Scene): string {
  const { formula, parameters, c, z0, iterations, escape, trap, lattice, view } = scene;
  const palette = '';
  return sceneText({ formula, parameters, c, z0, iterations, escape, trap, lattice, view, palette } as Scene);
}

interface Manifest {
  readonly field: string;
  readonly slices: number;
}

function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, manifestName);
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  try {
    const { schema: given, field, slices } = JSON.parse(readFileSync(path, 'utf8'));
    if (given !== schema || !Number.isSafeInteger(slices) || slices < 1) throw new Error();
    return { field: fieldText(parseScene(field)), slices };
  } catch {
    throw new StoreError(`${path}: is damaged or of another version; give another folder`);
  }
}

/** Puts a store's description in its place, unless another program was first. */
function putManifest(folder: string, manifest: object & Pick<Manifest, 'slices'>): undefined {
  const others = readdirSync(folder);
  if (others.length > 0 && !others.includes(manifestName))
    throw new StoreError(`${folder}: is a folder with other things in it; give an empty one, or a new name`);
  const beside = join(folder, `.${randomUUID()}.part`);
  writeFlushed(beside, [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)]);
  try {
    linkSync(beside, join(folder, manifestName));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside);
  }
  return undefined;
}

/** Takes away what programs that were killed left beside. */
function clear(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.part')) continue;
    const path = join(folder, name);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status && Date.now() - status.mtimeMs > abandoned) rmSync(path, { force: true });
  }
}

/** As `computeBand`, but what the store has is read from it, and what it has not is put there. */
export function computeStoredBand(range: SliceRange, job: BandJob, place: Place): Band {
  const begun = performance.timeOrigin + performance.now();
  const field = bandField(range, job);
  try {
    const found = { counts: readArray(place, range, 'counts', field.counts) };
    if (found.counts !== 'whole') {
      computeCounts(range, job, field);
      writeArray(place, range, 'counts', field.counts);
    }
    const channels = Object.entries(field.channels ?? {}) as [ChannelName, Numbers][];
    const states = channels.map(([name, values]) => readArray(place, range, name, values));
    if (states.some((state) => state !== 'whole')) {
      traceField(range, job, field);
      channels.forEach(([name, values], i) => {
        if (states[i] !== 'whole') writeArray(place, range, name, values);
      });
    }
    const all = [found.counts, ...states];
    const origin = all.includes('damaged') ? 'mended' : all.includes('missing') ? 'computed' : 'kept';
    return { ...finishBand(range, job, begun, field), origin };
  } catch (error) {
    throw storeError(place.folder, error);
  }
}

type Numbers = Field['counts'] | Float64Array | Float32Array | Uint8Array;

const pathOf = ({ folder }: Place, { start }: SliceRange, array: string) =>
  join(folder, array, String(start).padStart(6, '0'));

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const digestOf = ({ field }: Place, { start }: SliceRange, array: string, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(`${array} ${start} ${field}\n`).update(bytes).digest();

/** Reads a slice's array from the store, if it is there and whole. */
function readArray(place: Place, range: SliceRange, array: string, into: Numbers) {
  let file: Buffer;
  try {
    file = readFileSync(pathOf(place, range, array));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
  const bytes = file.subarray(0, -digestBytes);
  const isWhole =
    bytes.length === into.byteLength &&
    digestOf(place, range, array, bytes).equals(file.subarray(-digestBytes));
  if (!isWhole) return 'damaged';
  bytesOf(into).set(bytes);
  return 'whole';
}

function writeArray(place: Place, range: SliceRange, array: string, values: Numbers): void {
  const path = pathOf(place, range, array);
  const folder = join(place.folder, array);
  mkdirSync(folder, { recursive: true });
  const beside = join(folder, `.${randomUUID()}.part`);
  const bytes = bytesOf(values);
  try {
    writeFlushed(beside, [bytes, digestOf(place, range, array, bytes)]);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  flush(folder);
}

/** Writes a file so that it is on the disk, whatever comes, before anybody is told. */
function writeFlushed(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** That a name stands in a folder is on the disk only when the folder is. */
function flush(folder: string): void {
  // Windows opens no folders; there a file's own flush has to do.
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** What the system refuses, as a StoreError; other failures as they are. */
const storeError = (folder: string, error: unknown) =>
  error instanceof Error && 'syscall' in error
    ? new StoreError(
        `${folder}: cannot be written or read (${error.message}); ` +
          'make room or mend it, and give the same command again: what is done is kept',
      )
    : error;
