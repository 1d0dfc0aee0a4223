// `mandoline bench`: times the same job with every number of slices and workers, compared with this thread alone. It times
// compute only, on warm pools, into the same memory. Combinations take turns, so that a machine that slows down slows all
// of them. This file measures; bench-outputs.ts formats the results.
import type { Command } from 'commander';
import { isDevice } from '../encode/output.node.js';
import { availableParallelism } from '../pool/cores.node.js';
import { median, Pool } from '../pool/index.js';
import { sceneShape } from '../render/job.js';
import { prepare } from '../render/render.js';
import type { Scene } from '../scene/scene.js';
import {
  type BenchDocument,
  type BenchRow,
  benchFormats,
  describeMachine,
  speedUpOf,
  table,
} from './bench-outputs.js';
import { helpBriefly } from './help.js';
import { unheard } from './interrupt.js';
import { checkField } from './memory-check.js';
import { addScene, type SceneFlags, sceneOf } from './scene-flags.js';
import { emptySlices, say } from './text.js';
import {
  checkedOutput,
  mostSlices,
  mostWorkers,
  option,
  outputOption,
  refuseSame,
  sayLeftovers,
  UsageError,
  whole,
} from './usage.js';

interface BenchFlags extends SceneFlags {
  readonly slices?: readonly number[];
  readonly workers: readonly number[];
  readonly repeat: number;
  readonly output?: readonly string[];
  readonly json?: true;
}

/** The default numbers of slices. */
const standardCuts = [1, 2, 8, 100, 2000];

interface Combination {
  readonly slices: number;
  readonly workers: number;
}

export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .summary('measure the speed-up of slices and workers')
    .description('Times every combination of slices and workers, compared with this thread alone.');
  addScene(command, false);
  const cores = availableParallelism();
  const defaultWorkers = [...new Set([0, 1, 2, cores])]
    .filter((workers) => workers <= cores)
    .sort((a, b) => a - b);
  command
    .optionsGroup('Measurement:')
    .addOption(
      option(
        '--slices <list>',
        `numbers of slices (default: ${standardCuts}, up to the rows)`,
        list(whole('--slices', 1, mostSlices)),
      ),
    )
    .addOption(
      option(
        '--workers <list>',
        'numbers of workers; 0: this thread',
        list(whole('--workers', 0, mostWorkers)),
      ).default(defaultWorkers, '0,1,2 and one per core'),
    )
    .addOption(
      option('--repeat <number>', 'number of timed repetitions', whole('--repeat', 1, 1000)).default(5),
    )
    .addOption(outputOption('output file (repeatable): .json, .csv, or .svg for a chart'))
    .option('--json', 'print the results as JSON to stdout');
  helpBriefly(command, [
    ...['--center', '--zoom', '--size', '--extent', '--cells', '--iterations'],
    ...['--slices', '--workers', '--repeat', '--output', '--json'],
  ]);
  command
    .addHelpText(
      'after',
      `
Examples:
  mandoline bench --slices 1,8,2000 --workers 0,1,2 -o bench.svg
  mandoline bench mandelbrot --size 2000x2000`,
    )
    .action((scene: string | undefined, flags: BenchFlags) => run(scene, flags));
}

async function run(given: string | undefined, flags: BenchFlags): Promise<void> {
  const targets = (flags.output ?? []).map((path) => {
    const suffixed = Object.entries(benchFormats).find(([name]) => path.endsWith(`.${name}`))?.[1];
    const format = suffixed ?? (isDevice(path) ? benchFormats.json : undefined);
    if (!format) throw new UsageError(`-o ${path}: must end in .${Object.keys(benchFormats).join(' or .')}`);
    return { output: checkedOutput(path), format };
  });
  refuseSame(targets.map(({ output }) => output));
  if (!flags.json) for (const { output } of targets) sayLeftovers(output);
  const { scene } = await sceneOf(given, flags);
  checkField(scene);
  const [sceneRows] = sceneShape(scene);
  const slices = flags.slices ?? standardCuts.filter((cut) => cut <= sceneRows);
  const empty = emptySlices(Math.max(...slices), sceneRows);
  if (empty && !flags.json) say(`${empty}\n`);
  const rows = await unheard(() => measure(scene, { ...flags, slices }));
  const document: BenchDocument = {
    schema: 'mandoline.bench.1',
    command: `mandoline ${process.argv.slice(2).join(' ')}`,
    machine: describeMachine(),
    scene,
    repeat: flags.repeat,
    serialPart: speedUpOf(rows)?.serial ?? null,
    rows,
  };
  if (flags.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else process.stdout.write(`${table(document)}\n`);
  for (const { output, format } of targets) {
    const text = await format(document);
    await output.write([new TextEncoder().encode(text)]);
    if (!flags.json) say(output.path);
  }
}

/** Seconds of every combination. The first row is the serial run with which the others are compared. */
async function measure(
  scene: Scene,
  { slices, workers, repeat }: Required<Pick<BenchFlags, 'slices' | 'workers' | 'repeat'>>,
): Promise<BenchRow[]> {
  const serial = { slices: 1, workers: 0 };
  const asked = [...new Set(workers)].flatMap((each) =>
    [...new Set(slices)].map((n) => ({ slices: n, workers: each })),
  );
  const combinations = [serial, ...asked.filter((each) => each.workers > 0 || each.slices > 1)];
  const pools = new Map(
    [...new Set(workers)].filter(Boolean).map((each) => [each, new Pool({ workers: each })]),
  );
  const prepared = prepare(scene);
  const times = new Map<Combination, number[]>(combinations.map((each) => [each, []]));
  let expected: typeof prepared.counts | undefined;

  // The first round warms up: workers start, WebAssembly is compiled by the optimizing tier.
  for (let round = 0; round <= repeat; round++) {
    for (const combination of combinations) {
      prepared.counts.fill(0xffff);
      const { work } = await prepared.compute({
        slices: combination.slices,
        pool: pools.get(combination.workers),
      });
      expected ??= prepared.counts.slice();
      if (!equal(prepared.counts, expected))
        throw new Error(
          `${combination.slices} slices, ${combination.workers} workers: the counts differ from the serial run's`,
        );
      if (round > 0) times.get(combination)!.push(work.start + work.compute);
    }
  }
  for (const pool of pools.values()) pool.terminate();

  const serialMedian = median(times.get(serial)!);
  return combinations.map((combination) => {
    const seconds = times.get(combination)!;
    const middle = median(seconds);
    const speedup = serialMedian / middle;
    const efficiency = combination.workers > 0 ? speedup / combination.workers : null;
    return { ...combination, seconds, best: Math.min(...seconds), median: middle, speedup, efficiency };
  });
}

function equal(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return bytes(a).equals(bytes(b));
}

const list = (parse: (text: string) => number) => (text: string) => text.split(',').map(parse);
