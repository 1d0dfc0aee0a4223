#!/usr/bin/env node
// The command `mandoline`: reads the command line, runs a command, turns errors into one line and an exit code:
// 0 done, 1 failed, 2 usage, 130 interrupted.
import { setTimeout } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { world } from '../cluster/mpi.js';
import { startedRank } from '../cluster/mpi-library.js';
import { hearSignals, unheard } from './interrupt.js';
import { makeProgram } from './program.js';
import { UsageError } from './usage.js';

// Who reads stdout may have had enough: `mandoline render -o - --format npy | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  fail(`stdout: ${error.message}`, 1);
});

hearSignals();
try {
  await makeProgram(tell).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else fail(error instanceof Error ? error.message : String(error), error instanceof UsageError ? 2 : 1);
}

/** One line, the first time: what fails first may make more fail. */
function fail(message: string, code: 1 | 2): void {
  if (!process.exitCode) void tell(`mandoline: ${message}\n`);
  process.exitCode = code;
}

/**
 * Ranks that were started together fail together where it is the command line that is wrong: rank 0 says so, and the end of
 * its program ends the others, which wait for it here. MPI starts where it is another rank's line alone.
 */
async function tell(text: string): Promise<void> {
  const rank = startedRank();
  if (rank > 0 && process.argv.includes('--mpi'))
    // Where there is no MPI, a while has to do.
    await unheard(world).catch(() => setTimeout(2000 * Math.min(rank, 4)));
  process.stderr.write(text);
}
