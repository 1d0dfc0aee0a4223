// A connection to Redis or Valkey: its address, which is never shown with its password, the checks before any work, and
// the messages while the server is away. ioredis implements the protocol; queue.ts has the queue.
import { createRequire } from 'node:module';
import type { Redis, RedisOptions } from 'ioredis';
import { ClusterError } from '../errors.js';
import { installLine, optionalPackages } from '../optional.node.js';
import { inCluster, readOnly, refusalOf } from './redis-errors.js';

/** A server's address. */
export interface RedisAddress {
  /** The address as shown, without a password. */
  readonly shown: string;
  readonly hasPassword: boolean;
  readonly options: Pick<RedisOptions, 'host' | 'port' | 'path' | 'username' | 'password' | 'db' | 'tls'>;
}

/** Examples of addresses, for messages. */
export const addressText =
  'redis://host:6379, rediss://host:6380 for TLS, with /1 for database 1, or unix:/path/of/a/socket';

/** The message for an invalid address; the address itself is not shown, since it may contain a password. */
export const describeAddress = (text: string): string =>
  `must be an address like ${addressText}` +
  (text.includes('@')
    ? '; in a password, write all but letters and digits percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, % as %25'
    : '');

/** Parses an address; undefined if it is invalid. */
export function parseRedis(text: string): RedisAddress | undefined {
  if (/^unix:(\/\/)?\/./.test(text)) {
    const path = text.replace(/^unix:(\/\/)?/, '');
    return { shown: `unix:${path}`, hasPassword: false, options: { path } };
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^rediss?:$/.test(url.protocol) || !url.hostname || url.search || url.hash) return undefined;
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (database === undefined) return undefined;
  const isEncrypted = url.protocol === 'rediss:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    const [username, password] = [url.username, url.password].map(decodeURIComponent);
    return {
      shown: `${url.protocol}//${url.host}${database ? `/${database}` : ''}`,
      hasPassword: url.password !== '',
      options: {
        host,
        port: Number(url.port || 6379),
        db: Number(database),
        ...(username && { username }),
        ...(password && { password }),
        ...(isEncrypted && { tls: {} }),
      },
    };
  } catch {
    return undefined;
  }
}

/** The supported servers' programs. */
export const redisServers = ['redis-server', 'valkey-server'];

/** The oldest server version that BullMQ supports. */
const oldest = [6, 2] as const;
const connectMilliseconds = 10_000;
/** A server that is silent for this long counts as lost; it answers a wait for a slice within ten seconds. */
const silentMilliseconds = 20_000;
/** The longest wait between two tries. */
const longestWait = 2000;
/** The interval of messages that a server is still away. */
const awaySeconds = 60;

export interface Connection {
  /** The client; its duplicates are closed with it. */
  readonly client: Redis;
  readonly address: RedisAddress;
  /** Calls the listener whenever the server is back after it was away. */
  onReturn(listener: () => void): void;
  close(): void;
}

/**
 * Connects and checks that the server is usable, `toWrite` or only to read. Throws ClusterError if it is not. Later,
 * while the server is away, commands wait; `say` is called when it is away and when it is back.
 */
export async function connect(
  address: RedisAddress,
  say: (line: string) => void,
  toWrite = true,
): Promise<Connection> {
  const ioredis = loadOptional<typeof import('ioredis')>('ioredis', optionalPackages.queue);
  let isBegun = false;
  const retry = (times: number) => (isBegun ? Math.min(longestWait, 50 * 2 ** Math.min(times, 10)) : null);
  const options: RedisOptions = {
    ...address.options,
    // Servers before 6 do not support protocol version 3; with version 2, checkServer can report that they are too old.
    protocol: 2,
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: connectMilliseconds,
    socketTimeout: silentMilliseconds,
    keepAlive: 10_000,
    maxRetriesPerRequest: null,
    retryStrategy: retry,
  };
  const client = new ioredis.Redis(options);
  const clients = [client];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...given) => {
    const other = duplicate(...given);
    // The first client reports the same errors.
    other.on('error', () => {});
    clients.push(other);
    return other;
  };
  let failure: Error | undefined;
  client.on('error', (error: Error) => {
    failure = error;
  });
  let isClosed = false;
  const close = () => {
    isClosed = true;
    for (const each of clients) each.disconnect();
  };
  try {
    await client.connect();
    checkServer(await client.info(), address, say, toWrite);
    await selectDatabase(client, address);
  } catch (error) {
    close();
    throw error instanceof ClusterError ? error : connectError(address, failure ?? (error as Error));
  }
  isBegun = true;
  const returned = sayAway(
    client,
    address,
    () => failure,
    (line) => isClosed || say(line),
  );
  return { client, address, onReturn: (listener) => returned.add(listener), close };
}

