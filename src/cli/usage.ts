// What the flags of all commands share: reading values, and reporting wrong ones. scene-flags.ts has those of the scene.
import { sep } from 'node:path';
import { Argument, Option } from 'commander';
import { makeFolder } from '../encode/folder.node.js';
import { type Opened, type Output, OutputError, openOutput } from '../encode/output.node.js';
import { printable } from '../printable.js';
import { plainMinus } from '../scene/complex.js';
import { onInterrupt } from './interrupt.js';
import { say } from './text.js';

/** A wrong command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  constructor(message: string) {
    // The message quotes files and flags.
    super(printable(message));
  }
}

/** `-o`, which may be repeated. */
export const outputOption = (description: string): Option =>
  option('-o, --output <file>', description, (path, before: readonly string[] = []) => [
    ...before,
    path === '/dev/stdout' ? '-' : path,
  ]);

/** Opens an output, which must be writable. */
export const checkedOutput = (path: string): Output => opened(() => openOutput(path));

/** Opens an output of `-o`, which is discarded if the program is interrupted. */
export function opened<T extends { discard(): void }>(open: () => T): T {
  try {
    const output = open();
    onInterrupt(output.discard);
    return output;
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`-o ${error.message}`) : error;
  }
}

/** Rejects outputs that would replace each other or parts of each other, however their paths are spelled. */
export function refuseSame(outputs: readonly Pick<Opened, 'path' | 'places'>[]): void {
  const all = outputs.flatMap(({ path, places }) => places.map((place) => ({ path, place })));
  for (const [i, { path, place }] of all.entries()) {
    const other = all.slice(0, i).find((each) => each.place === place);
    if (other?.path === path) throw new UsageError(`-o ${path}: is given twice; give it once`);
    if (other) throw new UsageError(`-o ${path}: is the same file as -o ${other.path}; give one of them`);
    const around = all.find((each) => place.startsWith(`${each.place}${sep}`));
    if (around)
      throw new UsageError(
        `-o ${path}: is inside ${around.path}, which another -o replaces; choose another folder`,
      );
  }
}

/** Reports unfinished files next to an output, which are left alone. */
export function sayLeftovers({ path, leftovers }: Pick<Opened, 'path' | 'leftovers'>): void {
  if (leftovers.length > 0)
    say(
      `${path}: other machines or containers left unfinished files next to it; remove them if no program still ` +
        `writes them: ${leftovers.join(' ')}`,
    );
}

/** Makes the folder that a flag names, if it does not exist. */
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

/** Accepted values, for shell completion. */
export interface Values {
  /** Accepted words. */
  readonly words?: readonly string[];
  /** Whether several may be given, separated by commas. */
  readonly isList?: true;
  /** Accepted paths. */
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

/** An argument of a command that is not a flag. */
export class Operand extends Argument {
  constructor(
    name: string,
    description: string,
    readonly values: Values,
  ) {
    super(name, description);
  }
}

/** A flag whose value `parse` reads. Shells complete a value named `<folder>` as a folder. */
export const option = (
  flags: string,
  description: string,
  parse: (text: string, before: never) => unknown,
  values: Values = { paths: flags.endsWith('<folder>') ? 'folders' : 'files' },
) => new Flag(flags, description, values).argParser(parse as (text: string, before: unknown) => unknown);

/** A decimal number, or undefined. Number() would also accept '' and '0x10'. */
export function toNumber(text: string): number | undefined {
  const plain = plainMinus(text);
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}
