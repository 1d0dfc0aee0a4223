// What fill promises: over shared memory, and the same over memory that is copied there and back. The same code in
// Node and in a browser.
import type { FillProgress } from 'mandoline/pool';
import { type FillReport, RemoteError, sliceRange, TaskCloneError, type TypedArray } from 'mandoline/pool';
import type { Behaviour, Setting } from './behaviours.js';
import { check, equal, inOneOf, rejection, thrownBy, until, upTo } from './check.js';

/** Makes arrays of either kind. */
type Make = <T extends TypedArray>(type: new (buffer: ArrayBufferLike) => T, bytes: number) => T;
const shared: Make = (type, bytes) => new type(new SharedArrayBuffer(bytes));
const copied: Make = (type, bytes) => new type(new ArrayBuffer(bytes));

function checkReport(report: FillReport, slices: number, rows: number, workers: number): void {
  const total = (count: 'slices' | 'rows') => report.workers.reduce((sum, share) => sum + share[count], 0);
  equal([report.slices, total('slices'), total('rows')], [slices, slices, rows]);
  equal(
    report.workers.map(({ worker }) => worker),
    upTo(workers),
  );
  equal(
    report.timeline.map(({ slice }) => slice),
    upTo(slices),
  );
  for (const { worker, start, end } of report.timeline)
    check(worker >= 0 && worker < workers && start > -0.05 && end >= start, `${worker}: ${start} to ${end}`);
}

const ofBothKinds = (
  name: string,
  run: (setting: Setting, make: Make, isShared: boolean) => Promise<void>,
): Behaviour[] => [
  {
    name: `fill, shared: ${name}`,
    where: ({ isolated }) => isolated,
    check: (each) => run(each, shared, true),
  },
  { name: `fill, copied: ${name}`, check: (each) => run(each, copied, false) },
];

