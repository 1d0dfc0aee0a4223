// Every text that people read, in one list: messages and comments of the sources, the help of each command, and the
// Markdown. Strings are found by rolldown's parser (also looked at: TypeScript 7, which has no parser for programs).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { outline } from '../src/cli/outline.js';
import { makeProgram } from '../src/cli/program.js';
import { documents } from './markdown/documents.js';
import { root } from './support.js';

export interface Text {
  readonly kind: 'message' | 'comment' | 'help' | 'document';
  /** A file, or a command. */
  readonly place: string;
  readonly text: string;
}

const folders = ['src', 'web', 'lesson', 'bench', 'scripts', 'test'];
const isSource = (name: string) => /\.(ts|js|html)$/.test(name) && !/node_modules|fixtures/.test(name);

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(isSource)
    .sort(),
);

/** Two words or more: other strings are names and keys. */
const isText = (text: string) => /\p{L}{2,}[,;:.]? +(\p{L}|…|["'(])/u.test(text);

function textsOf(place: string): Text[] {
  const source = readFileSync(join(root, place), 'utf8');
  if (place.endsWith('.html'))
    return [{ kind: 'message', place, text: source.replace(/<(script|style)[\s\S]*?<\/\1>/g, '') }];
  const { program, comments } = parseSync(place, source);
  const found: Text[] = [];
  const message = (text: string) => isText(text) && found.push({ kind: 'message', place, text });
  new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && message(value)),
    TemplateLiteral: ({ quasis }) => void message(quasis.map(({ value }) => value.cooked).join('…')),
  }).visit(program);
  for (const { value } of comments)
    found.push({ kind: 'comment', place, text: value.replace(/\n\s*\*/g, '\n').trim() });
  return found;
}

/** The help of a command with every flag, as it is printed. */
async function helpOf(path: string): Promise<Text> {
  let text = '';
  const program = makeProgram();
  for (const { command } of outline(program))
    command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  const given = path === '' ? [] : path.split(' ');
  await program.parseAsync([...given, '--help', 'all'], { from: 'user' }).catch(() => {});
  return { kind: 'help', place: `mandoline ${path}`.trim(), text };
}

export async function allTexts(): Promise<Text[]> {
  const helps: Text[] = [];
  for (const { path } of outline(makeProgram())) helps.push(await helpOf(path));
  const pages = documents
    // Generated from comments, which are in the list already.
    .filter(({ path }) => !path.startsWith('docs/api/'))
    .map(
      ({ path }): Text => ({ kind: 'document', place: path, text: readFileSync(join(root, path), 'utf8') }),
    );
  return [...helps, ...files.flatMap(textsOf), ...pages];
}
