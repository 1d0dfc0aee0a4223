// Reads the scene in a PNG, on every platform.
import { PictureError } from '../errors.js';
import { fromBefore, parseScene, type Scene } from '../scene/scene.js';
import { crc32 } from './crc.js';
import { readSceneText } from './formats.js';

/**
 * The scene of a PNG that this program wrote, on every platform. Throws PictureError for an incomplete PNG or one
 * without a scene, and SceneError for a scene that cannot be drawn.
 */
export function readPngScene(file: Uint8Array): Scene {
  const { text } = readSceneText(file, crc32);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PictureError('contains no scene that can be read');
  }
  return parseScene(fromBefore(value));
}