/** Uses a connection, then closes it. The server's errors are rethrown as ClusterError with what to do. */
export async function using<T>(connection: Connection, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw refusalOf(connection.address.shown, error) ?? error;
  } finally {
    connection.close();
  }
}

/** Throws ClusterError if the server does not have the database: ioredis would continue with another one. */
async function selectDatabase(client: Redis, { shown, options: { db = 0 } }: RedisAddress): Promise<void> {
  try {
    if (db !== 0) await client.select(db);
  } catch (error) {
    throw new ClusterError(
      `${shown}: has no database ${db} (${(error as Error).message}); give one from 0 to 15, or from those of the ` +
        "server's configuration (databases)",
    );
  }
}

function sayAway(
  client: Redis,
  { shown }: RedisAddress,
  why: () => Error | undefined,
  say: (line: string) => void,
): Set<() => void> {
  const listeners = new Set<() => void>();
  let away: { readonly since: number; said: number } | undefined;
  client.on('close', () => {
    const now = performance.now() / 1000;
    if (away && now - away.said < awaySeconds) return;
    const reason = why() ? ` (${why()!.message})` : '';
    say(away ? `${shown} is still away${reason}; trying again` : `${shown} is away${reason}; trying again`);
    away = { since: away?.since ?? now, said: now };
  });
  client.on('ready', () => {
    if (!away) return;
    say(`${shown} is back after ${Math.ceil(performance.now() / 1000 - away.since)} s`);
    away = undefined;
    for (const listener of listeners) listener();
  });
  return listeners;
}

/** Throws ClusterError for a server that is too old or read-only, and warns of one that may lose data. */
function checkServer(
  info: string,
  { shown }: RedisAddress,
  say: (line: string) => void,
  toWrite: boolean,
): void {
  const fact = (name: string) => new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1];
  const valkey = fact('valkey_version');
  const version = valkey ?? fact('redis_version') ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = !(major > oldest[0] || (major === oldest[0] && minor >= oldest[1]));
  if (isOld && valkey === undefined)
    throw new ClusterError(`${shown}: is Redis ${version}; use ${oldest.join('.')} or newer, or Valkey`);
  if (fact('cluster_enabled') === '1') throw new ClusterError(`${shown}: ${inCluster}`);
  const isReadOnly = fact('role') === 'slave' && fact('slave_read_only') !== '0';
  if (toWrite && isReadOnly)
    throw new ClusterError(`${shown}: ${readOnly}, ${fact('master_host')}:${fact('master_port')}`);
  const policy = fact('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction')
    say(
      `${shown}: warning: its maxmemory-policy is ${policy}, so it may discard parts of the queue; ` +
        'set it to noeviction',
    );
}

/** Why connecting failed, on one line, with what to do. */
function connectError(
  { shown }: RedisAddress,
  error: Error & { code?: string; errors?: readonly Error[] },
): ClusterError {
  // If a name has several addresses, only the first one's error is reported.
  const first = (error.errors?.[0] ?? error) as typeof error;
  const refusal = refusalOf(shown, first);
  if (refusal) return refusal;
  const { message, code } = first;
  if (/CERT|SELF_SIGNED|ERR_TLS|EPROTO|ERR_SSL/i.test(`${code} ${message}`))
    return new ClusterError(
      `${shown}: no encrypted connection (${message}); ` +
        'use rediss:// if the server has TLS; for a private certificate authority, set NODE_EXTRA_CA_CERTS',
    );
  if (/RESP/.test(message))
    return new ClusterError(`${shown}: does not answer like Redis; check the address`);
  const what = message === 'Connection is closed.' ? 'it closes the connection at once' : message;
  return new ClusterError(`${shown}: cannot be reached (${what}); is the server running?`);
}

const require = createRequire(import.meta.url);

/**
 * Loads a package that only the cluster needs, by `require`, which takes half as long for packages of many files.
 * Throws ClusterError, with the command that installs those missing `of` the packages that are needed together.
 */
export function loadOptional<T>(name: string, of: readonly string[]): T {
  try {
    return require(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new ClusterError(`cluster: needs packages that are not installed: ${installLine(of)}`);
  }
}
