// The files that a render writes: what each format needs, whether it can be written, and how it is made of the bands of
// a field while they come.
import type { PixelFormat } from '../color/image.js';
import { openDzi } from '../encode/dzi.node.js';
import { type FieldBands, formats, pixelsOf } from '../encode/formats.js';
import { type Dtype, dtypeOf, fittingDtype } from '../encode/npy.js';
import { type Opened, OutputError } from '../encode/output.node.js';
import type { PngCompression } from '../encode/png.js';
import { checkSharp, encodeWithSharp, type SharpFormatName, sharpFormats } from '../encode/sharp.node.js';
import { openZarr } from '../encode/zarr.node.js';
import type { ChannelName } from '../field/field.js';
import { channelTypes } from '../render/channel-types.js';
import { sceneText } from '../scene/scene.js';
import { checkedOutput, opened, UsageError } from './usage.js';

/** What a format needs of a render. */
interface FormatNeeds {
  /** Whether it shows colours. */
  readonly isPicture: boolean;
  /** Whether it has the channels that are asked for. */
  readonly hasChannels?: true;
  /** Bytes for each sample point that are in memory at once, besides a band; `all`: those of the field. */
  readonly holds?: number | 'all';
  /** Whether it is one file, which stdout can be too. */
  readonly isFolder?: true;
}

const sharpNames = Object.keys(sharpFormats) as SharpFormatName[];
const sharpNeeds = Object.fromEntries(
  sharpNames.map((name) => [name, { isPicture: true, holds: 3 }]),
) as Record<SharpFormatName, FormatNeeds>;

const formatNeeds = {
  png: { isPicture: true },
  ...sharpNeeds,
  dzi: { isPicture: true, isFolder: true },
  npy: { isPicture: false },
  npz: { isPicture: false, hasChannels: true, holds: 'all' },
  zarr: { isPicture: false, hasChannels: true, isFolder: true },
} satisfies Record<string, FormatNeeds>;

export type Format = keyof typeof formatNeeds;
export const formatNames = Object.keys(formatNeeds) as Format[];
export const needsOf = (format: Format): FormatNeeds => formatNeeds[format];

/** The format that a file's suffix names, or undefined. Shells complete the name of a folder with a slash. */
export const formatOf = (path: string): Format | undefined =>
  formatNames.find((name) => path.replace(/\/+$/, '').toLowerCase().endsWith(`.${name}`));

/** A field with what its files are made with. */
export interface Making extends FieldBands {
  readonly channels: readonly ChannelName[];
  readonly dtype: Dtype;
  /** Compression for one PNG. */
  readonly compression: () => PngCompression;
}

export interface Target extends Pick<Opened, 'path' | 'places' | 'leftovers'> {
  readonly format: Format;
  /** Writes all; gives the number of bytes. */
  write(making: Making): Promise<number>;
}

/** Makes sure that a file can be written there, with a picture of that size, before the work begins. Throws UsageError. */
export async function openTarget(
  path: string,
  format: Format,
  size: Pick<PixelFormat, 'width' | 'height'>,
): Promise<Target> {
  if (format === 'zarr') {
    const { write, ...output } = opened(() => openZarr(path));
    return {
      ...output,
      format,
      write: (making) => write(making, arraysOf(making), numbersOf(making), aboutOf(making)),
    };
  }
  if (format === 'dzi') {
    const { write, ...output } = opened(() => openDzi(path));
    return {
      ...output,
      format,
      write: (making) => write(making.format!, pixelsOf(making), making.compression),
    };
  }
  const output = checkedOutput(path);
  if (isOfEveryPlatform(format))
    return {
      ...{ ...output, format },
      write: ({ dtype, compression, ...field }) =>
        output.write(formats[format](field, { dtype, compression: compression() })),
    };
  try {
    await checkSharp(format, { ...size, depth: 8 });
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`-o ${path}: ${error.message}`) : error;
  }
  return {
    ...{ ...output, format },
    write: (making) =>
      output.write(encodeWithSharp(format, making.format!, pixelsOf(making), sceneText(making.scene))),
  };
}

/** Whether it is one of encode/formats.ts's. */
const isOfEveryPlatform = (format: Format): format is keyof typeof formats => format in formats;

const arraysOf = ({ scene, channels }: Making): Record<string, Dtype> => ({
  counts: fittingDtype(scene.iterations, 'uint16'),
  ...Object.fromEntries(channels.map((name) => [name, dtypeOf(new channelTypes[name]())])),
});

async function* numbersOf({ bands }: Making) {
  for await (const { counts, channels } of bands) yield { counts, ...channels };
}

const aboutOf = ({ scene }: Making) => ({ scene: JSON.parse(sceneText(scene)) });
