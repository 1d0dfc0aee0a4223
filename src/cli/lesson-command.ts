// How the lesson is started: a command that is shown must work where its reader is.
import { basename, relative } from 'node:path';

export function lessonCommand(): string {
  const { npm_lifecycle_event: script } = process.env;
  const [, path = ''] = process.argv;
  if (script === 'lesson') return 'npm run lesson --';
  if (script === 'start') return 'npm start -- lesson';
  if (script === 'npx') return 'npx mandoline lesson';
  return basename(path) === 'mandoline.js' ? `node ${relative('.', path)} lesson` : 'mandoline lesson';
}
