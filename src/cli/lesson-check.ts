// `mandoline lesson check 3`: gives the reader a file with the functions to write, and checks it as often as they like.
// The functions and their tasks are described in lesson/exercises/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onInterrupt } from './interrupt.js';
import { say } from './text.js';

/** How long a check may take before it is taken for one that never ends. */
const patience = 60_000;

interface Places {
  /** The pages and skeletons. */
  readonly pages: string;
  /** The compiled programs. */
  readonly programs: string;
  /** A path as its reader would type it. */
  shown(path: string): string;
}

/** Resolves to the exit code: 0 where all exercises of the chapter are done. */
export async function checkExercises(page: string, { pages, programs, shown }: Places): Promise<number> {
  const name = page.replace(/\.md$/, '.mjs');
  const file = resolve('exercises', name);
  if (!existsSync(file)) {
    mkdirSync('exercises', { recursive: true });
    copyFileSync(join(pages, 'exercises', name), file);
    say(`${shown(file)}: contains the functions to write; write them, then run this command again`);
  }
  const child = spawn(
    process.execPath,
    [join(programs, 'exercises', 'check.js'), `${Number.parseInt(page, 10)}`, file],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  onInterrupt(() => child.kill());
  const timer = setTimeout(() => {
    say(
      `mandoline: ${shown(file)}: took longer than ${patience / 1000} s to check; is there a loop that never ends?`,
    );
    child.kill('SIGKILL');
  }, patience);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  say(`Your file: ${shown(file)}\nA solution: ${shown(join(pages, 'answers', 'exercises', name))}`);
  return code ?? 1;
}
