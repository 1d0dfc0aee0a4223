// The exercises of chapters 5 to 8: what each function has to do, compared with the library or a slow, plain program.
import { complexGrid, escapeCounts } from 'mandoline';
import { Pool, serialPart, sliceRange, tasks } from 'mandoline/pool';
import { callsOf, type Exercise, expect, expectClose, expectResult } from './exercise.js';

const { countAdds } = tasks<typeof import('./count-adds.js')>(new URL('./count-adds.js', import.meta.url));

const slices: Exercise[] = [
  {
    level: 'warm-up',
    name: 'cut',
    check({ cut }) {
      for (const [rows, nSlices] of [
        [5, 2],
        [100, 8],
        [3, 4],
        [2000, 7],
      ] as const) {
        const expected = Array.from({ length: nSlices }, (_, i) => {
          const { start, end } = sliceRange(rows, nSlices, i);
          return { start, end };
        });
        expectResult(`cut(${rows}, ${nSlices})`, cut(rows, nSlices), expected);
      }
    },
  },
  {
    level: 'core',
    name: 'heaviestFirst',
    check({ heaviestFirst }) {
      for (const [costs, expected] of [
        [
          [1, 5, 3],
          [1, 2, 0],
        ],
        [
          [2, 2, 7, 2],
          [2, 0, 1, 3],
        ],
        [
          [10, 9, 100],
          [2, 0, 1],
        ],
      ] as const) {
        const given = [...costs];
        expectResult(`heaviestFirst([${costs}])`, heaviestFirst(given), [...expected]);
        expectResult('the array of costs after the call', given, [...costs]);
      }
    },
  },
  {
    level: 'challenge',
    name: 'simulate',
    check({ simulate }) {
      for (const [costs, nWorkers] of [
        [[4], 2],
        [[1, 1, 1, 5], 2],
        [[5, 1, 1, 1], 2],
        [[3, 1, 4, 1, 5, 9, 2, 6], 3],
      ] as const) {
        const call = `simulate([${costs}], ${nWorkers})`;
        const seconds = secondBySecond(costs, nWorkers);
        const busy = costs.reduce((sum: number, cost) => sum + cost, 0);
        const found = simulate([...costs], nWorkers);
        expectClose(`${call}.seconds`, found?.seconds, seconds);
        expectClose(`${call}.idle`, found?.idle, 1 - busy / (nWorkers * seconds));
      }
    },
  },
];

/** A pool, one second after the other. */
function secondBySecond(costs: readonly number[], nWorkers: number): number {
  const [waiting, left] = [[...costs], new Array<number>(nWorkers).fill(0)];
  for (let second = 0; ; second++) {
    for (let worker = 0; worker < nWorkers; worker++) {
      if (left[worker] === 0) left[worker] = waiting.shift() ?? 0;
      if (left[worker]! > 0) left[worker]!--;
    }
    if (waiting.length === 0 && left.every((each) => each === 0)) return second + 1;
  }
}

const sharedMemory: Exercise[] = [
  {
    level: 'warm-up',
    name: 'sharedCounts',
    check({ sharedCounts }) {
      const counts = sharedCounts(3, 5);
      expect(counts instanceof Uint16Array, 'it does not return a Uint16Array');
      expectResult('sharedCounts(3, 5).length', counts.length, 15);
      expect(counts.buffer instanceof SharedArrayBuffer, 'the memory is not shared');
    },
  },
  {
    level: 'core',
    name: 'rowNumbers',
    async check({ rowNumbers }) {
      await using pool = new Pool({ workers: 2 });
      const found = await rowNumbers(pool, 20, 3);
      const expected = Uint16Array.from({ length: 60 }, (_, i) => Math.floor(i / 3));
      expectResult('await rowNumbers(pool, 20, 3)', Uint16Array.from(found ?? []), expected);
      expect(pool.stats().fills.shared > 0, 'the workers did not fill shared memory');
      const filled = pool.stats().workers.reduce((sum, { slices }) => sum + slices, 0);
      expect(filled === 8, `the workers filled ${filled} slices instead of 8`);
    },
  },
  {
    level: 'challenge',
    name: 'histogram',
    async check({ histogram }) {
      // A race is seldom seen in the sums, so the calls are counted.
      const adds = new Uint32Array(new SharedArrayBuffer(4));
      await using pool = new Pool({ workers: 2, initializer: countAdds, initArgs: [adds] });
      const counts = new Uint16Array(new SharedArrayBuffer(2 * 100_000));
      const expected = new Uint32Array(100);
      for (let i = 0; i < counts.length; i++) {
        counts[i] = (i * i) % 100;
        expected[counts[i]!]!++;
      }
      const bins = await histogram(pool, counts);
      expect(bins?.buffer instanceof SharedArrayBuffer, 'the histogram is not in shared memory');
      expectResult('await histogram(pool, counts)', Uint32Array.from(bins), expected);
      expect(
        callsOf(pool) === 8,
        `the workers were called ${callsOf(pool)} times instead of 8, once for each slice`,
      );
      expect(
        adds[0]! > 0,
        'the workers do not use Atomics.add: when two add at the same time, one of them is lost',
      );
    },
  },
];

