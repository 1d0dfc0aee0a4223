// The behaviours in a page: what they are called, and how the test runner asks for one.
import { Pool, type PoolOptions, type Tasks, type WorkerLike } from 'mandoline/pool';
import { behaviours, type Setting, settingOf } from '../behaviours.js';
import { faultBehaviours } from '../faults.js';
import { fillBehaviours } from '../fills.js';
import { unreadableBehaviours } from '../unreadable.js';

export interface PageChecks {
  readonly names: readonly string[];
  /** Runs one; gives '' if all is well, 'skipped', or what is wrong. */
  readonly run: (name: string) => Promise<string>;
}

/** Offers the behaviours to the test runner. `worker` where the pool's own cannot be used. */
export function offerChecks(
  jobs: Tasks<typeof import('../jobs.js')>,
  bundled: boolean,
  worker: () => WorkerLike,
  defined?: Setting['defined'],
): void {
  const isolated = typeof SharedArrayBuffer === 'function';
  const all = [...behaviours, ...faultBehaviours, ...fillBehaviours, ...unreadableBehaviours];
  const pool = (options?: PoolOptions) => new Pool({ workers: 2, ...(bundled && { worker }), ...options });
  const setting = settingOf({ jobs, defined, pool, worker, isNode: false, isolated, bundled });
  const checks: PageChecks = {
    names: all.map(({ name }) => name),
    async run(name) {
      const { where, check } = all.find((each) => each.name === name)!;
      if (where && !where(setting)) return 'skipped';
      try {
        await check(setting);
        return '';
      } catch (error) {
        return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
      }
    },
  };
  Object.assign(globalThis, { checks });
}
