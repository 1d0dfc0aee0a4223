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
export const firstScene: Scene = gallery.mandelbrot!.scene;

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

/** What changes belong together: a number of gestures, or the field that somebody types in. */
export type Gesture = number | EventTarget;

interface Step {
  readonly scene: ViewScene;
  /** What automatic iterations are based on. */
  readonly base: number;
  /** A step of the history, or a change of the one that is there. */
  readonly isNew: boolean;
  readonly gesture: Gesture | undefined;
}

/** Milliseconds after which a view has settled; who drags a slider makes one step of the history, not hundreds. */
const pause = 150;
/** Milliseconds within which what belongs to one gesture is one step. */
const together = 2500;
let timer: ReturnType<typeof setTimeout> | undefined;
let pending: Step | undefined;
let isHeld = false;
/** An address that cannot be read stays, so that it can be mended, until there is a step. */
let isBroken = false;
/** What was written last. */
let last: { readonly gesture: Gesture | undefined; readonly at: number } | undefined;

/** Another address has come: that of the scene before is not written any more. */
export function forgetAddress(): void {
  clearTimeout(timer);
  pending = last = undefined;
  isBroken = false;
}

/** What is in the address cannot be read. */
export function keepAddress(): void {
  isBroken = true;
}

/** What automatic iterations were based on where the history has been here before; undefined: it has not. */
export function baseInHistory(): number | undefined {
  const base: unknown = history.state?.base;
  return typeof base === 'number' && base > 0 ? base : undefined;
}

/** Puts a scene into the address: as a step of the history once it has settled, or at once in place of the last. */
export function writeAddress(
  scene: ViewScene,
  base: number,
  { isNew, gesture }: { readonly isNew: boolean; readonly gesture?: Gesture | undefined },
): void {
  // What is no step belongs to the last, or to the one that is not written yet.
  const before = pending ?? last;
  pending = {
    scene,
    base,
    isNew: isNew || pending?.isNew === true,
    gesture: isNew ? gesture : before?.gesture,
  };
  if (pending.isNew) settle();
  else write();
}

function write(): void {
  if (!pending) return;
  const { scene, base, isNew, gesture } = pending;
  pending = undefined;
  const address = addressOf(scene);
  if (address === location.hash || (isBroken && !isNew)) return;
  isBroken = false;
  const at = performance.now();
  const isSame = last !== undefined && gesture !== undefined && gesture === last.gesture;
  if (isNew && !(isSame && at - last!.at < together)) history.pushState({ base }, '', address);
  else history.replaceState({ base }, '', address);
  last = { gesture, at };
}

/** Writes the step after the pause; while a pointer is held down a drag goes on, and its end calls this again. */
function settle(): void {
  clearTimeout(timer);
  if (pending && !isHeld) timer = setTimeout(write, pause);
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
