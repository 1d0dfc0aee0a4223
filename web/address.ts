// The page's address: the part after # is the scene, and every settled scene is an entry in the browser's history.
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

/** The address's scene at this size in pixels. Throws SceneError for an invalid address. */
export function readAddress(columns: number, rows: number): ViewScene {
  const { hash } = location;
  if (hash.length < 2) return fitted(firstScene, columns, rows);
  return inPixels(withPalette(parseAddress(hash)), columns, rows);
}

/** The scene. Throws SceneError if its palette does not exist. */
export function withPalette(scene: Scene): Scene {
  const { palette } = scene;
  if (typeof palette !== 'string' || paletteNames.includes(palette)) return scene;
  const accepted = `must be one of ${paletteNames.join(', ')}`;
  throw new SceneError([{ path: 'palette', given: JSON.stringify(palette), accepted }]);
}

/** The scene in another aspect ratio, with everything still visible: a wider picture shows more at the sides. */
export function fitted(scene: Scene, columns: number, rows: number): ViewScene {
  const { view } = inPixels(scene, 1, 1);
  const before = scene.view ?? { columns: 1, rows: 1 };
  const wider = Math.max(1, (columns * before.rows) / (rows * before.columns));
  // A view so deep that its width is text is cropped at the sides instead.
  const width = typeof view.width === 'string' ? view.width : view.width * wider;
  return inPixels({ ...inPixels(scene, 1, 1), view: { ...view, width } }, columns, rows);
}

/** The nearest bundled scene, whose name starts the address. */
export const nearestName = (scene: Scene): string => /^#f=([^&]*)/.exec(sceneAddress(scene))?.[1] ?? '\u2014';

/** A scene's part after #, independent of the window's size. */
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
  /** The base of automatic iterations. */
  readonly base: number;
  /** True adds a history entry; false changes the current one. */
  readonly isNew: boolean;
  readonly gesture: Gesture | undefined;
}

/** Milliseconds after which a view has settled, so that dragging a slider adds one history entry, not hundreds. */
const pause = 150;
/** Milliseconds within which changes of one gesture share a history entry. */
const together = 2500;
let timer: ReturnType<typeof setTimeout> | undefined;
let pending: Step | undefined;
let isHeld = false;
/** An invalid address stays until the next history entry, so that the user can correct it. */
let isBroken = false;
/** The last entry written. */
let last: { readonly gesture: Gesture | undefined; readonly at: number } | undefined;

/** The address has changed, so the previous scene's pending address is dropped. */
export function forgetAddress(): void {
  clearTimeout(timer);
  pending = last = undefined;
  isBroken = false;
}

/** The address is invalid. */
export function keepAddress(): void {
  isBroken = true;
}

/** The base of automatic iterations stored in this history entry, if any. */
export function baseInHistory(): number | undefined {
  const base: unknown = history.state?.base;
  return typeof base === 'number' && base > 0 ? base : undefined;
}

/** Writes a scene to the address: as a new history entry once it has settled, or at once in place of the last one. */
export function writeAddress(
  scene: ViewScene,
  base: number,
  { isNew, gesture }: { readonly isNew: boolean; readonly gesture?: Gesture | undefined },
): void {
  // Other changes belong to the last entry, or to the pending one.
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

/** Writes the entry after the pause. During a drag nothing is written; the end of the drag calls this again. */
function settle(): void {
  clearTimeout(timer);
  if (pending && !isHeld) timer = setTimeout(write, pause);
}

// Each of these events reports whether the primary button or finger is down, so a missed release is noticed at the next
// event. A press on a select list is released over the list, which is not part of the page.
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
