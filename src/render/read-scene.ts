// Reads the scene in the bytes of a file, for programs that have the bytes, such as a page on which a file is dropped. The
// command uses cli/scene-file.ts instead, because its flags may change a scene before it is checked.
import { decodeText } from '../decode.js';
import { readPngScene } from '../encode/png-scene.js';
import { PictureError } from '../errors.js';
import { parseScene, type Scene } from '../scene/scene.js';

/**
 * The scene in a file: a scene as JSON (`.json`), a location of Kalles Fraktaler (`.kfr`) or Fraktaler 3 (`.toml`), or a
 * PNG that this program wrote. The suffix of `name` selects the format. Rejects with PictureError for other files and
 * files without a scene, and with SceneError for a scene that cannot be drawn.
 */
export async function readScene(name: string, bytes: Uint8Array): Promise<Scene> {
  const suffix = /\.\w+$/.exec(name)?.[0].toLowerCase();
  if (suffix === '.json') return parseScene(parseJson(decodeText(bytes)));
  if (suffix !== '.kfr' && suffix !== '.toml') return readPngScene(bytes);
  // Imported for those files only.
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
