// The scene in the bytes of a file, of every kind that has one, for programs that get the bytes themselves, such as a
// page on which a file is dropped. The command reads files by cli/scene-file.ts, since its flags may change a scene
// before it is checked.
import { decodeText } from '../decode.js';
import { readPngScene } from '../encode/png-scene.js';
import { PictureError } from '../errors.js';
import { parseScene, type Scene } from '../scene/scene.js';

/**
 * The scene in a file: a scene as JSON (`.json`), a location of Kalles Fraktaler (`.kfr`) or Fraktaler 3 (`.toml`), or
 * else a PNG that this program wrote. `name` is the file's, of which the suffix counts. Rejects with PictureError for a
 * file that is none of these or has no scene in it, and with SceneError for a scene that cannot be drawn.
 */
export async function readScene(name: string, bytes: Uint8Array): Promise<Scene> {
  const suffix = /\.\w+$/.exec(name)?.[0].toLowerCase();
  if (suffix === '.json') return parseScene(parseJson(decodeText(bytes)));
  if (suffix !== '.kfr' && suffix !== '.toml') return readPngScene(bytes);
  // Loaded for those files, so that nothing else waits for their parser.
  const { importKfr, importToml } = await import('../scene/import.js');
  return parseScene((suffix === '.kfr' ? importKfr : importToml)(decodeText(bytes)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PictureError('is not valid JSON');
  }
}
