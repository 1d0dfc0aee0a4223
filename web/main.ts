// The explorer: one scene, its camera, and what happens when either changes. This file connects the parts, which have
// their own files.
import { inPixels, paletteNames, SceneError, type ViewScene } from 'mandoline';
import { accentOf } from './accent.js';
import {
  addressOf,
  baseInHistory,
  firstScene,
  fitted,
  forgetAddress,
  type Gesture,
  homeOf,
  keepAddress,
  readAddress,
  writeAddress,
} from './address.js';
import { makeBookmarks } from './bookmarks.js';
import { type Camera, cameraOf, type Size, sceneOf, transformBetween, zoomed } from './camera.js';
import { makeControls } from './controls.js';
import { checkLook, spoken, widthOf } from './depth.js';
import { button, canvas, element } from './elements.js';
import { areSamePoints, atRest, Engine, isSamePlane } from './engine.js';
import { makeExport } from './export.js';
import { isForThePage, listen } from './gestures.js';
import { makeInspector } from './inspector.js';
import { AutomaticIterations, mostIterations } from './iterations.js';
import { makeJulia } from './julia.js';
import { reasonOf, whyNoPicture, whySlow } from './lacking.js';
import { offerLesson } from './lesson.js';
import { makeMessage } from './message.js';
import { keepOffline } from './offline.js';
import { takeFiles } from './open.js';
import { makePanel } from './panel.js';
import { makePanels } from './panels.js';
import { makePointed } from './pointed.js';
import { makeProgress } from './progress.js';
import './trusted.js';
import { useTheme } from './theme.js';
import { WorkersPanel } from './workers/panel.js';

const stage = element('stage', HTMLElement);
const picture = canvas('picture');
/** The page's pictures, from bottom to top: coarse, and exact with its overlay. */
const layers = { coarse: canvas('coarse'), exact: element('exact', HTMLDivElement) };
const message = makeMessage();
const live = element('live', HTMLParagraphElement);
const progress = makeProgress(element('progress', HTMLProgressElement), live);
/** The largest device pixel ratio that is used. */
const finest = 2;

/** Initially the window's size: if the style sheet is late, WebKit runs this before the stage is laid out. */
let size: Size = { width: Math.max(1, innerWidth), height: Math.max(1, innerHeight) };
/** Points per pixel along each side; below one, a point covers several pixels. */
let fineness = 1;
let scene: ViewScene;
/** The scene shown in each layer. */
const drawn: { coarse?: ViewScene; exact?: ViewScene } = {};
let isCoarseNewer = false;
/** The magnification of an old picture above which a coarse one shows more. */
const mostMagnified = 3;
const automatic = new AutomaticIterations();

const camera = (): Camera => cameraOf(scene);
const pixels = (): readonly [number, number] => {
  const ratio = fineness * Math.min(finest, devicePixelRatio || 1);
  return [Math.max(1, Math.round(size.width * ratio)), Math.max(1, Math.round(size.height * ratio))];
};

function fail(error: unknown): void {
  progress.end();
  message.error(reasonOf(error));
}

const workers = new WorkersPanel(element('workers', HTMLElement), {
  tints: canvas('tints'),
  scene: () => scene,
  change(settings) {
    engine.change(settings);
    draw(false);
  },
  resize(factor) {
    fineness = factor;
    resize();
  },
  failed: fail,
});
const engine = new Engine({ exact: picture, coarse: layers.coarse }, workers.settings, {
  drawn(of, isExact) {
    const { columns, rows } = of.view;
    const kind = isExact ? 'exact' : 'coarse';
    drawn[kind] = of;
    isCoarseNewer = !isExact;
    layers[kind].style.aspectRatio = `${columns} / ${rows}`;
    place();
    stage.dataset.computations = String(engine.computations);
    setState(isExact && (isLookedAt() || atRest(of) !== of) ? 'refining' : kind);
    if (isExact) tell();
  },
  wait: () => progress.begin(),
  rest() {
    progress.end();
    if (stage.dataset.state === 'refining') setState('exact');
  },
  iterations(of, iterations, isMoving) {
    automatic.learn(iterations, widthOf(of));
    // The colours may have changed meanwhile.
    if (isMoving || !areSamePoints(of, scene)) return;
    scene = { ...scene, iterations };
    panel.show(scene, automatic.isOn);
    writeAddress(scene, automatic.base, { isNew: false });
  },
  begin(count) {
    workers.begin(count);
    progress.begin();
  },
  progress(now) {
    workers.progress(now);
    progress.tell(now);
  },
  coarseProgress: (now) => progress.tell(now),
  finish(work, milliseconds) {
    workers.finish(work, milliseconds);
    progress.end();
  },
  failed(error) {
    fail(error);
    interrupted = scene;
    setState('stopped');
  },
});
const panel = makePanel({
  scene: () => scene,
  change(next) {
    if (!areSamePoints(next, scene)) automatic.leave();
    // Edits in one field share a history entry.
    show(next, true, document.activeElement ?? undefined);
  },
  open: (next) => open(next),
  automatic(isOn) {
    automatic.isOn = isOn;
    if (isOn) look(camera(), false);
  },
});
const inspector = makeInspector(element('inspector', HTMLElement));
const pointed = makePointed({
  camera,
  size: () => size,
  tell(point, isKept) {
    inspector.point(scene, point, camera().width / size.width, isKept);
    julia.point(scene, point, isKept);
  },
});
const julia = makeJulia(element('julia', HTMLElement), (next) => open(fitted(next, ...pixels())));
const saving = makeExport(
  () => scene,
  () => workers.settings.workers,
);

