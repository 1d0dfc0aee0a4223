// `mandoline cluster submit` and `demo`: put a scene's slices into the queue and, with --wait, make its files when all are
// done, as `mandoline render` does (draw.ts).
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkSlices, codeVersion, RefusedError, type SliceJob } from '../cluster/job.js';
import { probeOf } from '../cluster/probe.js';
import { type Connection, using } from '../cluster/redis.js';
import type { Submission, Submitted } from '../cluster/submit.js';
import { ClusterError, StoreError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import { availableParallelism } from '../pool/cores.node.js';
import { slicesByTime } from '../render/cut.js';
import { filledSlices, sceneShape } from '../render/job.js';
import { isStore, openStore, type Store } from '../render/store.node.js';
import { streamedChannels } from '../render/stream.js';
import { listStore, ranged } from '../render/survey.node.js';
import type { Scene } from '../scene/scene.js';
import { draw, isPainted } from './draw.js';
import { helpBriefly } from './help.js';
import { checkMemory } from './memory-check.js';
import { addOutputs, addTalk, type OutputFlags, openTargets } from './outputs.js';
import { addRedis, connectTo, type RedisFlags } from './redis-flags.js';
import { drawnScene, slicesOption, workersOption } from './render.js';
import { addScene, pictureOf, type SceneFlags } from './scene-flags.js';
import { progressLine, say, several } from './text.js';
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
    .summary('queue the slices of a scene')
    .description(
      'Queues the slices that are missing in the store. With --wait, waits until workers have computed them and ' +
        'writes the files.',
    );
  addScene(command);
  command.optionsGroup('Queue:');
  addRedis(command)
    .addOption(option('--store <folder>', 'folder for the slices, which all machines share', String))
    .option('--wait', 'wait for all slices, then write the files')
    .addOption(slicesOption('of at least 50 ms each'))
    .addOption(workersOption());
  command.optionsGroup('Files:');
  addOutputs(command, "with --wait, the scene's name, or julia.png");
  addTalk(command);
  helpBriefly(command, [
    ...['--formula', '--c', '--iterations', '--center', '--zoom', '--size', '--coloring', '--palette'],
    ...['--redis', '--redis-file', '--store', '--wait', '--slices', '--output', '--quiet'],
  ]);
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
        throw new UsageError('submit: requires --store, a folder that all machines share');
      checkWaiting(flags);
      await submitScene(scene, flags, async () => ({ connection: await connectTo(flags), store }));
    });
}

export function addDemo(cluster: Command): void {
  const command = cluster
    .command('demo')
    .summary('try it on this machine alone')
    .description(
      'Starts a Redis server and two workers in a temporary folder, renders a scene with them, and removes them.',
    );
  addScene(command);
  command.optionsGroup('Files:');
  addOutputs(command, "the scene's name, or julia.png");
  addTalk(command);
  helpBriefly(command, [
    '--center',
    '--zoom',
    '--size',
    '--cells',
    '--coloring',
    '--palette',
    '--output',
    '--quiet',
  ]);
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
          say(`started a Redis server and two workers of ${several(threads, 'thread')} in ${demo.folder}`);
        return demo;
      };
      try {
        await submitScene(scene, { ...flags, workers: availableParallelism(), wait: true }, begin);
      } finally {
        await end();
      }
    });
}

/** The server of the queue, and the store. */
interface Begun {
  readonly connection: Connection;
  readonly store: string;
}

/** Files are only written with --wait. */
function checkWaiting({ wait, output, format, dtype }: SubmitFlags): void {
  const others = { '-o': output?.[0], '--format': format, '--dtype': dtype };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (!wait && other) throw new UsageError(`${other.join(' ')}: requires --wait`);
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
  // Without --wait a picture may be wanted later.
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

/** The scene's store, which decides the number of slices. Throws UsageError. */
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

/** Queues the slices that the store lacks and, with --wait, waits for them. Throws ClusterError if some failed. */
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
    slices,
    code,
    token,
    kept: () => listStore(store, channels),
    jobOf: (index): SliceJob => ({
      code,
      scene: store.field,
      channels: [...channels],
      slices: store.slices,
      index,
      folder,
      token,
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
        `workers computed ${done - before} of ${slices} slices; ${stalled} were reassigned, ${lost} queued again`,
      );
    return submitted;
  } finally {
    line?.stop();
  }
}

/** The missing slices, on one line. */
function lackOf({ failed }: Submitted, { folder }: Store, slices: number, kept: Uint8Array): string {
  const missing = [...kept.keys()].filter((index) => !kept[index]);
  const [reason = 'a worker reported it as done, but the store does not have it'] = failed.values();
  return (
    `${folder}: ${missing.length} of ${slices} slices ${missing.length === 1 ? 'is' : 'are'} missing: ` +
    `${ranged(missing)} (counted from 0); the first: ${reason}; run the same command to try again`
  );
}

function sayNext({ before }: Submitted, store: Store, { quiet, json }: SubmitFlags): void {
  if (quiet || json) return;
  const slices = filledSlices(store.scene, store.slices);
  say(
    `queued ${slices - before} of ${slices} slices; ${before} are in the store\n` +
      'compute them, on any machine with the store:   mandoline cluster work\n' +
      'show the queue:                                mandoline cluster status\n' +
      `write the picture when all are done:           mandoline assemble ${store.folder} -o picture.png`,
  );
}
