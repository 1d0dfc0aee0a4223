// The queue on a page for this machine only: bull-board, read-only. Served by Hono, the smallest of the servers that
// bull-board has an adapter for.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClusterError } from '../errors.js';
import { optionalPackages } from '../optional.node.js';
import { systemReason } from '../system-error.node.js';
import { openQueue, otherVersions } from './queue.js';
import { type Connection, loadOptional } from './redis.js';

const host = '127.0.0.1';
/** The page loads nothing from other sites and cannot be framed. bull-board uses inline styles. */
const headers: Parameters<typeof import('hono/secure-headers').secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  // Served without encryption, to this machine only.
  strictTransportSecurity: false,
};

/** Loads the page's packages. */
function loadBoard() {
  const load = <T>(name: string) => loadOptional<T>(name, optionalPackages.dashboard);
  return {
    ...load<typeof import('@bull-board/api')>('@bull-board/api'),
    ...load<typeof import('@bull-board/api/bullMQAdapter')>('@bull-board/api/bullMQAdapter'),
    ...load<typeof import('@bull-board/hono')>('@bull-board/hono'),
    ...load<typeof import('hono/secure-headers')>('hono/secure-headers'),
    ...load<typeof import('hono')>('hono'),
    ...load<typeof import('@hono/node-server')>('@hono/node-server'),
    ...load<typeof import('@hono/node-server/serve-static')>('@hono/node-server/serve-static'),
  };
}

/** Throws ClusterError, with the command that installs them, if the page's packages are missing. */
export const checkBoard = (): void => void loadBoard();

/**
 * Serves the page on a port, 0 for any free one, with the queues of this version and of other existing versions.
 * Returns its address. Throws ClusterError for a port that cannot be used.
 */
export async function serveDashboard(connection: Connection, code: string, port: number): Promise<string> {
  const { createBullBoard, BullMQAdapter, HonoAdapter, secureHeaders, Hono, serve, serveStatic } =
    loadBoard();
  const versions = [code, ...(await otherVersions(connection, code))];
  const adapter = new HonoAdapter(serveStatic);
  createBullBoard({
    queues: versions.map((each) => new BullMQAdapter(openQueue(connection, each), { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Mandoline' } },
  });
  const app = new Hono();
  app.use(secureHeaders(headers));
  let own = '';
  // Against DNS rebinding: another site's name may resolve to this machine, but requests then carry that name.
  app.use(async (context, next) => {
    if (context.req.header('host') !== own) return context.text('not served under this name\n', 421);
    return next();
  });
  // In read-only mode, bull-board answers 200 to some requests that it ignores.
  app.use(async (context, next) =>
    ['GET', 'HEAD'].includes(context.req.method)
      ? next()
      : context.text('the queue is only shown here\n', 405, { Allow: 'GET, HEAD' }),
  );
  app.route('/', adapter.registerPlugin());
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: host }) as Server;
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ClusterError(`--port ${port}: cannot be used: ${systemReason(error)}; give another, or 0`)),
    );
    server.once('listening', () => {
      own = `${host}:${(server.address() as AddressInfo).port}`;
      resolve(`http://${own}/`);
    });
  });
}
