// `mandoline lesson`: walks through the lesson's chapters, runs their programs on this machine and leaves a report; or
// runs one of the programs. The chapters are lesson/'s pages, made into dist/lesson/chapters.json by the build; which
// programs there are stands in them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Figure, Step } from '../../lesson/figures.js';
import type { Load } from '../../lesson/load.js';
import { didYouMean } from '../suggestion.js';
import { describeMachine } from './bench-outputs.js';
import { onInterrupt } from './interrupt.js';
import { checkExercises } from './lesson-check.js';
import { lessonCommand } from './lesson-command.js';
import { type Chapter, lessonReport, type Run, type Walked } from './lesson-report.js';
import { inWords, paragraphOf, serialCompute, tooBusy } from './lesson-words.js';
import { inLines, say, stepLine, tint } from './text.js';
import { checkedOutput, option, sayLeftovers, UsageError, whole } from './usage.js';

interface LessonFlags {
  readonly output: string;
  readonly quick?: true;
  readonly cells?: number;
  readonly rounds?: number;
  readonly yes?: true;
}

const folder = fileURLToPath(new URL('../../lesson', import.meta.url));
/** Where the lesson's pages and the source of its programs are. */
const pages = join(folder, '..', '..', 'lesson');
/** Of a terminal. */
const columns = 80;

export function addLesson(program: Command): void {
  program
    .command('lesson')
    .summary('learn how slices over workers speed a program up')
    .description(
      'Walks through the lesson, runs its programs on this machine and writes a report; or runs one chapter or program.',
    )
    .argument('[program]', 'a program, the number of a chapter, check, slides or cheat-sheet')
    .argument('[numbers...]', "the program's arguments, such as slices and workers, and its flags")
    .passThroughOptions()
    .allowUnknownOption()
    .option('-o, --output <file>', 'output file of the report', 'lesson-report.html')
    .option('--quick', 'small grids: less than three minutes')
    .addOption(
      option('--cells <number>', 'points from the centre of the grid to its edge', whole('--cells', 1, 4000)),
    )
    .addOption(option('--rounds <number>', 'number of timed repetitions', whole('--rounds', 1, 1000)))
    .option('--yes', 'do not ask before each chapter')
    .addHelpText('after', () => {
      const command = lessonCommand();
      return `\nExamples:\n  ${command}\n  ${command} --quick --yes -o report.html\n  ${command} 3 --quick\n  ${command} check 3\n  ${command} slides\n  ${command} pool 2000 2 --cells 500`;
    })
    .action(
      async (
        name: string | undefined,
        given: readonly string[],
        flags: LessonFlags,
        command: Command,
      ): Promise<void> => {
        if (name === 'check') return check(given);
        if (name === 'slides' || name === 'cheat-sheet') return writePrintable(name);
        if (name !== undefined && !/^\d+$/.test(name)) return runProgram(name, given);
        if (name === undefined || !given[0]?.startsWith('-')) return walk(flags, name, given);
        // Flags after a chapter are the lesson's.
        await command.parseAsync([...given, name], { from: 'user' });
      },
    );
}

/** What the build made of the lesson's pages. */
const readPages = (): Pages => JSON.parse(readFileSync(join(folder, 'chapters.json'), 'utf8'));

interface Pages {
  readonly programs: readonly string[];
  /** What each program takes, in the programs' own words: numbers in their order, and flags. */
  readonly takes: Readonly<Record<string, { numbers: readonly string[]; flags: readonly string[] }>>;
  readonly chapters: readonly Chapter[];
}

/** One program, as if it had been started itself: its output and its exit code are the command's. */
async function runProgram(name: string, given: readonly string[]): Promise<void> {
  const { programs, takes, chapters } = readPages();
  if (name.startsWith('-')) throw new UsageError(`${name}: is not a flag of the lesson; --help lists them`);
  if (!programs.includes(name))
    throw new UsageError(
      `lesson ${name}: must be a chapter, 1 to ${chapters.length}, or one of ${programs.join(', ')}${didYouMean(name, programs)}`,
    );
  const { numbers, flags } = takes[name]!;
  if (numbers.length + flags.length === 0 && given.includes('--help'))
    return print(`Usage: ${lessonCommand()} ${name}\n\n  It takes no numbers and no flags.`);
  if (numbers.length + flags.length === 0 && given.length > 0)
    throw new UsageError(`lesson ${name}: ${given[0]}: has no effect here; this program takes no arguments`);
  process.exitCode = (await run(name, given, true)).code;
}

/** The slides, or the cheat sheet, in the reader's folder. */
async function writePrintable(name: string): Promise<void> {
  const path = `lesson-${name}.html`;
  const output = checkedOutput(path);
  await output.write([readFileSync(join(folder, `${name}.html`))]);
  say(path);
}

/** The exercises of a chapter. */
async function check([number = '', ...more]: readonly string[]): Promise<void> {
  const { chapters } = readPages();
  const chapter = /^\d+$/.test(number) ? chapters[Number(number) - 1] : undefined;
  if (!chapter || more.length > 0)
    throw new UsageError(
      `${['lesson check', number, ...more].filter(Boolean).join(' ')}: must be given one chapter, 1 to ${chapters.length}`,
    );
  process.exitCode = await checkExercises(chapter.page, { pages, programs: folder, shown });
}

