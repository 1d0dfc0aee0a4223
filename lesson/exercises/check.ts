// Checks the exercises of a chapter in a file of the reader's, and prints for each whether it is done or what is missing.
//     node dist/lesson/exercises/check.js CHAPTER FILE
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { missingIn, said, type Written } from './exercise.js';
import { firstHalf } from './first-half.js';
import { secondHalf } from './second-half.js';

const [chapter = '', file = ''] = process.argv.slice(2);
const exercises = [...firstHalf, ...secondHalf][Number(chapter) - 1]!;

let written: Written;
try {
  written = await import(pathToFileURL(resolve(file)).href);
} catch (error) {
  console.log(
    `${file}: cannot be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
  );
  process.exit(1);
}
// A promise that nobody awaits must not end the check; what the function returns shows the mistake.
process.on('unhandledRejection', (thrown) =>
  console.log(`${file}: nobody awaits what failed: ${said(thrown)}`),
);
let done = 0;
for (const exercise of exercises) {
  const missing = await missingIn(exercise, written);
  if (missing === undefined) done++;
  const mark = missing === undefined ? 'done' : 'missing';
  console.log(
    `${mark.padEnd(8)} ${exercise.level.padEnd(9)}  ${exercise.name}${missing ? `: ${missing}` : ''}`,
  );
}
console.log(`${done} of ${exercises.length} done`);
process.exit(done === exercises.length ? 0 : 1);
