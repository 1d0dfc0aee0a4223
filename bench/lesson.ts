// The lesson's job against its peers, side by side in one run: the whole command against numpy with a pool of
// processes, the lesson's pool program against the same, the warm kernel against hand-written C.
//     npm run bench -- lesson [ROUNDS]
// Needs python3 with numpy, and gcc. Prints medians and ratios; each round runs everything once, in turn.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lessonScene, prepare } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import { buildNative, runNative } from './shared/native.js';
import { type Run, whole } from './shared/whole.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peers = join(root, 'bench', 'peers');
const rounds = Number(process.argv[2] ?? 5);
const lessonSum = 211505951;
/** The grid of lesson.py; the lesson's own is smaller and takes more steps. */
const numpysGrid = ['--cells', '2000', '--iterations', '80'];

const folder = mkdtempSync(join(os.tmpdir(), 'mandoline-bench-'));
try {
  const brute = buildNative(folder, 'brute');
  const command = join(root, 'dist', 'command', 'mandoline.js');
  const python = join(peers, 'lesson.py');
  const names = ['command', 'python 2000 5', 'pool program', 'python 2000 2'] as const;
  const programs: Record<(typeof names)[number], () => Promise<Run>> = {
    command: () => whole(process.execPath, [command, 'render', '-o', 'julia.npy'], folder),
    'python 2000 5': () => whole('python3', [python, '2000', '5'], folder),
    'pool program': () =>
      whole(process.execPath, [join(root, 'dist', 'lesson', 'pool.js'), '2000', '2', ...numpysGrid], folder),
    'python 2000 2': () => whole('python3', [python, '2000', '2'], folder),
  };

  const pool = new Pool({ workers: 2 });
  const prepared = prepare(lessonScene);
  const warm = async () => {
    prepared.counts.fill(0);
    const begun = performance.now();
    await prepared.compute({ pool });
    return (performance.now() - begun) / 1000;
  };
  for (let i = 0; i < 10; i++) await warm();
  let sum = 0;
  for (const count of prepared.counts) sum += count;
  if (sum !== lessonSum) throw new Error(`the sum of the counts is ${sum}, not ${lessonSum}`);

  const runs = new Map(names.map((name) => [name, [] as Run[]]));
  const [kernel, native]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const name of names) runs.get(name)!.push(await programs[name]());
    for (let i = 0; i < 5; i++) {
      kernel.push(await warm());
      native.push(runNative(brute, 2));
    }
  }
  pool.terminate();

  const seconds = (name: (typeof names)[number]) => median(runs.get(name)!.map((each) => each.seconds));
  const peak = (name: (typeof names)[number]) => Math.max(...runs.get(name)!.map((each) => each.peak));
  const cpu = os.cpus()[0]?.model.trim();
  console.log(
    `${cpu}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${rounds} rounds\n`,
  );
  const line = (what: string, time: number, rest: string) =>
    console.log(`${what.padEnd(52)} ${time.toFixed(3)} s  ${rest}`);
  line('mandoline render -o julia.npy, whole', seconds('command'), `peak ${peak('command').toFixed(0)} MB`);
  line(
    'numpy, 2000 slices, 5 processes, whole',
    seconds('python 2000 5'),
    `${(seconds('python 2000 5') / seconds('command')).toFixed(1)} x`,
  );
  line(
    "the lesson's pool.ts 2000 2, whole, with its copies",
    seconds('pool program'),
    `peak ${peak('pool program').toFixed(0)} MB`,
  );
  line(
    'numpy, 2000 slices, 2 processes, whole',
    seconds('python 2000 2'),
    `${(seconds('python 2000 2') / seconds('pool program')).toFixed(1)} x`,
  );
  line(
    'warm compute, 2 workers',
    median(kernel),
    `${(median(kernel) / median(native)).toFixed(2)} of C's time`,
  );
  line('hand-written C (brute.c), 2 threads, kernel alone', median(native), brute.instructions);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