/** The chapters, or one of them. */
async function walk(
  { output: path, quick, yes, ...flags }: LessonFlags,
  number: string | undefined,
  more: readonly string[],
): Promise<void> {
  const { chapters, takes } = readPages();
  if (number !== undefined && !chapters[Number(number) - 1])
    throw new UsageError(`lesson ${number}: must be a chapter, 1 to ${chapters.length}`);
  if (more.length > 0)
    throw new UsageError(`lesson ${number}: ${more[0]}: has no effect here; give one chapter`);
  const output = checkedOutput(path);
  sayLeftovers(output);
  const { cells = quick && 400, rounds = quick && 3 } = flags;
  /** A program's arguments for this grid: no more slices than rows, and of the flags those that it takes. */
  const argumentsOf = ([name, ...words]: readonly string[]): string[] => {
    const { numbers, flags } = takes[name!]!;
    const fitting = words.map((word, i) =>
      numbers[i] === 'nSlices' && cells ? `${Math.min(Number(word), 2 * cells)}` : word,
    );
    const more = Object.entries({ cells, rounds }).filter(([flag, value]) => value && flags.includes(flag));
    return [...fitting, ...more.flatMap(([flag, value]) => [`--${flag}`, `${value}`])];
  };
  const walked: Walked[] = [];
  const serial = { here: undefined as number | undefined, page: undefined as number | undefined };
  for (const chapter of number === undefined ? chapters : [chapters[Number(number) - 1]!]) {
    const { title, plainLead, plainQuestion, answer, page, commands } = chapter;
    const begun = performance.now();
    print(`\n${tint('bold', title, process.stdout)}\n\n${inLines(plainLead, columns)}\n`);
    print(`The page: ${fromHere(page)}\n`);
    if (!yes) await readersTurn();
    const runs: Run[] = [];
    for (const { words, lines, printed } of commands) {
      const [name] = words;
      for (const { path, first, code } of lines)
        print(
          `${tint('dim', `${fromHere(path.replace('lesson/', ''))}, from line ${first}:`, process.stdout)}\n${indented(code)}\n`,
        );
      const ran = await runStep(name!, argumentsOf(words));
      if (name === 'serial')
        Object.assign(serial, { here: serialCompute(ran.printed), page: serialCompute(printed) });
      const said = inWords({ program: name!, printed: ran.printed, page: printed, serial, load: ran.load });
      const paragraph = paragraphOf(said, ran.load);
      if (paragraph) print(`${inLines(paragraph, columns)}\n`);
      runs.push({ ...ran, said });
    }
    print(`${inLines(`To try: ${plainQuestion}`, columns)}\nThe answer: ${lessonCommand()} ${answer}`);
    print(`The exercises: ${lessonCommand()} check ${Number.parseInt(page, 10)}`);
    print(`\nThe programs of this chapter took ${((performance.now() - begun) / 1000).toFixed(0)} s.\n`);
    walked.push({ ...chapter, runs });
  }
  const command = [lessonCommand(), ...process.argv.slice(3)].join(' ');
  const linkTo = (page: string) =>
    relative(dirname(resolve(path)), join(pages, page))
      .split(sep)
      .map(encodeURIComponent)
      .join('/');
  const report = await lessonReport(walked, { machine: describeMachine(), command, linkTo });
  await output.write([new TextEncoder().encode(report)]);
  say(path);
}

/** A file of the lesson, as its reader finds it. */
const fromHere = (name: string): string => shown(join(pages, name));

/** A path as its reader would type it. */
function shown(path: string): string {
  // npm runs scripts in the project's folder, wherever it was started.
  const { npm_lifecycle_event: script, INIT_CWD: started = '.' } = process.env;
  return relative(script === 'lesson' || script === 'start' ? started : '.', path);
}

const indented = (code: string) => code.replace(/^(?=.)/gm, '    ');

/** One program of a chapter, with what it reports. */
async function runStep(name: string, given: readonly string[]) {
  const words = [name, ...given];
  const command = [lessonCommand(), ...words].join(' ');
  print(tint('dim', `$ ${command}`, process.stdout));
  const line = await stepLine(name);
  const { code, signal, ...ran } = await run(name, given, false, line.onStep);
  line.stop();
  if (code !== 0) throw new Error(`${command}: ended with ${signal ?? `exit code ${code}`}`);
  print(ran.printed);
  return { command, words, ...ran };
}

/** Runs a program to its end; shown at once, or kept, with what it reports. */
async function run(
  name: string,
  given: readonly string[],
  isShown: boolean,
  onStep: (step: Step) => void = () => {},
) {
  const child = spawn(process.execPath, [join(folder, `${name}.js`), ...given], {
    stdio: [isShown ? 'inherit' : 'ignore', isShown ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, MANDOLINE_LESSON_COMMAND: `${lessonCommand()} ${name}` },
  });
  onInterrupt(() => child.kill());
  const figures: Figure[] = [];
  let [printed, load] = ['', undefined as Load | undefined];
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  child.on('message', (message: Figure | Step | Load) => {
    if (message.kind === 'step') onStep(message);
    else if (message.kind === 'load') load = message;
    else figures.push(message);
  });
  // Closed is later than ended: all that it printed is there.
  const [code, signal] = await once(child, 'close');
  const busy = isShown && load && tooBusy(load);
  if (busy) say(`mandoline: ${busy}`);
  return { code: code ?? 1, signal, printed, figures, load };
}

/** Waits for Enter, where somebody sits there. */
async function readersTurn(): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  process.stdout.write(tint('dim', 'Enter runs its programs; Ctrl-C ends the lesson ', process.stdout));
  // Not as a terminal, which would take Ctrl-C for itself.
  const lines = createInterface({ input: process.stdin, terminal: false });
  await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  lines.close();
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
