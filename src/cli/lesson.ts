// `mandoline lesson`: walks through the lesson's chapters, runs their programs on this machine and leaves a report; or
// runs one of the programs. The chapters are lesson/'s pages, made into dist/lesson/chapters.json by the build; which
// programs there are stands in them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Figure, Step } from '../../lesson/figures.js';
import { didYouMean } from '../suggestion.js';
import { describeMachine } from './bench-outputs.js';
import { onInterrupt } from './interrupt.js';
import { type Chapter, lessonReport, type Run, type Walked } from './lesson-report.js';
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
/** Of a terminal. */
const columns = 80;

export function addLesson(program: Command): void {
  program
    .command('lesson')
    .summary('learn how slices over workers speed a program up')
    .description(
      'Walks through the lesson, runs its programs on this machine and leaves a report; or runs one program.',
    )
    .argument('[program]', 'one of the programs, instead of all chapters')
    .argument('[numbers...]', 'what it is given, such as slices and workers; its own flags too')
    .passThroughOptions()
    .allowUnknownOption()
    .option('-o, --output <file>', 'where the report goes', 'lesson-report.html')
    .option('--quick', 'small grids: two or three minutes')
    .addOption(
      option('--cells <number>', 'points from the middle of the grid to its edge', whole('--cells', 1, 4000)),
    )
    .addOption(option('--rounds <number>', 'number of timed repetitions', whole('--rounds', 1, 1000)))
    .option('--yes', 'do not ask before each chapter')
    .addHelpText('after', () => {
      const command = lessonCommand();
      return `\nExamples:\n  ${command}\n  ${command} --quick --yes -o report.html\n  ${command} pool 2000 2 --cells 500`;
    })
    .action((name: string | undefined, numbers: readonly string[], flags: LessonFlags) =>
      name === undefined ? walk(flags) : runProgram(name, numbers),
    );
}

/** How the lesson was started: a command that is printed must work where its reader is. */
function lessonCommand(): string {
  const { npm_lifecycle_event: script } = process.env;
  const [, path = ''] = process.argv;
  if (script === 'lesson') return 'npm run lesson --';
  if (script === 'start') return 'npm start -- lesson';
  if (script === 'npx') return 'npx mandoline lesson';
  return basename(path) === 'mandoline.js' ? `node ${relative('.', path)} lesson` : 'mandoline lesson';
}

/** What the build made of the lesson's pages. */
const readPages = (): Pages => JSON.parse(readFileSync(join(folder, 'chapters.json'), 'utf8'));

interface Pages {
  readonly programs: readonly string[];
  /** What each program takes, in the programs' own words: numbers in their order, and flags. */
  readonly takes: Readonly<Record<string, { numbers: readonly string[]; flags: readonly string[] }>>;
  readonly chapters: readonly Chapter[];
}

/** One program, as if it had been started itself: what it says and how it ends is the command's. */
async function runProgram(name: string, given: readonly string[]): Promise<void> {
  const { programs, takes } = readPages();
  if (name.startsWith('-')) throw new UsageError(`${name}: is not a flag of the lesson; --help lists them`);
  if (!programs.includes(name))
    throw new UsageError(
      `lesson ${name}: must be one of ${programs.join(', ')}${didYouMean(name, programs)}`,
    );
  const { numbers, flags } = takes[name]!;
  if (numbers.length + flags.length === 0 && given.length > 0)
    throw new UsageError(`lesson ${name}: ${given[0]}: does nothing here; this program takes nothing`);
  const child = start(name, given, 'inherit');
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
}

async function walk({ output: path, quick, yes, ...given }: LessonFlags): Promise<void> {
  const output = checkedOutput(path);
  sayLeftovers(output);
  const { chapters, takes } = readPages();
  const { cells = quick && 250, rounds = quick && 3 } = given;
  /** A program's arguments for this grid: no more slices than rows, and of the flags those that it takes. */
  const argumentsOf = (name: string, words: readonly string[]): string[] => {
    const { numbers, flags } = takes[name]!;
    const fitting = words.map((word, i) =>
      numbers[i] === 'nSlices' && cells ? `${Math.min(Number(word), 2 * cells)}` : word,
    );
    const more = Object.entries({ cells, rounds }).filter(([flag, value]) => value && flags.includes(flag));
    return [...fitting, ...more.flatMap(([flag, value]) => [`--${flag}`, `${value}`])];
  };
  const walked: Walked[] = [];
  for (const chapter of chapters) {
    print(`\n${tint('bold', chapter.title, process.stdout)}\n\n${inLines(chapter.plainLead, columns)}\n`);
    if (!yes) await readersTurn();
    const runs: Run[] = [];
    for (const [name, ...words] of chapter.commands)
      runs.push(await runStep(name!, argumentsOf(name!, words)));
    const { plainQuestion, answer } = chapter;
    print(`${inLines(`To try: ${plainQuestion}`, columns)}\nThe answer: ${lessonCommand()} ${answer}\n`);
    walked.push({ ...chapter, runs });
  }
  const command = [lessonCommand(), ...process.argv.slice(3)].join(' ');
  const report = await lessonReport(walked, describeMachine(), command);
  await output.write([new TextEncoder().encode(report)]);
  say(path);
}

/** One program of a chapter, with what it tells to be drawn. */
async function runStep(name: string, given: readonly string[]): Promise<Run> {
  const words = [name, ...given];
  const command = [lessonCommand(), ...words].join(' ');
  print(tint('dim', `$ ${command}`, process.stdout));
  const line = await stepLine(name);
  const child = start(name, given, 'pipe');
  const figures: Figure[] = [];
  let printed = '';
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  child.on('message', (message: Figure | Step) => {
    if (message.kind === 'step') line.onStep(message);
    else figures.push(message);
  });
  // Closed is later than ended: all that it printed is there.
  const [code, signal] = await once(child, 'close');
  line.stop();
  if (code !== 0) throw new Error(`${command}: ended with ${signal ?? `exit code ${code}`}`);
  print(printed);
  return { command, words, printed, figures };
}

function start(name: string, given: readonly string[], stdout: 'inherit' | 'pipe'): ChildProcess {
  const listens = stdout === 'pipe';
  const child = spawn(process.execPath, [join(folder, `${name}.js`), ...given], {
    stdio: [listens ? 'ignore' : 'inherit', stdout, 'inherit', ...(listens ? (['ipc'] as const) : [])],
  });
  onInterrupt(() => child.kill());
  return child;
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
