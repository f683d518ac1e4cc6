import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadTable } from '../../shim/datasets/fashion-mnist.js';
import { webFolder } from '../../shim/datasets/sources.js';
import { startServer } from '../support/static-server.js';
import { folderOf, gzipFiles, noise, progressLog, smallDataset } from './support.js';

const dataset = smallDataset();
const { table } = dataset;
const total = table.files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Serves the small dataset with `changes` to its files.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, Uint8Array | string | null>} [changes]
 * @param {import('../support/static-server.js').ServerOptions} [options]
 */
async function serve(t, changes, options) {
  const server = await startServer({ dataset: await folderOf(t, gzipFiles(dataset, changes)), ...options });
  t.after(server.close);
  return Object.assign(server, { folder: `${server.url}fashion-mnist/` });
}

/** @param {import('../../shim/datasets/fashion-mnist.js').Dataset} loaded */
function assertWhole(loaded) {
  const content = (/** @type {string} */ name) => dataset.bytes.get(name)?.content ?? Buffer.alloc(0);
  assert.deepEqual(loaded.train.images.shape, [dataset.train, 28, 28, 1]);
  assert.deepEqual(loaded.train.labels.shape, [dataset.train]);
  assert.deepEqual(loaded.test.images.shape, [dataset.test, 28, 28, 1]);
  assert.deepEqual(loaded.test.labels.shape, [dataset.test]);
  assert.ok(content('train-images.gz').subarray(16).equals(loaded.train.images.data));
  assert.ok(content('train-labels.gz').subarray(8).equals(loaded.train.labels.data));
  assert.ok(content('test-images.gz').subarray(16).equals(loaded.test.images.data));
  assert.ok(content('test-labels.gz').subarray(8).equals(loaded.test.labels.data));
}

/** @param {import('./support.js').Progress[]} events */
function assertNeverBack(events) {
  for (const phase of /** @type {const} */ (['download', 'verify', 'decompress'])) {
    const loaded = events.filter((event) => event.phase === phase).map((event) => event.loaded);
    assert.deepEqual(
      loaded,
      [...loaded].sort((a, b) => a - b),
      phase,
    );
  }
}

test('loads the four files and tells of every byte', async (t) => {
  const server = await serve(t, {}, { bytesPerSecond: 2_000_000 });
  const { events, onProgress } = progressLog();
  const loaded = await loadTable(table, [webFolder('beside', server.folder)], { onProgress });
  assertWhole(loaded);
  assert.equal(loaded.source, 'beside');
  assert.equal(loaded.synthetic, false);
  assert.deepEqual(loaded.classNames, table.classNames);
  assert.equal(server.requests.length, 4);

  const downloads = events.filter(({ phase }) => phase === 'download');
  assert.ok(downloads.length >= 8, `${downloads.length} download events`);
  assertNeverBack(events);
  assert.ok(events.every((event) => event.total === total && event.loaded <= total));
  assert.deepEqual([...new Set(events.map(({ phase }) => phase))], ['download', 'verify', 'decompress']);
  assert.deepEqual(events.at(-1)?.loaded, total);
  assert.deepEqual(new Set(events.map((event) => event.file)), new Set(table.files.map(({ name }) => name)));
});

test('the four downloads run side by side', async () => {
  let most = 0;
  let open = 0;
  const files = gzipFiles(dataset);
  const source = {
    kind: /** @type {const} */ ('public'),
    place: 'a test',
    read: async (/** @type {{ name: string }} */ { name }) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open--;
      return Uint8Array.from(/** @type {Buffer} */ (files[name]));
    },
  };
  assertWhole(await loadTable(table, [source]));
  assert.equal(most, 4);
});

test('an abort ends the download at once, with the reason of the signal', async (t) => {
  const server = await serve(t, {}, { bytesPerSecond: 20_000 });
  const controller = new AbortController();
  const reason = new Error('the user left');
  const started = performance.now();
  const onProgress = (/** @type {{ loaded: number }} */ { loaded }) => loaded > 0 && controller.abort(reason);
  const sources = [webFolder('beside', server.folder), webFolder('public', server.folder)];
  await assert.rejects(loadTable(table, sources, { signal: controller.signal, onProgress }), reason);
  assert.ok(performance.now() - started < 8000, 'did not wait for the slow rest');
  assert.equal(server.requests.length, 4, 'did not go on to the next source');
});

test('a signal that is already aborted asks for nothing', async (t) => {
  const server = await serve(t);
  const signal = AbortSignal.abort(new Error('too late'));
  await assert.rejects(loadTable(table, [webFolder('beside', server.folder)], { signal }), /too late/);
  assert.deepEqual(server.requests, []);
});

/**
 * Loads from a folder in which one file is wrong, and from nowhere else.
 * @param {import('node:test').TestContext} t
 * @param {Uint8Array | string | null} wrong
 * @param {import('../support/static-server.js').ServerOptions} [options]
 */
async function messageFor(t, wrong, options) {
  const server = await serve(t, { 'train-images.gz': wrong }, options);
  const error = await loadTable(table, [webFolder('beside', server.folder)]).then(
    () => assert.fail('loaded a wrong file'),
    (reason) => reason,
  );
  assert.equal(error.name, 'FittingRoomError');
  assert.match(error.message, /\(train-images\.gz\)/, 'names the file');
  return error.message;
}

const gzip = Uint8Array.from(/** @type {Buffer} */ (gzipFiles(dataset)['train-images.gz']));

