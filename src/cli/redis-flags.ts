// The address of the Redis server, from a flag, a file or the environment. A password on the command line is rejected,
// because everybody on the machine can read it in the list of processes.
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type Connection,
  connect,
  describeAddress,
  parseRedis,
  type RedisAddress,
} from '../cluster/redis.js';
import { fileLimits, readText } from './read-file.js';
import { say } from './text.js';
import { option, UsageError } from './usage.js';

export interface RedisFlags {
  readonly redis?: RedisAddress;
  readonly redisFile?: RedisAddress;
}

/** The environment variable with the server's address. */
const variable = 'MANDOLINE_REDIS';
/** The bits of a file's mode that let everybody read and write it. */
const everybody = 0o006;
const standard = 'redis://127.0.0.1:6379';

export const addRedis = (command: Command): Command =>
  command
    .addOption(
      option(
        '--redis <address>',
        `address without a password (default: $${variable}, or ${standard})`,
        toAddress,
      ),
    )
    .addOption(option('--redis-file <file>', 'file with the address, for one with a password', fromFile));

/** Connects to the server, to write or only to read. Throws ClusterError if it is unusable. */
export function connectTo({ redis, redisFile }: RedisFlags, toWrite = true): Promise<Connection> {
  if (redis && redisFile)
    throw new UsageError('--redis-file: must not be given with --redis; give one of them');
  return connect(redis ?? redisFile ?? fromEnvironment(), say, toWrite);
}

function toAddress(text: string): RedisAddress {
  const address = parseRedis(text);
  // The error does not quote the address, which may have a password.
  if (!address) throw new UsageError(`--redis: ${describeAddress(text)}`);
  if (address.hasPassword)
    throw new UsageError(
      `--redis ${address.shown}: must not contain a password, which every user of this machine could read in the list of ` +
        `processes; put the address into $${variable} or a --redis-file`,
    );
  return address;
}

function fromFile(path: string): RedisAddress {
  const place = `--redis-file ${path}`;
  const text = readText(path, fileLimits.text, place).trim();
  const address = parseRedis(text);
  if (!address || /\s/.test(text))
    throw new UsageError(`${place}: must have one line; that ${describeAddress(text)}`);
  // Files on Windows do not have these modes.
  const mode = process.platform === 'win32' ? 0 : statSync(path).mode;
  if (address.hasPassword && (mode & everybody) !== 0)
    throw new UsageError(
      `${place}: contains a password, but other users of this machine can read or change it; run chmod 600 ${path}`,
    );
  return address;
}

function fromEnvironment(): RedisAddress {
  const text = process.env[variable] || standard;
  const address = parseRedis(text);
  if (address) return address;
  throw new UsageError(`$${variable}: ${describeAddress(text)}`);
}
