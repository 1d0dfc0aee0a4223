// The explorer's server: this machine alone, nothing outside of its folder, nothing to write.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serveFolder } from '../../src/cli/page-server.js';
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

function answer(
  path: string,
  options: { method?: string; host?: string; headers?: Record<string, string> } = {},
) {
  const { method = 'GET', host = `127.0.0.1:${port}` } = options;
  const headers = { ...options.headers, Host: host };
  return new Promise<{ code: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
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
  socket.write(text);
  let got = '';
  for await (const chunk of socket) got += chunk;
  return got;
}

test('it says where, with the scene in the address, and serves the page with its files', async () => {
  assert.match(
    said,
    /^http:\/\/127\.0\.0\.1:\d+\/#f=mandelbrot&coloring=smooth&\S+&re=-0\.7436\S+&palette=classic\n/,
  );
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
    assert.match(policy, /require-trusted-types-for 'script'; trusted-types default chapters$/);
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

test('any Range gets its part, the whole file or 416, and none ends the server', async () => {
  const whole = (await answer('/icon.svg')).body;
  const size = Buffer.byteLength(whole);
  const unsatisfiable = `bytes */${size}`;
  const expected: [range: string, code: number, body: string, contentRange?: string][] = [
    ['bytes=0-3', 206, whole.slice(0, 4), `bytes 0-3/${size}`],
    ['bytes=0-0', 206, whole.slice(0, 1), `bytes 0-0/${size}`],
    ['bytes=5-', 206, whole.slice(5), `bytes 5-${size - 1}/${size}`],
    ['bytes=-5', 206, whole.slice(-5), `bytes ${size - 5}-${size - 1}/${size}`],
    ['bytes=1-9007199254740994', 206, whole.slice(1), `bytes 1-${size - 1}/${size}`],
    [`bytes=1-${'9'.repeat(26)}`, 206, whole.slice(1), `bytes 1-${size - 1}/${size}`],
    [`bytes=${size}-`, 416, '', unsatisfiable],
    ['bytes=0-1,3-4', 200, whole],
    ['lines=1-2', 200, whole],
    ['x', 200, whole],
  ];
  for (const [range, code, body, contentRange] of expected) {
    const got = await answer('/icon.svg', { headers: { Range: range } });
    assert.deepEqual([got.code, got.headers['content-range']], [code, contentRange], range);
    if (code !== 416) assert.equal(got.body, body, range);
  }
  // Each of these names no part of the file: the whole or 416, as the RFC allows for either.
  const wrong = ['bytes=5-2', 'bytes=--5', 'bytes=0--5', 'bytes=-0', 'bytes=-', `bytes=${'9'.repeat(400)}-`];
  for (const range of wrong)
    for (const method of ['GET', 'HEAD']) {
      const got = await answer('/icon.svg', { method, headers: { Range: range } });
      assert.ok(got.code === 416 || got.code === 200, `${method} ${range}: ${got.code}`);
      if (got.code === 200 && method === 'GET') assert.equal(got.body, whole, range);
    }
  assert.equal(server.exitCode, null);
});

test('only pages of its own may ask; a link from elsewhere opens the page', async () => {
  const own = `http://127.0.0.1:${port}`;
  const code = async (headers: Record<string, string>) => (await answer('/', { headers })).code;
  for (const site of ['cross-site', 'same-site', 'nonsense']) {
    assert.equal(await code({ 'Sec-Fetch-Site': site }), 403);
    for (const dest of ['iframe', 'object', 'embed', 'image', 'script'])
      assert.equal(
        await code({ 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': dest }),
        403,
      );
  }
  const link = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  assert.equal(await code({ 'Sec-Fetch-Site': 'cross-site', ...link }), 200);
  for (const site of ['same-origin', 'none']) assert.equal(await code({ 'Sec-Fetch-Site': site }), 200);
  for (const origin of ['http://example.com', 'null', `https://127.0.0.1:${port}`, 'http://127.0.0.1'])
    assert.equal(await code({ Origin: origin, ...link }), 403, origin);
  assert.equal(await code({ Origin: own }), 200);
});

test('two names, a foreign one in the path, or none are refused', async () => {
  const host = `Host: 127.0.0.1:${port}`;
  const refused = async (lines: string) =>
    assert.match(await raw(`GET ${lines}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 4\d\d/, lines);
  await refused(`/ HTTP/1.1\r\n${host}\r\nHost: example.com`);
  await refused(`/ HTTP/1.1\r\n${host}\r\n${host}`);
  await refused(`http://example.com/ HTTP/1.1\r\n${host}`);
  await refused(`* HTTP/1.1\r\n${host}`);
  await refused('/ HTTP/1.1');
});

test('the page hears how the lesson is started here, for the commands that it shows', async () => {
  const { headers } = await answer('/lesson.json');
  assert.match(decodeURIComponent(String(headers['mandoline-lesson'])), /^node \S*mandoline\.js lesson$/);
});

test('connections and their time are limited, and files that vanish are not found', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'index.html'), 'here');
  const own = await serveFolder(folder, 0);
  context.after(() => own.closeAllConnections());
  context.after(() => own.close());
  assert.ok(own.maxConnections > 0 && own.maxConnections < 1000);
  assert.ok(own.headersTimeout > 0 && own.headersTimeout <= 60_000);
  assert.ok(own.requestTimeout > 0 && own.requestTimeout <= 60_000);
  assert.ok(own.timeout > 0);
  const address = `http://127.0.0.1:${(own.address() as AddressInfo).port}/`;
  assert.equal(await (await fetch(address)).text(), 'here');
  rmSync(join(folder, 'index.html'));
  assert.equal((await fetch(address)).status, 404);
  symlinkSync('index.html', join(folder, 'index.html'));
  assert.equal((await fetch(address)).status, 500);
  rmSync(join(folder, 'index.html'));
  writeFileSync(join(folder, 'index.html'), 'again');
  assert.equal(await (await fetch(address)).text(), 'again');
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
    [['--port', taken], /^mandoline: --port \d+: is in use; give another, or 0 for any free port\n$/],
    [['--port', '70000'], /^mandoline: --port 70000: must be a whole number from 0 to 65535\n$/],
    [['nowhere'], /^mandoline: nowhere: is not a bundled scene/],
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
