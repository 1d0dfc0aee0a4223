// What the lesson's programs share: their arguments, a clock for each stage, and the result's fingerprint, by which one
// sees that all made the same array.
import { createHash } from 'node:crypto';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Field } from 'mandoline';
import type { PoolStats } from 'mandoline/pool';
import { type Timed, tell } from './figures.js';

/** What programs take besides numbers. */
interface Flags {
  /** Points from the middle of the grid to its edge: it has `2 * cells` rows and as many columns. */
  readonly cells: number;
  /** Timed repetitions. */
  readonly rounds: number;
  /** Whether points are counted as a program in numpy would. */
  readonly slow: boolean;
}

/** The largest numbers. */
const most = { nSlices: 1_000_000, nWorkers: 1024, cells: 4000, rounds: 1000 } as const;
type NumberName = 'nSlices' | 'nWorkers';

/**
 * Reads the command line: numbers, from 1 on, in the order in which `numbers` names them, and those flags that `flags`
 * names, each with its value where it is not given. What cannot be read is one line on stderr, and exit code 2.
 */
export function readArguments<Name extends NumberName, Flag extends keyof Flags>(
  numbers: Readonly<Record<Name, number>>,
  flags: Pick<Flags, Flag>,
): Readonly<Record<Name, number>> & Pick<Flags, Flag> {
  // Who reads the output may have had enough.
  process.stdout.on('error', () => process.exit(0));
  const names = Object.keys(numbers) as Name[];
  const accepted = Object.keys(flags) as Flag[];
  const values: Record<string, number | boolean> = { ...numbers, ...flags };
  const words = process.argv.slice(2);
  for (let position = 0, word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag, value] = /^--([^=]*)(?:=(.*))?$/.exec(word) ?? [];
    const name = flag ?? names[position++];
    if (flag === 'help') help(names, values);
    if (name === undefined)
      refuse(`${word}: is one number too many; it takes ${names.map(spelled).join(' ')}`);
    if (flag !== undefined && !(accepted as string[]).includes(flag))
      refuse(`--${flag}: does nothing here; it takes ${accepted.map(spelled).join(', ') || 'no flags'}`);
    if (flag === 'slow') values.slow = true;
    else
      values[name] = whole(name as keyof typeof most, flag === undefined ? word : (value ?? words.shift()));
  }
  warnOfEmptySlices(values);
  return values as Record<Name, number> & Pick<Flags, Flag>;
}

/** As it is written in a command: N_SLICES, --cells. */
const spelled = (name: string): string =>
  name.startsWith('n') ? name.replace(/[A-Z]/g, '_$&').toUpperCase() : `--${name}`;

function whole(name: keyof typeof most, given: string | undefined): number {
  const number = Number(given);
  if (given?.trim() && Number.isInteger(number) && number >= 1 && number <= most[name]) return number;
  refuse(
    `${spelled(name)}${given === undefined ? '' : ` ${given}`}: must be a whole number from 1 to ${most[name]}`,
  );
}

/** Slices are made of rows. */
function warnOfEmptySlices({ nSlices, cells }: Readonly<Record<string, number | boolean>>): void {
  const rows = 2 * Number(cells);
  const empty = Number(nSlices) - rows;
  if (empty > 0)
    say(
      `${nSlices} slices: the grid has ${rows} rows, so that ${empty} of them ${empty === 1 ? 'is' : 'are'} empty; ` +
        `take at most ${rows}`,
    );
}

function help(names: readonly string[], values: Readonly<Record<string, number | boolean>>): never {
  const flags = Object.keys(values).filter((name) => !names.includes(name));
  const usage = [...names.map((name) => `[${spelled(name)}]`), ...flags.map((name) => `[${spelled(name)}]`)];
  console.log(`Usage: ${program} ${usage.join(' ')}\n`);
  for (const [name, value] of Object.entries(values)) {
    const meaning =
      name === 'slow'
        ? 'count as a program in numpy would'
        : `1 to ${most[name as keyof typeof most]} (default: ${value})`;
    console.log(`  ${spelled(name).padEnd(12)}${meaning}`);
  }
  process.exit(0);
}

/** What this program is called. */
const program = `lesson ${relative(dirname(fileURLToPath(import.meta.url)), process.argv[1] ?? '').replace(/\.js$/, '')}`;

/** One line on stderr; of many ranks of MPI the first one says it. */
function say(text: string): void {
  const { OMPI_COMM_WORLD_RANK, PMI_RANK } = process.env;
  if (Number(OMPI_COMM_WORLD_RANK ?? PMI_RANK ?? 0) === 0) console.error(`mandoline: ${program}: ${text}`);
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

/** Prints what each worker of a pool has done. */
export function reportWorkers({ workers, timeline }: PoolStats): void {
  for (const { worker, tasks, busy } of workers)
    console.log(`worker ${worker + 1}     ${busy.toFixed(3)} s busy, ${several(tasks, 'slice')}`);
  const times = timeline.map(({ first, ...when }) => ({ ...when, slice: first }));
  const slices = workers.reduce((sum, { tasks }) => sum + tasks, 0);
  tell({
    kind: 'lanes',
    title: `${several(slices, 'slice')}, ${several(workers.length, 'worker')}`,
    slices,
    times,
  });
}

/** Prints what came out, and how long the whole program took. */
export function report({ rows, columns, counts }: Field): void {
  const program = basename(process.argv[1] ?? '', '.js');
  console.log(`whole        ${(performance.now() / 1000).toFixed(3)} s`);
  tell({ kind: 'stages', program, rows: stages });
  let sum = 0;
  for (const count of counts) sum += count;
  const hash = createHash('sha256').update(counts).digest('hex');
  console.log(`${rows} x ${columns} counts, sum ${sum}, sha256 ${hash}`);
}
