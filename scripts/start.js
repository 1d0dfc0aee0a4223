// `npm start`: set up what is missing, then run the command, `mandoline render` where nothing else is asked.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runScript, setup } from './setup.js';

runScript(setup);
if (!process.exitCode) {
  const command = join(root, 'dist', 'src', 'cli', 'main.js');
  const given = process.argv.slice(2);
  process.argv = [process.execPath, command, ...(given.length > 0 ? given : ['render'])];
  await import(pathToFileURL(command).href);
}
