// The camera: a view's centre, width and rotation as numbers, and how a pointer changes them. Pure functions. A scene
// stores the centre as decimal text.
import type { ViewScene } from 'mandoline';
import { narrowest, widthOf } from './depth.js';

export interface Camera {
  readonly re: number;
  readonly im: number;
  /** Width of the picture in the plane. */
  readonly width: number;
  /** Degrees anticlockwise, as in a View. */
  readonly rotation: number;
}

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

export const cameraOf = (scene: ViewScene): Camera => ({
  re: Number(scene.view.center[0]),
  im: Number(scene.view.center[1]),
  width: widthOf(scene),
  rotation: scene.view.rotation ?? 0,
});

/** The scene seen by a camera, at this size in pixels. The centre keeps its digits if it is still the same double. */
export function sceneOf<T extends ViewScene>(scene: T, camera: Camera, columns: number, rows: number): T {
  const { rotation: _, ...view } = scene.view;
  const keep = (text: string, value: number) => (Number(text) === value ? text : String(value));
  const center = [keep(view.center[0], camera.re), keep(view.center[1], camera.im)] as const;
  const turned = camera.rotation === 0 ? {} : { rotation: camera.rotation };
  const width = widthOf(scene) === camera.width ? view.width : camera.width;
  return { ...scene, view: { ...view, center, width, columns, rows, ...turned } };
}

const turn = ([x, y]: Point, degrees: number): Point => {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
};

/** The point of the plane at a position on the page. */
export function pointAt({ re, im, width, rotation }: Camera, size: Size, [x, y]: Point): Point {
  const spacing = width / size.width;
  const [dx, dy] = turn([(x - size.width / 2) * spacing, (size.height / 2 - y) * spacing], rotation);
  return [re + dx, im + dy];
}

/** The point at a position, with just enough digits to distinguish neighbouring pixels. */
export function shortPointAt(camera: Camera, size: Size, place: Point): Point {
  const digits = Math.ceil(-Math.log10(camera.width / size.width)) + 1;
  // If toFixed cannot give that many digits, use the double itself.
  const short = (value: number) => (digits > 20 ? value : Number(value.toFixed(Math.max(0, digits))));
  const [re, im] = pointAt(camera, size, place);
  return [short(re), short(im)];
}

/** The camera after dragging a point of the plane from one position on the page to another. */
export function moved(camera: Camera, size: Size, from: Point, to: Point): Camera {
  const [before, after] = [pointAt(camera, size, from), pointAt(camera, size, to)];
  return { ...camera, re: camera.re + before[0] - after[0], im: camera.im + before[1] - after[1] };
}

/** Everything that escapes fits in this width. */
const widest = 1e6;

/** The camera zoomed in by a factor and rotated about a fixed position on the page. */
export function zoomed(camera: Camera, size: Size, about: Point, factor: number, degrees = 0): Camera {
  const [re, im] = pointAt(camera, size, about);
  const width = Math.min(widest, Math.max(narrowest, camera.width / factor));
  const rotation = normalDegrees(camera.rotation + degrees);
  const there = pointAt({ ...camera, width, rotation }, size, about);
  return { width, rotation, re: camera.re + re - there[0], im: camera.im + im - there[1] };
}

/** Degrees from -180 to 180, without accumulated rounding noise. */
export const normalDegrees = (degrees: number): number =>
  Math.round((degrees - 360 * Math.round(degrees / 360)) * 1e6) / 1e6;

/** The CSS matrix, about the centre, that places a picture drawn by one camera in another camera's view. */
export function transformBetween(drawn: Camera, now: Camera, size: Size): string {
  const scale = drawn.width / now.width;
  const [cos, sin] = turn([scale, 0], drawn.rotation - now.rotation);
  const spacing = now.width / size.width;
  const [x, y] = turn([(drawn.re - now.re) / spacing, (drawn.im - now.im) / spacing], -now.rotation);
  // The page's y axis points down.
  return `matrix(${cos}, ${-sin}, ${sin}, ${cos}, ${x}, ${-y})`;
}
