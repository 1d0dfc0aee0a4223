// Small computations in one separate worker, so that they and the picture do not wait for each other.
import { type ChannelName, prepare, type Rendering, type Scene } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { isExact, wholePool } from './pools.js';

/** Timeout in milliseconds. */
const patience = 2000;
/** The first timeout includes the worker's start, which can be slow on a busy machine. */
const firstPatience = 10_000;
let pool: Pool | undefined;
/** Whether its worker has exact arithmetic. */
let isWhole = false;

/** Computes a scene that was checked. Rejects on timeout. */
export async function computeAside(scene: Scene, channels: readonly ChannelName[]): Promise<Rendering> {
  const isFirst = !pool;
  if (isExact(scene) && !isWhole) {
    pool?.terminate();
    pool = undefined;
    isWhole = true;
  }
  pool ??= isWhole ? wholePool({ workers: 1 }) : new Pool({ workers: 1 });
  const used = pool;
  // A running slice can only be stopped by terminating its worker.
  const timer = setTimeout(
    () => {
      used.terminate();
      if (pool === used) pool = undefined;
    },
    isFirst ? firstPatience : patience,
  );
  try {
    return await prepare(scene, { channels }).compute({ pool: used });
  } finally {
    clearTimeout(timer);
  }
}
