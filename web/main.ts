// The explorer: one scene, the camera that looks at it, and what happens when either changes. Each part has a file of
// its own; here they are joined.
import { inPixels, paletteNames, parseScene, type Scene, SceneError, type ViewScene } from 'mandoline';
import { firstScene, fitted, readAddress, writeAddress } from './address.js';
import { makeBookmarks } from './bookmarks.js';
import { type Camera, cameraOf, pointAt, type Size, sceneOf, transformBetween } from './camera.js';
import { button, canvas, element, input, say } from './elements.js';
import { Engine } from './engine.js';
import { makeExport, takeDrops } from './export.js';
import { listen } from './gestures.js';
import { makeInspector } from './inspector.js';
import { juliaOf, makeJulia } from './julia.js';
import { offerLesson } from './lesson.js';
import { keepOffline } from './offline.js';
import { makePanel } from './panel.js';
import { useTheme } from './theme.js';
import { WorkersPanel } from './workers/panel.js';

const stage = element('stage', HTMLElement);
const picture = canvas('picture');
const message = element('message', HTMLParagraphElement);
const live = element('live', HTMLParagraphElement);
/** Screens with finer pixels get a picture of at most twice the page's. */
const finest = 2;

let size: Size = { width: 1, height: 1 };
/** How many points a pixel has along each side; fewer than one: a point for several pixels. */
let fineness = 1;
let scene: ViewScene;
/** What the pixels on the canvas are of. */
let drawn: Camera | undefined;
let isAutomatic = location.hash.length < 2;
/** Iterations and width from which automatic iterations go on. */
let base: { readonly iterations: number; readonly width: number };

const camera = (): Camera => cameraOf(scene);
const pixels = (): readonly [number, number] => {
  const ratio = fineness * Math.min(finest, devicePixelRatio || 1);
  return [Math.max(1, Math.round(size.width * ratio)), Math.max(1, Math.round(size.height * ratio))];
};

const workers = new WorkersPanel(element('workers', HTMLElement), {
  tints: canvas('tints'),
  scene: () => scene,
  change: (settings) => {
    engine.change(settings);
    stage.dataset.state = 'busy';
    engine.show(scene, false);
  },
  resize(factor) {
    fineness = factor;
    resize();
  },
});
const engine = new Engine(picture, workers.settings, {
  drawn(of, isExact) {
    drawn = of;
    place();
    stage.dataset.state = isExact ? 'exact' : 'coarse';
    stage.dataset.computations = String(engine.computations);
    if (isExact) tell();
  },
  begin: (count) => workers.begin(count),
  progress: (progress) => workers.progress(progress),
  finish: (work, milliseconds) => workers.finish(work, milliseconds),
  failed: (error) => say(message, error instanceof Error ? error.message : String(error)),
});
const panel = makePanel({
  scene: () => scene,
  change: (next) => show(next, true),
  open: (next) => open(next),
  automatic(isOn) {
    isAutomatic = isOn;
    if (isOn) look(camera(), false);
  },
});
const inspector = makeInspector(element('inspector', HTMLElement));
const julia = makeJulia(element('julia', HTMLElement), (next) => open(fitted(next, ...pixels())));
const saving = makeExport(
  () => scene,
  () => engine.pool,
);

/** Draws the scene, or only its colours where that is enough. */
function draw(isMoving: boolean): void {
  say(message, '');
  stage.dataset.state = 'busy';
  if (!isMoving && engine.recolor(scene)) return;
  engine.show(scene, isMoving);
}

/** Another scene, looked at with the same camera or its own. */
function show(next: ViewScene, isNew: boolean): void {
  scene = next;
  panel.show(scene, isAutomatic);
  inspector.show(camera(), size);
  place();
  draw(false);
  writeAddress(scene, isNew);
}

/** A scene from elsewhere: its own view, its own iterations. */
function open(next: ViewScene, isNew = true): void {
  base = { iterations: next.iterations, width: next.view.width };
  show(next, isNew);
}

/** Where doubles are told apart no more the picture stays. */
function look(next: Camera, isMoving: boolean): void {
  const looked = sceneOf({ ...scene, iterations: iterationsAt(next.width) }, next, ...pixels());
  try {
    parseScene(looked);
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    say(message, 'Doubles end here: nearer points cannot be told apart.');
    return;
  }
  if (isMoving) {
    scene = looked;
    place();
    inspector.show(next, size);
    draw(true);
  } else show(looked, true);
}

/** Half as many more for each three times that the width is halved. */
function iterationsAt(width: number): number {
  if (!isAutomatic) return scene.iterations;
  return Math.round(base.iterations * (1 + Math.max(0, Math.log2(base.width / width)) / 6));
}

/** The old picture lies where it belongs at once, until the new one is there. */
function place(): void {
  picture.style.transform = drawn ? transformBetween(drawn, camera(), size) : '';
}

/** For who cannot see it. */
function tell(): void {
  const { view, iterations } = scene;
  live.textContent = `${view.center.join(' ')} wide ${view.width.toPrecision(3)}, ${iterations} iterations, drawn`;
}

