// `--part`: which share of the work one of many programs does, by its number or as a batch scheduler numbers them.
import type { Part } from '../render/job.js';
import { UsageError } from './usage.js';

/** More parts are not told from a slip of the finger. */
const mostParts = 1_000_000;

/** Reads `3/64`, or `slurm`: a task of the job array that this program runs in. Throws UsageError. */
export function toPart(text: string): Part {
  if (text === 'slurm') return slurmPart(process.env);
  const [number, of] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (number !== undefined && of !== undefined && number >= 1 && number <= of && of <= mostParts)
    return { number, of };
  throw new UsageError(
    `--part ${text}: must be a number and of how many, from 1/1 to ${mostParts}/${mostParts}, like 3/64; or slurm`,
  );
}

/**
 * The task's place among the tasks of its array, by the variables that Slurm sets for each (sbatch(1), job arrays):
 * SLURM_ARRAY_TASK_ID is its index, which goes from ..._MIN to ..._MAX by ..._STEP; there are ..._COUNT.
 */
export function slurmPart(environment: NodeJS.ProcessEnv): Part {
  const given = (name: string) => {
    const variable = `SLURM_ARRAY_TASK_${name}`;
    const value = environment[variable];
    if (value !== undefined && /^\d+$/.test(value)) return Number(value);
    const what = value === undefined ? 'is not set' : `is ${value}, no whole number`;
    throw new UsageError(
      `--part slurm: ${variable} ${what}; give it in a job of "sbatch --array=1-64", or name a part like 3/64`,
    );
  };
  const [id, least, most, step, of] = ['ID', 'MIN', 'MAX', 'STEP', 'COUNT'].map(given) as [
    ...[id: number, least: number, most: number, step: number, of: number],
  ];
  const number = (id - least) / step + 1;
  const isEven = least + (of - 1) * step === most && Number.isInteger(number) && number >= 1 && number <= of;
  if (isEven) return { number, of };
  throw new UsageError(
    `--part slurm: task ${id} of ${of} from ${least} to ${most} by ${step} is of no even row, which tells no ` +
      'shares; give an array like 1-64, or --part "$SLURM_ARRAY_TASK_ID/64"',
  );
}
