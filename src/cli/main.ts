#!/usr/bin/env node
// The command `mandoline`: reads the command line, runs a command, turns errors into one line and an exit code:
// 0 done, 1 failed, 2 usage, 130 interrupted.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAssemble } from './assemble.js';
import { addBench } from './bench.js';
import { addExplore } from './explore.js';
import { addInfo } from './info.js';
import { hearSignals } from './interrupt.js';
import { addLesson } from './lesson.js';
import { addRender } from './render.js';
import { addScenes } from './scenes.js';
import { addSchema } from './schema.js';
import { UsageError } from './usage.js';
import { addZoom } from './zoom.js';

// Who reads stdout may have had enough: `mandoline render -o - --format npy | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  fail(`stdout: ${error.message}`, 1);
});

hearSignals();
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

const program = new Command('mandoline')
  .description('Fractals computed in parallel, exactly.')
  .version(version)
  .showSuggestionAfterError()
  .exitOverride()
  // What stands behind a program of the lesson is that program's.
  .enablePositionalOptions()
  .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, 'mandoline: ')) })
  .addHelpText('after', '\nExample:\n  mandoline render -o julia.png');
addRender(program);
addAssemble(program);
addScenes(program);
addInfo(program);
addSchema(program);
addZoom(program);
addExplore(program);
addBench(program);
addLesson(program);
for (const command of program.commands) command.copyInheritedSettings(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else fail(error instanceof Error ? error.message : String(error), error instanceof UsageError ? 2 : 1);
}

/** One line, the first time: what fails first may make more fail. */
function fail(message: string, code: 1 | 2): void {
  if (!process.exitCode) process.stderr.write(`mandoline: ${message}\n`);
  process.exitCode = code;
}
