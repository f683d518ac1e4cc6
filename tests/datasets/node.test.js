import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { datasets } from '../../shim/index.js';
import { loadTable } from '../../shim/datasets/fashion-mnist.js';
import { cacheFolder, datasetFolder, filesIn, folder, userCacheFolder } from '../../shim/datasets/node.js';
import { webFolder } from '../../shim/datasets/sources.js';
import { datasetFolder as realFolder } from '../support/dataset.js';
import { startServer } from '../support/static-server.js';
import { folderOf, gzipFiles, sha256, smallDataset } from './support.js';

const real = realFolder();
const skip = real === null && 'the four files of Fashion-MNIST are not on this machine';

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string | undefined>} values
 */
function setEnvironment(t, values) {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  const apply = (/** @type {Record<string, string | undefined>} */ wanted) => {
    for (const [name, value] of Object.entries(wanted))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
  apply(values);
  t.after(() => apply(before));
}

/** @param {import('node:test').TestContext} t @param {import('../support/static-server.js').ServerOptions} options */
async function serve(t, options) {
  const server = await startServer(options);
  t.after(server.close);
  return server;
}

test('pictures on the disk are found with where they lie, and read when they are asked for', async (t) => {
  const path = await folderOf(t, { 'one.txt': Buffer.from('one') });
  await mkdir(join(path, 'hat/old'), { recursive: true });
  await writeFile(join(path, 'hat/old/two.txt'), 'two');
  const found = /** @type {import('../../shim/datasets/folder.js').Placed[]} */ (await filesIn(path));
  assert.deepEqual(found.map((each) => each.path).sort(), ['hat/old/two.txt', 'one.txt']);
  for (const { path: at, file } of found)
    assert.equal(`${Buffer.from(await file.arrayBuffer())}.txt`, at.split('/').at(-1));
  const file = /** @type {Blob} */ (await filesIn(join(path, 'one.txt')));
  assert.equal(await file.slice(1).text(), 'ne');
});

test('the folders are those of the environment', (t) => {
  setEnvironment(t, { FASHION_MNIST_DIR: '/some/where', XDG_CACHE_HOME: '/a/cache' });
  assert.equal(datasetFolder(), '/some/where');
  assert.equal(userCacheFolder(), join('/a/cache', 'fitting-room', 'fashion-mnist'));
});

test('the folders have defaults', (t) => {
  setEnvironment(t, { FASHION_MNIST_DIR: undefined, XDG_CACHE_HOME: undefined, HOME: '/home/some-one' });
  assert.match(datasetFolder(), /[\\/]shared[\\/]fashion-mnist$/);
  assert.equal(userCacheFolder(), '/home/some-one/.cache/fitting-room/fashion-mnist');
});

test('downloads are kept in the cache folder, and a damaged one is replaced', async (t) => {
  const dataset = smallDataset();
  const server = await serve(t, { dataset: await folderOf(t, gzipFiles(dataset)) });
  const path = join(await folderOf(t, {}), 'not', 'there', 'yet');
  const sources = [folder('/no/such/folder'), cacheFolder(path), webFolder('public', `${server.url}fashion-mnist/`)];

  assert.equal((await loadTable(dataset.table, sources)).source, 'public');
  assert.deepEqual((await readdir(path)).sort(), dataset.table.files.map(({ name }) => name).sort());
  await truncate(join(path, 'train-images.gz'), 100);
  assert.equal((await loadTable(dataset.table, sources)).source, 'public');
  assert.equal(server.requests.length, 5);
  await server.close();
  assert.equal((await loadTable(dataset.table, sources)).source, 'cache');
});

test('a cache folder that cannot be written does not get in the way', async (t) => {
  const dataset = smallDataset();
  const server = await serve(t, { dataset: await folderOf(t, gzipFiles(dataset)) });
  const inTheWay = await folderOf(t, { file: 'not a folder' });
  const sources = [cacheFolder(join(inTheWay, 'file')), webFolder('public', `${server.url}fashion-mnist/`)];
  assert.equal((await loadTable(dataset.table, sources)).source, 'public');
  assert.equal(await readFile(join(inTheWay, 'file'), 'utf8'), 'not a folder');
});

test('a damaged file in the user’s folder is passed over and left alone', async (t) => {
  const dataset = smallDataset();
  const server = await serve(t, { dataset: await folderOf(t, gzipFiles(dataset)) });
  const path = await folderOf(t, gzipFiles(dataset, { 'test-images.gz': 'mine' }));
  const sources = [folder(path), webFolder('public', `${server.url}fashion-mnist/`)];
  assert.equal((await loadTable(dataset.table, sources)).source, 'public');
  assert.deepEqual(server.requests, ['/fashion-mnist/test-images.gz']);
  assert.equal(await readFile(join(path, 'test-images.gz'), 'utf8'), 'mine');
});

test('without the dataset anywhere the message names each place', async (t) => {
  const empty = await folderOf(t, {});
  setEnvironment(t, { FASHION_MNIST_DIR: join(empty, 'mine'), XDG_CACHE_HOME: join(empty, 'cache') });
  const server = await serve(t, {});
  const options = { baseUrl: `${server.url}data`, publicUrl: `${server.url}public` };
  await assert.rejects(datasets.fashionMnist(options), (/** @type {Error & { code?: string }} */ error) => {
    assert.equal(error.code, 'network');
    const places = error.message.split('\n').filter((line) => line.startsWith('- '));
    assert.deepEqual(
      places.map((line) => line.replace(/ \(all files\)$/, '')),
      [
        `- in the folder ${join(empty, 'mine')}: not found`,
        `- in the cache folder ${join(empty, 'cache', 'fitting-room', 'fashion-mnist')}: not found`,
        `- beside the page, ${server.url}data/: the server answered 404 Not Found`,
        `- at the public address, ${server.url}public/: the server answered 404 Not Found`,
      ],
    );
    return true;
  });
});

test('a misspelt option is refused', async () => {
  const options = /** @type {any} */ ({ publicURL: 'http://localhost/' });
  await assert.rejects(datasets.fashionMnist(options), /no option 'publicURL'/);
});

/** Digests of the whole content, that is, of the unpacked file without its header. */
const digests = {
  trainLabels: '657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7',
  testImages: 'c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a',
};

test('Fashion-MNIST itself, from its folder', { skip }, async () => {
  const { name, source, train, test: held, classNames } = await datasets.fashionMnist();
  assert.equal(name, 'Fashion-MNIST');
  assert.equal(source, 'folder');
  assert.deepEqual(train.images.shape, [60000, 28, 28, 1]);
  assert.deepEqual(held.images.shape, [10000, 28, 28, 1]);
  assert.equal(sha256(train.labels.data), digests.trainLabels);
  assert.equal(sha256(held.images.data), digests.testImages);
  const pixels = train.images.data;
  const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length / 255;
  assert.ok(Math.abs(mean - 0.286) < 5e-5, `mean pixel ${mean}`);
  assert.equal(classNames[train.labels.data[0]], 'Ankle boot');
  for (const { labels } of [train, held])
    assert.ok(
      Array.from({ length: 10 }, (_, k) => labels.data.filter((label) => label === k).length).every(
        (n) => n === labels.data.length / 10,
      ),
    );
});

test('Fashion-MNIST itself, downloaded and then from the cache folder', { skip }, async (t) => {
  const home = await folderOf(t, {});
  setEnvironment(t, { FASHION_MNIST_DIR: join(home, 'none'), XDG_CACHE_HOME: home });
  const server = await serve(t, { dataset: /** @type {string} */ (real) });
  const publicUrl = `${server.url}fashion-mnist/`;
  assert.equal((await datasets.fashionMnist({ publicUrl, cache: false })).source, 'public');
  assert.deepEqual(await readdir(home), []);
  assert.equal((await datasets.fashionMnist({ publicUrl })).source, 'public');
  await server.close();
  const { source, test: held } = await datasets.fashionMnist({ publicUrl });
  assert.equal(source, 'cache');
  assert.equal(sha256(held.images.data), digests.testImages);
});

test('Fashion-MNIST itself, handed over as files', { skip }, async () => {
  const names = datasets.FASHION_MNIST.files.map(({ name }) => name);
  const files = await Promise.all(
    names.map(
      async (name, i) => new File([await readFile(join(/** @type {string} */ (real), name))], `download (${i})`),
    ),
  );
  const { train, test: held } = await datasets.fromFiles(files.reverse());
  assert.equal(sha256(train.labels.data), digests.trainLabels);
  assert.equal(sha256(held.images.data), digests.testImages);
});

test('SHA-256 where the browser has no crypto.subtle', async (t) => {
  const { sha256: digest } = await import('../../shim/datasets/bytes.js');
  const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(globalThis, 'crypto'));
  t.after(() => Object.defineProperty(globalThis, 'crypto', descriptor));
  const bytes = new TextEncoder().encode('abc');
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // FIPS 180-2, B.1
  assert.equal(await digest(bytes), expected);
  Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
  assert.equal(await digest(bytes), expected);
});
