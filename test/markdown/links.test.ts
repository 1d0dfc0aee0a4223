import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import Slugger from 'github-slugger';
import { root } from '../support.js';
import { allTokens, documents, type Token } from './documents.js';

/** What a document's links may go to, as GitHub names its headings. */
function anchorsOf(tokens: readonly Token[]): Set<string> {
  const slugger = new Slugger();
  const headings = tokens.filter(({ type }) => type === 'heading');
  const plain = (token: Token): string => token.tokens?.map(plain).join('') ?? token.text ?? token.raw;
  const ids = allTokens(tokens).flatMap(({ type, raw }) =>
    type === 'html' ? [...raw.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id!) : [],
  );
  return new Set([...headings.map((heading) => slugger.slug(plain(heading))), ...ids]);
}

const anchors = new Map(documents.map(({ path, tokens }) => [path, anchorsOf(tokens)]));

test('documents were found', () => {
  const paths = documents.map(({ path }) => path);
  for (const path of ['README.md', 'lesson/README.md', 'src/pool/README.md', 'docs/api/index.md'])
    assert.ok(paths.includes(path), path);
  assert.ok(anchors.get('docs/performance.md')!.has('the-pool-against-its-peers'));
});

test('links and pictures go to files that are there, and to headings that are there', () => {
  const wrong = documents.flatMap(({ path, tokens }) =>
    allTokens(tokens)
      .filter(({ type }) => type === 'link' || type === 'image')
      .map(({ href }) => href as string)
      .filter((href) => !/^[a-z]+:/.test(href) && !leads(path, href))
      .map((href) => `${path}: ${href}`),
  );
  assert.deepEqual(wrong, []);
});

function leads(from: string, href: string): boolean {
  const [file = '', anchor] = href.split('#');
  const to = file === '' ? from : posix.join(dirname(from), decodeURIComponent(file)).replace(/\/$/, '');
  if (!isThere(to)) return false;
  return anchor === undefined || (anchors.get(to)?.has(anchor) ?? false);
}

/** Whether a file is there, in these very letters: not every system tells them apart. */
function isThere(path: string): boolean {
  const at = join(root, path);
  return existsSync(at) && (path === '.' || readdirSync(dirname(at)).includes(posix.basename(path)));
}

test('nothing links to a registry or to this machine', () => {
  const wrong = documents.flatMap(({ path, tokens }) =>
    allTokens(tokens)
      .filter(({ type }) => type === 'link' || type === 'image')
      .map(({ href }) => `${path}: ${href}`)
      .filter((line) => /localhost|127\.0\.0\.1|file:/.test(line)),
  );
  assert.deepEqual(wrong, []);
});
