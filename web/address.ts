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

/** The view with which a scene's family is opened; for a formula of one's own, around 0. */
export function homeOf(scene: ViewScene, columns: number, rows: number): ViewScene {
  const view = { center: ['0', '0'], width: 4, columns: 4, rows: 3 } as const;
  return fitted(gallery[nearestName(scene)]?.scene ?? { ...scene, view }, columns, rows);
}

/** Milliseconds after which a view has settled; who drags a slider makes one step of the history, not hundreds. */
const pause = 150;
let timer: ReturnType<typeof setTimeout> | undefined;
/** Writes the step that is not written yet. */
let writeStep: (() => void) | undefined;
let isHeld = false;

/** Another address has come: that of the scene before is not written any more. */
export function forgetAddress(): void {
  clearTimeout(timer);
  writeStep = undefined;
}

/** On what automatic iterations are based where the history has been here before; undefined: an address from elsewhere. */
export function baseInHistory(): number | undefined {
  const base: unknown = history.state?.base;
  return typeof base === 'number' && base > 0 ? base : undefined;
}

/**
 * Puts a scene into the address: in place of the last at once, as a step of the history once it has settled. The step
 * remembers what automatic iterations are based on.
 */
export function writeAddress(scene: ViewScene, isNew: boolean, base: number): void {
  const isStep = isNew || writeStep !== undefined;
  forgetAddress();
  const write = () => {
    writeStep = undefined;
    const address = addressOf(scene);
    if (address === location.hash) return;
    if (isStep) history.pushState({ base }, '', address);
    else history.replaceState({ base }, '', address);
  };
  if (isStep) {
    writeStep = write;
    settle();
  } else write();
}

/** Writes the step after the pause; while a pointer is held down a drag goes on, and its end calls this again. */
function settle(): void {
  clearTimeout(timer);
  if (writeStep && !isHeld) timer = setTimeout(writeStep, pause);
}

// Each of these events tells whether the first button, or the finger, is down, so an end that nobody told is seen at the
// next. Who presses a list of choices lets go over the list, which is no part of the page.
for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'] as const)
  addEventListener(
    type,
    ({ buttons, target }) => {
      const isDown = (buttons & 1) !== 0 && !(target instanceof HTMLSelectElement);
      if (isDown === isHeld) return;
      isHeld = isDown;
      settle();
    },
    { capture: true },
  );
