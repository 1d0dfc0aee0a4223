// What channels cost: counts and each channel of a view, relative to counting it point by point, in the same run.
//     npm run bench -- channels [ROUNDS [SIDE]]
// Warm, compute only, 2 workers; all take turns in every round; medians. Also what finding the range of the colours from a
// sample adds to a picture. A view that is not the Mandelbrot set's or the lesson's has SIDE x SIDE points (default: 1000).
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { type ChannelName, gallery, inPixels, lessonScene, prepare, renderPng, type Scene } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import { findRange } from '../src/render/stream.js';

const rounds = Number(process.argv[2] ?? 5);
const side = Number(process.argv[3] ?? 1000);
/** Pictures for each round of channels, because their differences are small. */
const pictureRounds = 5;

const mandelbrot = (center: readonly [string, string], width: number, side: number): Scene => ({
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations: 1000,
  escape: 2,
  palette: 'inferno',
  // Channels are those of doubles, also where a view is deep enough for exact counts.
  arithmetic: 'double',
  view: { center, width, columns: side, rows: side },
});
const fromGallery = (name: string): Scene => inPixels(gallery[name]!.scene, side, side);
const scenes: Readonly<Record<string, Scene>> = {
  'Mandelbrot set, 2000 x 2000': mandelbrot(['-0.5', '0'], 3, 2000),
  seahorse: fromGallery('seahorse'),
  'inside a minibrot': mandelbrot(['-1.76877883', '-0.0017388'], 0.02, side),
  'dense filaments': mandelbrot(['-0.743643887037151', '0.13182590420533'], 1e-5, side),
  'burning ship': fromGallery('burning-ship'),
  'the lesson, radius 1000': { ...lessonScene, escape: 1000 },
  newton: fromGallery('newton'),
};
/** The channels of each coloring, with the factor that is aimed for. */
const colorings: Readonly<Record<string, { channels: readonly ChannelName[]; aim: number }>> = {
  smooth: { channels: ['smooth'], aim: 1.3 },
  decomposition: { channels: ['angle'], aim: 1.6 },
  trap: { channels: ['trap'], aim: 1.6 },
  distance: { channels: ['distance'], aim: 2.5 },
  slope: { channels: ['smooth', 'slope'], aim: 2.5 },
  basin: { channels: ['basin'], aim: 2 },
  period: { channels: ['period'], aim: 2 },
};

/** Times one scene; in a process of its own, so that no scene's code is another's burden. */
async function timeScene(name: string): Promise<void> {
  const scene = scenes[name]!;
  await using pool = new Pool({ workers: 2 });
  const timed = async (prepared: ReturnType<typeof prepare>, exact: 'brute' | 'enclosures') => {
    const begun = performance.now();
    await prepared.compute({ pool, exact });
    return performance.now() - begun;
  };
  const plain = prepare(scene);
  const work: Record<string, () => Promise<number>> = {
    brute: () => timed(plain, 'brute'),
    counts: () => timed(plain, 'enclosures'),
  };
  for (const [coloring, { channels }] of Object.entries(colorings)) {
    // Basins are of orbits that converge.
    if (channels.includes('basin') && typeof scene.escape !== 'object') continue;
    const prepared = prepare(scene, { channels });
    work[coloring] = () => timed(prepared, 'enclosures');
  }
  const taken = new Map(Object.keys(work).map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++)
    for (const [name, run] of Object.entries(work)) {
      const milliseconds = await run();
      if (round >= 0) taken.get(name)!.push(milliseconds);
    }
  const brute = median(taken.get('brute')!);
  const cells = [...taken].slice(1).map(([coloring, times]) => {
    const factor = median(times) / brute;
    const aim = colorings[coloring]?.aim;
    return `${coloring} ${factor.toFixed(2)}${aim === undefined ? '' : factor <= aim ? ` (at most ${aim})` : ` (not ${aim})`}`;
  });
  console.log(`${name}: brute ${brute.toFixed(1)} ms\n    ${cells.join('   ')}`);
  console.log(`    ${await costOfRange(scene, pool)}`);
}

/**
 * What finding the range adds to a picture as the command draws it, with 2 x 2 samples of a view: the median of the
 * differences to a picture with the same pixels, whose range is given, drawn just before or after.
 */
async function costOfRange(scene: Scene, pool: Pool): Promise<string> {
  const { range: _, ...smooth } = { ...scene, coloring: 'smooth' as const };
  const found: Scene = smooth.view ? { ...smooth, view: { ...smooth.view, samples: 2 } } : smooth;
  const given = { ...found, range: await findRange(found, { pool }) };
  const draw = async (drawn: Scene) => {
    const [begun, usage] = [performance.now(), process.cpuUsage()];
    for await (const _ of renderPng(drawn, { pool }));
    const { user, system } = process.cpuUsage(usage);
    return { wall: performance.now() - begun, cpu: (user + system) / 1000 };
  };
  const pairs: { given: Awaited<ReturnType<typeof draw>>; found: Awaited<ReturnType<typeof draw>> }[] = [];
  for (let round = -1; round < pictureRounds * rounds; round++) {
    const first = round % 2 === 0 ? await draw(found) : undefined;
    const pair = { given: await draw(given), found: first ?? (await draw(found)) };
    if (round >= 0) pairs.push(pair);
  }
  const [wall, cpu] = (['wall', 'cpu'] as const).map((time) => {
    const more = median(pairs.map((pair) => pair.found[time] - pair.given[time]));
    return `${((100 * more) / median(pairs.map((pair) => pair.given[time]))).toFixed(1)}%`;
  });
  const picture = median(pairs.map((pair) => pair.given.wall)).toFixed(0);
  return `range from a sample: ${wall} of a picture's ${picture} ms, ${cpu} of its CPU time`;
}

const only = process.argv[4];
if (only !== undefined) await timeScene(only);
else {
  const cpu = os.cpus()[0]?.model.trim();
  console.log(
    `${cpu}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${rounds} rounds`,
  );
  console.log('times relative to counting point by point\n');
  for (const name of Object.keys(scenes))
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(rounds), String(side), name], {
      stdio: 'inherit',
    });
}
