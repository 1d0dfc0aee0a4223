// Checks before a job starts whether it fits into memory; the error names the flag that makes it too large.
import { availableMemory } from 'node:process';
import { checkArchive } from '../encode/npz.js';
import { formatBytes, LimitError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import { pointBytes } from '../render/band.js';
import { countsBytes, sceneShape } from '../render/job.js';
import { referenceCost } from '../render/reference-cost.js';
import { streamShape } from '../render/stream.js';
import type { Scene } from '../scene/scene.js';
import { type Format, needsOf } from './targets.js';
import { UsageError } from './usage.js';

/** Memory of the program itself, besides the numbers. */
const ownBytes = 150e6;

/** Throws UsageError if a render with these channels, slices and files does not fit. */
export function checkMemory(
  scene: Scene,
  { slices: asked, workers }: { readonly slices?: number; readonly workers: number },
  channels: readonly ChannelName[],
  slices: number,
  targets: readonly { readonly format: Format }[],
  holdsField = false,
): void {
  const [rows, columns] = sceneShape(scene);
  const shape = streamShape(scene, workers, channels, slices);
  const all = rows * columns * pointBytes(channels, scene.iterations);
  const held = targets.map(({ format }) => needsOf(format).holds ?? 0);
  const needed = () => {
    if (targets.some(({ format }) => format === 'npz')) checkArchive(all, 1 + channels.length);
    const holding = held.reduce<number>(
      (sum, bytes) => sum + (bytes === 'all' ? all : bytes * rows * columns),
      0,
    );
    // An exact picture is counted as a whole before it is painted.
    const holds = holdsField || (scene.arithmetic === 'exact' && targets.length > 0);
    const field = holds ? countsBytes([rows, columns], scene.iterations) && all : 0;
    return shape.slots * shape.slot + holding + field;
  };
  checkReference(scene, workers);
  check(scene, needed, asked === undefined ? '' : `; or give more slices than ${asked}`);
}

/** Throws UsageError if an exact scene's reference does not fit. */
function checkReference(scene: Scene, workers: number): void {
  const cost = referenceCost(scene);
  const available = availableMemory();
  const needed = (cost?.bytes ?? 0) * Math.max(1, workers);
  if (!cost || needed + ownBytes <= available) return;
  const hands = workers > 1 ? ` for ${workers} workers` : '';
  throw new UsageError(
    `--iterations ${scene.iterations}: the reference of ${cost.bits} bits and its tables need ${formatBytes(needed)}` +
      `${hands}, at most ${formatBytes(available)} is available; take fewer iterations or workers`,
  );
}

/** Throws UsageError if all counts of a scene do not fit. */
export const checkField = (scene: Scene): void =>
  check(scene, () => countsBytes(sceneShape(scene), scene.iterations), '');

function check(scene: Scene, bytes: () => number, hint: string): void {
  try {
    const needed = ownBytes + bytes();
    const available = availableMemory();
    if (needed > available) throw new LimitError('the job', needed, available);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    const { lattice, view } = scene;
    const size = view ? `--size ${view.columns}x${view.rows}` : `--cells ${lattice.cells}`;
    throw new UsageError(`${size}: ${error.message}${hint}`);
  }
}
