// The flags of outputs, for every command that writes a scene: which files, their contents, and what is printed.
// targets.ts makes the files.
import type { Command } from 'commander';
import type { Dtype } from '../encode/npy.js';
import { isDevice } from '../encode/output.node.js';
import type { ChannelName } from '../field/field.js';
import { channelNames } from '../render/channel-types.js';
import { pictureShape } from '../render/job.js';
import type { Scene } from '../scene/scene.js';
import { didYouMean } from '../suggestion.js';
import { type Format, formatNames, formatOf, needsOf, openTarget, type Target } from './targets.js';
import { isDumb } from './text.js';
import { option, outputOption, refuseSame, sayLeftovers, UsageError } from './usage.js';

export interface OutputFlags {
  readonly output?: readonly string[];
  readonly format?: Format;
  readonly dtype?: Dtype;
  readonly channels?: readonly ChannelName[];
  readonly preview?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** Adds the flags of files; `standard` describes the default. */
export function addOutputs(command: Command, standard: string): void {
  command
    .addOption(
      outputOption(
        `output file (repeatable): .${formatNames.join(', .')}, or - for stdout (default: ${standard})`,
      ),
    )
    .addOption(
      option('--format <format>', `format for stdout: ${fileFormats.join(', ')}`, toFormat, {
        words: fileFormats,
      }),
    )
    .addOption(
      option('--dtype <type>', 'number type in .npy: uint16 or float64 (default: uint16)', toDtype, {
        words: ['uint16', 'float64'],
      }),
    )
    .addOption(
      option(
        '--channels <names>',
        `additional arrays in .npz and .zarr: ${channelNames.join(', ')}`,
        toChannels,
        {
          words: channelNames,
          isList: true,
        },
      ),
    );
}

/** Adds the flags of what is printed. */
export function addTalk(command: Command): void {
  command.option('--json', 'print a report as JSON to stdout').option('--quiet', 'print errors only');
}

/** Whether all outputs are pictures; the default is one. */
export const arePictures = (flags: OutputFlags): boolean =>
  !flags.channels && namedOutputs(flags, 'a.png').every(({ format }) => needsOf(format).isPicture);

/** Opens the files that flags name, or else the default. Throws UsageError. */
export async function openTargets(flags: OutputFlags, standard: string, scene: Scene): Promise<Target[]> {
  const named = namedOutputs(flags, standard);
  const { dtype, channels, json, quiet, preview } = flags;
  if (preview && process.stderr.isTTY && isDumb())
    throw new UsageError('--preview: this terminal (TERM=dumb) cannot show pictures; omit it');
  if (dtype && named.every((each) => each.format !== 'npy'))
    throw new UsageError(`--dtype ${dtype}: only applies to .npy output; add -o FILE.npy`);
  if (channels && !named.some((each) => needsOf(each.format).hasChannels))
    throw new UsageError(
      `--channels ${channels.join(',')}: only applies to .npz and .zarr output; add -o FILE.npz`,
    );
  checkChannels(scene, flags);
  const [height, width] = pictureShape(scene);
  const targets: Target[] = [];
  for (const { path, format } of named) targets.push(await openTarget(path, format, { width, height }));
  refuseSame(targets);
  if (!quiet && !json) for (const target of targets) sayLeftovers(target);
  return targets;
}

/** Throws UsageError for channels of a scene that has counts alone. */
export function checkChannels(scene: Scene, { channels }: OutputFlags): void {
  if (!channels || scene.arithmetic !== 'exact') return;
  throw new UsageError(
    `--channels ${channels.join(',')}: exact arithmetic computes only counts so far; omit it, or give --arithmetic double`,
  );
}

/** The files to write. Stdout and devices such as /dev/null have no suffix that names a format. */
function namedOutputs({ output, format, json }: OutputFlags, standard: string) {
  const paths = output ?? [standard];
  const toStdout = paths.filter((path) => path === '-').length;
  if (toStdout > 1) throw new UsageError('-o -: is given more than once; stdout takes one file');
  if (toStdout && json)
    throw new UsageError(
      '--json: must not be given with -o -, which also writes to stdout; give one of them',
    );
  if (toStdout && !format) throw new UsageError(`-o -: requires --format, one of ${fileFormats.join(', ')}`);
  const named = paths.map((path) => {
    const known =
      path === '-' ? format : (formatOf(path) ?? (isDevice(path) ? (format ?? 'png') : undefined));
    if (known) return { path, format: known, isSaid: path !== '-' && formatOf(path) !== undefined };
    throw new UsageError(`-o ${path}: must end in one of .${formatNames.join(', .')}`);
  });
  if (format && named.every(({ isSaid }) => isSaid))
    throw new UsageError(`--format ${format}: only applies to -o -; a file's suffix names its format`);
  return named;
}

/** Formats that stdout can take. */
const fileFormats = formatNames.filter((name) => !needsOf(name).isFolder);

function toFormat(text: string): Format {
  const format = fileFormats.find((name) => name === text);
  if (format) return format;
  throw new UsageError(`--format ${text}: must be one of ${fileFormats.join(', ')}`);
}

function toDtype(text: string): Dtype {
  if (text === 'uint16' || text === 'float64') return text;
  throw new UsageError(`--dtype ${text}: must be uint16 or float64`);
}

function toChannels(text: string): ChannelName[] {
  return text.split(',').map((given) => {
    const channel = channelNames.find((name) => name === given.trim());
    if (channel) return channel;
    const accepted = `must be one or more of ${channelNames.join(',')}${didYouMean(given, channelNames)}`;
    throw new UsageError(`--channels ${text}: ${accepted}`);
  });
}
