// The compiled channels (shade.ts) in one thread: the layout of the arrays in memory, and the call for some rows.

import { largestTile } from './cover.js';
import type { Channels, ShadeJob } from './ends.js';
import { countBytes } from './escape.js';
import { realFunctions } from './functions.js';
import { type Counts, countsType } from './kernel.js';
import type { SamplePoints } from './points.js';
import { emitShade } from './shade.js';
import { channelBytes, freeAt, shadedNames, tableBytes } from './shade-channels.js';
import { listBytes } from './shade-list.js';

/** Compiles the module, which can be sent to other threads. */
export const compileShade = (job: ShadeJob): WebAssembly.Module => new WebAssembly.Module(emitShade(job));

const bandRows = largestTile;
const pageBytes = 2 ** 16;

/** Fills channels of rows whose counts are known, row after row; points that never escape keep their old values. */
export type Shade = (points: SamplePoints, counts: Counts, channels: Channels) => void;

/** The addresses of the module's arrays for rows of this many points, and their total bytes. */
function layout(columns: number, countBytes: number, listBytes: number) {
  let end = freeAt;
  const reserve = (size: number) => {
    const at = end;
    end += Math.ceil(size / 16) * 16;
    return at;
  };
  const [table, list] = [reserve(tableBytes), reserve(listBytes)];
  const points = [bandRows, bandRows, columns, columns].map((length) => reserve(8 * length)) as Four;
  const size = bandRows * columns;
  const counts = reserve(countBytes * size);
  const channels = shadedNames.map((name) => reserve(channelBytes[name] * size));
  return { columns, table, list, points, counts, channels, end };
}

/** Starts the module in this thread. */
export function startShade(job: ShadeJob, module: WebAssembly.Module): Shade {
  const { kernel } = job;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { host: { memory, ...realFunctions } });
  const shade = exports.shade as (...parameters: number[]) => void;
  let at = layout(0, 0, 0);

  /** Makes room for rows of this many points: those of a picture, or of a sample of it. */
  function prepare(columns: number): void {
    if (columns === at.columns) return;
    at = layout(columns, countBytes(kernel.iterations), listBytes(job));
    const missing = Math.ceil((at.end - memory.buffer.byteLength) / pageBytes);
    if (missing > 0) memory.grow(missing);
    new Int32Array(memory.buffer, at.table).set([at.counts, ...at.channels]);
  }

  return (points, counts, channels) => {
    const [rows, columns] = [points.rowRe.length, points.columnRe.length];
    prepare(columns);
    const { buffer } = memory;
    new Float64Array(buffer, at.points[2], columns).set(points.columnRe);
    new Float64Array(buffer, at.points[3], columns).set(points.columnIm);
    for (let start = 0; start < rows; start += bandRows) {
      const stop = Math.min(start + bandRows, rows);
      const [from, to] = [start * columns, stop * columns];
      new Float64Array(buffer, at.points[0], bandRows).set(points.rowRe.subarray(start, stop));
      new Float64Array(buffer, at.points[1], bandRows).set(points.rowIm.subarray(start, stop));
      new (countsType(kernel.iterations))(buffer, at.counts, to - from).set(counts.subarray(from, to));
      const arrays = shadedNames.flatMap((name, i) => {
        const values = channels[name];
        if (!values) return [];
        const make = values.constructor as Float64ArrayConstructor;
        const here = new make(buffer, at.channels[i]!, to - from);
        here.set((values as Float64Array).subarray(from, to));
        return [[here, values as Float64Array] as const];
      });
      shade(at.table, ...at.points, at.list, stop - start, columns);
      for (const [here, values] of arrays) values.set(here, from);
    }
  };
}

type Four = [number, number, number, number];
