// Pools for the page's pictures. Views in exact arithmetic need a worker that is twice as large, so it is loaded only for
// them; not by an import of the small one, because in WebKit a service worker does not serve a worker's later imports.
import { parseScene, type Scene } from 'mandoline';
import { Pool, type PoolOptions } from 'mandoline/pool';

/** A pool whose workers have all of the library's tasks. */
export const wholePool = (options: PoolOptions): Pool =>
  new Pool({
    ...options,
    worker: () => new Worker(new URL('./workers/whole.ts', import.meta.url), { type: 'module' }),
  });

/** Whether the counts of a scene that was checked are computed in exact arithmetic. */
export const isExact = ({ arithmetic }: Scene): boolean => arithmetic === 'exact';

/** A pool that can compute fields of a scene. */
export const poolFor = (scene: Scene, options: PoolOptions): Pool =>
  isExact(parseScene(scene)) ? wholePool(options) : new Pool(options);
