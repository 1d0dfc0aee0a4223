// The camera: a view's centre as decimal text, its width and rotation as numbers, and how a pointer changes them. Pure
// functions. Distances on the page are doubles at any depth; only the centre needs more digits.
import type { ViewScene } from 'mandoline';
import { minus, plus } from './decimals.js';
import { deep, narrowest, widthOf } from './depth.js';

export interface Camera {
  readonly re: string;
  readonly im: string;
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
  re: scene.view.center[0],
  im: scene.view.center[1],
  width: widthOf(scene),
  rotation: scene.view.rotation ?? 0,
});

/** The scene seen by a camera, at this size in pixels. */
export function sceneOf<T extends ViewScene>(scene: T, camera: Camera, columns: number, rows: number): T {
  const { rotation: _, ...view } = scene.view;
  const center = [camera.re, camera.im] as const;
  const turned = camera.rotation === 0 ? {} : { rotation: camera.rotation };
  const width = widthOf(scene) === camera.width ? view.width : camera.width;
  return { ...scene, view: { ...view, center, width, columns, rows, ...turned } };
}

const turn = ([x, y]: Point, degrees: number): Point => {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
};

/** The point of the plane at a position on the page, as its distance from the centre. */
function offsetAt({ width, rotation }: Camera, size: Size, [x, y]: Point): Point {
  const spacing = width / size.width;
  return turn([(x - size.width / 2) * spacing, (size.height / 2 - y) * spacing], rotation);
}

/** The nearest doubles of the point of the plane at a position on the page. */
export function pointAt(camera: Camera, size: Size, place: Point): Point {
  const [dx, dy] = offsetAt(camera, size, place);
  return [Number(camera.re) + dx, Number(camera.im) + dy];
}

/** The position on the page of a point of the plane: the inverse of `pointAt`. */
export function placeOf({ re, im, width, rotation }: Camera, size: Size, [x, y]: Point): Point {
  const spacing = width / size.width;
  const [dx, dy] = turn([(x - Number(re)) / spacing, (y - Number(im)) / spacing], -rotation);
  return [size.width / 2 + dx, size.height / 2 - dy];
}

/** Places after the point that tell apart what is within a thousandth of a pixel. */
const placesOf = (width: number): number => Math.ceil(-Math.log10(width)) + 7;

/** The camera with its centre moved. */
function shifted(camera: Camera, [dx, dy]: Point): Camera {
  const places = placesOf(camera.width);
  const add = (text: string, change: number) =>
    camera.width < deep ? plus(text, change, places) : change === 0 ? text : String(Number(text) + change);
  return { ...camera, re: add(camera.re, dx), im: add(camera.im, dy) };
}

/** The point at a position, with just enough digits to distinguish neighbouring pixels. */
export function shortPointAt(camera: Camera, size: Size, place: Point): Point {
  const digits = Math.ceil(-Math.log10(camera.width / size.width)) + 1;
  // If toFixed cannot give that many digits, use the double itself.
  const short = (value: number) => (digits > 20 ? value : Number(value.toFixed(Math.max(0, digits))));
  const [re, im] = pointAt(camera, size, place);
  return [short(re), short(im)];
}

/** The same as text, which has the digits of deep views, too. */
export function textPointAt(camera: Camera, size: Size, place: Point): readonly [re: string, im: string] {
  if (camera.width >= deep) {
    const [re, im] = shortPointAt(camera, size, place);
    return [String(re), String(im)];
  }
  const [dx, dy] = offsetAt(camera, size, place);
  const places = placesOf(camera.width) - 3;
  return [plus(camera.re, dx, places), plus(camera.im, dy, places)];
}

/** The camera after dragging a point of the plane from one position on the page to another. */
export function moved(camera: Camera, size: Size, from: Point, to: Point): Camera {
  const [before, after] = [offsetAt(camera, size, from), offsetAt(camera, size, to)];
  return shifted(camera, [before[0] - after[0], before[1] - after[1]]);
}

/** Everything that escapes fits in this width. */
const widest = 1e6;

/** The camera zoomed in by a factor and rotated about a fixed position on the page. */
export function zoomed(camera: Camera, size: Size, about: Point, factor: number, degrees = 0): Camera {
  const [x, y] = offsetAt(camera, size, about);
  const width = Math.min(widest, Math.max(narrowest, camera.width / factor));
  const rotation = normalDegrees(camera.rotation + degrees);
  const next = { ...camera, width, rotation };
  const there = offsetAt(next, size, about);
  return shifted(next, [x - there[0], y - there[1]]);
}

/** Degrees from -180 to 180, without accumulated rounding noise. */
export const normalDegrees = (degrees: number): number =>
  Math.round((degrees - 360 * Math.round(degrees / 360)) * 1e6) / 1e6;

/** The CSS matrix, about the centre, that places a picture drawn by one camera in another camera's view. */
export function transformBetween(drawn: Camera, now: Camera, size: Size): string {
  const scale = drawn.width / now.width;
  const [cos, sin] = turn([scale, 0], drawn.rotation - now.rotation);
  const spacing = now.width / size.width;
  const places = placesOf(now.width);
  const apart = (one: string, other: string) =>
    (now.width < deep ? minus(one, other, places) : Number(one) - Number(other)) / spacing;
  const [x, y] = turn([apart(drawn.re, now.re), apart(drawn.im, now.im)], -now.rotation);
  // The page's y axis points down.
  return `matrix(${cos}, ${-sin}, ${sin}, ${cos}, ${x}, ${-y})`;
}
