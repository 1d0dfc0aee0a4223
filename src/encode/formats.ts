// The kinds of file that a field can become, one a line; the command's suffixes and `--format` read this table.
import { paint } from '../color/paint.js';
import type { Field } from '../field/field.js';
import { type Scene, sceneText } from '../scene/scene.js';
import { type Dtype, encodeNpy, fittingDtype, type Matrix } from './npy.js';
import { encodeNpz } from './npz.js';
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

/** The text of a PNG that has its scene. */
export const sceneKey = 'Scene';

export const formats = {
  png: (field, scene, { compression }) =>
    encodePng(
      paint(field, scene.palette),
      { Software: 'Mandoline', [sceneKey]: sceneText(scene) },
      compression,
    ),
  npy: (field, _, { dtype }) => encodeNpy(countsOf(field), fittingDtype(field.counts, dtype)),
  npz: (field) => encodeNpz(arraysOf(field)),
} satisfies Record<string, Encoder>;

const countsOf = ({ rows, columns, counts }: Field): Matrix => ({ rows, columns, values: counts });

/** All that a field has, by the names that stand in .npz. */
function arraysOf(field: Field): Record<string, Matrix> {
  const { rows, columns, channels = {} } = field;
  const matrices = Object.entries(channels).map(
    ([name, values]) => [name, { rows, columns, values }] as const,
  );
  return { counts: countsOf(field), ...Object.fromEntries(matrices) };
}

export type Format = keyof typeof formats;
export const formatNames = Object.keys(formats) as Format[];

/** The format that a file's suffix names, or undefined. */
export const formatOf = (path: string): Format | undefined =>
  formatNames.find((name) => path.toLowerCase().endsWith(`.${name}`));
