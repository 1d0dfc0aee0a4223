// The kinds of file that a field can become, one a line; the command's suffixes and `--format` read this table.
import { paint } from '../color/paint.js';
import type { Field } from '../field/field.js';
import type { Scene } from '../scene/scene.js';
import { type Dtype, encodeNpy, fittingDtype } from './npy.js';
import { type Compression, encodePng } from './png.js';

export interface EncodeOptions {
  readonly dtype: Dtype;
  readonly compression: Compression;
}

type Encoder = (
  field: Field,
  scene: Scene,
  options: EncodeOptions,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export const formats = {
  png: (field, scene, { compression }) =>
    encodePng(
      paint(field, scene.palette),
      { Software: 'Mandoline', Scene: JSON.stringify(scene) },
      compression,
    ),
  npy: (field, _, { dtype }) => encodeNpy(field, fittingDtype(field.counts, dtype)),
} satisfies Record<string, Encoder>;

export type Format = keyof typeof formats;
export const formatNames = Object.keys(formats) as Format[];

/** The format that a file's suffix names, or undefined. */
export const formatOf = (path: string): Format | undefined =>
  formatNames.find((name) => path.toLowerCase().endsWith(`.${name}`));