function resize(): void {
  const { clientWidth, clientHeight } = stage;
  size = { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
  const [columns, rows] = pixels();
  if (picture.width === columns && picture.height === rows) return;
  // A canvas that is resized is empty: what it had is drawn again, stretched, until the new picture is there.
  const before = picture.width > 1 ? copyOf(picture) : undefined;
  [picture.width, picture.height] = [columns, rows];
  if (before) picture.getContext('2d')!.drawImage(before, 0, 0, columns, rows);
  workers.resize(columns, rows);
  if (scene) show(inPixels(scene, columns, rows), false);
}

function copyOf(source: HTMLCanvasElement): OffscreenCanvas {
  const copy = new OffscreenCanvas(source.width, source.height);
  copy.getContext('2d')!.drawImage(source, 0, 0);
  return copy;
}

/** The scene of the address; what cannot be read is told, and the page stays usable. */
function fromAddress(): void {
  try {
    const next = readAddress(...pixels());
    isAutomatic = location.hash.length < 2;
    open(next, false);
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    if (!scene) open(fitted(firstScene, ...pixels()), false);
    say(message, `This address is no scene: ${error.message.slice(0, 300)}`);
  }
}

const sheets: Readonly<Record<string, string>> = {
  scene: 'toggle-scene',
  workers: 'toggle-workers',
  lesson: 'toggle-lesson',
};
/** Where there is room for one sheet only. */
const narrow = matchMedia('(max-width: 720px)');

function toggle(wanted: string): void {
  const isOpen = element(wanted, HTMLElement).hidden;
  for (const [id, by] of Object.entries(sheets)) {
    const section = element(id, HTMLElement);
    if (id === wanted) section.hidden = !isOpen;
    else if (narrow.matches) section.hidden = true;
    button(by).setAttribute('aria-expanded', String(!section.hidden));
  }
  // What stands on the right makes room for it.
  document.body.classList.toggle('with-lesson', !element('lesson', HTMLElement).hidden);
  workers.redraw();
}

function toggleJulia(): void {
  julia.toggle();
  button('toggle-julia').setAttribute('aria-pressed', String(julia.isOn));
}

const keys: Readonly<Record<string, () => void>> = {
  h: () => element('help', HTMLDialogElement).showModal(),
  s: () => toggle('scene'),
  w: () => toggle('workers'),
  l() {
    if (!button('toggle-lesson').hidden) toggle('lesson');
  },
  j: toggleJulia,
  e: () => saving.open(),
  t: () => theme.toggle(),
  p: () => document.body.classList.toggle('bare'),
  c: nextPalette,
  '0': () => look({ ...cameraOf(inPixels(firstView(), ...pixels())), rotation: 0 }, false),
  '[': () => changeIterations(1 / 1.5),
  ']': () => changeIterations(1.5),
  Escape: () => engine.cancel(),
};
const theme = useTheme(() => workers.redraw());

/** The view that the formula's bundled scene has, or that of the scene that was opened. */
const firstView = (): Scene => ({
  ...scene,
  view: {
    ...scene.view,
    center: scene.c === 'p' ? ['-0.5', '0'] : ['0', '0'],
    width: Math.max(3.5, base.width),
  },
});

function nextPalette(): void {
  const at = paletteNames.indexOf(String(scene.palette));
  show({ ...scene, palette: paletteNames[(at + 1) % paletteNames.length]! }, true);
}

function changeIterations(factor: number): void {
  isAutomatic = false;
  const iterations = Math.min(1e7, Math.max(1, Math.round(scene.iterations * factor)));
  show({ ...scene, iterations }, true);
}

addEventListener('keydown', (event) => {
  const target = event.target as HTMLElement;
  const isTyping = target.matches('input:not([type=range], [type=checkbox]), select, textarea');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
    return;
  const action = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!action || event.key === 'R') return;
  event.preventDefault();
  action();
});

listen(stage, {
  camera,
  size: () => size,
  look,
  hover(at) {
    inspector.hover(scene, camera(), size, at);
    if (at) julia.follow(scene, pointAt(camera(), size, at));
  },
  click(at) {
    const c = pointAt(camera(), size, at);
    inspector.hover(scene, camera(), size, at);
    if (!julia.isOn || !juliaOf(scene, c)) return;
    julia.follow(scene, c);
    julia.keep();
  },
});
takeDrops(
  document.body,
  (dropped) => {
    isAutomatic = false;
    open(inPixels(dropped, ...pixels()));
  },
  (text) => say(message, text),
);
for (const [id, key] of Object.entries({
  ...{ 'toggle-scene': 's', 'toggle-workers': 'w', 'toggle-julia': 'j', 'open-export': 'e' },
  ...{ 'toggle-lesson': 'l', 'toggle-theme': 't', 'open-help': 'h' },
}))
  button(id).addEventListener('click', () => keys[key]!());
makeBookmarks(() => scene, picture);
offerLesson(element('lesson', HTMLElement), button('toggle-lesson'));
input('automatic').checked = isAutomatic;
// Back and Forward change it too, and tell so by this event alone.
addEventListener('hashchange', fromAddress);
new ResizeObserver(resize).observe(stage);
resize();
fromAddress();
keepOffline();
if (!globalThis.crossOriginIsolated)
  say(message, 'Without cross-origin isolation memory cannot be shared: slices are copied, which is slower.');