export const fillBehaviours: readonly Behaviour[] = [
  ...ofBothKinds(
    'every row is written once, with any rows, slices and workers',
    async (setting, make, isShared) => {
      for (const workers of [1, 3]) {
        await using pool = setting.pool({ workers });
        for (const [rows, slices] of [
          [10, 3],
          [7, 20],
          [100, 100],
          [1, 1],
          [64, 1],
          [0, 4],
          [1000, 37],
        ] as const) {
          const target = make(Float64Array, 8 * rows * 5);
          const report = await pool.fill(setting.jobs.fillRows, target, [1000], { slices, rows });
          equal(
            [...target],
            upTo(rows * 5).map((i) => 1000 + Math.floor(i / 5)),
          );
          equal(report.shared, isShared);
          checkReport(report, slices, rows, workers);
        }
        const { fills, workers: shares } = pool.stats();
        equal(fills, { shared: isShared ? 7 : 0, copied: isShared ? 0 : 7 });
        equal(
          shares.reduce((sum, share) => sum + share.slices, 0),
          3 + 20 + 100 + 1 + 1 + 4 + 37,
        );
      }
    },
  ),
  ...ofBothKinds(
    'slices are begun in the order that is asked for, and all are filled; no order is a RangeError',
    async (setting, make) => {
      await using pool = setting.pool({ workers: 1 });
      for (const [rows, order] of [
        [12, [3, 1, 0, 2]],
        [3, [4, 2, 1, 3, 0]],
      ] as const) {
        const target = make(Uint8Array, rows);
        const { length: slices } = order;
        const { timeline } = await pool.fill(setting.jobs.fillInTurn, target, [{}], {
          slices,
          order: () => order,
        });
        // Slices beyond the rows are empty, and nothing is called for them.
        const filled: readonly number[] = order.filter((slice) => slice < rows);
        const turns = upTo(rows).map((row) => 1 + filled.indexOf(Math.floor((row * filled.length) / rows)));
        equal([...target], turns);
        // Clocks of browsers are so coarse that two slices may begin at the same moment.
        const starts = filled.map((wanted) => timeline.find(({ slice }) => slice === wanted)!.start);
        equal(
          starts,
          starts.toSorted((a, b) => a - b),
        );
      }
      const target = make(Uint8Array, 12);
      for (const order of [[], [0, 1], [0, 1, 1], [0, 1, 3], [0, 1, -1], [0, 1.5, 2]])
        await rejection(
          pool.fill(setting.jobs.fillLater, target, [], { slices: 3, order: () => order }),
          RangeError,
        );
    },
  ),
  ...ofBothKinds(
    'a part of an array can be filled, of any type; what was there is seen',
    async (setting, make) => {
      const pool = setting.usual;
      const all = make(Uint8Array, 30).fill(5);
      await pool.fill(setting.jobs.fillLater, all.subarray(10, 20), [], { slices: 4 });
      equal([...all], [...Array(10).fill(5), ...Array(10).fill(6), ...Array(10).fill(5)]);
      const defaults = await pool.fill(setting.jobs.fillLater, all, []);
      equal(defaults.slices, 16);
    },
  ),
  ...ofBothKinds('arguments are cloned once for each worker, not for each slice', async (setting, make) => {
    await using pool = setting.pool({ workers: 1 });
    const target = make(Uint8Array, 10);
    await pool.fill(setting.jobs.fillWithIdentity, target, [{ name: 'job' }], { slices: 10 });
    equal([...target], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await pool.fill(setting.jobs.fillWithIdentity, target, [{ name: 'job' }], { slices: 10 });
    equal([...target], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  }),
  ...ofBothKinds(
    'progress goes forward and ends with all; what it throws ends the fill',
    async (setting, make) => {
      const pool = setting.usual;
      const told: number[] = [];
      const flag = setting.isolated ? new Int32Array(new SharedArrayBuffer(4)) : Int32Array.of(1);
      const onProgress = ({ done, slices, timeline }: FillProgress) => {
        equal(slices, 100);
        told.push(done);
        // One slice waits for this, so that something is told before the end.
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
        // What has been done in the meantime is there too.
        const times = timeline();
        check(times.length >= done, `${times.length} slices have times, ${done} are done`);
        check(
          times.every(({ worker, start, end }) => worker >= 0 && worker < pool.workers && start <= end),
          'every slice was filled by a worker',
        );
      };
      const options = { slices: 100, onProgress };
      await pool.fill(setting.jobs.fillAfterFlag, make(Uint8Array, 100), [50, flag], options);
      equal(told.at(-1), 100);
      equal(
        told,
        [...told].sort((a, b) => a - b),
      );
      if (setting.isolated) check(told.length > 1, 'it was told in between');
      const thrown = new Error('the bar broke');
      const breaking = () => {
        throw thrown;
      };
      equal(
        await thrownBy(
          pool.fill(setting.jobs.fillLater, make(Uint8Array, 100), [], { slices: 100, onProgress: breaking }),
        ),
        thrown,
      );
    },
  ),
  ...ofBothKinds('a slice that fails rejects with its error, and the others stop', async (setting, make) => {
    await using pool = setting.pool({ workers: 2 });
    await using single = setting.pool({ workers: 1 });
    const target = make(Uint8Array, 100);
    const filled = single.fill(setting.jobs.fillFailing, target, [3], { slices: 100 });
    const error = await rejection(filled, RemoteError);
    equal([error.name, error.message], ['ColdError', 'slice 3']);
    equal([...target], [1, 1, 1, ...Array(97).fill(0)]);
    // Where two work at it, the other one stops at the slice that it fills.
    const both = make(Uint8Array, 100);
    const stopped = pool.fill(setting.jobs.fillUntilOneFails, both, [1], { slices: 100 });
    equal((await rejection(stopped, RemoteError)).message, 'slice 1');
    check(both.indexOf(0, 2) === 2, 'no slice was begun after it');
    // A slice that never ends does not keep the fill from rejecting.
    const hanging = pool.fill(setting.jobs.fillForever, make(Uint8Array, 2), [0], {
      slices: 2,
      signal: AbortSignal.timeout(50),
    });
    equal(((await thrownBy(hanging)) as Error).name, 'TimeoutError');
    equal(await pool.map(setting.jobs.square, [1, 2]), [1, 4]);
  }),
  ...ofBothKinds(
    'an abort rejects with the reason, ends what does not end, and the pool goes on',
    async (setting, make) => {
      const pool = setting.usual;
      const controller = new AbortController();
      const reason = new Error('enough');
      const { signal } = controller;
      const stuck = make(Uint8Array, 10);
      const filled = thrownBy(pool.fill(setting.jobs.fillForever, stuck, [3], { slices: 10, signal }));
      await until(() => stuck.every((value, i) => value === 1 || i === 3));
      controller.abort(reason);
      equal(await filled, reason);
      const again = pool.fill(setting.jobs.fillLater, make(Uint8Array, 10), [], { signal });
      equal(await thrownBy(again), reason);
      const target = make(Uint8Array, 10);
      await pool.fill(setting.jobs.fillLater, target, [], { slices: 3 });
      equal([...target], Array(10).fill(1));
    },
  ),
  ...ofBothKinds('wrong slices, rows and arguments are errors that say so', async (setting, make) => {
    const pool = setting.usual;
    const { jobs } = setting;
    const slices = await rejection(
      pool.fill(jobs.fillLater, make(Uint8Array, 4), [], { slices: 0 }),
      RangeError,
    );
    equal(slices.message, 'slices 0: must be a whole number from 1 on');
    const rows = await rejection(pool.fill(jobs.fillLater, make(Uint8Array, 4), [], { rows: 3 }), RangeError);
    equal(rows.message, 'rows 3: must be a whole number that divides the length 4');
    const bad = { callback: () => 1 } as unknown as number;
    const filled = pool.fill(jobs.fillFailing, make(Uint8Array, 4), [bad], { slices: 2 });
    const error = await rejection(filled, TaskCloneError);
    equal([error.task, error.path], ['fillFailing', 'args[0].callback']);
  }),
  {
    name: 'fill, shared: a task that asks whether it is cancelled keeps its worker',
    where: ({ isolated }) => isolated,
    async check({ pool: make, jobs }) {
      await using pool = make({ workers: 1 });
      const keepsWorker = async () => {
        const [worker] = await pool.map(jobs.whichWorker, [1]);
        const flag = new Int32Array(new SharedArrayBuffer(4));
        const controller = new AbortController();
        const target = shared(Uint8Array, 4);
        const filled = thrownBy(
          pool.fill(jobs.fillUntilCancelled, target, [flag], { signal: controller.signal }),
        );
        await until(() => Atomics.load(flag, 0) === 1);
        controller.abort('enough');
        equal(await filled, 'enough');
        return (await pool.map(jobs.whichWorker, [1]))[0] === worker;
      };
      check(await inOneOf(20, keepsWorker), 'the worker is kept');
    },
  },
  {
    name: 'fill, shared: it does not wait for a worker that is busy with something else',
    where: ({ isolated }) => isolated,
    async check({ pool: make, jobs }) {
      await using pool = make();
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const controller = new AbortController();
      const busy = thrownBy(pool.apply(jobs.spin, [flag, true], { signal: controller.signal }));
      await until(() => Atomics.load(flag, 0) === 1);
      const target = shared(Uint8Array, 10);
      await pool.fill(jobs.fillLater, target, [], { slices: 5 });
      equal([...target], Array(10).fill(1));
      controller.abort('enough');
      equal(await busy, 'enough');
    },
  },
  {
    name: 'sliceRange: covers all rows exactly, larger slices first',
    async check() {
      for (const [rows, slices] of [
        [10, 3],
        [3, 10],
        [0, 2],
        [2000, 7],
      ] as const) {
        const ranges = upTo(slices).map((index) => sliceRange(rows, slices, index));
        equal(ranges[0]!.start, 0);
        equal(ranges.at(-1)!.end, rows);
        for (let i = 1; i < slices; i++) equal(ranges[i]!.start, ranges[i - 1]!.end);
        const sizes = ranges.map(({ start, end }) => end - start);
        equal(
          sizes,
          [...sizes].sort((a, b) => b - a),
        );
        check(sizes[0]! - sizes.at(-1)! <= 1, 'at most one row more');
      }
    },
  },
];
