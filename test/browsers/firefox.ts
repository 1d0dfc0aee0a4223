// Firefox by WebDriver BiDi, which it speaks itself: without a window, with a new profile, and with no name resolution, so
// that it reaches this machine only.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { endGroup, startGroup } from './processes.js';
import type { Driver, Kind } from './tab.js';

export const firefox: Kind = {
  name: 'Firefox',
  programs: ['firefox-esr'],
  packages: ['firefox-esr'],
  launch,
};

/** Besides those that Firefox itself sets while it is driven, which turn off updates, telemetry and portal checks. */
const preferences = (downloads: string) => ({
  'network.dns.disabled': true,
  'network.connectivity-service.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.download.folderList': 2,
  'browser.download.dir': downloads,
  'browser.download.alwaysOpenPanel': false,
  'datareporting.policy.dataSubmissionEnabled': false,
});

async function launch(): Promise<Driver> {
  const folder = mkdtempSync(join(tmpdir(), 'mandoline-firefox-'));
  const downloads = mkdtempSync(join(folder, 'downloads-'));
  const lines = Object.entries(preferences(downloads)).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(folder, 'user.js'), lines.join(''));
  const child = startGroup(
    'firefox-esr',
    ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0', 'about:blank'],
    {
      stdio: ['ignore', 'pipe'],
      env: { ...process.env, HOME: folder, MOZ_CRASHREPORTER_DISABLE: '1' },
    },
  );
  const close = async () => {
    await endGroup(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const errors: string[] = [];
  try {
    const { send, socket } = await connect(await addressOf(child.stderr!), (event) => {
      if (event.method === 'log.entryAdded' && event.params.type === 'javascript')
        errors.push(String(event.params.text));
    });
    await send('session.new', { capabilities: {} });
    await send('session.subscribe', { events: ['log.entryAdded'] });
    const { contexts } = await send('browsingContext.getTree', {});
    const { context } = contexts[0];
    await send('browsingContext.setViewport', { context, viewport: { width: 640, height: 480 } });
    return {
      downloads,
      errors,
      async go(url) {
        await send('browsingContext.navigate', { context, url, wait: 'complete' });
      },
      async reload() {
        await send('browsingContext.reload', { context, wait: 'complete' });
      },
      async evaluate(expression) {
        const target = { context };
        const outcome = await send('script.evaluate', { expression, target, awaitPromise: true });
        if (outcome.type !== 'success') throw new Error(outcome.exceptionDetails.text);
        return outcome.result.value;
      },
      async act(actions) {
        await send('input.performActions', { context, actions });
      },
      async close() {
        socket.terminate();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address of the socket, from what the browser writes as it starts. */
async function addressOf(stream: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  for await (const line of createInterface({ input: stream })) {
    const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (address) {
      stream.resume();
      return `${address}/session`;
    }
    said += `${line}\n`;
  }
  throw new Error(`Firefox ended before it could be driven: ${said}`);
}

/** What comes over the socket differs by command; the tests fail where it is not as it is read. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Reply = any;

/** Opens the socket; gives what sends a command and waits for its result. */
async function connect(address: string, take: (event: { method: string; params: Reply }) => void) {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const waiting = new Map<number, { resolve(result: Reply): void; reject(error: Error): void }>();
  socket.on('message', (text) => {
    const message = JSON.parse(String(text));
    const { id, type } = message;
    if (type === 'event') take(message);
    else if (type === 'success') waiting.get(id)?.resolve(message.result);
    else waiting.get(id)?.reject(new Error(`${message.error}: ${message.message}`));
    waiting.delete(id);
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox ended'));
    waiting.clear();
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let last = 0;
  const send = (method: string, params: object) =>
    new Promise<Reply>((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { send, socket };
}
