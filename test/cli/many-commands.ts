// A program for tests of many command lines: runs each of them as the command does, one after the other in one process,
// since starting the command takes longer than what it then does. It is asked by its parent, as often as that likes, for
// command lines and their folders, and answers with what each wrote, and its exit code.
import { pathToFileURL } from 'node:url';
import { type CommandLine, mandoline, type Said } from '../support.js';

process.stdout.setMaxListeners(0);
const streams = ['stdout', 'stderr'] as const;
let command: typeof import('../../src/cli/main.js') | undefined;

async function runOne(given: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const write = streams.map((name) => process[name].write);
  for (const name of streams)
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    };
  process.argv = [process.execPath, mandoline, ...given];
  process.exitCode = undefined;
  // The first is what the command's module does when it is loaded.
  if (command) await command.runCommand();
  else command = await import(pathToFileURL(mandoline).href);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  streams.forEach((name, i) => {
    Object.assign(process[name], { write: write[i] });
  });
  return { code, ...said };
}

process.on('message', async (lines: readonly CommandLine[]) => {
  const ended: Said[] = [];
  for (const { cwd, given } of lines) {
    process.chdir(cwd);
    ended.push(await runOne(given));
  }
  process.chdir('/');
  process.send!(ended);
});
process.on('disconnect', () => process.exit());