test('a file of the right length with another digest is refused', async (t) => {
  const damaged = gzip.with(gzip.length >> 1, gzip[gzip.length >> 1] ^ 1);
  assert.match(await messageFor(t, damaged), /SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
});

test('a file that ends early is refused', async (t) => {
  assert.match(await messageFor(t, gzip.subarray(0, 1000)), /ends after 1000 of \d+ bytes/);
});

test('a connection that breaks is named', async (t) => {
  const message = await messageFor(t, gzip, { fail: (path) => (path.includes('train-images') ? 'cut' : undefined) });
  assert.match(message, /could not be fetched/);
});

test('a file that is too long is refused', async (t) => {
  assert.match(await messageFor(t, Buffer.concat([gzip, noise(50, 1)])), /longer than \d+ bytes/);
});

test('a web page instead of the file is recognised', async (t) => {
  assert.match(await messageFor(t, '\ufeff\n<!doctype html><title>Home</title>'), /a web page, not the dataset/);
});

test('something else instead of the file is recognised', async (t) => {
  assert.match(await messageFor(t, 'version https://git-lfs.example/spec/v1\n'), /neither gzip nor IDX/);
});

test('an empty file is refused', async (t) => {
  assert.match(await messageFor(t, ''), /ends after 0 of/);
});

test('a missing file is named with the status', async (t) => {
  assert.match(await messageFor(t, null), /404/);
});

test('a redirect is not followed, although what is there would be right', async (t) => {
  const right = await serve(t, {}, { shared: true });
  const message = await messageFor(t, gzip, {
    fail: (path) => (path.endsWith('train-images.gz') ? { redirect: `${right.folder}train-images.gz` } : undefined),
  });
  assert.match(message, /the server redirects to another address, which is not followed/);
  assert.deepEqual(right.requests, []);
});

test('files that the host has unpacked are checked by their content', async (t) => {
  const encoded = await serve(t, {}, { encodedGzip: true });
  assertWhole(await loadTable(table, [webFolder('beside', encoded.folder)]));

  const content = Uint8Array.from(/** @type {Buffer} */ (dataset.bytes.get('train-images.gz')?.content));
  const plain = await serve(t, { 'train-images.gz': content });
  assertWhole(await loadTable(table, [webFolder('beside', plain.folder)]));
  assert.match(await messageFor(t, content.with(100, content[100] ^ 1)), /SHA-256/);
  const other = gzipSync(content.with(100, content[100] ^ 1));
  assert.match(await messageFor(t, other, { encodedGzip: true }), /SHA-256/);
});

test('files that are not beside the page come from the public address', async (t) => {
  const empty = await startServer();
  t.after(empty.close);
  const complete = await serve(t);
  const sources = [webFolder('beside', `${empty.url}fashion-mnist/`), webFolder('public', complete.folder)];
  const loaded = await loadTable(table, sources);
  assertWhole(loaded);
  assert.equal(loaded.source, 'public');
});

test('one bad file beside the page does not spoil the other three', async (t) => {
  const beside = await serve(t, { 'test-images.gz': '<html>' });
  const complete = await serve(t);
  const { events, onProgress } = progressLog();
  const sources = [webFolder('beside', beside.folder), webFolder('public', complete.folder)];
  const loaded = await loadTable(table, sources, { onProgress });
  assertWhole(loaded);
  assert.equal(loaded.source, 'public');
  assert.deepEqual(complete.requests, ['/fashion-mnist/test-images.gz']);
  assertNeverBack(events);
  assert.equal(events.at(-1)?.loaded, total);
});

test('a file that is fetched a second time does not set the progress back', async (t) => {
  const beside = await serve(t, { 'train-images.gz': gzip.with(900, gzip[900] ^ 1) });
  const complete = await serve(t);
  const { events, onProgress } = progressLog();
  await loadTable(table, [webFolder('beside', beside.folder), webFolder('public', complete.folder)], { onProgress });
  assertNeverBack(events);
});

test('when everything fails one message names each place, why, and what to do', async (t) => {
  const empty = await startServer();
  t.after(empty.close);
  const gone = await startServer();
  await gone.close();
  const sources = [webFolder('beside', empty.url), webFolder('public', gone.url)];
  await assert.rejects(loadTable(table, sources), (/** @type {Error & { code?: unknown }} */ error) => {
    assert.equal(error.name, 'FittingRoomError');
    const lines = error.message.split('\n');
    assert.equal(lines.length, 4, error.message);
    assert.match(lines[1], /^- beside the page, http:.*: the server answered 404 Not Found \(all files\)$/);
    assert.match(lines[2], /^- at the public address, http:.*: it could not be fetched \(.+\) \(all files\)$/);
    assert.match(lines[3], /datasets\.fromFiles.*datasets\.synthetic/);
    return true;
  });
});

test('a server that is slow but not silent is waited for', async (t) => {
  const server = await serve(t, {}, { bytesPerSecond: 150_000 });
  const started = performance.now();
  assertWhole(await loadTable(table, [webFolder('beside', server.folder, 900)]));
  assert.ok(performance.now() - started > 900, 'took longer than the silence that is allowed');
});

test('a server that falls silent is given up', async (t) => {
  const server = createServer((_, response) => response.writeHead(200).write('\x1f\x8b\x08\x00', 'latin1'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const source = webFolder('beside', `http://127.0.0.1:${port}/`, 100);
  await assert.rejects(loadTable(table, [source]), /no answer for 0\.1 seconds/);
});
