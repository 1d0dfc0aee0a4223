// `npm run lesson -- pool 2000 2`: completes the setup, then runs `mandoline lesson` with the arguments.
import { runProgram, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  runProgram(['dist/command/mandoline.js', 'lesson', ...process.argv.slice(2)]);
});
