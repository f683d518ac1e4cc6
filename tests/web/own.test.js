import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useBuild } from '../../shim/core/loading.js';
import { MOST_FILES } from '../../web/incoming.js';
import { archiveOf, folderOf, given, pixelsOf, sharedFolder } from '../../web/own/given.js';
import { findings, gather, load } from '../../web/own/desk.js';
import { haveClasses, walk } from '../../web/own/walk.js';
import { BUILDS } from '../api/support.js';

/** Pictures of one's own: how folders are read, how files get to the worker, and what it finds. */

useBuild(...BUILDS[0]);

const file = (/** @type {string} */ name) => new File(['x'], name, { type: /\.png$/.test(name) ? 'image/png' : '' });
const placed = (/** @type {string[]} */ ...paths) =>
  paths.map((path) => ({ path, file: file(/** @type {string} */ (path.split('/').at(-1))) }));

/**
 * Folders as a browser hands them over: names with numbers are files of which there are so many, `null` cannot be
 * opened.
 * @typedef {{ [name: string]: Tree | null | number }} Tree
 * @param {string} name @param {Tree | null} content @param {string} [within]
 * @returns {any}
 */
function entryOf(name, content, within = '') {
  const fullPath = `${within}/${name}`;
  if (content === null)
    return { name, fullPath, isFile: true, file: (/** @type {any} */ _, /** @type {any} */ no) => no(Error('gone')) };
  const entries = Object.entries(content).flatMap(([each, inside]) =>
    typeof inside !== 'number'
      ? [entryOf(each, inside, fullPath)]
      : Array.from({ length: inside }, (_, i) => {
          const called = inside === 1 ? each : each.replace('.', `${i}.`);
          const open = (/** @type {(file: File) => void} */ done) => done(file(called));
          return { name: called, fullPath: `${fullPath}/${called}`, isFile: true, file: open };
        }),
  );
  const createReader = () => {
    let first = 0;
    const readEntries = (/** @type {(some: any[]) => void} */ done) =>
      setTimeout(() => done(entries.slice(first, (first += 100))));
    return { readEntries };
  };
  return { name, fullPath, isDirectory: true, createReader };
}

const unwatched = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const walked = (/** @type {any[]} */ entries, files = entries.map(() => /** @type {File | null} */ (null))) =>
  walk({ entries, files }, unwatched());

describe('a folder that is dropped', () => {
  test('is classes where folders in it hold pictures, however many', async () => {
    const many = MOST_FILES + 700;
    const found = await walked([
      entryOf('things', { hat: { 'a.png': many }, shoe: { 'b.png': 3 }, '.git': { 'c.png': 1 } }),
    ]);
    assert.ok(found.areClasses);
    assert.equal(found.placed.length, many + 3);
    assert.equal(found.placed.at(-1)?.path, 'things/shoe/b2.png');
  });

  test('or several folders beside each other', async () => {
    const found = await walked([entryOf('hat', { 'a.png': 2 }), entryOf('shoe', { 'a.png': 1, 'Thumbs.db': 1 })]);
    assert.ok(found.areClasses);
    assert.deepEqual(
      found.placed.map(({ path }) => path),
      ['hat/a0.png', 'hat/a1.png', 'shoe/a.png'],
    );
  });

  test('otherwise only its files count, of which some are enough', async () => {
    const one = await walked(
      [entryOf('wardrobe', { 'a.png': 1, winter: { 'b.png': 1 } }), null],
      [null, file('c.png')],
    );
    assert.ok(!one.areClasses);
    assert.deepEqual([one.placed.length, one.loose.length], [2, 1]);
    const many = await walked([entryOf('photos', { 'a.png': 3 * MOST_FILES })]);
    assert.ok(!many.areClasses && many.placed.length > MOST_FILES && many.placed.length < 2 * MOST_FILES);
  });

  test('may be empty, hold what is no picture, or files that are gone', async () => {
    assert.deepEqual(await walked([entryOf('empty', { hat: {}, shoe: {} })]), {
      placed: [],
      loose: [],
      lost: [],
      areClasses: false,
    });
    assert.ok(!(await walked([entryOf('model', { assets: { 'a.txt': 2 }, variables: { 'b.bin': 2 } })])).areClasses);
    const { lost, areClasses } = await walked([
      entryOf('things', { hat: { 'a.png': 1, 'gone.png': null }, shoe: { 'a.png': 1 } }),
    ]);
    assert.deepEqual([lost, areClasses], [['things/hat/gone.png'], true]);
  });

  test('is read no further once that is cancelled', async () => {
    const controller = new AbortController();
    const watch = { signal: controller.signal, onProgress: () => {} };
    const reading = walk({ entries: [entryOf('things', { hat: { 'a.png': 5000 } })], files: [null] }, watch);
    controller.abort();
    await assert.rejects(reading, { name: 'AbortError' });
  });

  test('has two classes at least', () => {
    assert.ok(haveClasses(placed('d/a/1.png', 'd/b/1.png')));
    assert.ok(haveClasses(placed('train/a/1.png', 'train/b/1.png', 'test/a/1.png')));
    for (const paths of [[], ['1.png'], ['d/1.png', 'd/2.png'], ['d/a/1.png', 'd/a/2.png'], ['d/a/1.png', 'd/b/1.txt']])
      assert.ok(!haveClasses(placed(...paths)), String(paths));
  });
});

