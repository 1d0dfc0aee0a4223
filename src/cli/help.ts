// How commands print their help: flags in groups; long lists of flags in a short form that fits a terminal, and in full
// with `--help all`. Looked at: commander's own help, of which this changes only which flags it lists.
import { type Command, CommanderError, Help } from 'commander';
import { Flag } from './usage.js';

/** Flags that the short help lists, for commands that have more. */
const brief = new WeakMap<Command, ReadonlySet<string>>();
/** Commands whose next help lists every flag. */
const inFull = new WeakSet<Command>();

/** Limits a command's short help to these flags, by their long names. */
export const helpBriefly = (command: Command, flags: readonly string[]): void =>
  void brief.set(command, new Set([...flags, '--help']));

/** Gives a command and its subcommands `--help [all]`. */
export function addHelp(command: Command): void {
  const hasMore = brief.has(command);
  command
    .helpOption(false)
    .addOption(
      new Flag(
        hasMore ? '-h, --help [all]' : '-h, --help',
        hasMore ? 'print this help; all: with every flag' : 'print this help',
        hasMore ? { words: ['all'] } : {},
      ).helpGroup(hasMore ? 'Help:' : 'Options:'),
    );
  command.on('option:help', (given?: string) => {
    if (given === 'all') inFull.add(command);
    command.outputHelp();
    throw new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
  });
  for (const each of command.commands) addHelp(each);
}

/** Commander's `formatHelp`, which lists a command's brief flags only, unless all are asked for. */
export function formatHelp(command: Command, helper: Help): string {
  const listed = inFull.has(command) ? undefined : brief.get(command);
  if (!listed) return Help.prototype.formatHelp.call(helper, command, helper);
  const short: Help = Object.create(helper, {
    visibleOptions: {
      value: (each: Command) => helper.visibleOptions(each).filter(({ long }) => listed.has(long!)),
    },
  });
  const text = Help.prototype.formatHelp.call(short, command, short);
  // Without empty lines between groups it fits a screen.
  return text.replace(/\n\n(?=[A-Z].*:\n)/g, '\n');
}
