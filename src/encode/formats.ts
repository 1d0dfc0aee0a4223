// The formats that every platform can write from a field, band by band while it is computed. Formats that need Node have
// separate files.
import type { PixelFormat, PixelRows } from '../color/image.js';
import { PictureError } from '../errors.js';
import type { Counts, Field } from '../field/field.js';
import { type Scene, sceneText } from '../scene/scene.js';
import type { Samples } from './bands.js';
import { type Dtype, encodeNpy, fittingDtype, typeOf } from './npy.js';
import { encodeNpz, type Matrix } from './npz.js';
import { encodePng, type PngCompression } from './png.js';
import { readPngText } from './png-text.js';

/** A field as it is computed: bands of rows from the top, each to be read before the next is requested. */
export interface FieldBands {
  readonly scene: Scene;
  /** Sample points. */
  readonly rows: number;
  readonly columns: number;
  /** The picture's form; its pixels come with the bands. */
  readonly format?: PixelFormat | undefined;
  readonly bands: AsyncIterable<Field & { readonly start: number; readonly pixels?: Uint8Array | undefined }>;
}

export interface EncodeOptions {
  readonly dtype: Dtype;
  readonly compression: PngCompression;
}

type Encoder = (field: FieldBands, options: EncodeOptions) => AsyncIterable<Uint8Array>;

/** The text of a PNG that has its scene. */
const sceneKey = 'Scene';

export const pngTexts = (scene: Scene) => ({ Software: 'Mandoline', [sceneKey]: sceneText(scene) });

/** A picture's size, in pixels, and the text of its scene. */
export interface PictureText {
  readonly width: number;
  readonly height: number;
  readonly text: string;
}

/** Throws PictureError for a file that is not a whole PNG or has no scene in it. */
export function readSceneText(file: Uint8Array, crc: (bytes: Uint8Array) => number): PictureText {
  const { width, height, text } = readPngText(file, sceneKey, crc);
  if (text === undefined)
    throw new PictureError(
      'contains no scene; only pictures that mandoline wrote do, and not all programs preserve it',
    );
  return { width, height, text };
}

export const formats = {
  png: (field, { compression }) =>
    encodePng(field.format!, pixelsOf(field), pngTexts(field.scene), compression),
  npy: (field, { dtype }) => encodeNpy(field, countsOf(field), fittingDtype(field.scene.iterations, dtype)),
  npz: (field) => archive(field),
} satisfies Record<string, Encoder>;

/** The rows of the picture. */
export async function* pixelsOf({ bands }: FieldBands): PixelRows {
  for await (const { pixels } of bands) yield pixels!;
}

async function* countsOf({ bands }: FieldBands): AsyncGenerator<Counts> {
  for await (const { counts } of bands) yield counts;
}

/** All arrays of a field by name; .npz has one after the other. */
async function* archive({ rows, columns, bands }: FieldBands): AsyncGenerator<Uint8Array> {
  const arrays: Record<string, Matrix> = {};
  for await (const { start, counts, channels = {} } of bands)
    for (const [name, values] of Object.entries<Samples>({ counts, ...channels })) {
      arrays[name] ??= { rows, columns, values: new (typeOf(values))(rows * columns) };
      arrays[name].values.set(values, start * columns);
    }
  yield* encodeNpz(arrays);
}
