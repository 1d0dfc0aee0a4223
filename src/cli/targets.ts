// The files that a render writes: what each format needs, whether it can be written, and how it is made from the bands of
// a field as they arrive.
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

/** What a format needs from a render. */
interface FormatNeeds {
  /** Whether it shows colours. */
  readonly isPicture: boolean;
  /** Whether it can have further channels. */
  readonly hasChannels?: true;
  /** Bytes per sample point that it keeps in memory; `all`: the whole field. */
  readonly holds?: number | 'all';
  /** Whether it is a folder, which cannot go to stdout. */
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

/** The format of a file's suffix, or undefined. Shells add a slash to the names of folders. */
export const formatOf = (path: string): Format | undefined =>
  formatNames.find((name) => path.replace(/\/+$/, '').toLowerCase().endsWith(`.${name}`));

/** A field and the options of its files. */
export interface Making extends FieldBands {
  readonly channels: readonly ChannelName[];
  readonly dtype: Dtype;
  /** Compression for one PNG. */
  readonly compression: () => PngCompression;
}

export interface Target extends Pick<Opened, 'path' | 'places' | 'leftovers'> {
  readonly format: Format;
  /** Writes everything; returns the number of bytes. */
  write(making: Making): Promise<number>;
}

/** Checks before the work starts that a file with a picture of that size can be written. Throws UsageError. */
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
      ...output,
      format,
      write: ({ dtype, compression, ...field }) =>
        output.write(formats[format](field, { dtype, compression: compression() })),
    };
  try {
    await checkSharp(format, { ...size, depth: 8 });
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`-o ${path}: ${error.message}`) : error;
  }
  return {
    ...output,
    format,
    write: (making) =>
      output.write(encodeWithSharp(format, making.format!, pixelsOf(making), sceneText(making.scene))),
  };
}

/** Whether encode/formats.ts has it. */
const isOfEveryPlatform = (format: Format): format is keyof typeof formats => format in formats;

const arraysOf = ({ scene, channels }: Making): Record<string, Dtype> => ({
  counts: fittingDtype(scene.iterations, 'uint16'),
  ...Object.fromEntries(channels.map((name) => [name, dtypeOf(new channelTypes[name]())])),
});

async function* numbersOf({ bands }: Making) {
  for await (const { counts, channels } of bands) yield { counts, ...channels };
}

const aboutOf = ({ scene }: Making) => ({ scene: JSON.parse(sceneText(scene)) });
