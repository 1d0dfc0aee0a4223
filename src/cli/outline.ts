// An outline of the command line, read from commander's definitions: for completions.ts and man.ts.
import type { Command } from 'commander';
import { Flag, Operand, type Values } from './usage.js';

/** One command; the program has an empty path. */
export interface CommandOutline {
  /** Its names separated by spaces, as typed after `mandoline`. */
  readonly path: string;
  readonly command: Command;
  readonly commands: readonly { readonly name: string; readonly short: string }[];
  readonly flags: readonly FlagOutline[];
  readonly operands: readonly OperandOutline[];
}

export interface FlagOutline {
  /** `-o` and `--output`. */
  readonly names: readonly string[];
  /** The declaration: `-o, --output <file>`. */
  readonly flags: string;
  readonly description: string;
  /** The name and the accepted values; undefined if it takes none. */
  readonly value?: { readonly name: string } & Values;
}

export interface OperandOutline extends Values {
  readonly name: string;
  readonly description: string;
}

/** What a shell offers by default. */
const anything: Values = { paths: 'files' };

/** The command and all its subcommands, in the order of the help. */
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
  // Commander adds `help`, which takes the name of a command.
  const below = commands
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => outline(each, path ? `${path} ${each.name()}` : each.name()));
  return [own, ...below];
}

/** The first part of a description, without the details, for a list. */
export const shortened = (description: string): string => /^.*?(?=[;:] | \(|$)/s.exec(description)![0];
