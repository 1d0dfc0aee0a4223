// `node scripts/release-notes.js v0.1.0`: prints that version's section of CHANGELOG.md as release notes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.js';

/** The section of a version such as `v0.1.0`; throws if the changelog or package.json does not have that version. */
export function releaseNotes(tag, changelog, version) {
  if (tag !== `v${version}`) throw new Error(`${tag}: package.json has version ${version}`);
  const section = changelog.split(/^## /m).find((each) => each.startsWith(`${version}\n`));
  if (!section) throw new Error(`${tag}: CHANGELOG.md has no section ${version}`);
  return section.slice(version.length).trim();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const read = (name) => readFileSync(join(root, name), 'utf8');
  console.log(releaseNotes(process.argv[2], read('CHANGELOG.md'), JSON.parse(read('package.json')).version));
}
