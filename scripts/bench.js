// `npm run bench -- lesson`: completes the setup, then runs one of the programs in bench/.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram, runScript, setup } from './setup.js';

const [name = '', ...given] = process.argv.slice(2);
const programs = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
if (!programs.includes(name)) {
  console.error(`${name || 'no program'}: must be ${programs.join(' or ')}`);
  process.exit(2);
}
runScript(() => {
  setup();
  runProgram([`dist/bench/${name}.js`, ...given]);
});