/** `refining`: the picture is exact, and more iterations or samples may follow. */
type State = 'busy' | 'coarse' | 'refining' | 'exact' | 'stopped';

function setState(state: State): void {
  if (stage.dataset.state === state) return;
  stage.dataset.state = state;
  controls.state(state);
}

/** Positions the existing pictures and starts drawing the scene. */
function draw(isMoving: boolean): void {
  setState('busy');
  place();
  controls.show(camera());
  engine.show(scene, isMoving, automatic.least(widthOf(scene)));
}

const isLookedAt = (): boolean => automatic.least(widthOf(scene)) !== undefined;

/** Shows another scene, with the same camera or its own. */
function show(next: ViewScene, isNew: boolean, gesture?: Gesture): void {
  // Settling or resizing does not change the scene, so its message stays.
  if (!scene || addressOf(next) !== addressOf(scene)) message.clear();
  scene = next;
  draw(false);
  panel.show(scene, automatic.isOn);
  inspector.look(camera(), size);
  pointed.again();
  accent();
  writeAddress(scene, automatic.base, { isNew, gesture });
}

/** Sets the palette's accent colour; if it has none, the style sheet's applies. */
function accent(): void {
  const { style, dataset } = document.documentElement;
  style.setProperty('--accent', accentOf(scene.palette, dataset.theme === 'light' ? 'light' : 'dark') ?? '');
}

/** Opens a scene with its own view and iterations, which become the start of automatic ones. */
function open(next: ViewScene, isNew = true, base?: number): void {
  automatic.open(next, base);
  message.clear();
  pointed.release();
  panel.forget(true);
  show(next, isNew);
}

/** Changes the camera. At the limit of doubles the picture stays. */
function look(next: Camera, isMoving: boolean, gesture?: Gesture): void {
  const iterations = automatic.isOn ? automatic.at(next.width) : scene.iterations;
  const looked = sceneOf({ ...scene, iterations }, next, ...pixels());
  try {
    checkLook(scene, looked);
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    message.remark('Doubles end here: nearer points cannot be told apart.');
    return;
  }
  automatic.leave();
  if (isMoving) {
    message.clear();
    scene = looked;
    draw(true);
  } else show(looked, true, gesture);
}

/** Transforms old pictures to the current view until new ones replace them. */
function place(): void {
  const { coarse, exact } = drawn;
  const now = camera();
  if (coarse) layers.coarse.style.transform = transformBetween(cameraOf(coarse), now, size);
  if (!exact) return;
  layers.exact.style.transform = transformBetween(cameraOf(exact), now, size);
  const isUseful =
    !isCoarseNewer || (isSamePlane(exact, scene) && widthOf(exact) / now.width < mostMagnified);
  layers.exact.style.visibility = isUseful ? '' : 'hidden';
}

function tell(): void {
  live.textContent = spoken(scene);
}

