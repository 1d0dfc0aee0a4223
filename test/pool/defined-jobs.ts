// Tasks that know their module's address. One is exported under another name than its own.
import { define, type SliceRange } from 'mandoline/pool';

let startedWith = 0;

export const {
  addOne: renamed,
  area,
  later,
  ramp,
  start,
  started,
} = define(import.meta.url, {
  addOne: (x: number) => x + 1,
  area(width: number, height: number): number {
    return width * height;
  },
  async later(x: number): Promise<number> {
    await 0;
    return x + 1;
  },
  ramp(slice: Float64Array, { start }: SliceRange, offset: number): void {
    for (let i = 0; i < slice.length; i++) slice[i] = offset + start + i;
  },
  start(value: number): void {
    startedWith = value;
  },
  started: (_: number) => startedWith,
});
