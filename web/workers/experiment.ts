// The experiment: computes the scene repeatedly for each combination of slices and workers. Numbers only;
// experiment-view.ts shows them.
import { prepare, type ViewScene } from 'mandoline';
import { median } from 'mandoline/pool';
import { poolFor } from '../pools.js';

export interface Row {
  readonly slices: number;
  readonly workers: number;
  /** Milliseconds of each round, without the warm-up round. */
  readonly times: readonly number[];
  readonly median: number;
}

export interface Experiment {
  readonly scene: ViewScene;
  readonly slices: readonly number[];
  readonly workers: readonly number[];
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Called after each row. */
  readonly onRow: (rows: readonly Row[], all: number) => void;
}

/** One, two, four, ... workers up to the number of cores, and that number. */
export function workerCounts(cores: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return [...counts, Math.max(1, cores)];
}

/** Runs the table; each number of workers has its own pool, warmed up before timing. */
export async function runExperiment(experiment: Experiment): Promise<readonly Row[]> {
  const { scene, slices, workers, rounds, signal, onRow } = experiment;
  const rows: Row[] = [];
  const { compute } = prepare(scene);
  for (const count of workers) {
    await using pool = poolFor(scene, { workers: count });
    for (const cut of slices) {
      const times: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const begun = performance.now();
        await compute({ pool, slices: cut, signal });
        if (round > 0) times.push(performance.now() - begun);
      }
      rows.push({ slices: cut, workers: count, times, median: median(times) });
      onRow(rows, slices.length * workers.length);
    }
  }
  return rows;
}

/** The table as comma-separated values, times in milliseconds. */
export function csvOf(rows: readonly Row[]): string {
  const rounds = rows[0]?.times.map((_, i) => `ms_${i + 1}`) ?? [];
  const lines = rows.map(({ slices, workers, median, times }) => [slices, workers, median, ...times].join());
  return `${[['slices', 'workers', 'median_ms', ...rounds].join(), ...lines].join('\n')}\n`;
}
