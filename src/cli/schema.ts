// `mandoline schema`: the scene's schema as JSON Schema, by which an editor completes and checks a scene file.
import type { Command } from 'commander';
import { sceneSchema } from '../scene/schema.js';

export function addSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scene files')
    .description(
      'Prints the JSON Schema (draft 2020-12) of scene files, by which editors complete and check them.',
    )
    .addHelpText(
      'after',
      `
Example:
  mandoline schema > scene.schema.json
  and in a scene's file, for editors: { "$schema": "./scene.schema.json", ... }`,
    )
    .action(async () => {
      // Loaded here, so that no other command waits for it.
      const { toJsonSchema } = await import('@valibot/to-json-schema');
      // What JSON Schema cannot say, such as that text is a decimal number, is left to the program itself.
      const schema = toJsonSchema(sceneSchema, { target: 'draft-2020-12', errorMode: 'ignore' });
      process.stdout.write(`${JSON.stringify({ title: 'A scene of Mandoline', ...schema }, null, 2)}\n`);
    });
}
