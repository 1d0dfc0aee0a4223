// A picture whose work is uneven: the upper part of the Mandelbrot set. At its top all points escape at once; at its
// bottom many take all 500 steps.
import { gallery, inPixels, type ViewScene } from 'mandoline';
import type { SliceRange } from 'mandoline/pool';

const center = { re: -0.6, im: 0.7 };
const width = 2.6;
const iterations = 500;

/** The counts of some rows of the picture, which has `pixels` rows and as many columns. */
export function unevenRows({ start, end }: SliceRange, pixels: number): Uint16Array {
  const counts = new Uint16Array((end - start) * pixels);
  const at = (index: number) => width * ((index + 0.5) / pixels - 0.5);
  for (let i = 0; i < counts.length; i++) {
    const re = center.re + at(i % pixels);
    const im = center.im - at(start + Math.floor(i / pixels));
    let x = 0;
    let y = 0;
    let count = 0;
    for (; count < iterations && x * x + y * y <= 4; count++) {
      const xy = x * y;
      x = x * x - y * y + re;
      y = 2 * xy + im;
    }
    counts[i] = count;
  }
  return counts;
}

/** The same picture as a scene, to be drawn behind the slices. */
export function unevenScene(pixels: number): ViewScene {
  const whole = inPixels(gallery.mandelbrot!.scene, pixels, pixels);
  return { ...whole, view: { ...whole.view, center: [`${center.re}`, `${center.im}`], width }, iterations };
}
