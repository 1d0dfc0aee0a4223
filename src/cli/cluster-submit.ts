// `mandoline cluster submit` and `demo`: a scene's slices put into the queue and, with --wait, its files made when all are
// done, in the very way of `mandoline render` (draw.ts).
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkSlices, codeVersion, RefusedError, type SliceJob } from '../cluster/job.js';
import { probeOf } from '../cluster/probe.js';
import { type Connection, using } from '../cluster/redis.js';
import type { Submission, Submitted } from '../cluster/submit.js';
import { ClusterError, StoreError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import { slicesByTime } from '../render/cut.js';
import { filledSlices, sceneShape } from '../render/job.js';
import { isStore, openStore, type Store } from '../render/store.node.js';
import { streamedChannels } from '../render/stream.js';
import { listStore, ranged } from '../render/survey.node.js';
import type { Scene } from '../scene/scene.js';
import { draw, isPainted } from './draw.js';
import { checkMemory } from './memory-check.js';
import { addOutputs, addTalk, type OutputFlags, openTargets } from './outputs.js';
import { addRedis, connectTo, type RedisFlags } from './redis-flags.js';
import { drawnScene, slicesOption, workersOption } from './render.js';
import { addScene, pictureOf, type SceneFlags } from './scene-flags.js';
import { progressLine, say } from './text.js';
import { option, UsageError } from './usage.js';

interface SubmitFlags extends SceneFlags, OutputFlags, RedisFlags {
  readonly store?: string;
  readonly slices?: number;
  readonly workers: number;
  readonly wait?: boolean;
}

export function addSubmit(cluster: Command): void {
  const command = cluster
    .command('submit')
    .summary('put the slices of a scene into the queue')
    .description(
      'Puts the slices of a scene into the queue that its store does not have yet. With --wait, waits until workers ' +
        'have done them and writes the files.',
    );
  addScene(command);
  addRedis(command)
    .addOption(option('--store <folder>', 'where the slices go: a folder that all machines share', String))
    .option('--wait', 'wait until all slices are done, then write the files')
    .addOption(slicesOption('of at least 50 ms each'))
    .addOption(workersOption());
  addOutputs(command, "with --wait, the scene's name, or julia.png");
  addTalk(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  mandoline cluster submit mandelbrot --size 8000x8000 --store /shared/m --wait
  mandoline cluster work          # on any machine that has /shared/m`,
    )
    .action(async (scene: string | undefined, flags: SubmitFlags) => {
      const { store } = flags;
      if (store === undefined)
        throw new UsageError('submit: needs --store, a folder that all machines share');
      checkWaiting(flags);
      await submitScene(scene, flags, async () => ({ connection: await connectTo(flags), store }));
    });
}

export function addDemo(cluster: Command): void {
  const command = cluster
    .command('demo')
    .summary('try it on this machine alone')
    .description(
      'Starts a Redis server on a socket in a temporary folder and two workers, renders a scene by them, and takes ' +
        'all of it away again.',
    );
  addScene(command);
  addOutputs(command, "the scene's name, or julia.png");
  addTalk(command);
  command
    .addHelpText('after', '\nExample:\n  mandoline cluster demo --cells 4000 -o julia.png')
    .action(async (scene: string | undefined, flags: SceneFlags & OutputFlags) => {
      const { startDemo } = await import('../cluster/demo.js');
      const threads = Math.max(1, availableParallelism() >> 1);
      let end = async () => {};
      const begin = async (): Promise<Begun> => {
        const demo = await startDemo(threads, say);
        end = demo.end;
        if (!flags.quiet && !flags.json)
          say(
            `a Redis server and two workers of ${threads} ${threads === 1 ? 'thread' : 'threads'} work in ${demo.folder}`,
          );
        return demo;
      };
      try {
        await submitScene(scene, { ...flags, workers: availableParallelism(), wait: true }, begin);
      } finally {
        await end();
      }
    });
}

/** What slices go through, and the folder that they come to. */
interface Begun {
  readonly connection: Connection;
  readonly store: string;
}

/** Files are written by who waits. */
function checkWaiting({ wait, output, format, dtype }: SubmitFlags): void {
  const others = { '-o': output?.[0], '--format': format, '--dtype': dtype };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (!wait && other)
    throw new UsageError(`${other.join(' ')}: requires --wait, which writes files when all slices are done`);
}

async function submitScene(
  given: string | undefined,
  flags: SubmitFlags,
  begin: () => Promise<Begun>,
): Promise<void> {
  const named = await drawnScene(given, flags);
  const { scene } = named;
  const { wait = false, channels = [], workers } = flags;
  const targets = wait ? await openTargets(flags, pictureOf(given, named), scene) : [];
  // Whoever does not wait may want a picture later.
  const wanted = streamedChannels(scene, channels, !wait || isPainted(flags, targets));
  const { connection, store: folder } = await begin();
  await using(connection, async () => {
    const store = await storeFor(folder, scene, wanted, flags.slices);
    if (wait) checkMemory(scene, { workers, slices: store.slices }, wanted, store.slices, targets);
    const submitted = await queueSlices(connection, store, wanted, flags);
    if (wait) await draw({ named, workers, slices: store.slices, store, channels }, flags, targets);
    else sayNext(submitted, store, flags);
  });
}

/** The store of a scene, and into how many slices it is cut. Throws UsageError. */
async function storeFor(
  folder: string,
  scene: Scene,
  channels: readonly ChannelName[],
  slices: number | undefined,
): Promise<Store> {
  const otherwise = slices ?? (isStore(folder) ? 1 : await slicesByTime(scene, channels));
  try {
    const store = openStore(folder, scene, { slices, otherwise });
    // The first slice is the largest.
    checkSlices(scene, store.slices, 0);
    return store;
  } catch (error) {
    if (error instanceof StoreError) throw new UsageError(`--store ${error.message}`);
    throw error instanceof RefusedError ? new UsageError(error.message) : error;
  }
}

/** Queues what a store lacks and, where that is asked for, waits. Throws ClusterError that says what could not be done. */
async function queueSlices(
  connection: Connection,
  store: Store,
  channels: readonly ChannelName[],
  { wait = false, quiet, json }: SubmitFlags,
): Promise<Submitted> {
  const { submit } = await import('../cluster/submit.js');
  const slices = filledSlices(store.scene, store.slices);
  const folder = resolve(store.folder);
  const token = probeOf(folder);
  const code = codeVersion();
  const submission: Submission = {
    ...{ slices, code, token },
    kept: () => listStore(store, channels),
    jobOf: (index): SliceJob => ({
      ...{ code, scene: store.field, channels: [...channels], slices: store.slices, index, folder, token },
    }),
  };
  const [rows, columns] = sceneShape(store.scene);
  const line = quiet ? undefined : await progressLine(rows * columns, slices);
  try {
    const submitted = await submit(connection, submission, { wait, say, onProgress: line?.onProgress });
    line?.stop();
    const { before, done, stalled, lost } = submitted;
    if (wait && done < slices) throw new ClusterError(lackOf(submitted, store, slices, submission.kept()));
    if (wait && !quiet && !json)
      say(
        `${done - before} of ${slices} slices were done by workers; ${stalled} were given to another worker, ` +
          `${lost} queued again`,
      );
    return submitted;
  } finally {
    line?.stop();
  }
}

/** What is missing, on one line. */
function lackOf({ failed }: Submitted, { folder }: Store, slices: number, kept: Uint8Array): string {
  const missing = [...kept.keys()].filter((index) => !kept[index]);
  const [reason = 'workers say that it is done, and the store does not have it'] = failed.values();
  return (
    `${folder}: ${missing.length} of ${slices} slices ${missing.length === 1 ? 'is' : 'are'} missing: ` +
    `${ranged(missing)}, from 0; the first: ${reason}; the same command tries again`
  );
}

function sayNext({ before }: Submitted, store: Store, { quiet, json }: SubmitFlags): void {
  if (quiet || json) return;
  const slices = filledSlices(store.scene, store.slices);
  say(
    `${slices - before} of ${slices} slices are queued, ${before} are in the store\n` +
      'compute them, on any machine that has the store:   mandoline cluster work\n' +
      'look at what is queued:                            mandoline cluster status\n' +
      `write the picture when all are done:               mandoline assemble ${store.folder} -o picture.png`,
  );
}
