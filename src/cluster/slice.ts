// Runs in a thread of a cluster's worker: computes one slice of a field into its store. The preparation is done once
// per scene. codeVersion (job.ts) hashes this file.
import { StoreError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import { type Band, type BandJob, pointBytes } from '../render/band.js';
import { prepareJob, sceneShape, sliceRanges } from '../render/job.js';
import { existingStore } from '../render/store.node.js';
import type { SliceJob } from './job.js';

type Slice = Pick<SliceJob, 'scene' | 'channels' | 'slices' | 'index' | 'folder'>;

/** The preparation for slices of one field. */
type Ready = ReturnType<typeof makeReady>;
let last: { readonly key: string; readonly ready: Ready } | undefined;

/** Computes a slice into its store, unless it is there. Throws StoreError if it cannot be stored. */
export async function computeSlice(slice: Slice): Promise<Band['origin']> {
  const { slices, index } = slice;
  const key = JSON.stringify({ ...slice, index: 0 });
  if (last?.key !== key) last = { key, ready: makeReady(slice) };
  const { scene, job, store } = last.ready;
  const [range] = sliceRanges(scene, slices, [index]);
  const [, columns] = sceneShape(scene);
  const bytes = (range!.end - range!.start) * columns * pointBytes(job.channels, scene.iterations);
  if (job.slots[0]!.byteLength < bytes) job.slots[0] = new ArrayBuffer(bytes);
  const { origin } = await store.work(job).run({ ...range!, index: 0 });
  return origin;
}

function makeReady({ scene: text, channels, slices, folder }: Slice) {
  const store = existingStore(folder);
  if (store.field !== text || store.slices !== slices)
    throw new StoreError(`${folder}: is the store of another scene, or has another number of slices`);
  const wanted: readonly ChannelName[] = channels;
  const { scene, job: render, setup } = prepareJob(JSON.parse(text), wanted);
  const job = {
    render,
    channels: wanted,
    exact: 'enclosures',
    tones: undefined,
    seed: undefined,
    setup,
    slots: [new ArrayBuffer(0)],
  } satisfies BandJob;
  return { scene, job, store };
}
