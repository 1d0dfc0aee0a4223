// The lesson's job in C, bench/peers/brute.c, built for this machine.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../bench/peers/brute.c', import.meta.url));
const forThisMachine = ['-O3', '-march=native', '-ffp-contract=off', '-fopenmp'];

export interface Native {
  /** The program's path. */
  readonly program: string;
  /** The vector instructions that it uses: which of its ways the compiler took. */
  readonly instructions: string;
}

/** Compiles the program into a folder; `linkFlags` are for the last step alone. Needs gcc. */
export function buildNative(folder: string, name: string, linkFlags: readonly string[] = []): Native {
  const program = join(folder, name);
  execFileSync('gcc', [...forThisMachine, '-c', source, '-o', `${program}.o`]);
  execFileSync('gcc', ['-fopenmp', ...linkFlags, `${program}.o`, '-o', program, '-lm']);
  const macros = execFileSync('gcc', [...forThisMachine, '-dM', '-E', '-x', 'c', '-'], {
    input: '',
  }).toString();
  const has = (instructions: string) => macros.includes(`#define __${instructions}__ 1`);
  const instructions = has('AVX512DQ')
    ? 'AVX-512, 8 lanes, 4 groups'
    : `${has('AVX2') ? 'AVX2' : "the compiler's vectors"}, 4 lanes, 2 groups`;
  return { program, instructions };
}

/** Seconds of one run; the first repeat of each start is its warm-up. */
export function runNative({ program }: Native, threads: 1 | 2): number {
  const printed = execFileSync(program, [`${threads}`, '2']).toString();
  return Number(/seconds ([\d.]+).*\n$/.exec(printed)![1]);
}
