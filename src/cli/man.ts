// The manual page mandoline(1), made from the command's definitions in the macros of man(7); scripts/bundle.js writes it to
// dist/man/. Looked at: marked-man and remark-man, which convert Markdown that this would have to write first, and
// help2man, which only has the text of --help.
import type { Command } from 'commander';
import { type CommandOutline, type OperandOutline, outline } from './outline.js';

/** The page as roff; `day` is the day of the page, as 2026-01-31. */
export function manPage(program: Command, day: string): string {
  const [whole, ...commands] = outline(program);
  const { flags, command } = whole!;
  const name = program.name();
  return `${[
    `.\\" Made of the command's own definitions by scripts/bundle.js.`,
    `.TH ${name.toUpperCase()} 1 "${day}" "${name} ${program.version()}" "User Commands"`,
    '.SH NAME',
    `${name} \\- fractals computed in parallel, exactly`,
    '.SH SYNOPSIS',
    ...['.B mandoline', '.I command', '[\\fIargument\\fR] [\\fIoption\\fR ...]'],
    '.SH DESCRIPTION',
    ...text(command.description()),
    ...paragraph(
      'Each command prints its part of this page with --help all. Data goes to stdout, messages to stderr.',
    ),
    '.SH OPTIONS',
    ...options(flags),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH EXIT STATUS',
    ...['0', '1', '2', '130, 143'].flatMap((code, i) => ['.TP', `.B ${code}`, exits[i]!]),
    '.SH ENVIRONMENT',
    ...['.TP', '.B NO_COLOR', 'If it is set, messages have no colours.'],
    '.SH EXAMPLES',
    ...example(afterHelp(command)).slice(1),
  ].join('\n')}\n`;
}

const exits = [
  'Success.',
  'Failure; stderr has the reason.',
  'Invalid command line, or an invalid file named on it.',
  'Interrupted or terminated; unfinished files are removed.',
];

function section({ path, command, flags, operands }: CommandOutline): string[] {
  const shown = operands.map(({ name }, i) => {
    const isNeeded = command.registeredArguments[i]!.required;
    return `${isNeeded ? '' : '['}\\fI${escaped(name)}\\fR${isNeeded ? '' : ']'}`;
  });
  return [
    `.SS ${escaped(path)}`,
    [`\\fBmandoline ${escaped(path)}\\fR`, ...shown, '[\\fIoption\\fR ...]'].join(' '),
    ...paragraph(command.description()),
    ...operands.flatMap(operand),
    ...options(flags),
    ...example(afterHelp(command)),
  ];
}

const operand = ({ name, description }: OperandOutline) => [
  '.TP',
  `.I ${escaped(name)}`,
  ...text(description),
];

function options(flags: CommandOutline['flags']): string[] {
  return flags.flatMap(({ flags, description }) => {
    const marked = escaped(flags).replace(/([<[])(.+?)([>\]])/g, '\\fI$2\\fB');
    return ['.TP', `\\fB${marked}\\fR`, ...text(description)];
  });
}

/** The text after the options of a command's help. */
function afterHelp(command: Command): string {
  let printed = '';
  const before = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (printed += part) });
  command.outputHelp();
  command.configureOutput(before);
  return printed.slice(command.helpInformation().length).trim();
}

/** Unfilled lines; an empty one separates paragraphs. */
const example = (lines: string) =>
  lines ? ['.PP', '.nf', ...lines.split('\n').map((line) => noRequest(escaped(line))), '.fi'] : [];

const paragraph = (given: string) => ['.PP', ...text(given)];

/** Text in lines of at most 80 characters. */
function text(given: string): string[] {
  const lines: string[] = [];
  for (const word of escaped(given).split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && longer.length < 80) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map(noRequest);
}

/** Keeps a line that begins with a dot or an apostrophe from being a request. */
const noRequest = (line: string) => line.replace(/^(?=[.'])/, '\\&');

/** Minus signs, apostrophes and others as ASCII characters, which can be copied. */
const escaped = (given: string) =>
  given
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga');
