// The page's address: the part after # is the scene, and every settled scene is a step of the browser's history.
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

/** The default scene. */
export const firstScene: Scene = gallery.mandelbrot!.scene;

/** The scene of the address, with this number of pixels. Throws SceneError for an invalid address. */
export function readAddress(columns: number, rows: number): ViewScene {
  const { hash } = location;
  if (hash.length < 2) return fitted(firstScene, columns, rows);
  return inPixels(withPalette(parseAddress(hash)), columns, rows);
}

/** The scene, if its palette exists. Throws SceneError. */
export function withPalette(scene: Scene): Scene {
  const { palette } = scene;
  if (typeof palette !== 'string' || paletteNames.includes(palette)) return scene;
  const accepted = `must be one of ${paletteNames.join(', ')}`;
  throw new SceneError([{ path: 'palette', given: JSON.stringify(palette), accepted }]);
}

/** A scene with everything it showed, in another aspect ratio: a wider picture shows more at the sides. */
export function fitted(scene: Scene, columns: number, rows: number): ViewScene {
  const { view } = inPixels(scene, 1, 1);
  const before = scene.view ?? { columns: 1, rows: 1 };
  const wider = Math.max(1, (columns * before.rows) / (rows * before.columns));
  // A view so deep that its width is text is cut off at the sides instead.
  const width = typeof view.width === 'string' ? view.width : view.width * wider;
  return inPixels({ ...inPixels(scene, 1, 1), view: { ...view, width } }, columns, rows);
}

/** The nearest bundled scene, with which the address starts. */
export const nearestName = (scene: Scene): string => /^#f=([^&]*)/.exec(sceneAddress(scene))?.[1] ?? '\u2014';

/** The part after # for a scene, without the size of this window. */
export const addressOf = (scene: Scene): string => sceneAddress(inPixels(scene, 800, 600));

/** The initial view of a scene's family; for the user's formula, around 0. */
export function homeOf(scene: ViewScene, columns: number, rows: number): ViewScene {
  const view = { center: ['0', '0'], width: 4, columns: 4, rows: 3 } as const;
  return fitted(gallery[nearestName(scene)]?.scene ?? { ...scene, view }, columns, rows);
}

/** Identifies changes that belong together: a gesture's number, or the edited field. */
export type Gesture = number | EventTarget;

interface Step {
  readonly scene: ViewScene;
  /** What automatic iterations are based on. */
  readonly base: number;
  /** A step of the history, or a change of the current one. */
  readonly isNew: boolean;
  readonly gesture: Gesture | undefined;
}

/** Milliseconds after which a view has settled, so that dragging a slider makes one step of the history, not hundreds. */
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

/** The address has changed: that of the previous scene must not be written. */
export function forgetAddress(): void {
  clearTimeout(timer);
  pending = last = undefined;
  isBroken = false;
}

/** The address is invalid. */
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
  // Other changes belong to the last step, or to the unwritten one.
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

// Each of these events says whether the first button or the finger is down, so a missed release is noticed at the next
// event. A press on a list of choices is released over the list, which is not part of the page.
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
