// What must compile and what must not. The compiler checks the file; running it shows that nothing is hurt by what
// was forced past it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pool, partial, type Task, TaskError, tasks } from 'mandoline/pool';

const jobs = tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url));

/** Fails to compile where the types differ. */
function isOfType<Expected>() {
  return <Actual>(
    _: Actual,
    ..._same: [Expected, Actual] extends [Actual, Expected] ? [] : ['the types differ']
  ): void => {};
}

test('types flow from the module to the results', async () => {
  await using pool = new Pool({ workers: 1, initializer: jobs.initialize, initArgs: [1, 'any'] });
  isOfType<Promise<number[]>>()(pool.map(jobs.square, [1]));
  isOfType<Promise<number[]>>()(pool.map(jobs.squareLater, new Set([1])));
  isOfType<Promise<number>>()(pool.apply(jobs.multiply, [2, 3]));
  isOfType<Promise<number[]>>()(pool.map(partial(jobs.scale, { by: 2 }), [1]));
  isOfType<Task<(x: number) => number>>()(partial(jobs.scale, { by: 2 }));
  isOfType<AsyncIterableIterator<number>>()(pool.imap(jobs.square, [1]));
  isOfType<number[]>()(await pool.mapAsync(jobs.square, [1]).get());
  isOfType<number>()(await pool.applyAsync(jobs.squareLater, [1]));
  isOfType<Promise<number[]>>()(pool.starmap(jobs.multiply, [[1, 2]] as [number, number][]));
  // @ts-expect-error only functions are tasks
  jobs.ColdError?.module;
});

test('what does not fit does not compile', async () => {
  const pool = new Pool({ workers: 1 });
  const forced: PromiseLike<unknown>[] = [];
  const lambda = (x: number) => x + 1;
  // @ts-expect-error a function is no task
  forced.push(pool.map(lambda, [1]));
  // @ts-expect-error nor is it for apply
  forced.push(pool.apply(lambda, [1]));
  // @ts-expect-error nor for imap
  forced.push(pool.imap(lambda, [1]).next());
  // @ts-expect-error strings are no numbers
  forced.push(pool.map(jobs.square, ['1']));
  // @ts-expect-error nor are they one by one
  forced.push(pool.imapUnordered(jobs.square, ['1']).next());
  // @ts-expect-error one number is no tuple of two
  forced.push(pool.apply(jobs.multiply, [1]));
  // @ts-expect-error a tuple must have the parameters' types
  forced.push(pool.starmap(jobs.multiply, [[1, '2']]));
  // @ts-expect-error a function of two parameters needs both
  forced.push(pool.map(jobs.multiply, [1]));
  // @ts-expect-error the options must be whole
  forced.push(pool.map(partial(jobs.scale, {}), [1]));
  // @ts-expect-error and of the right type
  forced.push(pool.map(partial(jobs.scale, { by: 'two' }), [1]));
  // @ts-expect-error a missing export
  forced.push(pool.map(jobs.squareRoot, [1]));
  // @ts-expect-error an array of another type than the task fills
  forced.push(pool.fill(jobs.fillRows, new Uint8Array(4), [0]));
  // @ts-expect-error arguments of another type than the task takes
  forced.push(pool.fill(jobs.fillFailing, new Uint8Array(4), ['one']));
  // @ts-expect-error no such option
  forced.push(pool.map(jobs.square, [1], { chunksize: 2 }));
  // @ts-expect-error the initializer takes an array of values
  assert.throws(() => new Pool({ workers: 'two', initArgs: 5 }));
  // @ts-expect-error the address must be a URL, so that it is not taken for one relative to the program's folder
  assert.throws(() => tasks<typeof import('./jobs.js')>('./jobs.js'), TaskError);
  await Promise.allSettled(forced);
  pool.terminate();
  await pool.join();
});
