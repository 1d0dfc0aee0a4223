// What the commands' flags have in common: how a value is read, and how a wrong one is told. Those of the scene are
// scene-flags.ts's.
import { sep } from 'node:path';
import { Argument, Option } from 'commander';
import { makeFolder } from '../encode/folder.node.js';
import { type Opened, type Output, OutputError, openOutput } from '../encode/output.node.js';
import { printable } from '../printable.js';
import { plainMinus } from '../scene/complex.js';
import { onInterrupt } from './interrupt.js';
import { say } from './text.js';

/** A command line that cannot be obeyed: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  constructor(message: string) {
    // It quotes files and flags, wherever it is shown.
    super(printable(message));
  }
}

/** `-o`, as often as it is given. */
export const outputOption = (description: string): Option =>
  option('-o, --output <file>', description, (path, before: readonly string[] = []) => [
    ...before,
    path === '/dev/stdout' ? '-' : path,
  ]);

/** An output that can be written to. */
export const checkedOutput = (path: string): Output => opened(() => openOutput(path));

/** What `open` opens for `-o`; what is half-written of it goes when the program is interrupted. */
export function opened<T extends { discard(): void }>(open: () => T): T {
  try {
    const output = open();
    onInterrupt(output.discard);
    return output;
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`-o ${error.message}`) : error;
  }
}

/** Refuses outputs of which one would replace another, or something in it, however their paths are spelled. */
export function refuseSame(outputs: readonly Pick<Opened, 'path' | 'places'>[]): void {
  const all = outputs.flatMap(({ path, places }) => places.map((place) => ({ path, place })));
  for (const [i, { path, place }] of all.entries()) {
    const other = all.slice(0, i).find((each) => each.place === place);
    if (other?.path === path) throw new UsageError(`-o ${path}: is given twice; give it once`);
    if (other) throw new UsageError(`-o ${path}: is the same file as -o ${other.path}; give one of them`);
    const around = all.find((each) => place.startsWith(`${each.place}${sep}`));
    if (around)
      throw new UsageError(
        `-o ${path}: is in ${around.path}, which is replaced as a whole; choose another folder`,
      );
  }
}

/** Tells of files that were found next to an output and are left alone. */
export function sayLeftovers({ path, leftovers }: Pick<Opened, 'path' | 'leftovers'>): void {
  if (leftovers.length > 0)
    say(
      `${path}: unfinished files of other machines or containers are next to it; remove them if no program there ` +
        `writes them any more: ${leftovers.join(' ')}`,
    );
}

/** A folder that a flag names, to be filled where it is. */
export function checkedFolder(flag: string, folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`${flag} ${error.message}`) : error;
  }
}

/** Whole numbers from `smallest` to `largest`. */
export const whole = (flag: string, smallest: number, largest: number) => (text: string) => {
  const value = toNumber(text);
  if (value !== undefined && Number.isInteger(value) && value >= smallest && value <= largest) return value;
  throw new UsageError(`${flag} ${text}: must be a whole number from ${smallest} to ${largest}`);
};

export const mostSlices = 10_000_000;
export const mostWorkers = 1024;

/** What a value may be, for shells that complete it. */
export interface Values {
  /** Words that are accepted. */
  readonly words?: readonly string[];
  /** Whether several of them may stand there with commas between. */
  readonly isList?: true;
  /** What paths are accepted. */
  readonly paths?: 'files' | 'folders';
}

/** A flag with a value. */
export class Flag extends Option {
  constructor(
    flags: string,
    description: string,
    readonly values: Values,
  ) {
    super(flags, description);
  }
}

/** What stands behind a command without a flag. */
export class Operand extends Argument {
  constructor(
    name: string,
    description: string,
    readonly values: Values,
  ) {
    super(name, description);
  }
}

/** A flag whose value is read by `parse`; one that is called a folder is completed as one. */
export const option = (
  flags: string,
  description: string,
  parse: (text: string, before: never) => unknown,
  values: Values = { paths: flags.endsWith('<folder>') ? 'folders' : 'files' },
) => new Flag(flags, description, values).argParser(parse as (text: string, before: unknown) => unknown);

/** A decimal number, which may be too large for a double, or undefined: Number('') and Number('0x10') are numbers too. */
export function toNumber(text: string): number | undefined {
  const plain = plainMinus(text);
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}
