// A picture whose work is uneven: the upper part of the Mandelbrot set. At its top all points escape at once, at its
// bottom many stay for all 500 steps.
import { gallery, inPixels, type ViewScene } from 'mandoline';

/** So many pixels on each side. */
export function unevenScene(pixels: number): ViewScene {
  const whole = inPixels(gallery.mandelbrot!.scene, pixels, pixels);
  return { ...whole, view: { ...whole.view, center: ['-0.6', '0.7'], width: 2.6 }, iterations: 500 };
}
