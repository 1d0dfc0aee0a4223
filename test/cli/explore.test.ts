// The explorer's server: this machine alone, nothing outside of its folder, nothing to write.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { runMandoline, temporaryFolder } from '../support.js';
import { startExplorer } from './explorer.js';

let server: ChildProcess;
let said: string;
let port: number;
before(async () => {
  const explorer = await startExplorer('seahorse');
  server = explorer.process;
  said = explorer.said;
  port = Number(new URL(explorer.address).port);
});
after(() => server?.kill());

function answer(path: string, options: { method?: string; host?: string } = {}) {
  const { method = 'GET', host = `127.0.0.1:${port}` } = options;
  return new Promise<{ code: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { Host: host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ code: response.statusCode!, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** What comes back for bytes that no client would send. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  let got = '';
  for await (const chunk of socket) got += chunk;
  return got;
}

test('it says where, with the scene in the address, and serves the page with its files', async () => {
  assert.match(said, /^http:\/\/127\.0\.0\.1:\d+\/#f=mandelbrot&re=-0\.7436\S+&palette=dusk\n/);
  const page = await answer('/');
  assert.equal(page.code, 200);
  assert.match(page.body, /<title>Mandoline<\/title>/);
  for (const [, path] of page.body.matchAll(/(?:src|href)="\.(\/[^"]+)"/g))
    assert.equal((await answer(path!)).code, 200, path);
});

test('pages are isolated, take nothing from elsewhere and give nothing to others', async () => {
  for (const path of ['/', '/nothing']) {
    const { headers } = await answer(path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('another name than this machine is refused, so that no page elsewhere can read it', async () => {
  for (const host of ['example.com', `example.com:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
    assert.equal((await answer('/', { host })).code, 421, host);
  assert.equal((await answer('/', { host: `localhost:${port}` })).code, 200);
  assert.match(await raw('GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 (421|400)/);
});

test('nothing can be written, and nothing outside of the folder can be read', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    assert.equal((await answer('/', { method })).code, 405, method);
  const outside = [
    '/../package.json',
    '/../../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fpackage.json',
    '/..%5cpackage.json',
    '//etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/%',
    '/assets',
    `/${'a'.repeat(6000)}`,
  ];
  for (const path of outside) {
    const got = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    assert.match(got, /^HTTP\/1\.1 (4\d\d|200)/, path);
    assert.doesNotMatch(got, /"devDependencies"|root:|^HTTP\/1\.1 5/, path);
  }
  assert.match(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400/);
  assert.equal((await answer('/')).code, 200);
});

test('a port that is taken, no port, no scene: one line and exit 2', async (context) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  context.after(() => other.close());
  const taken = String((other.address() as AddressInfo).port);
  const wrong: [string[], RegExp][] = [
    [['--port', taken], /^mandoline: --port \d+: is taken; give another, or 0 for any that is free\n$/],
    [['--port', '70000'], /^mandoline: --port 70000: must be a whole number from 0 to 65535\n$/],
    [['nowhere'], /^mandoline: nowhere: no scene of this name/],
  ];
  for (const [given, line] of wrong) {
    const { code, stderr } = await runMandoline(temporaryFolder(context), 'explore', '--no-open', ...given);
    assert.match(stderr, line);
    assert.equal(code, 2);
  }
});

test('Ctrl-C ends it at once, also while somebody is connected', async () => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  server.kill('SIGINT');
  const [code] = await once(server, 'exit');
  assert.equal(code, 130);
});
