// The kernel by itself: tiles against counting point by point and against C, how cost grows with the size of a
// picture, and what a second worker brings.
//     npm run bench -- kernel [ROUNDS]
// Needs gcc. Everything that is compared runs in turn in every round; medians, on warm workers, compute only. The
// plain loop for WebAssembly is bench/peers/plain.c, built by clang beforehand.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lessonScene, prepare, type Scene } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import { buildNative, runNative } from './shared/native.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peers = join(root, 'bench', 'peers');
const rounds = Number(process.argv[2] ?? 11);

function mandelbrot(center: readonly [string, string], width: number, side: number): Scene {
  const view = { center, width, columns: side, rows: side };
  return { formula: 'z^2 + c', c: 'p', z0: [0, 0], view, iterations: 1000, escape: 2, palette: 'inferno' };
}
const scenes: Readonly<Record<string, Scene>> = {
  'the lesson': lessonScene,
  'Mandelbrot set, 2000 x 2000': mandelbrot(['-0.5', '0'], 3, 2000),
  'inside a minibrot, 1000 x 1000': mandelbrot(['-1.76877883', '-0.0017388'], 0.02, 1000),
  'dense filaments, 1000 x 1000': mandelbrot(['-0.743643887037151', '0.13182590420533'], 1e-5, 1000),
};
/** The rotation domain of a Siegel disc: no orbit of this view ever escapes or repeats. */
const siegel: Scene = {
  formula: 'z^2 + c',
  c: [-0.3905408702, -0.5867879073],
  z0: 'p',
  palette: 'inferno',
  view: { center: ['0', '0'], width: 0.1, columns: 256, rows: 256 },
  iterations: 2000,
  escape: 'overflow',
};

type Work = () => Promise<number> | number;

/** Median seconds of each, with all taking turns; once more before, so that nobody is cold. */
async function inTurn<Name extends string>(
  work: Readonly<Record<Name, Work>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(work) as Name[];
  const seconds = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++)
    for (const name of names) {
      const taken = await work[name]();
      if (round >= 0) seconds.get(name)!.push(taken);
    }
  return Object.fromEntries(names.map((name) => [name, median(seconds.get(name)!)])) as Record<Name, number>;
}

const pools = [1, 2].map((workers) => new Pool({ workers })) as [Pool, Pool];
/** Some milliseconds of work, before each that is timed: a worker that has slept is woken late, whatever is to be done. */
const before = { ...lessonScene, lattice: { extent: 2, cells: 500 } };

/** Computes a scene and gives the seconds from the call to the last count. */
function computing(
  scene: Scene,
  pool: Pool,
  exact: 'enclosures' | 'brute',
): Work & { readonly counts: ArrayLike<number> } {
  const prepared = prepare(scene);
  const other = prepare(before);
  const work = async () => {
    await other.compute({ pool });
    const begun = performance.now();
    await prepared.compute({ pool, exact });
    return (performance.now() - begun) / 1000;
  };
  return Object.assign(work, { counts: prepared.counts });
}

const line = (what: string, ...cells: string[]) =>
  console.log([what.padEnd(34), ...cells.map((cell) => cell.padStart(12))].join(''));
const milliseconds = (seconds: number) => `${(seconds * 1e3).toFixed(1)} ms`;
const times = (ratio: number) => `${ratio.toFixed(2)} x`;

/** A row of the table: one scene by tiles, point by point, and by one worker. */
async function sceneRow(name: string): Promise<void> {
  const scene = scenes[name]!;
  const tiles = computing(scene, pools[1], 'enclosures');
  const points = computing(scene, pools[1], 'brute');
  const one = computing(scene, pools[0], 'enclosures');
  const taken = await inTurn({ tiles, points, one });
  for (let i = 0; i < tiles.counts.length; i++)
    if (tiles.counts[i] !== points.counts[i]) throw new Error(`${name}: the counts differ at ${i}`);
  const cells = [taken.tiles, taken.points].map(milliseconds);
  const scaling = [milliseconds(taken.one), times(taken.one / taken.tiles)];
  line(name, ...cells, times(taken.points / taken.tiles), ...scaling);
}

/**
 * Prints the seconds that the first and the tenth picture of a new process took, from the first slice on. Each has a
 * field of its own, as pictures have. The workers have started: a point of another formula was theirs before.
 */
async function firstPictures(name: string): Promise<void> {
  const point = { ...lessonScene, formula: 'z^3 + c', lattice: { extent: 1, cells: 1 } };
  await prepare(point).compute({ pool: pools[1] });
  const seconds: number[] = [];
  while (seconds.length < 10) {
    const { compute } = prepare(scenes[name]!);
    seconds.push((await compute({ pool: pools[1] })).work.compute);
  }
  console.log(seconds[0], seconds[9]);
}

