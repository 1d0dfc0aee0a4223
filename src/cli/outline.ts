// What the command line has, read from commander's definitions: for completions.ts and man.ts.
import type { Command } from 'commander';
import { Flag, Operand, type Values } from './usage.js';

/** One command, or the whole with an empty path. */
export interface CommandOutline {
  /** Its names with spaces between, as they are typed behind `mandoline`. */
  readonly path: string;
  readonly command: Command;
  readonly commands: readonly { readonly name: string; readonly short: string }[];
  readonly flags: readonly FlagOutline[];
  readonly operands: readonly OperandOutline[];
}

export interface FlagOutline {
  /** `-o` and `--output`. */
  readonly names: readonly string[];
  /** As it is declared: `-o, --output <file>`. */
  readonly flags: string;
  readonly description: string;
  /** What its value is called and may be; undefined: it takes none. */
  readonly value?: { readonly name: string } & Values;
}

export interface OperandOutline extends Values {
  readonly name: string;
  readonly description: string;
}

/** What a shell offers where nothing else is said. */
const anything: Values = { paths: 'files' };

/** The command and all below it, the way they stand in the help. */
export function outline(command: Command, path = ''): readonly CommandOutline[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own: CommandOutline = {
    path,
    command,
    commands: commands.map((each) => ({ name: each.name(), short: help.subcommandDescription(each) })),
    flags: help.visibleOptions(command).map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      flags: option.flags,
      description: help.optionDescription(option),
      ...((option.required || option.optional) && {
        value: {
          name: /[<[](.+)[>\]]/.exec(option.flags)![1]!,
          ...(option instanceof Flag ? option.values : anything),
        },
      }),
    })),
    operands: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      ...(argument instanceof Operand ? argument.values : anything),
    })),
  };
  // `help` is commander's, and takes what may stand in its own place.
  const below = commands
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => outline(each, path ? `${path} ${each.name()}` : each.name()));
  return [own, ...below];
}

/** The beginning of a description, for a list: what stands before what it goes on with. */
export const shortened = (description: string): string => /^.*?(?=[;:] | \(|$)/s.exec(description)![0];
