// A scene in a file: JSON, a picture that this program wrote, or another program's location. scene-flags.ts checks the
// scene.
import { basename, extname } from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeText } from '../decode.js';
import { readSceneText } from '../encode/formats.js';
import { PictureError } from '../errors.js';
import { fromBefore } from '../scene/scene.js';
import { fileLimits, readBytes } from './read-file.js';
import { UsageError } from './usage.js';

export interface SceneFile {
  readonly path: string;
  readonly bytes: number;
  /** The size in pixels, if it is a picture. */
  readonly picture?: { readonly width: number; readonly height: number };
  /** The unchecked scene. */
  readonly value: unknown;
}

/** Imported for those files only, so that other commands do not load the parser. */
const imports = () => import('../scene/import.js');
/** Readers of text files, by suffix; each returns an unchecked scene. */
const readers: Readonly<Record<string, ((text: string, path: string) => unknown) | undefined>> = {
  '.json': (text, path) => parseJson(path, text),
  '.kfr': async (text) => (await imports()).importKfr(text),
  '.toml': async (text) => (await imports()).importToml(text),
};
const suffixes = [...Object.keys(readers), '.png'];
/** The suffixes of scene files, for messages. */
export const suffixText = `${suffixes.slice(0, -1).join(', ')} or ${suffixes.at(-1)}`;
export const isSceneFile = (path: string): boolean => suffixes.includes(extname(path).toLowerCase());
/** The name of a scene in a file. */
export const nameOfFile = (path: string): string => basename(path, extname(path));

/** Reads a file. Throws UsageError if it cannot be read or does not contain a scene. */
export async function readSceneFile(path: string): Promise<SceneFile> {
  const reader = readers[extname(path).toLowerCase()];
  try {
    const file = readBytes(path, reader ? fileLimits.text : fileLimits.picture);
    const about = { path, bytes: file.length };
    if (reader) return { ...about, value: await reader(decodeText(file), path) };
    const { text, ...picture } = readSceneText(file, crc32);
    return { ...about, picture, value: fromBefore(parseJson(`${path}: its scene`, text)) };
  } catch (error) {
    throw error instanceof PictureError ? new UsageError(`${path}: ${error.message}`) : error;
  }
}

function parseJson(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${place}: is not valid JSON (${(error as Error).message.replaceAll(/\s+/g, ' ')})`);
  }
}
