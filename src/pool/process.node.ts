// Workers as processes: child_process, from the pool's side and, in `processPort`, from the worker's. A crash of native code
// or a kill ends one worker, not the program. Nothing is shared: values are copied by V8's serializer.
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Deserializer, Serializer } from 'node:v8';
import { describe, isCloneFailure } from './cloning.js';
import {
  type PoolMessage,
  type ResourceLimits,
  sealed,
  type Thread,
  type ThreadEvents,
  type ThreadOptions,
  unsealed,
  type WorkerMessage,
} from './protocol.js';
import { workerText } from './worker-text.js';

/** The worker's text comes as the first message: as an argument, every list of processes would show all of it. */
const firstLines = "process.once('message', (text) => new Function('require', text)(require))";
/** Flags of the program that are not for its workers: what it runs, and where its debugger listens. */
const notInherited =
  /^(-[eipc]$|--(eval|print|interactive|check|input-type|inspect|debug|test|watch|title)\b)/;

/** Those that run. They do not outlive the program, unless that is killed itself. */
const children = new Set<ChildProcess>();
const endAll = () => {
  for (const child of children) child.kill('SIGKILL');
};

/** Starts a worker process. A process that cannot be started ends with the reason. */
export function startProcess(
  { resourceLimits = {}, execArgv, env, name }: ThreadOptions,
  events: ThreadEvents,
): Thread {
  // Loaded now, because few programs need it.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const flags = execArgv ?? process.execArgv.filter((flag) => !notInherited.test(flag));
  const title = name === undefined ? [] : [`--title=${name}`];
  const child = spawn(
    process.execPath,
    [...flags, ...heapFlags(resourceLimits), ...title, '--input-type=commonjs', '-e', firstLines],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      ...(env && { env }),
    },
  );
  if (!process.listeners('exit').includes(endAll)) process.on('exit', endAll);
  children.add(child);
  let end: { code: number; cause?: Error } | undefined;
  let isConnected = true;
  // Either may come first, and messages come until the line is closed.
  const endIfOver = () => {
    if (!end || isConnected || !children.delete(child)) return;
    events.onExit(end.code, end.cause);
  };
  child.on('message', (data) => {
    const message = toMessage<PoolMessage>(data);
    if (message) events.onMessage(message);
  });
  child.on('disconnect', () => {
    isConnected = false;
    endIfOver();
  });
  child.on('exit', (code, signal) => {
    end ??= signal === null ? { code: code ?? 1 } : endBy(signal);
    endIfOver();
  });
  child.on('error', (cause) => {
    // Of a process that runs, it is about a message that came too late.
    if (child.pid !== undefined) return;
    end = { code: 1, cause };
    isConnected = false;
    endIfOver();
  });
  child.send(workerText, () => {});
  const keepAlive = (alive: boolean) => {
    for (const each of [child, child.channel]) alive ? each?.ref() : each?.unref();
  };
  keepAlive(false);
  return {
    post(messages, transfer) {
      const bytes = toBytes(messages);
      if (child.connected) child.send(sealed(bytes) as object, () => {});
      // Moved is what is here no more.
      if (transfer.length > 0) structuredClone(null, { transfer: [...transfer] });
    },
    terminate: () => void child.kill('SIGKILL'),
    keepAlive,
  };
}

/** As shells number it, with the reason. */
function endBy(signal: NodeJS.Signals): { code: number; cause: Error } {
  const about = signal === 'SIGABRT' ? ', as a process whose heap is out of memory ends itself' : '';
  return { code: 128 + constants.signals[signal], cause: new Error(`${signal}${about}`) };
}

function heapFlags(limits: ResourceLimits): string[] {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young, stackSizeMb: stack } = limits;
  return [
    ...(old === undefined ? [] : [`--max-old-space-size=${Math.ceil(old)}`]),
    // V8 takes a third of it for each of three parts.
    ...(young === undefined ? [] : [`--max-semi-space-size=${Math.max(1, Math.round(young / 3))}`]),
    ...(stack === undefined ? [] : [`--stack-size=${Math.round(1024 * stack)}`]),
  ];
}

/**
 * A message as bytes. The channel's own "advanced" serialization gives views over the whole message in place of typed
 * arrays; V8's gives each its own memory, as between threads.
 */
function toBytes(message: unknown): Buffer {
  const serializer = new Serializer();
  serializer.writeHeader();
  try {
    serializer.writeValue(message);
  } catch (error) {
    if (!isCloneFailure(error) && !/could not be cloned|is not a function/.test(describe(error))) throw error;
    throw new DOMException(
      'a value cannot be copied to another process: processes share no memory, ports or WebAssembly modules; send an ' +
        "ArrayBuffer or other plain data, or leave out kind: 'process'",
      'DataCloneError',
    );
  }
  return serializer.releaseBuffer();
}

/** The message of the pool's in what has arrived; undefined for what a task has sent itself. */
function toMessage<M>(data: unknown): M | undefined {
  const bytes = unsealed<Uint8Array>(data);
  if (!ArrayBuffer.isView(bytes)) return undefined;
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue() as M;
}

/** The line to the pool in a worker process; undefined where this is none. */
export function processPort() {
  if (!process.send) return undefined;
  // The program has ended, or is done with this worker.
  process.on('disconnect', () => process.exit());
  return {
    post: (message: PoolMessage) => void process.send?.(sealed(toBytes(message))),
    listen: (receive: (messages: readonly WorkerMessage[]) => void) =>
      void process.on('message', (data) => receive(toMessage(data) ?? [])),
  };
}
