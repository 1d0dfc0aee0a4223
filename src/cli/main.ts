#!/usr/bin/env node
// The command `mandoline`: reads the command line, runs a command, and turns errors into one line and an exit code:
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
import { americanFlags } from './spelling.js';
import { UsageError } from './usage.js';

// The reader of stdout may stop early: `mandoline render -o - --format npy | head` is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  fail(describe(error, 'stdout'), 1);
});

// Node opens /dev/null in place of a closed stdout, and would lose everything without an error.
if (isStdoutClosed())
  process.stdout.write = () => {
    throw new UsageError('stdout is closed; redirect it to a file or a program');
  };

hearSignals();
await runCommand();

/** Runs the process's command line; tests call it again with another. */
export async function runCommand(): Promise<void> {
  try {
    await makeProgram(tell).parseAsync(americanFlags(process.argv));
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(describe(error), error instanceof UsageError ? 2 : 1);
  }
}

/** A system error in words, with its file or program; other errors by their own message. */
function describe(error: unknown, place?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { path } = error as NodeJS.ErrnoException;
  const about = place ?? path;
  const reason = systemReason(error);
  return reason === undefined ? error.message : `${about === undefined ? '' : `${about}: `}${reason}`;
}

/** Prints one line, for the first failure only: it may have caused others. */
function fail(message: string, code: 1 | 2): void {
  if (!process.exitCode) void tell(`mandoline: ${message}\n`);
  process.exitCode = code;
}

/**
 * Writes to stderr. Ranks that were started together all fail if the command line is wrong, and only rank 0 should report
 * it. Each rank starts MPI first, which needs all of them; then rank 0 reports and ends, which ends the others. Another
 * rank reports only if rank 0 is still running after a delay. Without MPI the delay alone must do.
 */
async function tell(text: string): Promise<void> {
  const rank = startedRank();
  const areMany = process.argv.includes('--mpi') && (rank > 0 || (startedRanks() ?? 1) > 1);
  const meet = () => unheard(world).catch(() => {});
  if (areMany && rank > 0) {
    await meet();
    await setTimeout(2000 + 1000 * Math.min(rank, 4));
  }
  // Text from files and other machines must not control the terminal.
  process.stderr.write(printable(text));
  if (areMany && rank === 0) await meet();
}
