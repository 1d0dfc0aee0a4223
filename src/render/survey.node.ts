// What a store has and what it lacks: every kept slice is compared with its digest, by the workers of a pool or by
// this thread. store.node.ts computes missing slices on request.
import type { ChannelName } from '../field/field.js';
import { type Pool, partial, tasks } from '../pool/index.js';
import type { Scene } from '../scene/scene.js';
import { arrayTypes } from './band.js';
import { filledSlices, partOfSlice, partSlices, sceneShape, sliceRanges, wholePart } from './job.js';
import type { Store } from './store.node.js';
import { type KeptState, keptStarts, keptStates, type Place } from './stored-band.node.js';
import { takeTurns } from './turns.js';

const worker = tasks<typeof import('./stored-band.node.js')>(
  new URL('./stored-band.node.js', import.meta.url),
);

/** The state of a store's slices; each slice with rows, numbered from 0, is in one list. */
export interface Survey {
  readonly whole: readonly number[];
  readonly missing: readonly number[];
  /** Stored, but damaged. */
  readonly damaged: readonly number[];
  /** Arrays without a single intact slice: `counts` or channels. */
  readonly absent: readonly string[];
}

export interface SurveyOptions {
  /** The workers; by default this thread. */
  readonly pool?: Pool | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Checks every slice of a store: its counts and these channels. Throws StoreError if the disk cannot be read. */
export async function surveyStore(
  { folder, field, scene, slices }: Store,
  channels: readonly ChannelName[],
  { pool, signal }: SurveyOptions = {},
): Promise<Survey> {
  const place: Place = { folder, field };
  const rowBytes = bytesByArray(scene, channels);
  const filled = filledSlices(scene, slices);
  const ranges = sliceRanges(scene, slices, partSlices(wholePart, filled));
  const states = pool
    ? pool.imap(partial(partial(worker.keptStates, place), rowBytes), ranges, { signal, chunkSize: 4 })
    : statesHere(ranges, rowBytes, place, signal);
  const found = { whole: [] as number[], missing: [] as number[], damaged: [] as number[] };
  const arrays = Object.keys(rowBytes);
  const absent = new Set(arrays);
  let slice = 0;
  for await (const each of states) {
    const state = each.includes('damaged') ? 'damaged' : each.includes('missing') ? 'missing' : 'whole';
    found[state].push(slice++);
    arrays.forEach((array, i) => {
      if (each[i] === 'whole') absent.delete(array);
    });
  }
  return { ...found, absent: [...absent] };
}

/**
 * Which of a store's slices exist, by their names only, which is fast: 1 per slice with rows, or 0 if its counts or one of
 * these channels are missing. Throws StoreError if the disk cannot be read.
 */
export function listStore(
  { folder, scene, slices }: Store,
  channels: readonly ChannelName[],
): Uint8Array<ArrayBuffer> {
  const filled = filledSlices(scene, slices);
  const arrays = ['counts', ...channels];
  const seen = new Uint8Array(filled);
  const numbers = new Map<number, number>();
  for (const { index, start } of sliceRanges(scene, slices, partSlices(wholePart, filled)))
    numbers.set(start, index);
  for (const array of arrays) {
    for (const start of keptStarts(folder, array)) {
      const index = numbers.get(start);
      if (index !== undefined) seen[index]!++;
    }
  }
  return seen.map((arraysThere) => (arraysThere === arrays.length ? 1 : 0));
}

/** Bytes of a row of each array. */
function bytesByArray(scene: Scene, channels: readonly ChannelName[]): Record<string, number> {
  const [, columns] = sceneShape(scene);
  return Object.fromEntries(
    arrayTypes(channels, scene.iterations).map(([name, { BYTES_PER_ELEMENT }]) => [
      name,
      columns * BYTES_PER_ELEMENT,
    ]),
  );
}

async function* statesHere(
  ranges: Iterable<Parameters<typeof keptStates>[0]>,
  rowBytes: Record<string, number>,
  place: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<KeptState[]> {
  const turns = takeTurns(signal);
  for (const range of ranges) {
    yield keptStates(range, rowBytes, place);
    if (turns.isDue()) await turns.give();
  }
}

/** What a store lacks and what to do, on one line to append to its name; undefined if nothing is missing. */
export function describeLack(
  { scene, slices, parts }: Store,
  { missing, damaged, absent }: Survey,
): string | undefined {
  const lacking = [...missing, ...damaged].sort((a, b) => a - b);
  if (lacking.length === 0) return undefined;
  const of = filledSlices(scene, slices);
  const told = Object.entries({ missing, damaged })
    .filter(([, some]) => some.length > 0)
    .map(([how, some]) => `${some.length} of ${of} slices ${some.length === 1 ? 'is' : 'are'} ${how}`)
    .join(' and ');
  // In the format of a scheduler's list of tasks.
  const which = parts
    ? `, those of --part ${ranged(lacking.map((slice) => partOfSlice(slice, parts)))} of ${parts}`
    : `: ${ranged(lacking)}, from 0`;
  const channels = absent.filter((name) => name !== 'counts').join(',');
  const again = `render ${parts ? 'these parts' : 'the scene with this store'} again`;
  return `${told}${which}; ${again}${channels && ` with --channels ${channels}, which no slice has`}`;
}

/** Whole numbers as `3,5-9,17`. */
export function ranged(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
