// Deep views, every count proved, against perturbation with bilinear approximation at 2^-53, of which nothing is proved.
//     npm run bench -- deep PROTOTYPE [ROUNDS]
// PROTOTYPE is the folder of the C++ prototype of the exact engine (its headers and views/); needs g++ and GMP, which
// build bench/peers/bla.cpp with its flags in a temporary folder. One thread, CPU time; both sides compute the reference,
// the tables and all points, ours the ladder too. They take turns in every round, after one that is not counted; medians.
// Then the moderate views at 640 x 360 in doubles and exactly, how time grows with depth and with points, and memory.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare, type Scene } from 'mandoline';
import { median } from 'mandoline/pool';
import { countExact, memoryNeeded, prepareReference } from '../src/exact/count.js';
import { emptyReport } from '../src/exact/report.js';
import type { ExactView } from '../src/exact/view.js';

const [prototype, given] = process.argv.slice(2);
if (!prototype) {
  console.error('usage: npm run bench -- deep PROTOTYPE [ROUNDS]');
  process.exit(2);
}
const rounds = Number(given ?? 5);

/** A view file of the prototype: keys and values. */
function readPlace(file: string): { view: ExactView; name: string; path: string } {
  const path = join(prototype!, 'views', file);
  const keys = Object.fromEntries(
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/, 2) as [string, string]),
  );
  const isJulia = keys.kind === 'J';
  const points = Number(keys.W);
  const view: ExactView = {
    plane: isJulia ? 'dynamical' : 'parameter',
    center: isJulia ? [keys.zx!, keys.zy!] : [keys.cx!, keys.cy!],
    c: isJulia ? [keys.cx!, keys.cy!] : ['0', '0'],
    z0: ['0', '0'],
    width: keys.width!,
    rotation: 0,
    columns: points,
    rows: points,
    radius: 2,
    iterations: Number(keys.max),
  };
  return { view, name: file.replace('.txt', ''), path };
}
const places = readdirSync(join(prototype, 'views')).sort().map(readPlace);

/** Seconds of CPU of this process, its compiler and collector included: other programs disturb it less than a clock. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Seconds of the whole: the reference, and the rest. */
async function timeExact(view: ExactView): Promise<{ reference: number; rest: number; report: string }> {
  const begun = now();
  const tables = await prepareReference(view);
  const referred = now();
  const report = emptyReport();
  const out = new Uint32Array(view.rows * view.columns);
  countExact(view, tables, 0, 0, view.rows, view.columns, out, report);
  const ended = now();
  const undecided = report.undecided.join('/');
  return {
    reference: (referred - begun) / 1000,
    rest: (ended - referred) / 1000,
    report: `${tables.header.steps} steps of ${tables.header.bits} bits; ${report.tiles} by tiles, undecided ${undecided}`,
  };
}

const geometric = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
const ms = (seconds: number) => (1000 * seconds).toFixed(1).padStart(9);

async function againstBla(program: string): Promise<void> {
  console.log('\nms of the whole: ours (its reference), BLA 2^-53 unproved, ratio; our last report');
  const ratios: number[] = [];
  for (const { name, view, path } of places.filter(
    ({ name }) => !name.startsWith('m') && !name.startsWith('j07'),
  )) {
    const [ours, references, peers]: [number[], number[], number[]] = [[], [], []];
    let last = '';
    for (let round = -1; round < rounds; round++) {
      const { reference, rest, report } = await timeExact(view);
      const printed = execFileSync(program, [path]).toString().split(' ').map(Number);
      last = report;
      if (round < 0) continue;
      ours.push(reference + rest);
      references.push(reference);
      peers.push(printed[0]! + printed[1]! + printed[2]!);
    }
    const ratio = median(ours) / median(peers);
    ratios.push(ratio);
    const times = `${ms(median(ours))} (${ms(median(references)).trim()}) ${ms(median(peers))}`;
    console.log(`${name.padEnd(26)} ${times}  ${ratio.toFixed(2)}  ${last}`);
  }
  console.log(`geometric mean over ${ratios.length} views: ${geometric(ratios).toFixed(3)}`);
}

