// Previews the Julia set of the point under the pointer, next to the parameter plane; a click opens it. If there is no
// preview, a message says why.
import { channelsOf, formatComplex, inPixels, paint, type ViewScene } from 'mandoline';
import { computeAside } from './aside.js';
import { drawImage } from './pixels.js';

/** The dynamical plane of one parameter; undefined unless the scene is a parameter plane. */
export function juliaOf(scene: ViewScene, c: readonly [number, number]): ViewScene | undefined {
  if (scene.c !== 'p') return undefined;
  const { rotation: _, samples: __, ...view } = scene.view;
  const { range: ___, ...others } = scene;
  const iterations = Math.min(scene.iterations, 300);
  return { ...others, c, z0: 'p', iterations, view: { ...view, center: ['0', '0'], width: 4 } };
}

/** In CSS pixels. */
const [width, height] = [240, 180];

const invitation = 'Point at the picture, or tap it; a click keeps the point.';

export function makeJulia(figure: HTMLElement, open: (scene: ViewScene) => void) {
  const canvas = figure.querySelector('canvas')!;
  const caption = figure.querySelector('figcaption')!;
  let wanted: ViewScene | undefined;
  let shown: ViewScene | undefined;
  let isBusy = false;
  let isKept = false;

  async function draw(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    const fineness = Math.min(2, devicePixelRatio || 1);
    while (wanted) {
      const scene = inPixels(wanted, Math.round(width * fineness), Math.round(height * fineness));
      const mine = wanted;
      try {
        const field = await computeAside(scene, channelsOf(scene));
        await drawImage(await paint(field, scene), canvas);
        // Unless a message has replaced the picture.
        if (wanted) shown = scene;
      } catch {
        // The constant cannot be drawn, or a worker died: the next constant may work.
      }
      if (wanted === mine) wanted = undefined;
      tell();
    }
    isBusy = false;
  }

  function tell(): void {
    if (!shown) return;
    canvas.hidden = false;
    // Only if the kept point's picture is shown, not while it is still being drawn.
    const isOfIt = isKept && String(shown.c) === String((wanted ?? shown).c);
    caption.textContent = `c = ${formatComplex(shown.c as readonly [number, number])}${isOfIt ? ', kept' : ''}`;
  }

  /** Shows a message in place of the picture. */
  function say(text: string): void {
    wanted = shown = undefined;
    canvas.hidden = true;
    caption.textContent = text;
  }

  canvas.addEventListener('click', () => {
    if (shown) open(shown);
  });

  return {
    /** Draws the set of the point under the pointer. No point: the last picture stays if it is of this scene. */
    point(scene: ViewScene, c: readonly [number, number] | undefined, isNowKept: boolean): void {
      if (figure.hidden) return;
      isKept = isNowKept;
      if (scene.c !== 'p') {
        const value = formatComplex(scene.c);
        say(
          `No Julia sets here: c is ${value} at every point. Choose a scene whose c is p, like mandelbrot.`,
        );
      } else if (c) {
        wanted = juliaOf(scene, c);
        tell();
        void draw();
      } else if (shown?.formula !== scene.formula) say(invitation);
    },
  };
}
