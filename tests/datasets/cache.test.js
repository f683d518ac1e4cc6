import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTable } from '../../shim/datasets/fashion-mnist.js';
import { browserCache, CACHE_NAME, webFolder } from '../../shim/datasets/sources.js';
import { startServer } from '../support/static-server.js';
import { FakeCacheStorage, folderOf, gzipFiles, smallDataset } from './support.js';

const dataset = smallDataset();
const { table } = dataset;

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, Uint8Array | string | null>} [changes]
 * @param {import('../support/static-server.js').ServerOptions} [options]
 */
async function visit(t, changes, options) {
  const server = await startServer({ dataset: await folderOf(t, gzipFiles(dataset, changes)), ...options });
  t.after(server.close);
  const storage = new FakeCacheStorage();
  const sources = (/** @type {() => CacheStorage} */ caches = () => storage.asCacheStorage()) => [
    browserCache(caches),
    webFolder('public', `${server.url}fashion-mnist/`),
  ];
  return { server, storage, sources };
}

const digests = (/** @type {import('../../shim/datasets/fashion-mnist.js').Dataset} */ { train, test: held }) =>
  [train, held].flatMap(({ images, labels }) => [Buffer.from(images.data), Buffer.from(labels.data)]);

test('the second visit needs no network', async (t) => {
  const { server, storage, sources } = await visit(t);
  const first = await loadTable(table, sources());
  assert.equal(first.source, 'public');
  assert.deepEqual([...storage.caches.keys()], [CACHE_NAME]);
  assert.equal(storage.entries().length, 4);
  await server.close();

  const second = await loadTable(table, sources());
  assert.equal(second.source, 'cache');
  assert.equal(server.requests.length, 4);
  assert.deepEqual(digests(second), digests(first));
});

test('files that the host has unpacked are cached too', async (t) => {
  const { server, sources } = await visit(t, {}, { encodedGzip: true });
  const first = await loadTable(table, sources());
  await server.close();
  const second = await loadTable(table, sources());
  assert.equal(second.source, 'cache');
  assert.deepEqual(digests(second), digests(first));
});

test('only verified bytes are kept', async (t) => {
  const gzip = /** @type {Buffer} */ (gzipFiles(dataset)['train-images.gz']);
  const damaged = Uint8Array.from(gzip).with(500, gzip[500] ^ 255);
  const { storage, sources } = await visit(t, { 'train-images.gz': damaged });
  await assert.rejects(loadTable(table, sources()), /SHA-256/);
  assert.ok(!storage.entries().some(([key]) => key.includes('train-images')));
});

test('a damaged entry is dropped, fetched again and replaced', async (t) => {
  const { server, storage, sources } = await visit(t);
  await loadTable(table, sources());
  for (const entries of storage.caches.values())
    for (const [key, bytes] of entries) if (key.includes('train-images')) entries.set(key, bytes.slice(0, 700));

  const repaired = await loadTable(table, sources());
  assert.equal(repaired.source, 'public');
  assert.equal(server.requests.length, 5);
  assert.match(server.requests[4], /train-images/);
  await server.close();
  assert.equal((await loadTable(table, sources())).source, 'cache');
});

test('a damaged entry that cannot be fetched again is dropped', async (t) => {
  const { server, storage, sources } = await visit(t);
  await loadTable(table, sources());
  for (const entries of storage.caches.values())
    for (const [key, bytes] of entries) if (key.includes('test-labels')) entries.set(key, bytes.fill(7));
  await server.close();
  await assert.rejects(loadTable(table, sources()), /in the browser's cache: the file is damaged/);
  assert.equal(storage.entries().length, 3);
});

test('storage without space left does not get in the way', async (t) => {
  const { storage, sources } = await visit(t);
  storage.putError = new DOMException('no space left', 'QuotaExceededError');
  assert.equal((await loadTable(table, sources())).source, 'public');
  assert.equal(storage.entries().length, 0);
});

const blocked = {
  'throws when touched': () => {
    throw new DOMException('denied', 'SecurityError');
  },
  'is absent': () => /** @type {any} */ (undefined),
  'does not open': () =>
    /** @type {any} */ ({ open: () => Promise.reject(new DOMException('denied', 'SecurityError')) }),
};
for (const [how, caches] of Object.entries(blocked))
  test(`storage that ${how} does not get in the way`, async (t) => {
    const { server, sources } = await visit(t);
    assert.equal((await loadTable(table, sources(caches))).source, 'public');
    assert.equal(server.requests.length, 4);
  });

test('nothing is written while everything comes from the cache', async (t) => {
  const { storage, sources } = await visit(t);
  await loadTable(table, sources());
  assert.equal(storage.puts, 4);
  assert.equal((await loadTable(table, sources())).source, 'cache');
  assert.equal(storage.puts, 4);
});
