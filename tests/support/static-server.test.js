import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startServer } from './static-server.js';

const labels = gzipSync(Buffer.alloc(5000, 7));

/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-support-'));
  await mkdir(join(folder, 'page'));
  await mkdir(join(folder, 'dataset'));
  await writeFile(join(folder, 'page/index.html'), '<title>page</title>');
  await writeFile(join(folder, 'page/core.wasm'), Buffer.alloc(4000));
  await writeFile(join(folder, 'dataset/labels.gz'), labels);
});

after(() => rm(folder, { recursive: true, force: true }));

/**
 * @param {import('./static-server.js').ServerOptions} options
 * @param {(server: import('./static-server.js').StaticServer) => Promise<void>} use
 */
async function withServer(options, use) {
  const server = await startServer({ folder: join(folder, 'page'), ...options });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

test('serves a page under a sub-path, and nothing outside it', () =>
  withServer({ base: '/a/b/' }, async ({ url, requests }) => {
    const page = await fetch(url);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(await page.text(), '<title>page</title>');
    assert.equal((await fetch(new URL('/core.wasm', url))).status, 404);
    assert.equal((await fetch(`${url}..%2f..%2fdataset/labels.gz`)).status, 404);
    assert.equal((await fetch(`${url}missing.js`)).status, 404);
    assert.deepEqual(requests.slice(0, 2), ['/a/b/', '/core.wasm']);
  }));

test('serves the dataset only where it is given, as it is or as an encoding', async () => {
  await withServer({}, async ({ url }) => assert.equal((await fetch(`${url}fashion-mnist/labels.gz`)).status, 404));
  await withServer({ dataset: join(folder, 'dataset') }, async ({ url, options }) => {
    const raw = await fetch(`${url}fashion-mnist/labels.gz`);
    assert.deepEqual(Buffer.from(await raw.arrayBuffer()), labels);
    options.encodedGzip = true;
    const decoded = await fetch(`${url}fashion-mnist/labels.gz`);
    assert.equal((await decoded.arrayBuffer()).byteLength, 5000);
  });
});

test('sends isolation headers, fails and cuts on demand, and throttles', () =>
  withServer({ isolated: true }, async ({ url, options }) => {
    const page = await fetch(url);
    assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(page.headers.get('cross-origin-embedder-policy'), 'require-corp');
    options.fail = (path) => (path === 'core.wasm' ? 503 : undefined);
    assert.equal((await fetch(`${url}core.wasm`)).status, 503);
    options.fail = (_, times) => (times === 2 ? 502 : undefined);
    assert.equal((await fetch(`${url}core.wasm`)).status, 502, 'asked for the second time');
    assert.equal((await fetch(`${url}core.wasm`)).status, 200);
    options.fail = () => 'hang';
    await assert.rejects(fetch(`${url}core.wasm`, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
    options.fail = () => 'cut';
    await assert.rejects(fetch(`${url}core.wasm`).then((response) => response.arrayBuffer()));
    options.fail = undefined;
    options.delay = () => 150;
    const asked = performance.now();
    await fetch(url);
    assert.ok(performance.now() - asked > 140);
    options.delay = undefined;
    options.bytesPerSecond = 20_000;
    const start = performance.now();
    await (await fetch(`${url}core.wasm`)).arrayBuffer();
    assert.ok(performance.now() - start > 150);
  }));
