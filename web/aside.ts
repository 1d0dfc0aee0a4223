// Small computations apart from the picture, by one separate worker, so that neither waits for the other.
import { type ChannelName, prepare, type Rendering, type Scene } from 'mandoline';
import { Pool } from 'mandoline/pool';

/** Milliseconds after which nobody waits for it any more. */
const patience = 2000;
/** The first waits for the worker's start too, which a busy machine may put off. */
const firstPatience = 10_000;
let pool: Pool | undefined;

/** Rejects where it takes too long. */
export async function computeAside(scene: Scene, channels: readonly ChannelName[]): Promise<Rendering> {
  const isFirst = !pool;
  pool ??= new Pool({ workers: 1 });
  const used = pool;
  // A slice that has begun can only be ended with its worker.
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
