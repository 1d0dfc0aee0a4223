// Evaluates times of the same work by several workers: a median that is robust to noise, and Amdahl's law. The single
// definition for the command, the page and the lesson.

/**
 * The median of the values, in any order; for an even number of values, the mean of the two in the middle. Throws
 * RangeError for an empty list.
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median: must be given at least one value');
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** The speed-up of `workers` workers over one. */
export interface SpeedUp {
  /** Number of workers, from 1. */
  readonly workers: number;
  /** The time of one worker divided by theirs. */
  readonly speedUp: number;
}

/**
 * The speed-up for each number of workers, each with the fastest way to cut the work, relative to the smallest number
 * of workers, which should be one. The medians are in any unit of time.
 */
export function speedUps(
  rows: readonly { readonly workers: number; readonly median: number }[],
): readonly SpeedUp[] {
  const best = new Map<number, number>();
  for (const { workers, median } of rows) best.set(workers, Math.min(best.get(workers) ?? Infinity, median));
  const alone = best.get(Math.min(...best.keys()))!;
  return [...best].map(([workers, time]) => ({ workers, speedUp: alone / time }));
}

/**
 * The serial fraction of the work, 0 to 1: least-squares fit of time(n) / time(1) = s + (1 - s) / n (Amdahl, Validity
 * of the single processor approach, 1967). Undefined without more than one worker.
 */
export function serialPart(points: readonly SpeedUp[]): number | undefined {
  let [above, below] = [0, 0];
  for (const { workers, speedUp } of points) {
    const gain = 1 - 1 / workers;
    above += (1 / speedUp - 1 / workers) * gain;
    below += gain * gain;
  }
  return below > 0 ? Math.min(1, Math.max(0, above / below)) : undefined;
}

/** Amdahl's law: the speed-up of this many workers over one, for a serial fraction of the work from 0 to 1. */
export const amdahl = (serial: number, workers: number): number => 1 / (serial + (1 - serial) / workers);

/** How the times change with more workers. */
export interface SpeedUpSummary {
  /** A sentence to display. */
  readonly text: string;
  /** The serial fraction, 0 to 1, by Amdahl's law; undefined if the times do not show one. */
  readonly serial: number | undefined;
}

/**
 * Describes times of the same work by one worker and by several in words: the speed-up and the serial fraction; or that
 * more workers do not help; or, if the middle halves of the times overlap, that they vary more than they differ. Each
 * row has the times of one way to cut the work, in any unit; for each number of workers, the row with the smallest
 * median counts. Undefined unless there are rows for one worker and for more.
 */
export function summarizeSpeedUp(
  rows: readonly { readonly workers: number; readonly times: readonly number[] }[],
): SpeedUpSummary | undefined {
  const timed = rows
    .map((row) => ({ ...row, median: median(row.times) }))
    .sort((a, b) => a.median - b.median);
  const one = timed.find(({ workers }) => workers === 1);
  const several = timed.find(({ workers }) => workers > 1);
  if (!one || !several) return undefined;
  const { workers } = several;
  const without = (text: string) => ({ text, serial: undefined });
  if (areAlike(one.times, several.times))
    return without(
      `${workers} workers and one worker take about the same time: the times vary more than they differ; ` +
        'compute more points or close other programs to see a difference',
    );
  const speedUp = one.median / several.median;
  if (speedUp < 1)
    return without(`More workers do not help: ${workers} take ${factor(1 / speedUp)} as long as one`);
  const text = `${workers} workers are ${factor(speedUp)} as fast as one`;
  const serial = serialPart(speedUps(timed))!;
  // If the measured speed-up exceeds the limit of the best fit, Amdahl's law does not describe these times.
  if (speedUp * serial > 1)
    return without(`${text}; other numbers of workers are slower than Amdahl's law allows`);
  const law =
    serial < 0.0005
      ? 'none of the work is serial'
      : `${(100 * serial).toFixed(1)}% of the work is serial, so any number of workers is at most ` +
        `${factor(1 / serial)} as fast`;
  return { text: `${text}; by Amdahl's law, ${law}`, serial };
}

/** Whether the middle halves of two lists of times overlap. */
function areAlike(one: readonly number[], other: readonly number[]): boolean {
  const [from, to] = middleHalf(one);
  const [otherFrom, otherTo] = middleHalf(other);
  return from <= otherTo && otherFrom <= to;
}

function middleHalf(values: readonly number[]): readonly [least: number, most: number] {
  const sorted = values.toSorted((one, other) => one - other);
  return [sorted[Math.floor(sorted.length / 4)]!, sorted[Math.ceil((3 * sorted.length) / 4) - 1]!];
}

const factor = (times: number): string => `${times < 100 ? times.toPrecision(3) : times.toFixed(0)} times`;
