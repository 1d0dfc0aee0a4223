// The exercises of chapters 1 to 4: what each function has to do, compared with the library.
import { setTimeout as wait } from 'node:timers/promises';
import { type ComplexGrid, complexGrid, escapeCounts } from 'mandoline';
import { Pool, sliceRange } from 'mandoline/pool';
import { callsOf, type Exercise, expect, expectResult, isOpen, watchThreads } from './exercise.js';

const parameters = { iterations: 80, c: [-0.83, -0.22] } as const;
const grids = [1, 2, 3, 4].map((extent) => complexGrid(extent, 20));
function sumFor(grid: ComplexGrid, given: Parameters<typeof escapeCounts>[1] = parameters): number {
  let sum = 0;
  for (const count of escapeCounts(grid, given).counts) sum += count;
  return sum;
}

const serial: Exercise[] = [
  {
    level: 'warm-up',
    name: 'countPoint',
    check({ countPoint }) {
      const { values } = complexGrid(2, 10);
      // The last point's square has finite parts, but no finite absolute value.
      const grid = { rows: 1, columns: 401, values: Float64Array.of(...values, 1.3e154, 5.4e153) };
      const { counts } = escapeCounts(grid, parameters);
      for (const [i, expected] of counts.entries()) {
        const [x, y] = [grid.values[2 * i]!, grid.values[2 * i + 1]!];
        expectResult(`countPoint(${x}, ${y}, ...)`, countPoint(x, y, parameters), expected);
      }
    },
  },
  {
    level: 'core',
    name: 'juliaSet',
    check({ juliaSet }) {
      const whole = complexGrid(2, 30);
      // Not square, so that rows and columns cannot be mistaken for each other.
      const grid = { ...whole, rows: 25, values: whole.values.subarray(0, 2 * 25 * whole.columns) };
      const expected = Uint16Array.from(
        escapeCounts({ ...grid, values: grid.values.slice() }, parameters).counts,
      );
      expectResult('juliaSet(grid, parameters)', juliaSet(grid, parameters), expected);
    },
  },
  {
    level: 'challenge',
    name: 'takeTurns',
    async check({ takeTurns }) {
      const calls: string[] = [];
      let [underWay, most] = [0, 0];
      const slow = (name: string) => async () => {
        calls.push(name);
        most = Math.max(most, ++underWay);
        await wait(20);
        underWay--;
      };
      const times = await takeTurns(3, {
        quick: () => calls.push('quick'),
        slow: slow('slow'),
        other: slow('other'),
      });
      const inTurn = 'quick slow other quick slow other quick slow other';
      expect(calls.join(' ') === inTurn, `the calls were ${calls.join(' ') || 'none'} instead of ${inTurn}`);
      for (const name of ['quick', 'slow', 'other'])
        expect(times?.[name]?.length === 3, `the result has no array of 3 times under the name ${name}`);
      const least = Math.min(...times.slow);
      // A timer may be a little early.
      expect(least > 0.015, `a work that waits for 20 ms was timed as ${least} s: await its promise`);
      expect(most === 1, 'two works run at the same time: wait for one before you start the next');
      expect(Math.max(...times.slow) < 10, 'times are in seconds, not in milliseconds');
    },
  },
];

const slicesAndRanks = [
  [5, 2],
  [8, 4],
  [3, 4],
  [2000, 7],
] as const;

const messagePassing: Exercise[] = [
  {
    level: 'warm-up',
    name: 'sharesInBlocks',
    check({ sharesInBlocks }) {
      for (const [nSlices, nRanks] of slicesAndRanks) {
        const all = Array.from({ length: nSlices }, (_, i) => i);
        const expected = Array.from({ length: nRanks }, (_, rank) => {
          const { start, end } = sliceRange(nSlices, nRanks, rank);
          return all.slice(start, end);
        });
        expectResult(`sharesInBlocks(${nSlices}, ${nRanks})`, sharesInBlocks(nSlices, nRanks), expected);
      }
    },
  },
  {
    level: 'core',
    name: 'sharesLikeCards',
    check({ sharesLikeCards }) {
      for (const [nSlices, nRanks] of slicesAndRanks) {
        const all = Array.from({ length: nSlices }, (_, i) => i);
        const expected = Array.from({ length: nRanks }, (_, rank) => all.filter((i) => i % nRanks === rank));
        expectResult(`sharesLikeCards(${nSlices}, ${nRanks})`, sharesLikeCards(nSlices, nRanks), expected);
      }
    },
  },
  {
    level: 'challenge',
    name: 'sumByRanks',
    async check({ sumByRanks }) {
      const lists = [[1, 2, 3], [40, 2], []];
      using threads = watchThreads();
      const answers = await sumByRanks(lists);
      const { alive, most, unawaited } = threads;
      expect(Array.isArray(answers) && answers.length === 3, 'it does not return one object for each list');
      const sums = answers.map(({ sum }: { sum: number }) => sum);
      expectResult('the sums of sumByRanks([[1, 2, 3], [40, 2], []])', sums, [6, 42, 0]);
      const ids = new Set(answers.map(({ thread }: { thread: number }) => thread));
      expect(ids.size === 3 && !ids.has(0), 'the sums were not computed by three threads, one for each list');
      expect(
        most > 1,
        'the threads run one after the other: start all of them before you wait for the first',
      );
      expect(
        alive === 0 && unawaited === 0,
        'it does not wait until each thread has ended, so some may still run when it returns',
      );
    },
  },
];

