// The compiled channels (shade.ts) at work in one thread: where its arrays are in memory, and the call for some rows.
import type { Channels, ShadeJob } from './ends.js';
import { countBytes } from './escape.js';
import { realFunctions } from './functions.js';
import { type Counts, countsType } from './kernel.js';
import type { SamplePoints } from './points.js';
import { emitShade, listBytes } from './shade.js';
import { shadedNames, tableBytes } from './shade-ends.js';
import { largestTile } from './tiles.js';

/** Compiles it; the module can be sent to other threads. */
export const compileShade = (job: ShadeJob): WebAssembly.Module => new WebAssembly.Module(emitShade(job));

const bandRows = largestTile;
/** Bytes of a number of each channel. */
const channelBytes = { smooth: 8, distance: 4, slope: 4, angle: 4, trap: 4, basin: 1 } as const;
const pageBytes = 2 ** 16;

/** Fills channels of some rows, row after row, whose counts are known; points that never escape keep what is there. */
export type Shade = (points: SamplePoints, counts: Counts, channels: Channels) => void;

/** Starts the module in this thread, for rows of so many points. */
export function startShade({ kernel }: ShadeJob, module: WebAssembly.Module, columns: number): Shade {
  const bytes = countBytes(kernel.iterations);
  const memory = new WebAssembly.Memory({ initial: 1 });
  let end = 0;
  const reserve = (size: number) => {
    const at = end;
    end += Math.ceil(size / 16) * 16;
    return at;
  };
  const table = reserve(tableBytes);
  const list = reserve(listBytes);
  const pointAddresses = [bandRows, bandRows, columns, columns].map((length) => reserve(8 * length)) as Four;
  const size = bandRows * columns;
  const countsAt = reserve(bytes * size);
  const channelAt = shadedNames.map((name) => reserve(channelBytes[name] * size));
  memory.grow(Math.ceil(end / pageBytes) - 1);
  const { buffer } = memory;
  new Int32Array(buffer, table).set([countsAt, ...channelAt]);
  const { exports } = new WebAssembly.Instance(module, { host: { memory, ...realFunctions } });
  const shade = exports.shade as (...parameters: number[]) => void;

  return (points, counts, channels) => {
    const rows = points.rowRe.length;
    new Float64Array(buffer, pointAddresses[2], columns).set(points.columnRe);
    new Float64Array(buffer, pointAddresses[3], columns).set(points.columnIm);
    for (let start = 0; start < rows; start += bandRows) {
      const stop = Math.min(start + bandRows, rows);
      const [from, to] = [start * columns, stop * columns];
      new Float64Array(buffer, pointAddresses[0], bandRows).set(points.rowRe.subarray(start, stop));
      new Float64Array(buffer, pointAddresses[1], bandRows).set(points.rowIm.subarray(start, stop));
      new (countsType(kernel.iterations))(buffer, countsAt, size).set(counts.subarray(from, to));
      const arrays = shadedNames.flatMap((name, i) => {
        const values = channels[name];
        if (!values) return [];
        const make = values.constructor as Float64ArrayConstructor;
        const here = new make(buffer, channelAt[i]!, to - from);
        here.set((values as Float64Array).subarray(from, to));
        return [[here, values as Float64Array] as const];
      });
      shade(table, ...pointAddresses, list, stop - start, columns);
      for (const [here, values] of arrays) values.set(here, from);
    }
  };
}

type Four = [number, number, number, number];
