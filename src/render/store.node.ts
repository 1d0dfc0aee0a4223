// A folder that keeps each slice of a field that is done, so that nothing is computed twice: after the program was
// killed, the machine lost its power or the disk was full, the same command goes on where it was. How a slice is kept is
// stored-band.node.ts's.
import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../encode/folder.node.js';
import { OutputError } from '../encode/output.node.js';
import { StoreError } from '../errors.js';
import { partial, tasks } from '../pool/index.js';
import { parseScene, type Scene, sceneText } from '../scene/scene.js';
import type { BandJob } from './band.js';
import { computeStoredBand, type Place, storeError, writeFlushed } from './stored-band.node.js';
import type { BandWork } from './stream.js';

const worker = tasks<typeof import('./stored-band.node.js')>(
  new URL('./stored-band.node.js', import.meta.url),
);

const schema = 'mandoline.store.1';
const manifestName = 'store.json';
/** What lies beside a slice's place for so many milliseconds is nobody's any more. */
const abandoned = 60 * 60 * 1000;

export interface Store {
  readonly folder: string;
  /** How many slices the field is cut into in this store. */
  readonly slices: number;
  /** Bands that are read from the store, or computed and put there. */
  work(job: BandJob): BandWork;
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
    makeFolder(folder);
    clear(folder);
    const wanted = { schema, field: JSON.parse(field), slices: slices ?? otherwise };
    if (!hasManifest(folder)) putManifest(folder, wanted);
    const kept = readManifest(folder);
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
        task: partial(partial(worker.computeStoredBand, place), job),
        run: (range) => computeStoredBand(range, job, place),
      }),
    };
  } catch (error) {
    throw error instanceof OutputError ? new StoreError(error.message) : storeError(folder, error);
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

const hasManifest = (folder: string): boolean => existsSync(join(folder, manifestName));

function readManifest(folder: string): Manifest {
  const path = join(folder, manifestName);
  try {
    const { schema: given, field, slices } = JSON.parse(readFileSync(path, 'utf8'));
    if (given !== schema || !Number.isSafeInteger(slices) || slices < 1) throw new Error();
    return { field: fieldText(parseScene(field)), slices };
  } catch {
    throw new StoreError(`${path}: is damaged or of another version; give another folder`);
  }
}

/** Puts a store's description in its place, unless another program was first. */
function putManifest(folder: string, manifest: object): void {
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