const pool: Exercise[] = [
  {
    level: 'warm-up',
    name: 'sums',
    async check({ sums }) {
      using threads = watchThreads();
      await using pool = new Pool({ workers: 2 });
      const found = await sums(pool, grids);
      const { alive } = threads;
      expectResult(
        'await sums(pool, grids)',
        found,
        grids.map((grid) => sumFor(grid)),
      );
      expect(callsOf(pool) === grids.length, 'the workers of the pool did not compute the sums');
      expect(!(await isOpen(pool)), 'the pool is still open');
      expect(alive === 0, 'the workers are still running when it returns: wait until they have ended');
    },
  },
  {
    level: 'core',
    name: 'progress',
    async check({ progress }) {
      await using pool = new Pool({ workers: 2 });
      // One worker computes the first grid while the other one computes the rest.
      const given = [complexGrid(2, 400), ...grids];
      const reported: string[] = [];
      let [isLate, isAlone] = [false, false];
      const total = await progress(pool, given, (done: number, of: number) => {
        const { queued, running } = pool.stats();
        if (reported.length === 0)
          [isLate, isAlone] = [callsOf(pool) === given.length, queued + running === 0];
        reported.push(`${done} of ${of}`);
      });
      expectResult(
        'await progress(pool, grids, report)',
        total,
        given.reduce((sum, grid) => sum + sumFor(grid), 0),
      );
      expect(callsOf(pool) === given.length, 'the workers of the pool did not compute the sums');
      expectResult(
        'the calls of report',
        reported,
        given.map((_, i) => `${i + 1} of ${given.length}`),
      );
      expect(!isLate, 'report is not called until all sums are there: call it as soon as one of them is');
      expect(!isAlone, 'the pool gets one grid after the other: give it all of them at once');
      expect(await isOpen(pool), 'the pool is closed: leave it open');
    },
  },
  {
    level: 'challenge',
    name: 'sumsOrErrors',
    async check({ sumsOrErrors }) {
      await using pool = new Pool({ workers: 2 });
      const empty = { rows: 0, columns: 0, values: new Float64Array(0) };
      const given = [grids[0]!, empty, grids[1]!, empty];
      const expected = given.map((grid) => (grid === empty ? 'the grid is empty' : sumFor(grid)));
      expectResult('await sumsOrErrors(pool, grids)', await sumsOrErrors(pool, given), expected);
      expect(callsOf(pool) >= 2, 'the workers of the pool did not compute the sums');
      expect(await isOpen(pool), 'the pool is closed: leave it open');
    },
  },
];

const fixedParameters: Exercise[] = [
  {
    level: 'warm-up',
    name: 'withPartial',
    async check({ withPartial }) {
      await using pool = new Pool({ workers: 2 });
      for (const iterations of [10, 80]) {
        const expected = grids.map((grid) => sumFor(grid, { ...parameters, iterations }));
        expectResult(
          `await withPartial(pool, grids, ${iterations})`,
          await withPartial(pool, grids, iterations),
          expected,
        );
      }
      expect(callsOf(pool) === 2 * grids.length, 'the workers of the pool did not compute the sums');
    },
  },
  {
    level: 'core',
    name: 'forConstants',
    async check({ forConstants }) {
      await using pool = new Pool({ workers: 2 });
      const constants = [
        [-0.83, -0.22],
        [-0.123, 0.745],
        [0, 1],
        [0.5, 0.5],
      ] as const;
      const expected = grids.map((grid, i) => sumFor(grid, { iterations: 80, c: constants[i]! }));
      expectResult(
        'await forConstants(pool, grids, constants)',
        await forConstants(pool, grids, constants),
        expected,
      );
      expect(callsOf(pool) === grids.length, 'the workers of the pool did not compute the sums');
    },
  },
  {
    level: 'challenge',
    name: 'scaled',
    async check({ scaled }) {
      await using pool = new Pool({ workers: 2 });
      expectResult('await scaled(pool, [1, 2, 3], 5)', await scaled(pool, [1, 2, 3], 5), [5, 10, 15]);
      expectResult('await scaled(pool, [4], -1)', await scaled(pool, [4], -1), [-4]);
      expect(callsOf(pool) === 4, 'the workers of the pool did not compute the products');
    },
  },
];

export const firstHalf = [serial, messagePassing, pool, fixedParameters];
