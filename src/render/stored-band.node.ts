// A slice of a store: read if it is present and intact, otherwise computed and stored. Each array of a slice is one file
// that ends with its SHA-256. store-files.node.ts reads and writes files.
import { createHash } from 'node:crypto';
import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.js';
import type { Field } from '../field/field.js';
import type { SliceRange } from '../pool/slices.js';
import { systemReason } from '../system-error.node.js';
import { type Band, type BandJob, bandField, computeField, finishBand, now } from './band.js';
import { withOwnReference } from './exact.js';
import type { ExactReport } from './exact-job.js';
import { hasFolder, putFile, readRegular } from './store-files.node.js';

const digestBytes = 32;

/** Sent to every worker. */
export interface Place {
  readonly folder: string;
  /** The field that is kept, in one line: a slice of another one has another digest. */
  readonly field: string;
}

/** `computeBand` that reads what the store has, and stores what it lacks. */
export async function computeStoredBand(range: SliceRange, job: BandJob, place: Place): Promise<Band> {
  const begun = now();
  const field = bandField(range, job);
  let settled: ExactReport | undefined;
  try {
    const arrays = Object.entries({ counts: field.counts, ...field.channels }) as [string, Numbers][];
    const all = arrays.map(([name, values]) => readArray(place, range, name, values));
    if (all.some((state) => state !== 'whole')) {
      // Where the store has all slices nobody computed a reference, and yet one may be damaged.
      settled = computeField(range, { ...job, render: await withOwnReference(job.render) }, field);
      arrays.forEach(([name, values], i) => {
        if (all[i] !== 'whole') writeArray(place, range, name, values);
      });
    }
    const origin = all.includes('damaged') ? 'mended' : all.includes('missing') ? 'computed' : 'kept';
    return { ...finishBand(range, job, begun, field), ...(settled && { settled }), origin };
  } catch (error) {
    throw storeError(place.folder, error);
  }
}

type Numbers = Field['counts'] | Float64Array | Float32Array | Uint8Array;

const nameOf = (start: number) => String(start).padStart(6, '0');

/** The first rows of the slices whose array is stored, by the names in its folder. */
export function* keptStarts(folder: string, array: string): Generator<number> {
  try {
    const path = join(folder, array);
    if (!hasFolder(path)) return;
    const names = opendirSync(path, { bufferSize: 1000 });
    try {
      for (let entry = names.readSync(); entry; entry = names.readSync())
        if (entry.isFile() && /^\d{6,}$/.test(entry.name)) yield Number(entry.name);
    } finally {
      names.closeSync();
    }
  } catch (error) {
    throw storeError(folder, error);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const digestOf = ({ field }: Place, { start }: SliceRange, array: string, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(`${array} ${start} ${field}\n`).update(bytes).digest();

/** Reads a slice's array from the store, if it is present and intact. */
function readArray(place: Place, range: SliceRange, array: string, into: Numbers): KeptState {
  const kept = keptBytes(place, range, array, into.byteLength);
  if (typeof kept === 'string') return kept;
  bytesOf(into).set(kept);
  return 'whole';
}

/** How an array of a slice is kept. */
export type KeptState = 'whole' | 'missing' | 'damaged';

/** How each array of a slice is stored, given its bytes per row. Contents are compared with their digests. */
export function keptStates(
  range: SliceRange,
  rowBytes: Readonly<Record<string, number>>,
  place: Place,
): KeptState[] {
  try {
    return Object.entries(rowBytes).map(([array, bytes]) => {
      const kept = keptBytes(place, range, array, bytes * (range.end - range.start));
      return typeof kept === 'string' ? kept : 'whole';
    });
  } catch (error) {
    throw storeError(place.folder, error);
  }
}

function keptBytes(place: Place, range: SliceRange, array: string, length: number) {
  const folder = join(place.folder, array);
  if (!hasFolder(folder)) return 'missing';
  const file = readRegular(join(folder, nameOf(range.start)), (size) => size === length + digestBytes);
  if (typeof file === 'string') return file;
  const bytes = file.subarray(0, length);
  return digestOf(place, range, array, bytes).equals(file.subarray(length)) ? bytes : 'damaged';
}

function writeArray(place: Place, range: SliceRange, array: string, values: Numbers): void {
  const bytes = bytesOf(values);
  putFile(place.folder, array, nameOf(range.start), [bytes, digestOf(place, range, array, bytes)]);
}

/** A system error as a StoreError; other errors unchanged. */
export function storeError(folder: string, error: unknown): unknown {
  const reason = systemReason(error);
  if (reason === undefined) return error;
  return new StoreError(
    `${folder}: cannot be written or read: ${reason}; ` +
      'make room or repair it, and run the same command again: finished slices are kept',
  );
}
