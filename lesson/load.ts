// How much of this machine other programs used while this one ran, so that times from a busy machine are recognised.
import os from 'node:os';

/** What other programs took. */
export interface Load {
  readonly kind: 'load';
  /** How many cores' worth of time this program did not get and did not leave idle. */
  readonly others: number;
  /** How many cores the machine has. */
  readonly cores: number;
  /** How many cores this program could have used: one for each worker. */
  readonly wanted: number;
  /** Seconds of processor time that this program used. */
  readonly used: number;
}

const idle = () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1000;
const [begun, idleBefore, usedBefore] = [performance.now(), idle(), process.cpuUsage()];
let wanted = 1;
let usedByChildren = 0;

/** Says how many cores the program could use. */
export function wantCores(number: number): void {
  wanted = Math.min(number, os.cpus().length);
}

/** Counts a program that this one has started as its own. */
export function addChild({ used }: Load): void {
  usedByChildren += used;
}

/** Since the program started. What a virtual machine's host gives to others counts as taken, too. */
export function load(): Load {
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(usedBefore);
  const used = (user + system) / 1e6 + usedByChildren;
  const cores = os.cpus().length;
  const others = Math.max(0, cores - (idle() - idleBefore + used) / seconds);
  return { kind: 'load', others, cores, wanted, used };
}
