// Into how many slices a picture is cut for many machines: a slice has to be worth its way through the queue. How long it
// takes is measured on pieces of the picture.
import { largestTile } from '../kernel/tiles.js';
import type { ChannelName } from '../field/field.js';
import { traceSetup } from '../render/channels.js';
import { fewestSlices, pictureShape, prepareJob, sceneShape } from '../render/job.js';
import { wholeField } from '../render/whole.js';
import type { Scene } from '../scene/scene.js';

/** A slice takes at least so long, where it has not to be smaller to fit the memory: 100 times its way in the queue. */
const sliceMilliseconds = 50;
/** Pieces are measured for so long, after so long in which WebAssembly is compiled by the optimizing tier. */
const measureMilliseconds = 400;
const warmMilliseconds = 100;
/** Into so many pieces along each side the picture is divided, of which one tile each is measured. */
const grid = 8;

/** Slices of at least 50 ms on this machine's core, as far as the picture has rows and a slice fits the memory. */
export async function slicesByTime(scene: Scene, channels: readonly ChannelName[]): Promise<number> {
  const tile = await tileMilliseconds(scene, channels);
  const [rows, columns] = sceneShape(scene);
  const whole = (tile * rows * columns) / largestTile ** 2;
  const slices = Math.max(1, Math.floor(whole / sliceMilliseconds));
  return Math.min(pictureShape(scene)[0], Math.max(slices, fewestSlices(scene, channels)));
}
