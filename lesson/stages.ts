// What the lesson's programs share: their arguments, a clock for each stage, and the result's fingerprint, which shows
// that all of them make the same array.
import { createHash } from 'node:crypto';
import { basename, dirname, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Field } from 'mandoline';
import type { PoolStats } from 'mandoline/pool';
import { type Timed, tell } from './figures.js';
import { load, wantCores } from './load.js';

/** What programs take, in the words of their help, with the largest number. */
const known = {
  nSlices: { most: 1_000_000, meaning: 'number of slices' },
  nWorkers: { most: 1024, meaning: 'number of workers' },
  cells: { most: 4000, meaning: 'points from the centre of the grid to its edge' },
  iterations: { most: 65_535, meaning: 'steps for each point' },
  rounds: { most: 1000, meaning: 'number of timed repetitions' },
} as const;
type NumberName = 'nSlices' | 'nWorkers';
type FlagName = 'cells' | 'iterations' | 'rounds';

/**
 * Reads the command line: numbers, from 1 on, in the order in which `numbers` names them, and those flags that `flags`
 * names, each with its default. An argument that cannot be used is one line on stderr, and exit code 2.
 */
export function readArguments<Name extends NumberName, Flag extends FlagName>(
  numbers: Readonly<Record<Name, number>>,
  flags: Readonly<Record<Flag, number>>,
): Readonly<Record<Name | Flag, number>> {
  // The reader of the output may have closed it.
  process.stdout.on('error', () => process.exit(0));
  const names = Object.keys(numbers) as Name[];
  const accepted = Object.keys(flags) as Flag[];
  const values: Record<string, number> = { ...numbers, ...flags };
  const words = process.argv.slice(2);
  for (let position = 0, word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag, value] = /^--([^=]*)(?:=(.*))?$/.exec(word) ?? [];
    const name = flag ?? names[position++];
    if (flag === 'help') help(names, values);
    if (name === undefined)
      refuse(
        `${word}: is one number too many; this program takes ${names.map(spelled).join(' ') || 'no numbers'}`,
      );
    if (flag !== undefined && !(accepted as string[]).includes(flag))
      refuse(
        `--${flag}: has no effect here; this program takes ${accepted.map(spelled).join(', ') || 'no flags'}`,
      );
    values[name] = whole(name as keyof typeof known, flag === undefined ? word : (value ?? words.shift()));
  }
  warnOfEmptySlices(values);
  wantCores(values.nWorkers ?? 1);
  return values as Record<Name | Flag, number>;
}

/** As it is spelled in a command: N_SLICES, --cells. */
const spelled = (name: string): string =>
  name.startsWith('n') ? name.replace(/[A-Z]/g, '_$&').toUpperCase() : `--${name}`;

function whole(name: keyof typeof known, given: string | undefined): number {
  const number = Number(given);
  const { most } = known[name];
  if (given?.trim() && Number.isInteger(number) && number >= 1 && number <= most) return number;
  refuse(
    `${spelled(name)}${given === undefined ? '' : ` ${given}`}: must be a whole number from 1 to ${most}`,
  );
}

/** Slices are made of rows. */
function warnOfEmptySlices({ nSlices = 0, cells = 0 }: Readonly<Record<string, number>>): void {
  const rows = 2 * cells;
  const empty = nSlices - rows;
  if (empty > 0)
    say(
      `${nSlices} slices: the grid has only ${rows} rows, so ${empty} of them ${empty === 1 ? 'is' : 'are'} empty; ` +
        `give at most ${rows}`,
    );
}

function help(names: readonly string[], values: Readonly<Record<string, number>>): never {
  const flags = Object.keys(values).filter((name) => !names.includes(name));
  const usage = [...names.map((name) => `[${spelled(name)}]`), ...flags.map((name) => `[${spelled(name)}]`)];
  console.log(`Usage: ${[command, ...usage].join(' ')}\n`);
  for (const [name, value] of Object.entries(values)) {
    const { meaning, most } = known[name as keyof typeof known];
    console.log(`  ${spelled(name).padEnd(14)}${meaning}, 1 to ${most} (default: ${value})`);
  }
  process.exit(0);
}

/** The program's name. */
const program = `lesson ${relative(dirname(fileURLToPath(import.meta.url)), process.argv[1] ?? '').replace(/\.js$/, '')}`;

/** The command that runs it where its reader is: as `mandoline lesson` was started, or this file. */
const { MANDOLINE_LESSON_COMMAND: command = `node ${relative('.', process.argv[1] ?? '')}` } = process.env;

/** This program's rank among those of MPI; 0 without it. */
const rank = Number(process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK ?? 0);

/** Prints one line on stderr; of the ranks of MPI only the first one prints it. */
function say(text: string): void {
  if (rank === 0) console.error(`mandoline: ${program}: ${text}`);
}

/** Ends a program that cannot continue, with the error's message on stderr and exit code 1. */
export async function stop(error: unknown): Promise<never> {
  say(error instanceof Error ? error.message : String(error));
  // mpirun ends all ranks as soon as one fails; the first one must have spoken by then.
  if (rank > 0) await setTimeout(1000);
  process.exit(1);
}

function refuse(text: string): never {
  say(text);
  process.exit(2);
}

const stages: Timed[] = [];

/** Runs one stage and prints how long it took. */
export async function stage<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  stages.push({ name, seconds });
  console.log(`${name.padEnd(12)} ${seconds.toFixed(3)} s`);
  return result;
}

/** `1 slice`, `2 slices`. */
export const several = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** Prints the slices and the working time of each worker of a pool. */
export function reportWorkers({ workers, timeline }: PoolStats): void {
  for (const { worker, tasks, busy } of workers)
    console.log(`worker ${worker + 1}     ${busy.toFixed(3)} s busy, ${several(tasks, 'slice')}`);
  const times = timeline.map(({ first, ...when }) => ({ ...when, slice: first }));
  const slices = workers.reduce((sum, { tasks }) => sum + tasks, 0);
  tell({
    kind: 'lanes',
    title: `${several(slices, 'slice')}, ${several(workers.length, 'worker')}`,
    slices,
    workers: workers.length,
    times,
  });
}

/** Prints the time of the whole program, and what identifies its result. */
export function report({ rows, columns, counts }: Field): void {
  const program = basename(process.argv[1] ?? '', '.js');
  console.log(`total        ${(performance.now() / 1000).toFixed(3)} s`);
  tell({ kind: 'stages', program, rows: stages });
  tell(load());
  let sum = 0;
  for (const count of counts) sum += count;
  const hash = createHash('sha256').update(counts).digest('hex');
  console.log(`${rows} x ${columns} counts, sum ${sum}, sha256 ${hash}`);
}