const table: Exercise[] = [
  {
    level: 'warm-up',
    name: 'judge',
    check({ judge }) {
      for (const [serial, seconds, workers, speedUp, efficiency] of [
        [6, 3, 2, 2, 1],
        [6, 4, 2, 1.5, 0.75],
        [6, 8, 4, 0.75, 0.1875],
      ] as const) {
        const found = judge(serial, seconds, workers);
        expectClose(`judge(${serial}, ${seconds}, ${workers}).speedUp`, found?.speedUp, speedUp);
        expectClose(`judge(${serial}, ${seconds}, ${workers}).efficiency`, found?.efficiency, efficiency);
      }
    },
  },
  {
    level: 'core',
    name: 'serialFraction',
    check({ serialFraction }) {
      for (const [workers, speedUp] of [
        [2, 2],
        [2, 1],
        [4, 2.5],
        [100, 16],
      ] as const)
        expectClose(
          `serialFraction(${workers}, ${speedUp})`,
          serialFraction(workers, speedUp),
          (workers / speedUp - 1) / (workers - 1),
        );
    },
  },
  {
    level: 'challenge',
    name: 'fit',
    check({ fit }) {
      for (const points of [
        [{ workers: 2, speedUp: 1.9 }],
        [
          { workers: 1, speedUp: 1 },
          { workers: 2, speedUp: 1.8 },
          { workers: 4, speedUp: 3.1 },
          { workers: 8, speedUp: 4.2 },
        ],
        [
          { workers: 2, speedUp: 2.1 },
          { workers: 4, speedUp: 4.4 },
        ],
        [
          { workers: 2, speedUp: 0.8 },
          { workers: 4, speedUp: 0.7 },
        ],
      ])
        expectClose(`fit(${JSON.stringify(points)})`, fit(points), serialPart(points)!);
    },
  },
];

const beyond: Exercise[] = [
  {
    level: 'warm-up',
    name: 'untilEscape',
    check({ untilEscape }) {
      const grid = complexGrid(2, 10);
      const { counts } = escapeCounts(grid, { iterations: 40, c: [-0.83, -0.22] });
      for (const [i, expected] of counts.entries()) {
        const z = [grid.values[2 * i]!, grid.values[2 * i + 1]!] as const;
        let calls = 0;
        const next = ([x, y]: readonly [number, number]) => {
          calls++;
          return [x * x - y * y - 0.83, 2 * (x * y) - 0.22] as const;
        };
        expectResult(`untilEscape([${z}], next, 40)`, untilEscape(z, next, 40), expected);
        const needed = Math.min(expected + 1, 40);
        expect(
          calls === needed,
          `untilEscape([${z}], next, 40) calls next ${calls} times instead of ${needed}`,
        );
      }
    },
  },
  {
    level: 'core',
    name: 'giveOut',
    check({ giveOut }) {
      for (const [parts, finished, machines, expected] of [
        [5, [[1], [4]], 2, [[2, 5], [3]]],
        [
          4,
          [
            [1, 2],
            [2, 3, 4],
          ],
          3,
          [[], [], []],
        ],
        [
          12,
          [[12], [], [3, 1]],
          2,
          [
            [2, 5, 7, 9, 11],
            [4, 6, 8, 10],
          ],
        ],
      ] as const)
        expectResult(
          `giveOut(${parts}, ${JSON.stringify(finished)}, ${machines})`,
          giveOut(parts, structuredClone(finished), machines),
          structuredClone(expected),
        );
    },
  },
  {
    level: 'challenge',
    name: 'half',
    check({ half }) {
      for (const n of [4, 32]) {
        // 2 / (n / 2) is a power of two, so the axis is symmetric to the last bit.
        const { counts } = escapeCounts(complexGrid(2, n / 2), { iterations: 80, c: [-0.83, -0.22] });
        let calls = 0;
        const found = half(n, (row: number, column: number) => {
          calls++;
          expect(
            row >= 0 && row < n && column >= 0 && column < n,
            `count(${row}, ${column}) is outside of the grid`,
          );
          return counts[row * n + column]!;
        });
        expect(
          found?.length === n * n,
          `half(${n}, count) returns ${found?.length ?? 'no'} counts instead of ${n * n} in one array`,
        );
        expectResult(`half(${n}, count)`, Uint16Array.from(found ?? []), Uint16Array.from(counts));
        const most = (n * n) / 2 + 2 * n;
        expect(calls <= most, `half(${n}, count) calls count ${calls} times; at most ${most} are allowed`);
      }
    },
  },
];

export const secondHalf = [slices, sharedMemory, table, beyond];
