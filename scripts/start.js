// `npm start`: set up what is missing, then run the command, `mandoline render` where nothing else is asked.
import { runProgram, runScript, setup } from './setup.js';

runScript(() => {
  setup();
  const given = process.argv.slice(2);
  runProgram(['dist/command/mandoline.js', ...(given.length > 0 ? given : ['render'])]);
});
