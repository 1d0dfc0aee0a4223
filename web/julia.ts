// The Julia set of the point under the pointer, beside the picture of parameters: it follows the pointer, and a click
// keeps it, a click on it opens it.
import { channelsOf, formatComplex, inPixels, paint, type ViewScene } from 'mandoline';
import { computeAside } from './aside.js';
import { drawImage } from './pixels.js';

/** The scene of the dynamical plane for one parameter, where the scene is of the parameter plane. */
export function juliaOf(scene: ViewScene, c: readonly [number, number]): ViewScene | undefined {
  if (scene.c !== 'p') return undefined;
  const { rotation: _, samples: __, ...view } = scene.view;
  const { range: ___, ...others } = scene;
  const iterations = Math.min(scene.iterations, 300);
  return { ...others, c, z0: 'p', iterations, view: { ...view, center: ['0', '0'], width: 4 } };
}

/** Pixels of the page. */
const [width, height] = [240, 180];

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
      [shown, wanted] = [wanted, undefined];
      try {
        const field = await computeAside(scene, channelsOf(scene));
        await drawImage(await paint(field, scene), canvas);
        tell();
      } catch {
        // A constant of which there is no picture, or a worker that died: the next is another.
      }
    }
    isBusy = false;
  }

  function tell(): void {
    if (!shown) return;
    caption.textContent = `c = ${formatComplex(shown.c as readonly [number, number])}${isKept ? ', kept' : ''}`;
  }

  canvas.addEventListener('click', () => {
    if (shown) open(shown);
  });

  return {
    get isOn(): boolean {
      return !figure.hidden;
    },
    /** Follows the pointer again. */
    release(): void {
      isKept = false;
    },
    /** Keeps the one that is shown, or follows again. */
    keep(): void {
      isKept = !isKept;
      tell();
    },
    follow(scene: ViewScene, c: readonly [number, number]): void {
      const julia = figure.hidden || isKept ? undefined : juliaOf(scene, c);
      if (!julia) return;
      wanted = julia;
      void draw();
    },
  };
}
