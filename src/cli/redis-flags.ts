// Where the Redis server is: by a flag, a file or the environment. A password on the command line is refused, since
// everybody on the machine can read it in the list of processes.
import type { Command } from 'commander';
import { addressText, type Connection, connect, parseRedis, type RedisAddress } from '../cluster/redis.js';
import { fileLimits, readText } from './read-file.js';
import { say } from './text.js';
import { option, UsageError } from './usage.js';

export interface RedisFlags {
  readonly redis?: RedisAddress;
  readonly redisFile?: RedisAddress;
}

/** The environment's variable with the server's address. */
const variable = 'MANDOLINE_REDIS';
const standard = 'redis://127.0.0.1:6379';

export const addRedis = (command: Command): Command =>
  command
    .addOption(
      option(
        '--redis <address>',
        `the server, without a password (default: $${variable}, or ${standard})`,
        toAddress,
      ),
    )
    .addOption(option('--redis-file <file>', 'a file with its address, where that has a password', fromFile));

/** Connects to the server that is meant. Throws ClusterError where it cannot be worked with. */
export function connectTo({ redis, redisFile }: RedisFlags): Promise<Connection> {
  if (redis && redisFile) throw new UsageError('--redis-file: must not be given with --redis');
  return connect(redis ?? redisFile ?? fromEnvironment(), say);
}

function toAddress(text: string): RedisAddress {
  const address = parseRedis(text);
  // What is wrong with it is told without it: it may have a password in it.
  if (!address) throw new UsageError(`--redis: must be an address like ${addressText}`);
  if (address.hasPassword)
    throw new UsageError(
      `--redis ${address.shown}: must have no password, which all on this machine could read in the list of ` +
        `processes; give the address in $${variable}, or in a file by --redis-file`,
    );
  return address;
}

function fromFile(path: string): RedisAddress {
  const address = parseRedis(readText(path, fileLimits.text, `--redis-file ${path}`).trim());
  if (address) return address;
  throw new UsageError(`--redis-file ${path}: must have one line, an address like ${addressText}`);
}

function fromEnvironment(): RedisAddress {
  const address = parseRedis(process.env[variable] || standard);
  if (address) return address;
  throw new UsageError(`$${variable}: must be an address like ${addressText}`);
}
