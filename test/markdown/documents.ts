// The project's Markdown, as marked reads it (also looked at: remark, ten packages for the same tokens).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexer, type Tokens } from 'marked';
import { root } from '../support.js';

/** Part of a document; which fields it has is its type's. */
export type Token = Tokens.Generic;

export interface Document {
  /** From the root, with slashes. */
  readonly path: string;
  readonly tokens: readonly Token[];
}

const elsewhere = /(^|\/)(node_modules|dist|fixtures|\.git)(\/|$)/;

/** Every Markdown file of the project. */
export const documents: readonly Document[] = [
  ...readdirSync(root).filter((name) => !elsewhere.test(name) && !name.startsWith('.')),
]
  .flatMap((name) =>
    name.endsWith('.md') ? [name] : name.includes('.') || name === 'LICENSE' ? [] : filesIn(name),
  )
  .map((path) => ({ path, tokens: lexer(readFileSync(join(root, path), 'utf8')) as Token[] }));

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (elsewhere.test(path)) return [];
    return entry.isDirectory() ? filesIn(path) : path.endsWith('.md') ? [path] : [];
  });
}

/** All tokens, with those that are inside of others. */
export function allTokens(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const cells = token.type === 'table' ? [...token.header, ...token.rows.flat()] : [];
    const inside: (Token[] | undefined)[] = [token.tokens, token.items, ...cells.map((cell) => cell.tokens)];
    return [token, ...inside.filter((each) => each !== undefined).flatMap(allTokens)];
  });
}

/** A block of code, and the comments `<!-- ... -->` that stand right before it. */
export interface CodeBlock {
  readonly path: string;
  readonly language: string;
  readonly code: string;
  readonly comment: string;
}

export function codeBlocks({ path, tokens }: Document): CodeBlock[] {
  return tokens.flatMap((token, i) => {
    if (token.type !== 'code') return [];
    const before = tokens.slice(0, i).findLast(({ type }) => type !== 'space');
    const comment = before?.type === 'html' ? /<!--([\s\S]*)-->/.exec(before.raw)?.[1]?.trim() : undefined;
    const language = (token.lang ?? '').split(' ')[0];
    return [{ path, language, code: token.text, comment: comment ?? '' }];
  });
}
