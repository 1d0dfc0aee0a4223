// `npm run lesson -- pool 2000 2`: set up what is missing, then run one of the lesson's programs.
import { runProgram, runScript, setup } from './setup.js';

const [name = '', ...given] = process.argv.slice(2);
const programs = ['serial', 'message-passing', 'pool'];
if (!programs.includes(name)) {
  console.error(
    `${name || 'no program'}: must be ${programs.join(', ')}, with N_SLICES and N_WORKERS behind it`,
  );
  process.exit(2);
}
runScript(() => {
  setup();
  runProgram([`dist/lesson/${name}.js`, ...given]);
});
