// Asks a terminal what it can show: its answer to "send device attributes" lists 4 where it knows Sixel
// (https://vt100.net/docs/vt510-rm/DA1.html, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Also looked at:
// supports-terminal-graphics, which reads the environment and cannot detect Sixel.
import { setTimeout } from 'node:timers/promises';

/** The parts of process.stdin and process.stderr that are needed. */
export interface Keys extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  readonly isRaw?: boolean;
  setRawMode(isRaw: boolean): unknown;
}
export interface Screen extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** Milliseconds to wait for an answer: most arrive within a few, over a network in some hundred. */
const patience = 1000;

/** Whether the terminal shows Sixel; false if there is none, or it does not answer in time. */
export async function knowsSixel(keys: Keys, screen: Screen, milliseconds = patience): Promise<boolean> {
  if (!keys.isTTY || !screen.isTTY) return false;
  const wasRaw = keys.isRaw ?? false;
  let heard = '';
  let stopped = false;
  const waiting = new AbortController();
  const hear = (data: Buffer | string) => {
    heard += data.toString();
    stopped ||= heard.includes('\x03');
    if (stopped || attributes.test(heard)) waiting.abort();
  };
  // Raw, so that the answer is neither shown nor buffered until the end of a line.
  keys.setRawMode(true);
  keys.on('data', hear);
  keys.resume();
  screen.write('\x1b[c');
  await setTimeout(milliseconds, undefined, { signal: waiting.signal }).catch(() => {});
  keys.off('data', hear);
  keys.pause();
  keys.setRawMode(wasRaw);
  // In raw mode Ctrl-C is an ordinary key.
  if (stopped) process.kill(process.pid, 'SIGINT');
  return attributes.exec(heard)?.[1]?.split(';').slice(1).includes('4') ?? false;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the answer begins with Escape
const attributes = /\x1b\[\?([\d;]*)c/;
