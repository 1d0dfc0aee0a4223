// What simulation.ts starts in two ranks: what it costs to ask rank 0 for the next slice and to bring rows to it, told by
// rank 0, which answers while it does nothing else.

import { median } from 'mandoline/pool';
import { world } from '../../src/cluster/mpi.js';

export interface MpiCosts {
  readonly version: string;
  /** Seconds for each number that the other rank asked for. */
  readonly next: number;
  /** Seconds for each byte that rank 0 received. */
  readonly byte: number;
}

const { rank, version, barrier, counter, send, receive, gather } = await world();
const numbers = 20_000;
const shared = counter();
const begun = performance.now();
if (rank === 1) for (let i = 0; i < numbers; i++) shared.next();
const next = (performance.now() - begun) / 1000 / numbers;
shared.free();

const bytes = new Uint8Array(2 ** 26);
const taken: number[] = [];
for (let i = 0; i < 9; i++) {
  barrier();
  const start = performance.now();
  if (rank === 1) send(bytes, 0);
  else receive(bytes, 1);
  taken.push((performance.now() - start) / 1000 / bytes.length);
}
const told = gather(next);
if (told) console.log(JSON.stringify({ version, next: told[1], byte: median(taken.slice(2)) }));