describe('files that were chosen', () => {
  const making = { size: '64', colour: false, crop: 'centre' };

  test('have the name of the folder or the archive they come from', () => {
    assert.equal(sharedFolder(placed('d/a/1.png', 'd/b/1.png')), 'd');
    assert.equal(sharedFolder(placed('a/1.png', 'b/1.png')), '');
    assert.equal(sharedFolder([]), '');
    assert.equal(archiveOf(file('My things.ZIP')).name, 'My things');
  });

  test('or what the names of tables and IDX files have in common', () => {
    for (const [name, ...files] of [
      ['fashion-mnist_train', 'fashion-mnist_train.csv'],
      ['fashion-mnist', 'fashion-mnist_train.csv', 'fashion-mnist_test.csv'],
      ['emnist-letters', 'emnist-letters-train-images-idx3-ubyte.gz', 'emnist-letters-test-labels-idx1-ubyte.gz'],
      ['', 'train-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
      ['', 'a.csv', 'b.csv'],
      ['same', 'same.csv', 'same.tsv'],
    ])
      assert.equal(pixelsOf(files.map(file)).name, name);
  });

  test('go to the worker some at a time, until that is cancelled', async () => {
    const files = placed(...Array.from({ length: 250 }, (_, i) => `d/a/${i}.png`));
    const controller = new AbortController();
    /** @type {any[]} */
    const calls = [];
    const call = async (/** @type {string} */ method, /** @type {any} */ args) => {
      calls.push([method, args.files.length, args.begins]);
      if (calls.length === 5) controller.abort();
    };
    const options = { signal: controller.signal, onEvent: () => {} };
    const own = given(folderOf(files, ['d/gone.png']), making, 'Your own');
    assert.deepEqual(await own.send(/** @type {any} */ (call), options), {
      ...making,
      from: { kind: 'files', name: 'd', isArchive: false, lost: ['d/gone.png'], adds: false },
    });
    assert.deepEqual(calls, [
      ['gather', 100, true],
      ['gather', 100, false],
      ['gather', 50, false],
    ]);
    await assert.rejects(own.send(/** @type {any} */ (call), options), { name: 'AbortError' });
    assert.equal(calls.length, 5);
  });

  test('of several folders have the name that the page has for them', async () => {
    const own = given(folderOf(placed('a/1.png', 'b/1.png')), making, 'Your own');
    const { from } = await own.send(/** @type {any} */ (async () => {}), { ...unwatched(), onEvent: () => {} });
    assert.equal(from.kind === 'files' && from.name, 'Your own');
  });
});

describe('what the worker reads', () => {
  /** A picture of one colour, which its file's name says. @type {any} */
  const decode = async (/** @type {File} */ { name }) => {
    const grey = Number(/\d+/.exec(name)?.[0]);
    if (Number.isNaN(grey)) throw new Error('not-a-picture');
    const rows = (/** @type {number} */ first, /** @type {number} */ count) =>
      Uint8Array.from({ length: 16 * count * 4 }, (_, i) => (i % 4 === 3 ? 255 : (grey + 7 * first * (i % 13)) % 256));
    return { width: 16, height: 16, rows };
  };
  /** @type {import('../../web/own/given.js').From} */
  const from = { kind: 'files', name: 'd', isArchive: false, lost: ['d/gone.png'], adds: false };
  const options = { size: '28', colour: true, crop: 'whole', from };
  const paths = ['hat', 'shoe', 'bag'].flatMap((label, k) =>
    Array.from({ length: 20 - 6 * k }, (_, i) => `d/${label}/${3 * i + k}.png`),
  );

  /** @param {import('../../web/own/given.js').Placed[]} files */
  async function read(files) {
    gather({ files: files.slice(0, 7), begins: true });
    gather({ files: files.slice(7), begins: false });
    /** @type {any[]} */
    const told = [];
    const made = await load(options, decode, { ...unwatched(), onProgress: (each) => told.push(each) });
    return { made, told };
  }

  test('is mixed, always alike, so that the first images are of every class', async () => {
    const [one, two] = [await read(placed(...paths)), await read(placed(...paths))];
    const { train, classNames } = one.made;
    assert.deepEqual(two.made.train, train);
    assert.deepEqual(classNames, ['bag', 'hat', 'shoe']);
    assert.equal(new Set(train.labels.data.slice(0, 12)).size, 3);
    train.names.forEach((name, i) =>
      assert.equal(name.split('/')[1], classNames[train.labels.data[i]], 'still its own'),
    );
    assert.deepEqual(one.told.at(-1), { phase: 'pictures', loaded: paths.length, total: paths.length });
  });

  test('is told: how many of each class, an example of each, what was refused', async () => {
    const { made } = await read(placed(...paths, 'd/hat/broken.png', 'd/notes.txt'));
    const found = findings();
    const sums = found.classes.map(({ train, validation, test: tested }) => train + validation + tested);
    assert.deepEqual(sums, [8, 20, 14]);
    found.classes.forEach(({ example }, k) => {
      const { split, index } = /** @type {import('../../web/own/findings.js').Place} */ (example);
      assert.equal(made[split].labels.data[index], k);
    });
    assert.deepEqual(found.refused, {
      count: 3,
      some: [
        { name: 'd/gone.png', reason: 'unreadable' },
        { name: 'd/notes.txt', reason: 'no picture' },
        { name: 'd/hat/broken.png', reason: 'not-a-picture' },
      ],
    });
    assert.equal(found.small.count, paths.length);
    assert.ok(found.imbalance > 1.5);
  });
});
