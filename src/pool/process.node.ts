// Workers as child processes: from the pool's side and, in `processPort`, from the worker's. A crash in native code or
// a kill ends one worker, not the program. Memory is not shared: V8's serializer copies the values.
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

/** The worker's code is sent as the first message: as an argument, it would fill every process list. */
const firstLines = "process.once('message', (text) => new Function('require', text)(require))";
/** Flags that workers do not inherit: those for the code to run and for the debugger's port. */
const notInherited =
  /^(-[eipc]$|--(eval|print|interactive|check|input-type|inspect|debug|test|watch|title)\b)/;

/** Running workers. They are killed when the program exits, unless the program itself is killed. */
const children = new Set<ChildProcess>();
const endAll = () => {
  for (const child of children) child.kill('SIGKILL');
};

/** Starts a worker process. If it cannot be started, `onExit` gets the reason. */
export function startProcess(
  { resourceLimits = {}, execArgv, env, name }: ThreadOptions,
  events: ThreadEvents,
): Thread {
  // Loaded on demand, because few programs need it.
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
  // Exit and disconnect come in any order, and messages arrive until the channel is closed.
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
    // For a running process, this reports a message that came too late.
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
      // Detaches transferred values, as a thread's transfer would.
      if (transfer.length > 0) structuredClone(null, { transfer: [...transfer] });
    },
    terminate: () => void child.kill('SIGKILL'),
    keepAlive,
  };
}

/** The exit code that shells use for a signal, and the reason. */
function endBy(signal: NodeJS.Signals): { code: number; cause: Error } {
  const about = signal === 'SIGABRT' ? ', which a process whose heap is out of memory sends itself' : '';
  return { code: 128 + constants.signals[signal], cause: new Error(`${signal}${about}`) };
}

function heapFlags(limits: ResourceLimits): string[] {
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young, stackSizeMb: stack } = limits;
  return [
    ...(old === undefined ? [] : [`--max-old-space-size=${Math.ceil(old)}`]),
    // V8 sizes the young generation as three semi-spaces.
    ...(young === undefined ? [] : [`--max-semi-space-size=${Math.max(1, Math.round(young / 3))}`]),
    ...(stack === undefined ? [] : [`--stack-size=${Math.round(1024 * stack)}`]),
  ];
}

/**
 * A message as bytes. The channel's "advanced" serialization turns typed arrays into views of the whole message; V8's
 * serializer gives each its own memory, as between threads.
 */
function toBytes(message: unknown): Buffer {
  const serializer = new Serializer();
  serializer.writeHeader();
  try {
    serializer.writeValue(message);
  } catch (error) {
    if (!isCloneFailure(error) && !/could not be cloned|is not a function/.test(describe(error))) throw error;
    throw new DOMException(
      'a value cannot be copied to another process: processes cannot share memory, ports or WebAssembly modules; send ' +
        "an ArrayBuffer or other plain data, or leave out kind: 'process'",
      'DataCloneError',
    );
  }
  return serializer.releaseBuffer();
}

/** The pool's message in the received data; undefined for messages that a task has sent. */
function toMessage<M>(data: unknown): M | undefined {
  const bytes = unsealed<Uint8Array>(data);
  if (!ArrayBuffer.isView(bytes)) return undefined;
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue() as M;
}

/** The connection to the pool in a worker process; undefined in any other process. */
export function processPort() {
  if (!process.send) return undefined;
  // The program has exited, or no longer needs this worker.
  process.on('disconnect', () => process.exit());
  return {
    post: (message: PoolMessage) => void process.send?.(sealed(toBytes(message))),
    listen: (receive: (messages: readonly WorkerMessage[]) => void) =>
      void process.on('message', (data) => receive(toMessage(data) ?? [])),
  };
}
