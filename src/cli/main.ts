#!/usr/bin/env node
// The command `mandoline`: reads the command line, runs a command, turns errors into one line and an exit code:
// 0 done, 1 failed, 2 usage, 130 interrupted.
import { setTimeout } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { world } from '../cluster/mpi.js';
import { startedRank, startedRanks } from '../cluster/mpi-library.js';
import { isStdoutClosed } from '../encode/output.node.js';
import { printable } from '../printable.js';
import { systemReason } from '../system-error.node.js';
import { hearSignals, unheard } from './interrupt.js';
import { makeProgram } from './program.js';
import { UsageError } from './usage.js';

// Who reads stdout may have had enough: `mandoline render -o - --format npy | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  fail(describe(error, 'stdout'), 1);
});

// Node opens /dev/null in its place, where everything would be lost without an error.
if (isStdoutClosed())
  process.stdout.write = () => {
    throw new UsageError('stdout is closed; redirect it to a file or a program');
  };

hearSignals();
await runCommand();

/** Does what the process's command line says; tests ask again with another. */
export async function runCommand(): Promise<void> {
  try {
    await makeProgram(tell).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(describe(error), error instanceof UsageError ? 2 : 1);
  }
}

/** What the system refuses in words, with the file or program that it is about; other errors in their own. */
function describe(error: unknown, place?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { path } = error as NodeJS.ErrnoException;
  const about = place ?? path;
  const reason = systemReason(error);
  return reason === undefined ? error.message : `${about === undefined ? '' : `${about}: `}${reason}`;
}

/** One line, the first time: what fails first may make more fail. */
function fail(message: string, code: 1 | 2): void {
  if (!process.exitCode) void tell(`mandoline: ${message}\n`);
  process.exitCode = code;
}

/**
 * Ranks that were started together fail together where it is the command line that is wrong. Rank 0 says so, and its end
 * ends the others: each starts MPI first, which all have to do at once. Another rank has something to say where rank 0 is
 * still there a while later; where there is no MPI, that has to do alone.
 */
async function tell(text: string): Promise<void> {
  const rank = startedRank();
  const areMany = process.argv.includes('--mpi') && (rank > 0 || (startedRanks() ?? 1) > 1);
  const meet = () => unheard(world).catch(() => {});
  if (areMany && rank > 0) {
    await meet();
    await setTimeout(2000 + 1000 * Math.min(rank, 4));
  }
  // What comes from a file or from another machine must not be what a terminal obeys.
  process.stderr.write(printable(text));
  if (areMany && rank === 0) await meet();
}
