// The reference is made of docstrings, so each public name has one, and each member of what it names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './support.js';

/** Lines of a declaration file, by its path from dist/. */
const linesOf = (file: string) => readFileSync(join(root, 'dist', file), 'utf8').split('\n');

/** The modules that the package exports, their declarations, and their pages in the reference. */
const modules = [
  ['mandoline', 'src/index.d.ts', 'index.md'],
  ['mandoline/pool', 'src/pool/index.d.ts', 'pool.md'],
  ['mandoline/mpi', 'src/cluster/mpi.d.ts', 'mpi.md'],
] as const;

interface Exported {
  readonly name: string;
  readonly file: string;
}

/** What a module gives on from others. */
function reExports(file: string): Exported[] {
  const text = linesOf(file).join('\n');
  return [...text.matchAll(/^(?:export|import) (?:type )?\{([^}]+)\} from '([^']+)'/gm)].flatMap(
    ([, names, from]) =>
      names!
        .split(',')
        .map((name) => name.replace('type ', '').trim())
        .filter(Boolean)
        .map((name) => ({ name, file: join(dirname(file), from!.replace(/\.js$/, '.d.ts')) })),
  );
}

/** Where a name is declared: its file's lines, and the number of the first. */
function declaration({ name, file }: Exported): { readonly lines: readonly string[]; readonly at: number } {
  const lines = linesOf(file);
  const pattern = new RegExp(
    `^export (declare )?(abstract )?(const|function|class|interface|type) ${name}\\b`,
  );
  const at = lines.findIndex((line) => pattern.test(line));
  if (at >= 0) return { lines, at };
  const elsewhere = reExports(file).find((each) => each.name === name);
  assert.ok(elsewhere, `${name} is declared nowhere`);
  return declaration(elsewhere);
}

const isDescribed = (lines: readonly string[], at: number) => /\*\/$/.test(lines[at - 1] ?? '');

/** Members without a docstring, of a class, an interface or an object type; a function's parameters are in its own. */
function bareMembers(lines: readonly string[], at: number): string[] {
  if (/^export declare function/.test(lines[at]!)) return [];
  const bare: string[] = [];
  let depth = 0;
  for (let i = at; i < lines.length; i++) {
    const line = lines[i]!;
    const member = /^ +(?:readonly |get )*(\w+)\??[:(<]/.exec(line)?.[1];
    const isOwn = depth > 0 && member && !['constructor', 'name', 'private'].includes(member);
    // Overloads are described once.
    const isOverload = lines[i - 1]?.trimStart().startsWith(`${member}<`);
    if (isOwn && !isDescribed(lines, i) && !isOverload) bare.push(member);
    if (!/^\s*\*|\/\*\*/.test(line))
      depth += (line.match(/\{/g) ?? []).length - (line.match(/\}/g) ?? []).length;
    if (depth === 0 && /[;}]$/.test(line)) break;
  }
  return bare;
}

/** What a module exports: its own, and what it gives on. */
function namesOf(entry: string): Exported[] {
  const own = linesOf(entry).flatMap((line) => /^export (?:declare )?\w+ (\w+)/.exec(line)?.[1] ?? []);
  const exported = linesOf(entry).filter((line) => line.startsWith('export'));
  return [
    ...own.map((name) => ({ name, file: entry })),
    ...reExports(entry).filter(({ name }) => exported.some((line) => new RegExp(`\\b${name}\\b`).test(line))),
  ];
}

test('the modules are those of the package', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.values<string | { types: string }>(exports).filter(
    (each) => typeof each !== 'string',
  );
  assert.deepEqual(
    entries.map(({ types }) => types).sort(),
    modules.map(([, entry]) => `./dist/${entry}`).sort(),
  );
});

for (const [name, entry] of modules)
  test(`every name of ${name}, and every member, has a docstring`, () => {
    const names = namesOf(entry);
    assert.ok(names.length >= 3);
    const bare = names.flatMap((each) => {
      const { lines, at } = declaration(each);
      const members = bareMembers(lines, at).map((member) => `${each.name}.${member}`);
      return isDescribed(lines, at) ? members : [each.name, ...members];
    });
    assert.deepEqual(bare, []);
  });

test('the reference has every name', () => {
  for (const [, entry, page] of modules) {
    const text = readFileSync(join(root, 'docs', 'api', page), 'utf8');
    const missing = namesOf(entry).filter(
      ({ name }) => !new RegExp(`^### ${name}(\\(\\))?$`, 'm').test(text),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
      'npm run docs makes it again',
    );
  }
});
