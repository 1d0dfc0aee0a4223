// `mandoline schema`: the scene's schema as JSON Schema, with which an editor completes and checks a scene file.
import type { Command } from 'commander';
import { sceneSchema } from '../scene/schema.js';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scene files')
    .description(
      'Prints the JSON Schema (draft 2020-12) of scene files, with which editors complete and check them.',
    )
    .addHelpText(
      'after',
      `
Example:
  mandoline schema > scene.schema.json

In the scene file:
  { "$schema": "./scene.schema.json", ... }`,
    )
    .action(async () => {
      // Imported here, so that other commands do not load it.
      const { toJsonSchema } = await import('@valibot/to-json-schema');
      // Checks that JSON Schema cannot express, such as decimal numbers in strings, are the program's.
      const schema = toJsonSchema(sceneSchema, { target: 'draft-2020-12', errorMode: 'ignore' });
      process.stdout.write(`${JSON.stringify({ title: 'A scene of Mandoline', ...schema }, null, 2)}\n`);
    });
}