function resize(): void {
  const { clientWidth, clientHeight } = stage;
  size = { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
  const [columns, rows] = pixels();
  workers.resize(columns, rows);
  const { view } = scene;
  if (view.columns !== columns || view.rows !== rows) show(inPixels(scene, columns, rows), false);
}

/** Opens the address's scene. An invalid address is reported, and the page stays usable. */
function fromAddress(): void {
  forgetAddress();
  try {
    const next = readAddress(...pixels());
    open(next, false, baseInHistory());
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    keepAddress();
    if (!scene) open(fitted(firstScene, ...pixels()), false);
    message.error(`This address is not a scene: ${error.message.slice(0, 300)}`);
  }
}

const panels = makePanels((id) => {
  if (id === 'julia') pointed.again();
  workers.redraw();
});
const controls = makeControls({
  home: goHome,
  zoom: (factor) => look(zoomed(camera(), size, [size.width / 2, size.height / 2], factor), false),
  upright: turnUpright,
  stopOrResume: () => (stage.dataset.state === 'stopped' ? resume() : stop()),
});

function goHome(): void {
  look(cameraOf(homeOf(scene, ...pixels())), false);
}

function turnUpright(): void {
  look({ ...camera(), rotation: 0 }, false);
}

/** The scene whose computation was stopped. */
let interrupted: ViewScene | undefined;

/** Stops computing and resets the fields to the picture shown. False if the picture was already exact or stopped. */
function stop(): boolean {
  const { state } = stage.dataset;
  if (state === 'exact' || state === 'stopped') return false;
  engine.cancel();
  progress.end();
  if (state === 'refining') {
    setState('exact');
    return false;
  }
  interrupted = scene;
  const shown = isCoarseNewer ? drawn.coarse : drawn.exact;
  if (shown) scene = { ...shown, view: scene.view };
  panel.forget(false);
  panel.show(scene, automatic.isOn);
  place();
  writeAddress(scene, automatic.base, { isNew: false });
  setState('stopped');
  live.textContent = 'stopped';
  return true;
}

function resume(): void {
  if (interrupted) show(interrupted, false);
}

const keys: Readonly<Record<string, () => void>> = {
  h: openHelp,
  '?': openHelp,
  s: () => panels.toggle('scene', true),
  w: () => panels.toggle('workers', true),
  l: () => panels.toggle('lesson', true),
  j: () => panels.toggle('julia', true),
  e: () => saving.open(),
  o: () => button('open-file').click(),
  t: () => theme.toggle(),
  p: () => document.body.classList.toggle('bare'),
  c: nextPalette,
  '0': goHome,
  Home: goHome,
  u: turnUpright,
  f: () => controls.toggleFullScreen(),
  ' ': () => button('stop').click(),
  Backspace() {
    // Back to the previous view, not to the previous page.
    if (globalThis.navigation?.canGoBack ?? true) history.back();
  },
  '[': () => changeIterations(1 / 1.5),
  ']': () => changeIterations(1.5),
  Escape() {
    if (!stop()) panels.closeTopmost();
  },
};

const theme = useTheme(() => {
  workers.redraw();
  accent();
});

function openHelp(): void {
  element('help', HTMLDialogElement).showModal();
}

function nextPalette(): void {
  const at = paletteNames.indexOf(String(scene.palette));
  show({ ...scene, palette: paletteNames[(at + 1) % paletteNames.length]! }, true);
}

function changeIterations(factor: number): void {
  automatic.isOn = false;
  const iterations = Math.min(mostIterations, Math.max(1, Math.round(scene.iterations * factor)));
  show({ ...scene, iterations }, true);
}

addEventListener('keydown', (event) => {
  if (!isForThePage(event)) return;
  const action = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!action || event.key === 'R') return;
  event.preventDefault();
  action();
});

listen(stage, {
  camera,
  size: () => size,
  look,
  hover: pointed.hover,
  click: pointed.click,
  unclick: pointed.unclick,
});
takeFiles({
  scene(next) {
    automatic.isOn = false;
    open(inPixels(next, ...pixels()));
  },
  palette: (colors) => show({ ...scene, palette: [...colors] }, true),
  fail: message.error,
});
for (const [id, key] of Object.entries({ 'open-export': 'e', 'toggle-theme': 't', 'open-help': 'h' }))
  button(id).addEventListener('click', () => keys[key]!());
makeBookmarks(() => scene, picture);
offerLesson(element('lesson', HTMLElement), button('toggle-lesson'));
// Back and Forward change the address too; only this event reports it.
addEventListener('hashchange', fromAddress);
fromAddress();
new ResizeObserver(resize).observe(stage);
void keepOffline();
const reason = whyNoPicture();
if (reason) message.error(reason);
// A message about an invalid address has priority over this remark.
else if (!message.isShown) message.remark(whySlow() ?? '');
element('unstarted', HTMLElement).remove();
