// Pictures: the lesson's job to PNG as a whole command, a smooth-coloured PNG of 16 million pixels beside sharp, and a
// picture of 400 million points, killed and resumed.
//     npm run bench -- pictures [ROUNDS] [KILLS]
// Needs python3 with numpy, and sharp. Prints medians and ratios; each round runs everything once, in turn.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gallery, inPixels, render } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import sharp from 'sharp';
import { channelsOf } from '../src/color/coloring.js';
import { rowsOf } from '../src/color/image.js';
import { paint } from '../src/color/picture.js';
import { encodePng } from '../src/encode/png.js';
import { compressWith } from '../src/render/compress.node.js';
import { type Run, whole } from './shared/whole.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const kills = Number(process.argv[3] ?? 20);
const command = join(root, 'dist', 'command', 'mandoline.js');
const folder = mkdtempSync(join(os.tmpdir(), 'mandoline-bench-'));

const line = (what: string, value: string, rest = '') => console.log(`${what.padEnd(56)} ${value}  ${rest}`);
const seconds = (value: number) => `${value.toFixed(3)} s`;
const middle = (runs: readonly Run[]) => median(runs.map((each) => each.seconds));
const peak = (runs: readonly Run[]) => `peak ${Math.max(...runs.map((each) => each.peak)).toFixed(0)} MB`;
const mandoline = (...given: string[]) => whole(process.execPath, [command, 'render', ...given], folder);

/** The whole command to a picture, to bare counts, and numpy, which writes nothing. */
async function lesson(): Promise<number> {
  const [png, npy, numpy]: [Run[], Run[], Run[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    png.push(await mandoline('-o', 'julia.png'));
    npy.push(await mandoline('-o', 'julia.npy'));
    numpy.push(await whole('python3', [join(root, 'bench', 'peers', 'lesson.py'), '2000', '5'], folder));
  }
  line('mandoline render -o julia.png, whole', seconds(middle(png)), peak(png));
  line(
    'mandoline render -o julia.npy, whole',
    seconds(middle(npy)),
    `so the picture took ${(100 * (1 - middle(npy) / middle(png))).toFixed(0)}% of the above`,
  );
  line(
    'numpy, 2000 slices, 5 processes, nothing written',
    seconds(middle(numpy)),
    `${(middle(numpy) / middle(png)).toFixed(1)} x`,
  );
  return middle(png);
}

/** 4000 x 4000 pixels in smooth colours, beside sharp with each of its levels. */
async function smooth(): Promise<void> {
  const pool = new Pool({ workers: 2 });
  for (const name of ['mandelbrot', 'seahorse']) {
    const scene = { ...inPixels(gallery[name]!.scene, 4000, 4000), coloring: 'smooth' } as const;
    const image = await paint(await render(scene, { pool, channels: channelsOf(scene) }), scene);
    const pixels = image.rows(0, image.height);
    const ready = {
      ...image,
      rows: (start: number, end: number) => pixels.subarray(12000 * start, 12000 * end),
    };
    const raw = { width: image.width, height: image.height, channels: 3 } as const;
    const ways: Record<string, () => Promise<number>> = {
      mandoline: async () => {
        let bytes = 0;
        for await (const chunk of encodePng(ready, rowsOf(ready), {}, compressWith(pool)))
          bytes += chunk.length;
        return bytes;
      },
    };
    for (const [compressionLevel, adaptiveFiltering] of [
      ...[1, 2, 3, 4, 5, 6].map((level) => [level, false] as const),
      ...[1, 2, 3, 6].map((level) => [level, true] as const),
    ])
      ways[`sharp, level ${compressionLevel}${adaptiveFiltering ? ', adaptive filters' : ''}`] = async () =>
        (await sharp(pixels, { raw }).png({ compressionLevel, adaptiveFiltering }).toBuffer()).length;
    const times = new Map(Object.keys(ways).map((way) => [way, { seconds: [] as number[], bytes: 0 }]));
    for (let round = 0; round <= rounds; round++)
      for (const [way, encode] of Object.entries(ways)) {
        const begun = performance.now();
        const bytes = await encode();
        // The first round warms up.
        if (round > 0) times.get(way)!.seconds.push((performance.now() - begun) / 1000);
        times.get(way)!.bytes = bytes;
      }
    const own = times.get('mandoline')!;
    for (const [way, { seconds: taken, bytes }] of times)
      line(
        `${name}, smooth, 4000 x 4000 PNG: ${way}`,
        seconds(median(taken)),
        `${(bytes / 1e6).toFixed(2)} MB, ${(100 * (bytes / own.bytes)).toFixed(0)}%, ` +
          `${(median(taken) / median(own.seconds)).toFixed(2)} x`,
      );
  }
  pool.terminate();
}

const sha256 = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');

/** 20,000 x 20,000 points, whole, and killed at random moments with a store. */
async function large(small: number): Promise<void> {
  const job = ['--cells', '10000', '--quiet'];
  const runs: Run[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++)
    runs.push(await mandoline(...job, '-o', 'large.png'));
  line(
    'mandoline render --cells 10000 -o large.png, whole',
    seconds(middle(runs)),
    `${peak(runs)}, ${(middle(runs) / small).toFixed(1)} x the time of 4000 x 4000`,
  );
  const expected = sha256('large.png');
  if (kills === 0) return;

  const store = join(folder, 'store', 'counts');
  const kept = () => {
    try {
      return readdirSync(store).filter((name) => !name.startsWith('.')).length;
    } catch {
      return 0;
    }
  };
  const changed = () => readdirSync(store).map((name) => `${name} ${statSync(join(store, name)).mtimeMs}`);
  let [recomputed, killed] = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    const before = kept() > 0 ? changed() : [];
    const child = spawn(
      process.execPath,
      [command, 'render', ...job, '--store', 'store', '-o', 'killed.png'],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    const ended = new Promise((resolve) => child.on('exit', resolve));
    setTimeout(() => child.kill('SIGKILL'), 500 + Math.random() * 1000);
    await ended;
    if (child.signalCode === 'SIGKILL') killed++;
    const after = new Set(changed());
    recomputed += before.filter((each) => !each.startsWith('.') && !after.has(each)).length;
  }
  const slices = kept();
  await mandoline(...job, '--store', 'store', '-o', 'killed.png');
  line(`killed ${killed} times at random moments, then resumed`, `${slices} slices kept`);
  line('finished slices that were written again', String(recomputed));
  line('the same SHA-256 as undisturbed', String(sha256('killed.png') === expected), expected.slice(0, 16));
}

try {
  const cpu = os.cpus()[0]?.model.trim();
  console.log(
    `${cpu}, ${os.availableParallelism()} cores, Node ${process.version}, medians of ${rounds} rounds\n`,
  );
  const small = await lesson();
  await large(small);
  await smooth();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
