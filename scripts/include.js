// Includes code from files and output of programs in the lesson's pages, between markers:
//     <!-- code lesson/pool.ts -->   <!-- output npm run lesson -- pool 2000 2 -->   each until   <!-- end -->
// `node scripts/include.js` updates the code; `--run PART` also runs the commands that match PART, on this machine, as
// built; `--check` changes nothing, but fails if a page's code differs from the file; `--check all` also fails if a
// page's output, apart from numbers, differs from what the command prints for a small grid.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.js';

const block = /^<!-- (code|output) (.+) -->\n```\w+\n((?:(?!<!-- end).*\n)*?)```\n<!-- end -->$/gm;
const languages = { ts: 'ts', py: 'python', mjs: 'js' };
const { takes } = JSON.parse(readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8'));
const [mode, part = ''] = process.argv.slice(2);
const wrong = [];

for (const page of ['lesson', 'lesson/answers'].flatMap(pagesIn)) {
  const text = readFileSync(join(root, page), 'utf8');
  const now = text.replace(block, (there, kind, source, content) => {
    if (kind === 'code') return filled(kind, source, languages[source.split('.').at(-1)], codeOf(source));
    if (mode === '--check' && part === 'all' && source.startsWith('npm run lesson')) {
      const printed = outputOf(source, smallGrid(source));
      if (shapeOf(printed) !== shapeOf(content.replace(/^\$ .*\n/, '').trimEnd()))
        wrong.push(`${page}: ${source} prints\n${printed}`);
    }
    const isDue = mode === '--run' && new RegExp(part).test(source);
    return isDue ? filled(kind, source, 'text', `$ ${source}\n${outputOf(source)}`) : there;
  });
  if (now === text) continue;
  if (mode === '--check') wrong.push(`${page}: its code differs from the files; run node scripts/include.js`);
  else writeFileSync(join(root, page), now);
}
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exitCode = 1;
}

/** The flags, among those that a lesson program accepts, that make it run briefly. */
function smallGrid(source) {
  const { flags } = takes[source.split(' ')[4]];
  return Object.entries({ cells: 20, rounds: 1 }).flatMap(([name, value]) =>
    flags.includes(name) ? [`--${name}`, `${value}`] : [],
  );
}

function pagesIn(folder) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => `${folder}/${name}`);
}

function filled(kind, source, language, content) {
  return `<!-- ${kind} ${source} -->\n\`\`\`${language}\n${content}\n\`\`\`\n<!-- end -->`;
}

/** A file's code as included in a page: without its header comment. */
function codeOf(file) {
  return readFileSync(join(root, file), 'utf8')
    .trimEnd()
    .replace(/^(\/\/.*\n)+/, '');
}

/** A command's output, without the project's path on this machine. */
function outputOf(source, more = []) {
  if (source.startsWith('time ')) return timesOf(source);
  const [, start, given] = /^npm (run lesson|start) -- (.+)$/.exec(source) ?? [];
  const [name, ...rest] = (given ?? source).split(' ');
  const programs = {
    'run lesson': ['dist', 'lesson', `${name}.js`],
    start: ['dist', 'command', 'mandoline.js'],
  };
  const [program, first] = given ? [process.execPath, [join(root, ...programs[start])]] : [name, []];
  const all = [...first, ...(start === 'start' ? [name] : []), ...rest, ...more];
  const printed = execFileSync(program, all, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return printed.trimEnd().replaceAll(root, '/mandoline');
}

/** The output of the program and the shell, without the lines in which npm repeats the command. */
function timesOf(source) {
  const printed = execFileSync('bash', ['-c', `exec 2>&1; ${source}`], { cwd: root, encoding: 'utf8' });
  return printed.replace(/^\n?(> .*\n)+\n/, '').trimEnd();
}

/** The distinct lines, without numbers, spacing, and conclusions from timings, which vary. */
function shapeOf(text) {
  const kept = text.split('\n').filter((line) => !/^(pool|shared): /.test(line));
  const lines = kept.map((line) =>
    line
      .replace(/sha256 \w+/, 'sha256')
      .replace(/-?\d+(\.\d+)?/g, '#')
      .replace(/[#\s]+/g, ' '),
  );
  return [...new Set(lines)].sort().join('\n');
}
