// Programs that start others, such as browsers. None of their processes outlives the test that started them.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Starts a program in the background, and ends its whole group of processes once nobody holds the shell's input. */
const script = '"$@" < /dev/null & exec > /dev/null 2>&1 3>&-; cat; kill -9 0';

/** Starts a program as one of a new group of processes, which ends with this process at the latest. */
export const startGroup = (
  program: string,
  given: readonly string[],
  { stdio, env }: { stdio: readonly ('ignore' | 'pipe')[]; env?: NodeJS.ProcessEnv },
): ChildProcess => {
  const options: SpawnOptions = { detached: true, stdio: ['pipe', ...stdio], ...(env && { env }) };
  return spawn('sh', ['-c', script, 'sh', program, ...given], options);
};

/** Ends all processes of a group. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin!.end();
  await ended;
}
