// A scene in a file: in JSON, in a picture that this program wrote, or as another program keeps locations. That it is a
// scene is scene-flags.ts's to check.
import { basename, extname } from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeText } from '../decode.js';
import { readSceneText } from '../encode/formats.js';
import { PictureError } from '../errors.js';
import { fileLimits, readBytes } from './read-file.js';
import { UsageError } from './usage.js';

export interface SceneFile {
  readonly path: string;
  readonly bytes: number;
  /** The size in pixels, where it is a picture. */
  readonly picture?: { readonly width: number; readonly height: number };
  /** What may be a scene. */
  readonly value: unknown;
}

/** Loaded for those files, so that no other command waits for their parser. */
const imports = () => import('../scene/import.js');
/** How files that are text give what may be a scene, by their suffixes. */
const readers: Readonly<Record<string, ((text: string, path: string) => unknown) | undefined>> = {
  '.json': (text, path) => parseJson(path, text),
  '.kfr': async (text) => (await imports()).importKfr(text),
  '.toml': async (text) => (await imports()).importToml(text),
};
const suffixes = [...Object.keys(readers), '.png'];
/** What files a scene can stand in, for people. */
export const suffixText = `${suffixes.slice(0, -1).join(', ')} or ${suffixes.at(-1)}`;
export const isSceneFile = (path: string): boolean => suffixes.includes(extname(path).toLowerCase());
/** What a scene in a file is called. */
export const nameOfFile = (path: string): string => basename(path, extname(path));

/** Reads a file. Throws UsageError where it cannot be read, or has no scene in it. */
export async function readSceneFile(path: string): Promise<SceneFile> {
  const reader = readers[extname(path).toLowerCase()];
  try {
    const file = readBytes(path, reader ? fileLimits.text : fileLimits.picture);
    const about = { path, bytes: file.length };
    if (reader) return { ...about, value: await reader(decodeText(file), path) };
    const { text, ...picture } = readSceneText(file, crc32);
    return { ...about, picture, value: parseJson(`${path}: its scene`, text) };
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
