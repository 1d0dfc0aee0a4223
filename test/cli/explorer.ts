// What tests of the explorer need: the command that serves it, as a process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mandoline } from '../support.js';

export interface Explorer {
  readonly process: ChildProcess;
  /** All that it said, and the address in its first line. */
  readonly said: string;
  readonly address: string;
}

/** `mandoline explore` on any free port, once it serves. */
export async function startExplorer(...given: readonly string[]): Promise<Explorer> {
  const options = ['explore', ...given, '--no-open', '--port', '0'];
  const process = spawn(globalThis.process.execPath, [mandoline, ...options]);
  let said = '';
  process.stderr.on('data', (text) => {
    said += text;
  });
  while (!said.includes('Ctrl-C')) await once(process.stderr, 'data');
  return { process, said, address: said.split('\n')[0]! };
}
