// Tasks that throw, return and post what cannot be read. Part of jobs.ts, for Node and browsers alike.

const throwing = (): never => {
  throw new Error('of a getter');
};
const getter = (target: object, key: string) =>
  Object.defineProperty(target, key, { get: throwing, enumerable: true });
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const endless = (): Error => Object.defineProperty(new Error('x'), 'cause', { get: endless });
const mistyped = (key: string, value: unknown) => Object.assign(new AggregateError([]), { [key]: value });

/** What can be thrown that one cannot simply read, by what is the matter with it. */
const unreadable: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(
    ['name', 'message', 'stack', 'cause', 'errors', 'field'].map((key) => [
      key,
      () => getter(new AggregateError([]), key),
    ]),
  ),
  revoked,
  proxy: () => new Proxy(new Error('x'), { ownKeys: throwing }),
  traps: () => new Proxy(new Error('x'), { get: throwing, has: throwing, getPrototypeOf: throwing }),
  cyclic: () => Object.assign(new Error('x'), { cause: undefined }),
  'errors are a Map': () => mistyped('errors', new Map([['field', 'wrong']])),
  'errors are not iterable': () => mistyped('errors', Object.assign([1], { [Symbol.iterator]: 5 })),
  'message is a symbol': () => mistyped('message', Symbol('x')),
  'name is null': () => mistyped('name', null),
  'name is an object': () => mistyped('name', Object.create(null)),
  function: () => () => 1,
  symbol: () => Symbol('x'),
  'object without text': () => Object.assign(Object.create(null), { callback: () => 1 }),
  TaskCloneError: () => Object.assign(new Error('x'), { name: 'TaskCloneError' }),
};
export const unreadableKinds = (): string[] => Object.keys(unreadable);

export const throwEndless = (): never => {
  throw endless();
};
export const throwUnreadable = (kind: string): never => {
  const thrown = unreadable[kind]!();
  if (kind === 'cyclic') (thrown as Error).cause = thrown;
  throw thrown;
};
export const rejectUnreadable = async (kind: string): Promise<void> => throwUnreadable(kind);
export const fillUnreadable = (_: Uint8Array, __: unknown, kind: string): void => throwUnreadable(kind);
export const throwUnreadableLater = (kind: string): number => {
  setTimeout(() => throwUnreadable(kind), 1);
  return 1;
};
export const rejectUnreadableLater = (kind: string): number => {
  void rejectUnreadable(kind);
  return 1;
};

/** Waits for what never comes, because the callback throws. */
export const throwInCallbackUnreadable = (kind: string): Promise<never> =>
  new Promise(() => {
    setTimeout(() => throwUnreadable(kind), 1);
  });

/** Results that cannot be read or awaited. */
const results: Readonly<Record<string, () => unknown>> = {
  revoked,
  getter: () => getter({}, 'owner'),
  'getter of a part': () => [1, { list: [getter({}, 'owner')] }],
  'then is a getter': () => getter({}, 'then'),
  // biome-ignore lint/suspicious/noThenProperty: that is the matter with it.
  'then throws': () => ({ then: throwing }),
  'element is a getter': () => getter([1, 2], '1'),
  'constructor of a view': () => getter(new Uint8Array(8).subarray(1), 'constructor') && revoked(),
};
export const resultKinds = (): string[] => Object.keys(results);
export const returnUnreadable = (kind: string): unknown => results[kind]!();

/** Posts a message of its own to the thread that made the worker. */
export const post = async (message: unknown): Promise<number> => {
  const threads = 'node:worker_threads';
  if (typeof process !== 'object') postMessage(message);
  else (await import(/* @vite-ignore */ threads)).parentPort.postMessage(message);
  return 1;
};

/** Throws an error of which each part is part of many others: 4 to the power of `depth` if each were taken apart. */
export const throwShared = (depth: number): never => {
  let error: Error = new RangeError('innermost');
  for (let i = 0; i < depth; i++) error = new AggregateError(Array(4).fill(error), `of depth ${i}`);
  throw error;
};
export const throwChain = (length: number): never => {
  let error = new Error('0');
  for (let i = 1; i < length; i++) error = new Error(String(i), { cause: error });
  throw error;
};
export const throwFields = (): never => {
  const error = new Error('with fields');
  for (const key of ['__proto__', 'constructor', 'toString', 'then', 'export', 'errors'])
    Object.defineProperty(error, key, { value: { of: key }, enumerable: true });
  throw Object.defineProperty(error, 'name', { value: 'TaskCloneError' });
};

export const arrivesAs = (value: { [index: number]: unknown; extra?: unknown }): unknown[] => [
  value[0] === value[1],
  value.extra,
];
export const isSame = (one: unknown, other: readonly unknown[]): boolean => one === other[0];
export const twice = (): unknown[] => {
  const view = new Uint8Array(100).subarray(0, 10);
  return [view, view];
};
export const identity = (value: unknown): unknown => value;
export const fillWith = (slice: Uint8Array, _: unknown, value: number): void => {
  slice.fill(value);
};
