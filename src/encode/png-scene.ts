// The scene that stands in a picture, on every platform.
import { PictureError } from '../errors.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { crc32 } from './crc.js';
import { readSceneText } from './formats.js';

/**
 * The scene of a PNG that this program wrote, on every platform. Throws PictureError for what is no whole PNG or has no
 * scene in it, and SceneError for a scene that cannot be drawn.
 */
export function readPngScene(file: Uint8Array): Scene {
  const { text } = readSceneText(file, crc32);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PictureError('has no scene in it that can be read');
  }
  return parseScene(value);
}
