// Translates a Redis server's errors into messages that say what to do. redis.ts connects to the server.
import { ClusterError } from '../errors.js';

interface Meaning {
  /** Matches the server's message. */
  readonly sign: RegExp;
  readonly meaning: string;
  /** Whether the error may pass without changing an address, a user or a key. */
  readonly isPassing?: true;
}

export const readOnly = 'is a read-only replica; give the address of its primary server';
export const inCluster =
  'is part of a Redis Cluster, which is not supported; give a standalone server (cluster-enabled no)';

const meanings: readonly Meaning[] = [
  {
    sign: /\bNOAUTH\b|\bWRONGPASS\b|invalid (username-)?password/i,
    meaning:
      'rejects the password, or requires one; give it in the address, in MANDOLINE_REDIS or --redis-file, with ' +
      'special characters percent-encoded, such as %40 for @',
  },
  {
    sign: /\bNOPERM\b/,
    meaning:
      'does not give this user the permissions that a queue needs; allow the keys ~bull:mandoline-* and ' +
      '~mandoline:*, and the commands +@all -@dangerous +info +client|list',
  },
  { sign: /\bREADONLY\b/, meaning: readOnly },
  {
    sign: /\b(CROSSSLOT|MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b|in cluster mode/,
    meaning: inCluster,
  },
  {
    sign: /\bOOM\b/,
    meaning: 'is out of memory; raise its maxmemory or free some, then run the same command again',
    isPassing: true,
  },
  { sign: /\bLOADING\b/, meaning: 'is still loading its data; try again later', isPassing: true },
  {
    sign: /\bMASTERDOWN\b/,
    meaning: 'is a replica that has lost its primary server; give the address of the primary',
    isPassing: true,
  },
  {
    sign: /\bMISCONF\b/,
    meaning: 'cannot save its data and accepts no more; free space on its disk, or see its log',
    isPassing: true,
  },
  {
    sign: /\bNOREPLICAS\b/,
    meaning: 'accepts no data without its replicas (min-replicas-to-write); start them',
    isPassing: true,
  },
  {
    sign: /max number of clients/,
    meaning: 'has reached its limit of clients; raise its maxclients',
    isPassing: true,
  },
  { sign: /\bBUSY\b/, meaning: "is busy with another program's script; try again", isPassing: true },
  {
    sign: /\bWRONGTYPE\b/,
    meaning:
      'has other data under the keys of a queue; use another database, such as /1 after the port, or remove the keys ' +
      'bull:mandoline-* and mandoline:versions',
  },
];

export type Refusal = ClusterError & { readonly isPassing: boolean };

/** A server's error on one line that begins with its address; undefined for other errors. */
export function refusalOf(shown: string, error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  // Sent to blocked clients when a server becomes a replica; the next error gives the reason.
  if (/^UNBLOCKED\b/.test(error.message)) return undefined;
  const unknown: Meaning = { sign: /^/, meaning: 'refuses a command', isPassing: true };
  const { meaning, isPassing = false } = meanings.find(({ sign }) => sign.test(error.message)) ?? unknown;
  // An error in a script ends with the script's name.
  const said = error.message.replace(/\.? script: .*$/s, '');
  return Object.assign(new ClusterError(`${shown}: ${meaning} (${said})`), { isPassing });
}
