// A store: a folder that keeps each finished slice of a field. If the program is killed, the power fails or the disk is full,
// the same command resumes; and several programs can share the work. stored-band.node.ts reads and writes slices,
// survey.node.ts finds what a store lacks.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../encode/folder.node.js';
import { OutputError } from '../encode/output.node.js';
import { StoreError } from '../errors.js';
import { partial, tasks } from '../pool/index.js';
import { fromBefore, jsonText, lessonScene, parseScene, type Scene, sceneText } from '../scene/scene.js';
import type { BandJob } from './band.js';
import { channelNames } from './channel-types.js';
import { clearAbandoned, isTemporary, putOnce, readRegular } from './store-files.node.js';
import { computeStoredBand, type Place, storeError } from './stored-band.node.js';
import type { BandWork } from './stream.js';

const worker = tasks<typeof import('./stored-band.node.js')>(
  new URL('./stored-band.node.js', import.meta.url),
);

const schema = 'mandoline.store.1';
const manifestName = 'store.json';
/** Maximum bytes of a store's description. */
const largestManifest = 16e6;

export interface Store extends Place {
  /** The scene for which the store was made, with its colours. */
  readonly scene: Scene;
  /** Number of slices of the field in this store. */
  readonly slices: number;
  /** Number of parts of the work when the store was made, if any. */
  readonly parts?: number | undefined;
  /** Bands that are read from the store, or computed and put there. */
  work(job: BandJob): BandWork;
}

export interface StoreCut {
  /** Required number of slices. */
  readonly slices?: number | undefined;
  /** Default number of slices of a new store. */
  readonly otherwise: number;
  /** Number of parts of the work. */
  readonly parts?: number | undefined;
}

/**
 * Opens the store of a scene's field in a folder, or makes one. Throws StoreError for a folder that cannot be written,
 * another scene's store, a damaged one, or one with another number of slices.
 */
export function openStore(folder: string, scene: Scene, { slices, otherwise, parts }: StoreCut): Store {
  return told(folder, () => {
    makeFolder(folder);
    const wanted = { schema, scene: JSON.parse(sceneText(scene)), slices: slices ?? otherwise, parts };
    if (!isStore(folder)) putManifest(folder, wanted);
    const kept = readManifest(folder);
    if (kept.field !== fieldText(scene))
      throw new StoreError(`${folder}: is the store of another scene; give another folder`);
    if (slices !== undefined && kept.slices !== slices)
      throw new StoreError(`${folder}: is a store of ${kept.slices} slices, not ${slices}; omit --slices`);
    // Only now is it certain that the folder is this store: nothing is removed from any other.
    clearAbandoned([folder, ...['counts', ...channelNames].map((array) => join(folder, array))]);
    return storeOf(folder, kept);
  });
}

/** Opens the existing store in a folder. Throws StoreError if there is none, or it is damaged. */
export function existingStore(folder: string): Store {
  return told(folder, () => {
    if (!isStore(folder))
      throw new StoreError(`${folder}: is not a store; there is no ${manifestName} in it`);
    return storeOf(folder, readManifest(folder));
  });
}

function storeOf(folder: string, manifest: Manifest): Store {
  const place: Place = { folder, field: manifest.field };
  return {
    ...manifest,
    ...place,
    work: (job) => ({
      task: partial(partial(worker.computeStoredBand, place), job),
      run: (range) => computeStoredBand(range, job, place),
    }),
  };
}

/** Runs `work`; system errors become StoreErrors. */
function told<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof OutputError ? new StoreError(error.message) : storeError(folder, error);
  }
}

/** The scene without colours, which determines a field's numbers. */
function fieldText(scene: Scene): string {
  const { formula, parameters, c, z0, iterations, escape, arithmetic, trap, lattice, view } = scene;
  const palette = '';
  const numbers = { formula, parameters, c, z0, iterations, escape, arithmetic, trap, lattice, view };
  return sceneText({ ...numbers, palette } as Scene);
}

type Manifest = Pick<Store, 'scene' | 'field' | 'slices' | 'parts'>;

/** Whether a folder is a store, damaged or not. */
export const isStore = (folder: string): boolean =>
  lstatSync(join(folder, manifestName), { throwIfNoEntry: false }) !== undefined;

function readManifest(folder: string): Manifest {
  const path = join(folder, manifestName);
  const isNumber = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const bytes = readRegular(path, (size) => size <= largestManifest);
  try {
    if (typeof bytes === 'string') throw new Error(bytes);
    const { schema: given, slices, parts, ...text } = JSON.parse(Buffer.from(bytes).toString());
    if (given !== schema || !isNumber(slices) || !(parts === undefined || isNumber(parts))) throw new Error();
    // Older stores have no colours.
    const scene = parseScene(fromBefore(text.scene ?? { ...text.field, palette: lessonScene.palette }));
    return { scene, field: fieldText(scene), slices, parts };
  } catch {
    throw new StoreError(`${path}: is damaged or of another version; give another folder`);
  }
}

/** Writes a store's description, unless another program was first. */
function putManifest(folder: string, manifest: object): void {
  // Another program may do the same.
  const others = readdirSync(folder).filter((name) => !isTemporary(name));
  if (others.length > 0 && !others.includes(manifestName))
    throw new StoreError(`${folder}: contains other files; give an empty folder, or a new name`);
  putOnce(folder, manifestName, Buffer.from(`${jsonText(manifest, 2)}\n`));
}
