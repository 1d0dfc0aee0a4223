// The command line as commander has it: all commands with their flags, whose definitions the help, the completions of
// shells and the manual page are made of. What a run ends with is main.ts's.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAssemble } from './assemble.js';
import { addBench } from './bench.js';
import { addCluster } from './cluster.js';
import { addCompletions } from './completions.js';
import { addDoctor } from './doctor.js';
import { addExplore } from './explore.js';
import { addInfo } from './info.js';
import { addLesson } from './lesson.js';
import { addPalettes } from './palettes.js';
import { addRender } from './render.js';
import { addScenes } from './scenes.js';
import { addSchema } from './schema.js';
import { addZoom } from './zoom.js';

const toStderr = (text: string): unknown => process.stderr.write(text);

/** The command `mandoline`; commander's errors are told by `tell`, and thrown. */
export function makeProgram(tell = toStderr): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const program = new Command('mandoline')
    .description('Fractals computed in parallel, exactly.')
    .version(version)
    // All of them have options; without that word a line has room for what the command does.
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/^\[options\] ?/, '')}`,
    })
    .showSuggestionAfterError()
    .exitOverride()
    // What stands behind a program of the lesson is that program's.
    .enablePositionalOptions()
    .configureOutput({ writeErr: (text) => tell(text.replace(/^error: /, 'mandoline: ')) })
    .addHelpText('after', '\nExample:\n  mandoline render -o julia.png');
  addRender(program);
  addAssemble(program);
  addScenes(program);
  addPalettes(program);
  addInfo(program);
  addSchema(program);
  addZoom(program);
  addExplore(program);
  addBench(program);
  addCluster(program);
  addLesson(program);
  addDoctor(program);
  addCompletions(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}