/** A moderate view as a scene of doubles. */
const sceneOf = ({ center, width, iterations, columns, rows }: ExactView): Scene => ({
  formula: 'z^2 + c',
  c: 'p',
  z0: [0, 0],
  iterations,
  escape: 2,
  palette: 'inferno',
  arithmetic: 'double',
  view: { center, width: Number(width), columns, rows },
});

async function moderate(): Promise<void> {
  console.log('\n640 x 360, ms: brute, enclosures, exact; enclosures/brute, exact/enclosures');
  const ratios: number[] = [];
  // Doubles do not tell 640 columns of m04 apart.
  for (const { name, view: square } of places.filter(({ name }) => /^m0[^4]/.test(name))) {
    const view = { ...square, columns: 640, rows: 360 };
    const prepared = prepare(sceneOf(view));
    const taken: Record<'brute' | 'enclosures' | 'exact', number[]> = {
      brute: [],
      enclosures: [],
      exact: [],
    };
    for (let round = -1; round < rounds; round++) {
      for (const exact of ['brute', 'enclosures'] as const) {
        const begun = now();
        await prepared.compute({ exact });
        if (round >= 0) taken[exact].push((now() - begun) / 1000);
      }
      const { reference, rest } = await timeExact(view);
      if (round >= 0) taken.exact.push(reference + rest);
    }
    const [brute, enclosures, exact] = [median(taken.brute), median(taken.enclosures), median(taken.exact)];
    ratios.push(exact / enclosures);
    const compared = `${(enclosures / brute).toFixed(2)}  ${(exact / enclosures).toFixed(2)}`;
    console.log(`${name.padEnd(26)} ${ms(brute)} ${ms(enclosures)} ${ms(exact)}  ${compared}`);
  }
  console.log(`exact/enclosures, geometric mean: ${geometric(ratios).toFixed(3)}`);
}

async function growth(): Promise<void> {
  const base = places.find(({ name }) => name.startsWith('d11'))!.view;
  console.log('\naround i, 64 x 64 points, ms by width: reference, rest');
  for (const digits of [15, 30, 60, 100, 200, 300, 500, 1000]) {
    const view = { ...base, width: `1e-${digits}`, iterations: 20_000, columns: 64, rows: 64 };
    await timeExact(view);
    const { reference, rest, report } = await timeExact(view);
    console.log(`1e-${`${digits}`.padEnd(5)} ${ms(reference)} ${ms(rest)}  ${report}`);
  }
  console.log('\nd04, ms by points per side: reference, rest');
  for (const side of [64, 128, 256]) {
    const view = { ...places.find(({ name }) => name.startsWith('d04'))!.view, columns: side, rows: side };
    const { reference, rest, report } = await timeExact(view);
    console.log(`${`${side}`.padEnd(8)} ${ms(reference)} ${ms(rest)}  ${report}`);
  }
}

async function memory(): Promise<void> {
  // The orbit of the centre converges, so that it has all of the steps.
  const view: ExactView = {
    ...places[0]!.view,
    center: ['-0.1', '0.1'],
    width: '1e-30',
    columns: 16,
    rows: 16,
    iterations: 1e6,
  };
  const before = process.memoryUsage.rss();
  const { reference, rest, report } = await timeExact(view);
  const grown = (process.memoryUsage.rss() - before) / 1e6;
  const most = (memoryNeeded(view) / 1e6).toFixed(0);
  console.log(`\nan orbit that does not escape, 10^6 iterations: ${ms(reference)} ${ms(rest)}  ${report}`);
  console.log(`memory: ${grown.toFixed(0)} MB more than before; at most ${most} MB were announced`);
}

const folder = mkdtempSync(join(os.tmpdir(), 'mandoline-deep-'));
try {
  const program = join(folder, 'bla');
  const source = fileURLToPath(new URL('../../bench/peers/bla.cpp', import.meta.url));
  const flags = ['-O3', '-march=native', '-ffp-contract=off', '-std=c++17', '-w', `-I${prototype}`];
  execFileSync('g++', [...flags, '-o', program, source, '-lgmp']);
  console.log(`${os.cpus()[0]?.model}, Node ${process.version}; ${rounds} rounds, medians`);
  await againstBla(program);
  await moderate();
  await growth();
  await memory();
} finally {
  rmSync(folder, { recursive: true });
}
