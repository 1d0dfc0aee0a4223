// The picture of a whole field, with the same bytes as one made band by band.
import type { Field } from '../field/field.js';
import type { Scene } from '../scene/scene.js';
import type { Image } from './image.js';
import { paintedBytes, paintRows, pixelFormat } from './paint.js';
import { sampleOf, tonesOf } from './tones.js';

/**
 * A picture of a field that has the channels of the scene's colouring, first row on top. Throws RangeError for an
 * unknown palette.
 */
export async function paint(field: Field, scene: Scene): Promise<Image> {
  const tones = await tonesOf(sampleOf(field), scene);
  const { samples } = tones;
  const { columns, channels = {} } = field;
  const format = pixelFormat(tones, columns / samples, field.rows / samples);
  const rows = (start: number, end: number) => {
    const [from, to] = [start * samples * columns, end * samples * columns];
    const some = <T extends { subarray(from: number, to: number): T }>(values: T) =>
      values.subarray(from, to);
    const cut = Object.entries(channels).map(
      ([name, values]) => [name, some(values as Float64Array)] as const,
    );
    const band = {
      rows: (end - start) * samples,
      columns,
      counts: some(field.counts as Uint16Array),
      channels: Object.fromEntries(cut),
    };
    const painted = new Uint8Array(paintedBytes(band.counts.length, tones));
    paintRows(band, tones, painted);
    return painted;
  };
  return { ...format, rows };
}
