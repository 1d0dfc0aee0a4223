// A program for tests of many command lines: runs each of them as the command does, one after the other in one process,
// since starting the command takes longer than what it then says. Prints what each wrote, and its exit code.
//     node many-commands.js '[["render", "--cells", "0"], ...]'
import { pathToFileURL } from 'node:url';
import { mandoline, type Said } from '../support.js';

const commands: string[][] = JSON.parse(process.argv[2]!);
// Each run hears signals by listeners of its own.
process.setMaxListeners(0);
process.stdout.setMaxListeners(0);
const write = { stdout: process.stdout.write, stderr: process.stderr.write };
const ended: Said[] = [];
for (const [i, given] of commands.entries()) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: Uint8Array | string) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  process.argv = [process.execPath, mandoline, ...given];
  process.exitCode = undefined;
  // The command is what its module does when it is loaded, so it is loaded anew.
  await import(`${pathToFileURL(mandoline)}?${i}`);
  ended.push({ code: Number(process.exitCode ?? 0), ...said });
  Object.assign(process.stdout, { write: write.stdout });
  Object.assign(process.stderr, { write: write.stderr });
}
process.exitCode = 0;
process.stdout.write(JSON.stringify(ended), () => process.exit());
