// WebKit, the engine of Safari, by W3C WebDriver: WebKitGTK's small browser on a screen that nobody sees.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../patience.js';
import { endGroup, startGroup } from './processes.js';
import type { Driver, Kind } from './tab.js';

export const webkit: Kind = {
  name: 'WebKit',
  programs: ['WebKitWebDriver', 'Xvfb'],
  packages: ['webkit2gtk-driver', 'xvfb'],
  launch,
};

async function launch(): Promise<Driver> {
  const home = mkdtempSync(join(tmpdir(), 'mandoline-webkit-'));
  const started: ChildProcess[] = [];
  const close = async () => {
    for (const child of started.reverse()) await endGroup(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = startGroup(
      'Xvfb',
      ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '1024x768x24'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    started.push(screen);
    const display = await firstLine(screen.stdio[3] as Readable);
    const port = await freePort();
    const driver = startGroup('WebKitWebDriver', [`--port=${port}`], {
      stdio: ['pipe', 'ignore'],
      env: environment(home, display),
    });
    started.push(driver);
    const errors: string[] = [];
    createInterface({ input: driver.stdout! }).on('line', (line) => {
      if (/CONSOLE JS ERROR/.test(line)) errors.push(line);
    });
    return {
      ...(await drive(`http://127.0.0.1:${port}`)),
      downloads: join(home, 'downloads'),
      errors,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing of the user's: settings, caches and downloads are in a folder of their own, and there is no message bus. */
function environment(home: string, display: string): NodeJS.ProcessEnv {
  const [config, downloads] = [join(home, 'config'), join(home, 'downloads')];
  for (const folder of [config, downloads]) mkdirSync(folder);
  writeFileSync(join(config, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    HOME: home,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: home,
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    NO_AT_BRIDGE: '1',
    GSETTINGS_BACKEND: 'memory',
    LIBGL_ALWAYS_SOFTWARE: '1',
  };
}

async function drive(server: string): Promise<Pick<Driver, 'go' | 'reload' | 'evaluate' | 'act'>> {
  // biome-ignore lint/suspicious/noExplicitAny: results differ by command, and a test fails where one is not as it is read.
  async function send(method: 'GET' | 'POST', path: string, body: object = {}): Promise<any> {
    const response = await fetch(server + path, {
      method,
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
    if (!response.ok) throw new Error(`${path}: ${value?.error}: ${value?.message}`);
    return value;
  }
  while (
    !(await send('GET', '/status').then(
      ({ ready }) => ready,
      () => false,
    ))
  )
    await sleep(20);
  const { sessionId } = await send('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': {
          args: ['--automation', '--enable-write-console-messages-to-stdout=true'],
        },
      },
    },
  });
  const session = `/session/${sessionId}`;
  await send('POST', `${session}/timeouts`, { script: patience, pageLoad: patience });
  await send('POST', `${session}/window/rect`, { width: 640, height: 480 });
  return {
    go: (url) => send('POST', `${session}/url`, { url }),
    reload: () => send('POST', `${session}/refresh`),
    evaluate: (expression) =>
      send('POST', `${session}/execute/async`, { script: `(${expression}).then(arguments[0]);`, args: [] }),
    act: (actions) => send('POST', `${session}/actions`, { actions }),
  };
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('Xvfb ended before it had a screen');
}

/** A port of this machine that nobody listens on: the driver does not tell which it would choose. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
