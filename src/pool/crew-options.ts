// Checks the Pool options that concern its workers. The options are described in options.ts.
import { availableParallelism } from '#thread';
import { checkArray, checkFunction, checkHeap, told, wholeNumber } from './checks.js';
import type { CrewOptions } from './crew.js';
import { current } from './current.js';
import type { PoolOptions } from './options.js';
import { checkTask } from './tasks.js';

/** More threads than any machine runs; guards against typing errors, which would hang the program. */
const mostWorkers = 4096;

/** Throws RangeError or TypeError for invalid options, and Error where pools would start pools without end. */
export function crewOptions<A extends readonly unknown[]>(given: PoolOptions<A>): CrewOptions {
  const { workers = availableParallelism(), kind = 'thread', maxTasksPerWorker, execArgv, env, name } = given;
  wholeNumber('workers', workers, 0, mostWorkers);
  if (maxTasksPerWorker !== undefined) wholeNumber('maxTasksPerWorker', maxTasksPerWorker, 1);
  if (kind !== 'thread' && kind !== 'process')
    throw new TypeError(`Pool: kind ${told(kind)}: must be 'thread' or 'process'`);
  if (current.importing !== undefined || (current.isWorker && current.inTask?.() === false)) {
    const when = current.importing === undefined ? '' : ` while it imported ${current.importing}`;
    throw new Error(
      `a Pool was made in a worker, outside of its tasks${when}: workers would start workers endlessly; make it ` +
        'in another module, or guard the program with if (isMainThread), which the pool exports',
    );
  }
  const { initializer, initArgs = [], worker, resourceLimits, onStrayError = defaultStray } = given;
  checkFunction('Pool', 'worker', worker);
  const ofOwn = { kind: given.kind, resourceLimits, execArgv, env, name };
  for (const [option, value] of Object.entries(ofOwn))
    if (worker !== undefined && value !== undefined)
      throw new TypeError(
        `Pool: ${option} with worker: has no effect; pass it to the Worker that worker creates`,
      );
  checkHeap(resourceLimits?.maxOldGenerationSizeMb);
  if (execArgv !== undefined)
    checkArray('Pool', 'execArgv', execArgv, "give Node's flags, such as ['--expose-gc']");
  if (env !== undefined && (typeof env !== 'object' || env === null))
    throw new TypeError(
      `Pool: env ${told(env)}: not an object; give one such as { ...process.env, LEVEL: '2' }`,
    );
  if (name !== undefined && typeof name !== 'string')
    throw new TypeError(`Pool: name ${told(name)}: must be a string`);
  checkArray('Pool', 'initArgs', initArgs, "give the initializer's arguments as an array");
  const task = initializer !== undefined ? checkTask(initializer) : undefined;
  return {
    size: Math.max(1, workers),
    initializer: task && { ...task, trailing: [...initArgs, ...task.trailing] },
    maxJobs: maxTasksPerWorker ?? Infinity,
    kind: workers === 0 ? 'local' : kind,
    worker: workers === 0 ? undefined : worker,
    resourceLimits,
    execArgv,
    name,
    // A thread would turn undefined into text.
    env: env && Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    stray: checkFunction('Pool', 'onStrayError', onStrayError),
  };
}

function defaultStray(error: unknown): void {
  console.error('An error outside of any task, in a worker of a Pool:', error);
}
