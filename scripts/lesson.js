// `npm run lesson -- pool 2000 2`: set up what is missing, then run one of the lesson's programs.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runScript, setup } from './setup.js';

const [name = '', ...given] = process.argv.slice(2);
const programs = ['serial', 'message-passing', 'pool'];
if (!programs.includes(name)) {
  console.error(`${name || 'no program'}: must be ${programs.join(', ')}, with N_SLICES and N_WORKERS behind it`);
  process.exit(2);
}
runScript(setup);
if (!process.exitCode) {
  const program = join(root, 'dist', 'lesson', `${name}.js`);
  process.argv = [process.execPath, program, ...given];
  await import(pathToFileURL(program).href);
}
