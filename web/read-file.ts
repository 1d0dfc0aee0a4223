// What reads files that are opened: loaded when there is one, since most visits open none.
import { readGradient, readScene, type Scene } from 'mandoline';
import { withPalette } from './address.js';
import { isPalette } from './open.js';

/** A scene, or the colours of a palette. */
export async function readFile(name: string, bytes: Uint8Array): Promise<Scene | readonly string[]> {
  if (isPalette(name)) return readGradient(name, bytes);
  return withPalette(await readScene(name, bytes));
}
