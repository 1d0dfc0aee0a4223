// `npm run lesson -- pool 2000 2`: set up what is missing, then `mandoline lesson` with what is given.
import { runProgram, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  runProgram(['dist/command/mandoline.js', 'lesson', ...process.argv.slice(2)]);
});
