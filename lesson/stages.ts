// What the lesson's programs share: their arguments, a clock for each stage, and the result's fingerprint, by which one
// sees that all made the same array.
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { Field } from 'mandoline';
import type { PoolStats } from 'mandoline/pool';
import { type Timed, tell } from './figures.js';

/** What every program takes behind its numbers. */
interface Flags {
  /** Points from the middle of the grid to its edge: it has `2 * cells` rows and as many columns. */
  readonly cells: number;
  /** How often what is timed again and again is timed. */
  readonly rounds: number;
  /** Whether points are counted as a program in numpy would. */
  readonly slow: boolean;
}

/**
 * Numbers from the command line, from 1 on, in the order in which `standard` names them, with what they are when they
 * are not given. What cannot be read is one line on stderr, and exit code 2.
 */
export function readArguments<Name extends string>(
  standard: Readonly<Record<Name, number>>,
  { cells = 2000, rounds = 3 } = {},
): Readonly<Record<Name, number>> & Flags {
  // Who reads the output may have had enough.
  process.stdout.on('error', () => process.exit(0));
  const given = process.argv.slice(2);
  const names = Object.keys(standard) as Name[];
  const shown = names.map((name) => name.replace(/[A-Z]/g, '_$&').toUpperCase()).join(' ');
  try {
    const { values, positionals } = parseArgs({
      options: { cells: { type: 'string' }, rounds: { type: 'string' }, slow: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length > names.length) throw new RangeError('too many numbers');
    const numbers = names.map((name, i) => [name, whole(positionals[i] ?? standard[name], 1e6)]);
    return {
      ...Object.fromEntries(numbers),
      cells: whole(values.cells ?? cells, 4000),
      rounds: whole(values.rounds ?? rounds, 1000),
      slow: values.slow ?? false,
    };
  } catch {
    const numbers = names.length > 0 ? `${shown}, whole numbers from 1 on, and ` : '';
    console.error(`${given.join(' ')}: must be ${numbers}--cells 1 to 4000, --rounds 1 to 1000, or --slow`);
    process.exit(2);
  }
}

function whole(given: string | number, most: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RangeError(`${given}: must be a whole number from 1 to ${most}`);
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

/** Prints what each worker of a pool has done. */
export function reportWorkers({ workers, timeline }: PoolStats): void {
  for (const { worker, tasks, busy } of workers)
    console.log(`worker ${worker + 1}     ${busy.toFixed(3)} s busy, ${tasks} slices`);
  const times = timeline.map(({ first, ...when }) => ({ ...when, slice: first }));
  const slices = workers.reduce((sum, { tasks }) => sum + tasks, 0);
  tell({ kind: 'lanes', title: `${slices} slices, ${workers.length} workers`, slices, times });
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
