// The command line as commander has it: all commands with their flags. The help, the shell completions and the manual
// page are made from these definitions. Exit codes are main.ts's.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAssemble } from './assemble.js';
import { addBench } from './bench.js';
import { addCluster } from './cluster.js';
import { addCompletions } from './completions.js';
import { addDoctor } from './doctor.js';
import { addExplore } from './explore.js';
import { addFind } from './find.js';
import { addHelp, formatHelp } from './help.js';
import { addInfo } from './info.js';
import { addLesson } from './lesson.js';
import { addPalettes } from './palettes.js';
import { addRender } from './render.js';
import { addScenes } from './scenes.js';
import { addSchema } from './schema.js';
import { addZoom } from './zoom.js';

const toStderr = (text: string): unknown => process.stderr.write(text);

/** The command `mandoline`. Commander's errors are passed to `tell`, and thrown. */
export function makeProgram(tell = toStderr): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const program = new Command('mandoline')
    .description('Fractals computed in parallel, exactly.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    // All of them have options; without that word a line has room for the summary.
    .configureHelp({
      formatHelp,
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/^\[options\] ?/, '')}`,
    })
    .showSuggestionAfterError()
    .exitOverride()
    // Arguments after a program of the lesson are passed to that program.
    .enablePositionalOptions()
    .configureOutput({ writeErr: (text) => tell(describeError(text)) })
    .addHelpText(
      'after',
      `
Examples:
  mandoline render mandelbrot -o mandelbrot.png
  mandoline explore
  mandoline lesson`,
    );
  program.commandsGroup('Pictures and films:');
  addRender(program);
  addZoom(program);
  addExplore(program);
  program.commandsGroup('Scenes and colours:');
  addScenes(program);
  addPalettes(program);
  addInfo(program);
  addFind(program);
  addSchema(program);
  program.commandsGroup('Parallelism:');
  addLesson(program);
  addBench(program);
  addCluster(program);
  addAssemble(program);
  program.commandsGroup('This installation:');
  addDoctor(program);
  addCompletions(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  addHelp(program);
  return program;
}

/** Commander's error on one line, with what to do about an unknown command or flag. */
function describeError(text: string): string {
  return text
    .replace(/^error: /, 'mandoline: ')
    .replace(/^(.*unknown (?:command|option) '.*')\n$/, '$1; --help lists all\n')
    .replace(/\n\(Did you mean (.*)\?\)\n$/, '; did you mean $1?\n');
}
