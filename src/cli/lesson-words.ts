// Compares the numbers that a lesson program has just printed with those in its page, in a sentence, or says that the
// machine was too busy to tell.
import type { Load } from '../../lesson/load.js';

/** What is read from a program's output: numbers, each undefined where the output does not have it. */
type Numbers = readonly (number | undefined)[];

interface Sentence {
  /** `serial` is the time that the serial program needed to compute. */
  read(printed: string, serial: number | undefined): Numbers;
  say(...numbers: number[]): string;
  /** The same numbers in a few words. */
  brief(...numbers: number[]): string;
}

const times = (value: number) => `${value.toFixed(2)} times`;
const percent = (value: number) => `${value.toFixed(0)}%`;

/** The first number of the line that begins with a name. */
function after(printed: string, name: string, index = 0): number | undefined {
  const line = printed.split('\n').find((each) => each.startsWith(name));
  const number = line?.slice(name.length).match(/\d+(\.\d+)?/g)?.[index];
  return number === undefined ? undefined : Number(number);
}
const over = (one: number | undefined, other: number | undefined, factor = 1) =>
  one === undefined || other === undefined ? undefined : (factor * one) / other;

const speedUp = (stage: string): Sentence => ({
  read: (printed, serial) => [over(serial, after(printed, stage))],
  say: (factor) => `The stage ${stage} was ${times(factor)} as fast as the serial program's compute.`,
  brief: times,
});

const sentences: Readonly<Record<string, Sentence>> = {
  serial: {
    read: (printed) => [over(after(printed, 'compute'), after(printed, 'total'), 100)],
    say: (part) =>
      `Computing took ${percent(part)} of the time; only this part can be shared out to workers.`,
    brief: percent,
  },
  timing: {
    // A single run shows no noise.
    read: (printed) =>
      printed.includes('\nrun 2 ')
        ? [over(after(printed, 'worst'), after(printed, 'best'), 100)].map((each) => each && each - 100)
        : [undefined],
    say: (more) =>
      `The slowest run took ${percent(more)} longer than the fastest; a smaller gain would not show.`,
    brief: percent,
  },
  'message-passing': speedUp('gather'),
  pool: speedUp('compute'),
  shared: speedUp('compute'),
  slices: {
    read: (printed) => [after(printed, '     2', 1), after(printed, '     8', 1)],
    say: (two, eight) =>
      `The workers were idle for ${percent(two)} of the time with 2 slices, ${percent(eight)} with 8.`,
    brief: (two, eight) => `${percent(two!)} and ${percent(eight!)}`,
  },
  workers: {
    read: (printed) => [after(printed, '      2', 1), after(printed, '      4', 1)],
    say: (two, four) => `2 workers were ${times(two)} as fast as one, 4 workers ${times(four)}.`,
    brief: (two, four) => `${times(two!)} and ${times(four!)}`,
  },
  'shared-memory': {
    read: (printed) => [over(after(printed, 'points and counts copied'), after(printed, 'nothing copied'))],
    say: (factor) => `Copying everything took ${times(factor)} as long as copying nothing.`,
    brief: times,
  },
  table: {
    read: (printed) => ['pool', 'shared'].map((name) => after(printed, `${name}: 2 workers and`, 1)),
    say: (pool, shared) =>
      `2 workers were ${times(pool)} as fast as the serial program with pool, ${times(shared)} with shared.`,
    brief: (pool, shared) => `${times(pool!)} and ${times(shared!)}`,
  },
  beyond: {
    read: (printed) => [after(printed, 'plain loop, ', 2), after(printed, 'until it escapes', 1)],
    say: (workers, escape) =>
      `The workers made the plain loop ${times(workers)} as fast, stopping at escape ${times(escape)}.`,
    brief: (workers, escape) => `${times(workers!)} and ${times(escape!)}`,
  },
};

/** What is known when a program has ended. */
export interface Ended {
  readonly program: string;
  readonly printed: string;
  /** What the page shows for the same program. */
  readonly page: string | undefined;
  /** Seconds of the serial program's compute: on this machine for the same grid, and in the page. */
  readonly serial: { readonly here: number | undefined; readonly page: number | undefined };
  readonly load: Load | undefined;
}

/** A sentence, and another about the page unless the machine was too busy; undefined where there is nothing to say. */
export function inWords({ program, printed, page, serial, load }: Ended): string | undefined {
  const sentence = sentences[program];
  const here = sentence?.read(printed, serial.here);
  if (!sentence || !isWhole(here)) return undefined;
  const inPage = page === undefined ? undefined : sentence.read(page, serial.page);
  const isCompared = isWhole(inPage) && !(load && tooBusy(load));
  return sentence.say(...here) + (isCompared ? ` The page says ${sentence.brief(...inPage)}.` : '');
}

const isWhole = (numbers: Numbers | undefined): numbers is readonly number[] =>
  (numbers ?? [undefined]).every((each) => each !== undefined && Number.isFinite(each));

/** Seconds that the serial program computed. */
export const serialCompute = (printed: string): number | undefined => after(printed, 'compute');

/** Where others took so much that the program did not get all cores that it could use. */
export function tooBusy({ others, cores, wanted }: Load): string | undefined {
  const missing = others - (cores - wanted);
  if (missing < 0.15 * wanted) return undefined;
  return (
    `The machine was too busy to tell: other programs used ${others.toFixed(1)} of its ${cores} cores ` +
    `meanwhile, and this one could use ${wanted}. Close them and run it again.`
  );
}

/** What is said of a program's numbers, and that the machine was too busy; empty where there is nothing to say. */
export const paragraphOf = (said: string | undefined, load: Load | undefined): string =>
  [said, load && tooBusy(load)].filter((each) => each !== undefined).join(' ');

/** That the machine was too busy, once for all programs of a walk. */
export function tooBusyForSome(loads: readonly (Load | undefined)[]): string | undefined {
  const busy = loads.filter((load) => load !== undefined && tooBusy(load) !== undefined) as Load[];
  if (busy.length === 0) return undefined;
  const most = Math.max(...busy.map(({ others }) => others));
  const ran = loads.length === 1 ? 'the program ran' : `${busy.length} of ${loads.length} programs ran`;
  return (
    `The machine was too busy to tell while ${ran}: other programs used up to ${most.toFixed(1)} of its ` +
    `${busy[0]!.cores} cores. Close them and run the lesson again.`
  );
}
