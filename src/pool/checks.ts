// Validates arguments and options before any work begins, and formats values for error messages.
import { attempt } from './cloning.js';

/** A value as shown in an error message: short, on one line. */
export function told(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function')
    return `the function ${attempt(() => String(value.name), '') || '(a lambda)'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return attempt(() => Array.isArray(value), false) ? 'an array' : 'an object';
}

/** Returns the options, or {}. Throws TypeError if they are not an object or contain an unknown option. */
export function checkOptions<O extends object>(
  place: string,
  options: O | undefined,
  known: readonly string[],
): Partial<O> {
  if (options === undefined) return {};
  const names = known.join(', ');
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${place}: options ${told(options)}: not an object; the options are { ${names} }`);
  for (const [name, value] of Object.entries(options))
    if (!known.includes(name) && value !== undefined)
      throw new TypeError(
        `${place}: option ${name}: unknown; ${suggestion(name, known)} options are ${names}`,
      );
  return options;
}

/** Names of the same options in Python's pool, piscina, tinypool and workerpool. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  workers: ['processes', 'size', 'threads', 'concurrency', ...['max', 'min'].flatMap(ofPeers)],
  maxTasksPerWorker: ['maxtasksperchild'],
  initArgs: ['args'],
  kind: ['workerType', 'runtime', 'type', 'context'],
  execArgv: ['argv'],
  signal: ['abortSignal'],
  transfer: ['transferList'],
  onProgress: ['progress', 'on'],
  taskTimeout: ['timeout'],
  errorCallback: ['error_callback'],
};

function ofPeers(limit: string): string[] {
  return [`${limit}Workers`, `${limit}Threads`];
}

function suggestion(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '');
  const given = plain(name);
  const called = known.find((each) => otherNames[each]?.some((other) => plain(other) === given));
  const near = known.find((each) => distance(plain(each), given) <= 2);
  const found = known.find((each) => plain(each) === given) ?? called ?? near;
  return found ? `did you mean ${found}? The` : 'the';
}

/** Levenshtein distance: letters to add, remove or replace to turn one word into the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++)
      next.push(Math.min(row[j]! + Number(other[j] !== letter), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[other.length]!;
}

export function wholeNumber(
  name: string,
  value: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range =
    typeof value === 'number' && value > most ? `at most ${most}` : `a whole number from ${least} on`;
  throw new RangeError(`${name} ${told(value)}: must be ${range}`);
}

/** In MB. A worker needs 5 to start; at 2 or less, Node 26 kills the whole process. */
const smallestHeap = 8;

export function checkHeap(megabytes: number | undefined): void {
  if (megabytes !== undefined && !(megabytes >= smallestHeap))
    throw new RangeError(
      `resourceLimits.maxOldGenerationSizeMb ${told(megabytes)}: must be at least ${smallestHeap}`,
    );
}

export function checkTimeout(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (typeof value === 'number' && value > 0 && value <= 0x7fffffff)) return value;
  throw new RangeError(`${name} ${told(value)}: must be milliseconds, more than 0 and at most 2147483647`);
}

export function checkFunction<F>(place: string, name: string, value: F): F {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`${place}: ${name} ${told(value)}: must be a function`);
}

/** Throws the reason of an aborted signal, and TypeError if the value is not a signal. */
export function checkSignal(place: string, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const { addEventListener, removeEventListener } = Object(signal) as Partial<AbortSignal>;
  const isSignal = [addEventListener, removeEventListener].every((each) => typeof each === 'function');
  if (!isSignal || typeof signal.aborted !== 'boolean')
    throw new TypeError(
      `${place}: signal ${told(signal)}: must be an AbortSignal, such as an AbortController has`,
    );
  if (signal.aborted) throw signal.reason;
}

export function checkArray(place: string, name: string, value: unknown, advice: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${place}: ${name} ${told(value)}: not an array; ${advice}`);
}

const used = new WeakSet<object>();

/** Checks the result of the option `worker`. Throws TypeError if it is not a Worker or was returned before. */
export function checkWorker<W extends object>(worker: W, method: keyof W & string): W {
  const advice = 'return a new Worker from each call';
  if (typeof worker?.[method] !== 'function')
    throw new TypeError(`worker: returned ${told(worker)}; ${advice}`);
  if (used.has(worker)) throw new TypeError(`worker: returned the same Worker as before; ${advice}`);
  used.add(worker);
  return worker;
}

/** Throws TypeError unless each tuple is an array of arguments. */
export function checkTuples(place: string, tuples: readonly unknown[]): readonly unknown[] {
  for (const [item, tuple] of tuples.entries())
    checkArray(
      place,
      `item ${item},`,
      tuple as readonly unknown[],
      'give the arguments of each call as an array, such as [[1, 2], [3, 4]]',
    );
  return tuples;
}

/** Whether an input is an async iterable. Throws TypeError if it is not iterable. */
export function isAsyncInput(
  place: string,
  items: Iterable<unknown> | AsyncIterable<unknown>,
): items is AsyncIterable<unknown> {
  const has = (key: symbol) => typeof (items as never as Record<symbol, unknown>)?.[key] === 'function';
  if (has(Symbol.asyncIterator)) return true;
  if (has(Symbol.iterator)) return false;
  throw new TypeError(`${place}: items ${told(items)}: not iterable; give an array or any other iterable`);
}
