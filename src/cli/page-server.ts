// Serves one folder of static files on this machine only. `send` resolves paths and handles ranges, conditional
// requests and read errors (also looked at: sirv, whose ranges and read errors end the process, and serve-handler).
// This file decides which requests are answered: only those of this server's pages, under this machine's names.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { systemReason } from '../system-error.node.js';
import { UsageError } from './usage.js';

/** The address that is listened on: loopback only. */
export const host = '127.0.0.1';

/** Sent with every answer: isolation, so that memory can be shared; nothing from other sites, nothing for them. */
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
    "require-trusted-types-for 'script'",
    // The policies of web/trusted.ts.
    'trusted-types default chapters',
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Milliseconds for a request's headers, for a whole request, and for a connection on which nothing moves. */
const patience = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5000 };
const idle = 60_000;
/** Connections at a time: several browsers with several tabs each. */
const mostConnections = 128;

/** Serves a folder on this machine, with more headers. Throws UsageError for a port that cannot be used. */
export async function serveFolder(
  folder: string,
  port: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Server> {
  // Imported here, so that other commands do not load them.
  const [{ createServer, STATUS_CODES }, { default: send }] = await Promise.all([
    import('node:http'),
    import('send'),
  ]);
  const server = createServer(patience, (request, response) => {
    for (const [name, value] of Object.entries({ ...headers, ...more })) response.setHeader(name, value);
    const refused = refusal(request);
    if (refused) return end(response, ...refused);
    const [path] = request.url!.split('?');
    send(request, path!, { root: folder, cacheControl: false })
      .on('error', ({ status }: { status: number }) => end(response, status, STATUS_CODES[status]!))
      .on('directory', () => end(response, 404, STATUS_CODES[404]!))
      .pipe(response);
  });
  server.maxConnections = mostConnections;
  server.setTimeout(idle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used: ${systemReason(error)}`;
      reject(new UsageError(`--port ${port}: ${why}; give another, or 0 for any free port`));
    });
    server.listen(port, host, resolve);
  });
  return server;
}

/** The code and the text of a rejected request; undefined if it is answered. */
function refusal(request: IncomingMessage): readonly [code: number, why: string] | undefined {
  const { headers, headersDistinct, method, url, socket } = request;
  const names = [host, 'localhost'].map((name) => `${name}:${socket.localPort}`);
  // A page elsewhere may have a name that resolves to this machine, but its requests carry that name.
  const hosts = headersDistinct.host ?? [];
  if (hosts.length > 1) return [400, 'more than one Host'];
  if (!names.includes(hosts[0] ?? '')) return [421, 'not served under this name'];
  if (!url?.startsWith('/')) return [400, 'the path must start with /'];
  if (isForeign(headers, names)) return [403, 'not served to other sites'];
  if (method !== 'GET' && method !== 'HEAD') return [405, 'nothing can be written here'];
  return undefined;
}

/** Whether a page of another site sent the request. It may link here, because that opens a separate, isolated page. */
function isForeign(headers: IncomingMessage['headers'], names: readonly string[]): boolean {
  const { origin } = headers;
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) return true;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

function end(response: ServerResponse, code: number, text: string): void {
  // The file could not be read completely; the client must not accept a part.
  if (response.headersSent) return void response.destroy();
  if (code === 405) response.setHeader('Allow', 'GET, HEAD');
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
