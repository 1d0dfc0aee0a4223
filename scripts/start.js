// `npm start`: completes the setup, then runs the command, by default `mandoline render`.
import { runProgram, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  const given = process.argv.slice(2);
  runProgram(['dist/command/mandoline.js', ...(given.length > 0 ? given : ['render'])]);
});