/** Prints what a million steps of a loop take that nothing ends: ours, and one that clang has made. */
async function millionSteps(): Promise<void> {
  const { instance } = await WebAssembly.instantiate(readFileSync(join(peers, 'plain.wasm')));
  const plain = instance.exports.count as (re: number, im: number, width: number, steps: number) => number;
  let plainSteps = 0;
  const plainWork = () => {
    const begun = performance.now();
    plainSteps = plain(-0.3905408702, -0.5867879073, 0.1, 2000);
    return (performance.now() - begun) / 1000;
  };
  const ours = computing(siegel, pools[0], 'brute');
  const loops = await inTurn({ ours, plain: plainWork });
  let steps = 0;
  for (let i = 0; i < ours.counts.length; i++) steps += ours.counts[i]!;
  const perMillion = (seconds: number, steps: number) => `${((seconds * 1e9) / steps).toFixed(2)} ms`;
  console.log();
  line('a million steps, brute, 1 worker', perMillion(loops.ours, steps));
  const ratio = loops.ours / steps / (loops.plain / plainSteps);
  line('the same, a plain loop by clang', perMillion(loops.plain, plainSteps), `${ratio.toFixed(2)} of it`);
}

const [only, isFirst] = process.argv.slice(3);
if (only !== undefined) {
  if (only === 'a million steps') await millionSteps();
  else await (isFirst ? firstPictures : sceneRow)(only);
  process.exit();
}
/** Runs this program for one scene in a process of its own. */
const alone = (stdio: 'inherit' | 'pipe', ...given: string[]) =>
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(rounds), ...given], { stdio });

console.log(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${rounds}\n`,
);

const folder = mkdtempSync(join(os.tmpdir(), 'mandoline-bench-'));
try {
  const brute = buildNative(folder, 'brute');
  // Its test near overflow makes subnormal numbers, for each of which some processors take a hundred cycles. Linked
  // with this flag, the same code treats them as 0, which changes no count.
  const quick = buildNative(folder, 'quick', ['-ffast-math']);

  line('', '2 workers', 'brute', 'faster', '1 worker', '2 against 1');
  // Each in a process of its own, as a command is: where engines put the code of the fourth formula in one process
  // made its loops up to a fifth slower than alone.
  for (const name of Object.keys(scenes)) alone('inherit', name);

  const lesson = await inTurn({
    ours: computing(lessonScene, pools[1], 'enclosures'),
    c: () => runNative(brute, 2),
    quick: () => runNative(quick, 2),
    quickOne: () => runNative(quick, 1),
  });
  console.log(`\nbrute.c uses ${brute.instructions}`);
  line('the lesson, 2 workers', milliseconds(lesson.ours));
  for (const [what, seconds] of [
    ['brute.c, 2 threads', lesson.c],
    ['the same, subnormal numbers as 0', lesson.quick],
  ] as const)
    line(what, milliseconds(seconds), `${(lesson.ours / seconds).toFixed(2)} of it`);
  // What a second core brings on this machine to a loop without memory, locks or messages.
  const against = ['', '', milliseconds(lesson.quickOne), times(lesson.quickOne / lesson.quick)];
  line('1 thread of that', ...against);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log();
line('2 workers that have started', 'first', 'tenth', 'slower');
for (const name of Object.keys(scenes).slice(0, 2)) {
  const taken = Array.from({ length: rounds }, () =>
    alone('pipe', name, 'first').toString().split(' ').map(Number),
  );
  const [first, tenth] = [0, 1].map((i) => median(taken.map((each) => each[i]!))) as [number, number];
  line(name, milliseconds(first), milliseconds(tenth), times(first / tenth));
}

alone('inherit', 'a million steps');

console.log();
line('points of the Mandelbrot set', 'tiles', 'brute');
const growth: [number, number, number][] = [];
for (const side of [500, 1000, 2000, 4000]) {
  const scene = mandelbrot(['-0.5', '0'], 3, side);
  const taken = await inTurn({
    tiles: computing(scene, pools[1], 'enclosures'),
    points: computing(scene, pools[1], 'brute'),
  });
  growth.push([side, taken.tiles, taken.points]);
  line(`${side} x ${side}`, milliseconds(taken.tiles), milliseconds(taken.points));
}
console.log('\ngrowth from the row above: the area would be 4, the length of a boundary 2');
for (const [i, [side, tiles, points]] of growth.entries()) {
  if (i === 0) continue;
  const before = growth[i - 1]!;
  for (const [name, ratio] of [
    ['tiles', tiles / before[1]],
    ['brute', points / before[2]],
  ] as const)
    console.log(
      `${String(side).padStart(6)} ${name}  ${'█'.repeat(Math.round(ratio * 10)).padEnd(45)} ${ratio.toFixed(2)}`,
    );
}
for (const pool of pools) pool.terminate();
