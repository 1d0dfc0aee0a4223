// `mandoline explore`: serves the explorer's page, for this machine alone, and opens it in the browser. Which files
// there are is found once, at the start, so that no request can name another; sirv sends them (also looked at:
// serve-handler, which resolves paths of requests, and @fastify/static, a framework). The page's sources are in web/.
import { existsSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { sceneAddress } from '../scene/address.js';
import { sceneOf, sceneValues } from './scene-flags.js';
import { say } from './text.js';
import { Operand, option, UsageError, whole } from './usage.js';

interface ExploreFlags {
  readonly port: number;
  readonly open: boolean;
}

/** The port where nobody names one, so that bookmarks stay: the golden ratio's digits. */
const standardPort = 16180;
const host = '127.0.0.1';

export function addExplore(program: Command): void {
  program
    .command('explore')
    .summary('open a page in the browser to look around in')
    .description('Serves the explorer, a page that computes in the browser, for this machine alone.')
    .addArgument(
      new Operand(
        '[scene]',
        'where to begin: a bundled scene, a file with a scene, or an address',
        sceneValues,
      ),
    )
    .addOption(
      option('--port <number>', 'where to serve; 0: any that is free', whole('--port', 0, 65535)).default(
        standardPort,
      ),
    )
    .option('--no-open', 'do not open the browser')
    .addHelpText(
      'after',
      '\nExamples:\n  mandoline explore\n  mandoline explore seahorse --port 8000 --no-open',
    )
    .action((scene: string | undefined, flags: ExploreFlags) => explore(scene, flags));
}

async function explore(given: string | undefined, { port, open }: ExploreFlags): Promise<void> {
  const hash = given === undefined ? '' : sceneAddress((await sceneOf(given, {})).scene);
  const folder = fileURLToPath(new URL('../../explorer', import.meta.url));
  if (!existsSync(folder)) throw new UsageError(`explore: the page is not built; run npm run build:web`);
  const server = await serve(folder, port);
  const address = `http://${host}:${(server.address() as AddressInfo).port}/${hash}`;
  say(`${address}\nserved for this machine alone; Ctrl-C ends it`);
  if (open) {
    const { default: openBrowser } = await import('open');
    // Where there is no browser the address is enough.
    const opened = await openBrowser(address).catch(() => undefined);
    opened?.on('error', () => {});
  }
}

/** What every answer says: isolated, so that memory can be shared; nothing from elsewhere, nothing for others. */
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Serves a folder on this machine. Throws UsageError for a port that cannot be had. */
async function serve(folder: string, port: number): Promise<Server> {
  // Loaded here, so that no other command waits for them.
  const [{ createServer }, { default: sirv }] = await Promise.all([import('node:http'), import('sirv')]);
  const files = sirv(folder, { etag: true });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const end = (code: number, text: string) => response.writeHead(code).end(`${text}\n`);
    const { port: own } = server.address() as AddressInfo;
    // A page from elsewhere may have a name that leads to this machine, but it says that name.
    if (![`${host}:${own}`, `localhost:${own}`].includes(request.headers.host ?? ''))
      return end(421, 'not served under this name');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return end(405, 'nothing can be written here');
    }
    return files(request, response, () => {
      end(404, 'not here');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be had (${error.message})`;
      reject(new UsageError(`--port ${port}: ${why}; give another, or 0 for any that is free`));
    });
    server.listen(port, host, resolve);
  });
  return server;
}
