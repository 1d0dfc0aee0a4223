// `--part`: the share of the work that one of many programs computes, given by number or by a batch scheduler.
import { startedRank, startedRanks } from '../cluster/mpi-library.js';
import type { Part } from '../render/job.js';
import { say } from './text.js';
import { UsageError } from './usage.js';

/** More parts are taken for a typing error. */
const mostParts = 1_000_000;

/** Reads `3/64`, or `slurm`: a task of the job array that this program runs in. Throws UsageError. */
export function toPart(text: string): Part {
  if (text === 'slurm') return slurmPart(process.env);
  const [number, of] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (number !== undefined && of !== undefined && number >= 1 && number <= of && of <= mostParts)
    return { number, of };
  throw new UsageError(
    `--part ${text}: must be NUMBER/TOTAL from 1/1 to ${mostParts}/${mostParts}, such as 3/64, or slurm`,
  );
}

/**
 * The task's place among all tasks of its job, from the variables that Slurm sets: in its array, if any (sbatch(1):
 * SLURM_ARRAY_TASK_ID is its index, from ..._MIN to ..._MAX by ..._STEP, of ..._COUNT), and among the tasks that srun
 * started together (srun(1): SLURM_PROCID of SLURM_STEP_NUM_TASKS, from 0).
 */
export function slurmPart(environment: NodeJS.ProcessEnv): Part {
  const step = stepPart(environment);
  if (step.of > 1 && environment.SLURM_ARRAY_TASK_ID === undefined) return step;
  const array = arrayPart(environment);
  return { number: (array.number - 1) * step.of + step.number, of: array.of * step.of };
}

function stepPart({ SLURM_PROCID: id = '0', SLURM_STEP_NUM_TASKS: of = '1' }: NodeJS.ProcessEnv): Part {
  const part = { number: Number(id) + 1, of: Number(of) };
  if (/^\d+$/.test(id) && /^\d+$/.test(of) && part.number <= part.of) return part;
  throw new UsageError(
    `--part slurm: SLURM_PROCID is ${id} and SLURM_STEP_NUM_TASKS is ${of}: not a task number from 0 and a total; give ` +
      'a part such as 3/64',
  );
}

function arrayPart(environment: NodeJS.ProcessEnv): Part {
  const given = (name: string) => {
    const variable = `SLURM_ARRAY_TASK_${name}`;
    const value = environment[variable];
    if (value !== undefined && /^\d+$/.test(value)) return Number(value);
    const what = value === undefined ? 'is not set' : `is ${value}, not a whole number`;
    throw new UsageError(
      `--part slurm: ${variable} ${what}; use it in a job of "sbatch --array=1-64" or "srun --ntasks=64", or give a part such as 3/64`,
    );
  };
  const [id, least, most, step, of] = ['ID', 'MIN', 'MAX', 'STEP', 'COUNT'].map(given) as [
    ...[id: number, least: number, most: number, step: number, of: number],
  ];
  const number = (id - least) / step + 1;
  const isEven = least + (of - 1) * step === most && Number.isInteger(number) && number >= 1 && number <= of;
  if (isEven) return { number, of };
  throw new UsageError(
    `--part slurm: task ${id} of ${of} from ${least} to ${most} by ${step}: the array has gaps, so tasks cannot tell which ` +
      'share is theirs; give an array such as 1-64, or --part "$SLURM_ARRAY_TASK_ID/64"',
  );
}

/** Warns if mpirun started copies of a command that do not share the work and write the same files. */
export function warnOfCopies(instead: string): void {
  const copies = startedRanks() ?? 1;
  if (copies > 1 && startedRank() === 0)
    say(
      `warning: mpirun started ${copies} copies of this command, each of which computes and writes everything; ${instead}`,
    );
}
