// A real Chromium for tests: the system's where there is one, otherwise the one inside an npm package.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../chromium.js';
import { patience } from '../patience.js';

/** Starts the browser. The arguments that the package suggests would break cross-origin isolation. */
export const launchBrowser = async (): Promise<Browser> =>
  await chromium.launch({ ...findChromium(), args: ['--no-sandbox'], timeout: patience });

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface Site {
  /** Address of its root, without a slash at the end. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Serves a folder on this machine only; where `pages` has a path, its text, once that is there. */
export async function serveFolder(
  folder: string,
  isolated: boolean,
  pages: Readonly<Record<string, string | Promise<string>>> = {},
): Promise<Site> {
  const server: Server = createServer(async ({ url }, response) => {
    const path = decodeURIComponent(new URL(url!, 'http://localhost').pathname);
    const file = normalize(join(folder, path));
    try {
      if (!file.startsWith(folder + sep)) throw new Error('outside of the folder');
      const body = (await pages[path]) ?? (await readFile(file));
      const type = types[extname(path)] ?? 'application/octet-stream';
      // Kept, because every worker loads its modules again.
      const headers = { 'Content-Type': type, 'Cache-Control': 'max-age=3600', ...(isolated && isolation) };
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { address: `http://127.0.0.1:${port}`, close };
}

const importMap = {
  imports: { 'mandoline/pool': '/dist/src/pool/index.js', '#thread': '/dist/src/pool/thread.web.js' },
};
/** A page with the pool's behaviours, for a site of this whole package. */
export const unbundledPage = `<!doctype html><title>unbundled</title>
<script type="importmap">${JSON.stringify(importMap)}</script>
<script type="module" src="/dist/test/pool/page/unbundled.js"></script>`;
