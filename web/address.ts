// The page's address: what is behind its # is the scene, every settled one a step of the browser's history.
import {
  gallery,
  inPixels,
  paletteNames,
  parseAddress,
  type Scene,
  SceneError,
  sceneAddress,
  type ViewScene,
} from 'mandoline';

/** What is drawn where the address says nothing. */
export const firstScene: Scene = { ...gallery.mandelbrot!.scene, coloring: 'smooth', palette: 'cividis' };

/** The scene of the address, in so many pixels. Throws SceneError for an address that cannot be read. */
export function readAddress(columns: number, rows: number): ViewScene {
  const { hash } = location;
  if (hash.length < 2) return fitted(firstScene, columns, rows);
  return inPixels(withPalette(parseAddress(hash)), columns, rows);
}

/** The scene, if its palette is one that there is. Throws SceneError. */
export function withPalette(scene: Scene): Scene {
  const { palette } = scene;
  if (typeof palette !== 'string' || paletteNames.includes(palette)) return scene;
  const accepted = `must be one of ${paletteNames.join(', ')}`;
  throw new SceneError([{ path: 'palette', given: JSON.stringify(palette), accepted }]);
}

/** A scene with all that it showed in a picture of another form: in a wider one there is more at the sides. */
export function fitted(scene: Scene, columns: number, rows: number): ViewScene {
  const { view } = inPixels(scene, 1, 1);
  const before = scene.view ?? { columns: 1, rows: 1 };
  const wider = Math.max(1, (columns * before.rows) / (rows * before.columns));
  return inPixels({ ...inPixels(scene, 1, 1), view: { ...view, width: view.width * wider } }, columns, rows);
}

/** The bundled scene that this one is nearest to, by which its address begins. */
export const nearestName = (scene: Scene): string => /^#f=([^&]*)/.exec(sceneAddress(scene))?.[1] ?? '\u2014';

/** What stands behind the # for a scene; the size of the window is nobody else's. */
export const addressOf = (scene: Scene): string => sceneAddress(inPixels(scene, 800, 600));

/** Puts a settled scene into the address. */
export function writeAddress(scene: ViewScene, isNew: boolean): void {
  const address = addressOf(scene);
  if (address === location.hash) return;
  if (isNew) history.pushState(undefined, '', address);
  else history.replaceState(undefined, '', address);
}
