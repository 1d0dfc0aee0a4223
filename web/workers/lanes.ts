// The timeline on a canvas: a lane per worker, a block per slice.
import { workerColor } from 'mandoline';
import type { SliceTime } from 'mandoline/pool';

export type LaneSlice = SliceTime;

const laneHeight = 18;
const gap = 4;
const most = 10;

/** Draws the completed slices, from the call to the end of the last one, or up to a fraction of that time. */
export function drawLanes(
  canvas: HTMLCanvasElement,
  slices: readonly LaneSlice[],
  lanes: number,
  until = 1,
): void {
  const ratio = devicePixelRatio || 1;
  const height = laneHeight * Math.min(lanes, most) + gap * (Math.min(lanes, most) - 1);
  canvas.style.height = `${height}px`;
  [canvas.width, canvas.height] = [Math.round(canvas.clientWidth * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d')!;
  const style = getComputedStyle(canvas);
  const end = slices.reduce((last, each) => Math.max(last, each.end), 0) || 1;
  const lane = canvas.height / lanes;
  const bar = Math.max(1, lane - gap * ratio * (lanes > most ? 0.2 : 1));
  context.fillStyle = style.getPropertyValue('--lane');
  for (let worker = 0; worker < lanes; worker++) context.fillRect(0, worker * lane, canvas.width, bar);
  for (const { worker, start, end: ended } of slices) {
    const [from, to] = [(start / end) * canvas.width, Math.min(until, ended / end) * canvas.width];
    if (to <= from) continue;
    context.fillStyle = workerColor(worker);
    // If blocks are wide enough, a gap in the lane's colour separates them.
    context.fillRect(
      from,
      worker * lane,
      Math.max(0.5, to - from - (to - from > 3 * ratio ? ratio : 0)),
      bar,
    );
  }
}

/** The lanes without gaps, however low the canvas is. */
export function drawStrip(canvas: HTMLCanvasElement, slices: readonly LaneSlice[], lanes: number): void {
  const [width, height] = [canvas.clientWidth, Math.max(4, 2 * lanes)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, width, height);
  const end = slices.reduce((last, each) => Math.max(last, each.end), 0) || 1;
  const lane = height / Math.max(1, lanes);
  for (const { worker, slice, start, end: ended } of slices) {
    context.fillStyle = workerColor(worker);
    // Every other slice is paler, so that slices are told apart.
    context.globalAlpha = slice % 2 === 0 ? 1 : 0.7;
    context.fillRect(
      (start / end) * width,
      worker * lane,
      Math.max(0.5, ((ended - start) / end) * width),
      lane,
    );
  }
  context.globalAlpha = 1;
}
