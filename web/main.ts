// The explorer: one scene, its camera, and what happens when either changes. This file connects the parts, which have
// their own files; rest.ts has those that the first picture does not need.
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
  nearestName,
  readAddress,
  writeAddress,
} from './address.js';
import { type Camera, cameraOf, type Size, sceneOf, zoomed } from './camera.js';
import { makeControls } from './controls.js';
import { atDepth, forgetDepth, magnification, spoken, widthOf } from './depth.js';
import { button, canvas, element } from './elements.js';
import { areSamePoints, atRest, Engine } from './engine.js';
import { listen } from './gestures.js';
import { AutomaticIterations, mostIterations } from './iterations.js';
import { listenKeys } from './keys.js';
import { reasonOf, whyNoPicture, whySlow } from './lacking.js';
import { Later } from './later.js';
import { makeLayers } from './layers.js';
import { makeMessage } from './message.js';
import { keepOffline } from './offline.js';
import { makePanels } from './panels.js';
import { makePointed } from './pointed.js';
import { makeProgress } from './progress.js';
import type { Rest } from './rest.js';
import { share } from './share.js';
import './trusted.js';
import { useTheme } from './theme.js';
import { WorkersPanel } from './workers/panel.js';

const stage = element('stage', HTMLElement);
const layers = makeLayers();
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
const engine = new Engine({ exact: canvas('picture'), coarse: canvas('coarse') }, workers.settings, {
  drawn(of, isExact) {
    layers.draw(of, isExact);
    place();
    stage.dataset.computations = String(engine.computations);
    const isRefined = isExact && (isLookedAt() || atRest(of) !== of);
    setState(isRefined ? 'refining' : isExact ? 'exact' : 'coarse');
    if (!isExact) return;
    tell();
    rest.use();
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
    rest.now?.panel.show(scene, automatic.isOn);
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
const rest: Later<Rest> = new Later(
  async () => {
    const { makeRest } = await import('./rest.js');
    const made = makeRest({
      scene: () => scene,
      camera,
      size: () => size,
      look,
      pixels,
      field: () => engine.drawn,
      workers: () => workers.settings.workers,
      change(next) {
        if (!areSamePoints(next, scene)) automatic.leave();
        // Edits in one field share a history entry.
        show(next, true, document.activeElement ?? undefined);
      },
      open: (next) => open(next),
      openFile(next) {
        automatic.isOn = false;
        open(next);
      },
      automatic(isOn) {
        automatic.isOn = isOn;
        if (isOn) look(camera(), false);
      },
      moreDetail: () => changeIterations(2),
      fail: message.error,
    });
    made.show(automatic.isOn);
    return made;
  },
  () => pointed.again(), // The pointer may have come before.
  (error) => message.error(`A part of the page cannot be loaded: ${reasonOf(error)}`),
);
const pointed = makePointed({
  camera,
  size: () => size,
  tell(point, isKept) {
    rest.now?.point(point, isKept);
  },
});

/** `refining`: the picture is exact, and more iterations or samples may follow. */
type State = 'busy' | 'coarse' | 'refining' | 'exact' | 'stopped';

function setState(state: State): void {
  if (stage.dataset.state === state) return;
  stage.dataset.state = state;
  controls.state(state);
}

/** Positions the existing pictures and starts drawing the scene. */
function draw(isMoving: boolean): void {
  rest.now?.cycling.halt();
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
  rest.now?.show(automatic.isOn);
  pointed.again();
  accent();
  document.title = `${nearestName(scene)} ${magnification(widthOf(scene))} – Mandoline`;
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
  forgetDepth();
  message.clear();
  pointed.release();
  rest.now?.panel.forget(true);
  show(next, isNew);
}

/** Changes the camera. At the limit of doubles the picture stays. */
function look(next: Camera, isMoving: boolean, gesture?: Gesture): void {
  const iterations = automatic.isOn ? automatic.at(next.width) : scene.iterations;
  let looked: ViewScene;
  try {
    looked = atDepth(sceneOf({ ...scene, iterations }, next, ...pixels()));
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    message.remark(
      'Doubles end here, and exact arithmetic does not support this formula or its escape rule.',
    );
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
  layers.place(scene, camera(), size);
  rest.now?.orbit.draw();
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

const panels = makePanels({
  ready: (action) => rest.use(action),
  changed(id) {
    if (id === 'julia') pointed.again();
    workers.redraw();
  },
});
const controls = makeControls({
  home: goHome,
  zoom: (factor) => look(zoomed(camera(), size, [size.width / 2, size.height / 2], factor), false),
  upright: turnUpright,
  share: () => void share({ copied: message.remark, fail: message.error }),
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
  if (layers.shown) scene = { ...layers.shown, view: scene.view };
  rest.now?.panel.forget(false);
  rest.now?.panel.show(scene, automatic.isOn);
  place();
  writeAddress(scene, automatic.base, { isNew: false });
  setState('stopped');
  live.textContent = 'stopped';
  return true;
}

function resume(): void {
  if (interrupted) show(interrupted, false);
}

const keys = {
  h: openHelp,
  '?': openHelp,
  s: () => panels.toggle('scene', true),
  w: () => panels.toggle('workers', true),
  l: () => panels.toggle('lesson', true),
  j: () => panels.toggle('julia', true),
  e: () => rest.use(({ saving }) => saving.open()),
  o: () => rest.use(() => button('open-file').click()),
  t: () => theme.toggle(),
  p: () => document.body.classList.toggle('bare'),
  c: nextPalette,
  b: () => rest.use(({ orbit }) => orbit.toggle()),
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

listenKeys(keys);
listen(stage, {
  camera,
  size: () => size,
  look,
  hover: pointed.hover,
  click: pointed.click,
  unclick: pointed.unclick,
});
for (const [id, key] of Object.entries({
  'open-export': 'e',
  'toggle-theme': 't',
  'open-help': 'h',
} as const))
  button(id).addEventListener('click', () => keys[key]());
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
