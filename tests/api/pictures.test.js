import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { zipSync } from 'fflate';
import { datasets, layers, sequential } from '../../shim/index.js';
import { picturesIn } from '../../shim/datasets/folder.js';
import { groupAlike } from '../../shim/datasets/likeness.js';
import { foldsOf, splitOf } from '../../shim/datasets/split.js';
import { permuteRows, rowsOf } from '../../shim/tensor.js';
import { odd, png } from '../support/pictures.js';

/** Pictures of people's own: how folders are read, how pictures are divided, and what is refused. */

/** @param {number} seed @returns {() => number} 0 … 255, the same for the same seed */
function noise(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/** @param {Uint8Array} bytes @param {string} [name] */
const fileOf = (bytes, name = 'picture.png') => ({
  name,
  arrayBuffer: async () => Uint8Array.from(bytes).buffer,
});

/** Random pixels of one picture in colour. @param {number} seed @param {number} [side] */
function pixelsOf(seed, side = 20) {
  const next = noise(seed);
  return Uint8Array.from({ length: side * side * 3 }, next);
}

/** @param {number} seed @param {string} label @param {object} [more] @param {number} [side] */
const picture = (seed, label, more = {}, side = 20) => ({
  name: `${label}/${seed}.png`,
  label,
  file: fileOf(png(side, side, 3, pixelsOf(seed, side))),
  ...more,
});

/** @param {number} count @param {string} label @param {number} [first] */
const several = (count, label, first = 0) => Array.from({ length: count }, (_, i) => picture(first + i, label));

/** @type {string[]} */
const folders = [];
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

/** @param {Record<string, Uint8Array | string>} files @returns {Promise<string>} the path of a folder with them */
async function folderWith(files) {
  const path = await mkdtemp(join(tmpdir(), 'pictures-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

/** @param {string[]} paths */
const read = (paths) => {
  const { pictures, refused } = picturesIn(paths.map((path) => ({ path, file: fileOf(new Uint8Array()) })));
  return {
    classes: Object.fromEntries(pictures.map(({ name, label, part }) => [name, part ? `${part}: ${label}` : label])),
    refused: Object.fromEntries(refused.map(({ name, reason }) => [name, reason])),
  };
};

describe('a folder of folders', () => {
  test('has a class in each folder, whatever lies above them and below', () => {
    const expected = { 'hat/a.jpg': 'hat', 'hat/old/b.jpg': 'hat', 'shoe/c.jpg': 'shoe' };
    assert.deepEqual(read(Object.keys(expected)), { classes: expected, refused: {} });
    const deeper = Object.entries(expected).map(([path, label]) => [`my/pictures/${path}`, label]);
    assert.deepEqual(read(deeper.map(([path]) => path)).classes, Object.fromEntries(deeper));
    assert.deepEqual(read(['pictures\\hat\\a.jpg', 'pictures\\shoe\\b.jpg']).classes, {
      'pictures\\hat\\a.jpg': 'hat',
      'pictures\\shoe\\b.jpg': 'shoe',
    });
  });

  test('may be divided already', () => {
    assert.deepEqual(
      read(['d/Train/hat/a.jpg', 'd/Train/shoe/b.jpg', 'd/val/hat/c.jpg', 'd/test/shoe/d.jpg']).classes,
      {
        'd/Train/hat/a.jpg': 'train: hat',
        'd/Train/shoe/b.jpg': 'train: shoe',
        'd/val/hat/c.jpg': 'validation: hat',
        'd/test/shoe/d.jpg': 'test: shoe',
      },
    );
    assert.deepEqual(read(['train/hat/a.jpg', 'train/shoe/b.jpg']).classes, {
      'train/hat/a.jpg': 'hat',
      'train/shoe/b.jpg': 'shoe',
    });
    assert.deepEqual(read(['train/a.jpg', 'plane/b.jpg']).classes, { 'train/a.jpg': 'train', 'plane/b.jpg': 'plane' });
  });

  test('passes over hidden files, and tells of the rest', () => {
    const { classes, refused } = read([
      'd/README.md',
      'd/stray.jpg',
      'd/hat/a.jpg',
      'd/hat/.DS_Store',
      'd/hat/Thumbs.db',
      'd/.git/config.jpg',
      '__MACOSX/hat/a.jpg',
      'd/shoe/b.jpg',
      'd/shoe/labels.csv',
      'd/shoe/../../c.jpg',
    ]);
    assert.deepEqual(classes, { 'd/hat/a.jpg': 'hat', 'd/shoe/b.jpg': 'shoe' });
    assert.deepEqual(refused, {
      'd/README.md': 'no picture',
      'd/shoe/labels.csv': 'no picture',
      'd/shoe/../../c.jpg': 'its path leads out of the folder',
      'd/stray.jpg': 'it lies in no folder of a class',
    });
  });

  test('may have classes of any name', () => {
    const names = ['<b>', '__proto__', 'constructor', 'Hat', 'hat', 'כובע', ' ', '100%'];
    const paths = names.map((name) => `${name}/a.jpg`);
    const { pictures } = picturesIn(paths.map((path) => ({ path, file: fileOf(new Uint8Array()) })));
    assert.deepEqual(new Set(pictures.map(({ label }) => label)), new Set(names));
  });

  test('without any is refused', () => {
    for (const paths of [[], ['a.jpg', 'b.jpg'], ['hat/notes.txt']])
      assert.throws(() => read(paths), { message: /^no pictures in folders: a folder for each class is needed/ });
  });

  test('is read from disk, and what cannot be read is listed', async () => {
    const path = await folderWith({
      'hat/a.png': png(20, 20, 3, pixelsOf(1)),
      'hat/b.png': png(20, 20, 3, pixelsOf(2)),
      'shoe/c.png': png(30, 10, 3, pixelsOf(3).subarray(0, 900)),
      'shoe/cut.png': png(20, 20, 3, pixelsOf(4)).subarray(0, 60),
      'shoe/words.jpg': 'these are words',
      'shoe/empty.jpg': '',
      'notes.txt': 'about the pictures',
    });
    const { classNames, train, refused, small } = await datasets.fromFolder(path, { size: 20, validation: 0, test: 0 });
    assert.deepEqual(classNames, ['hat', 'shoe']);
    assert.deepEqual(train.names, ['hat/a.png', 'hat/b.png', 'shoe/c.png']);
    assert.deepEqual([...train.labels.data], [0, 0, 1]);
    assert.deepEqual(train.images.shape, [3, 20, 20, 3]);
    assert.deepEqual(train.images.data.subarray(0, 1200), pixelsOf(1));
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['notes.txt', 'shoe/cut.png', 'shoe/empty.jpg', 'shoe/words.jpg'],
    );
    assert.ok(refused.every(({ reason }) => reason.length > 5));
    assert.deepEqual(small, ['shoe/c.png']);
    await assert.rejects(datasets.fromFolder(join(path, 'absent')), { code: 'ENOENT' });
  });
});

describe('an archive of such a folder', () => {
  const files = {
    'd/hat/a.png': png(20, 20, 3, pixelsOf(1)),
    'd/hat/b.png': png(20, 20, 3, pixelsOf(2)),
    'd/shoe/c.png': png(20, 20, 3, pixelsOf(3)),
  };
  const options = { size: 20, validation: 0, test: 0 };
  const archive = (/** @type {any} */ content, level = 9) => zipSync(content, { level: /** @type {0 | 9} */ (level) });

  test('is as good as the folder', async () => {
    const expected = await datasets.fromFolder(await folderWith(files), options);
    for (const level of [0, 9]) {
      const bytes = archive({ 'd/': new Uint8Array(), ...files }, level);
      const path = await folderWith({ 'pictures.zip': bytes });
      for (const given of [new Blob([bytes]), join(path, 'pictures.zip')]) {
        const { train, classNames } = await datasets.fromFolder(given, options);
        assert.deepEqual(classNames, expected.classNames);
        assert.deepEqual(train.images, expected.train.images);
        assert.deepEqual(train.names, ['d/hat/a.png', 'd/hat/b.png', 'd/shoe/c.png']);
      }
    }
  });

  test('that lies about its lengths, or leads out of its folder, is refused member by member', async () => {
    const bytes = archive({
      ...files,
      'd/hat/bomb.png': new Uint8Array(2 ** 20),
      'd/../../out.png': files['d/hat/a.png'],
    });
    const at = Buffer.from(bytes).lastIndexOf('d/hat/bomb.png') - 46;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at + 24, 1000, true);
    const { train, refused } = await datasets.fromFolder(new Blob([bytes]), options);
    assert.equal(train.names.length, 3);
    assert.deepEqual(refused, [
      { name: 'd/../../out.png', reason: 'its path leads out of the folder' },
      { name: 'd/hat/bomb.png', reason: 'd/hat/bomb.png: too large: more than 1000 bytes are packed in it' },
    ]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at + 24, 2 ** 30, true);
    const { refused: large } = await datasets.fromFolder(new Blob([bytes]), options);
    assert.match(large[1].reason, /bomb.png: too large: 1073741824 bytes; at most 268435456 are read$/);
  });

  test('that is none, or cut short, is refused', async () => {
    const whole = archive(files);
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(100),
      whole.subarray(0, whole.length - 30),
      files['d/hat/a.png'],
    ])
      await assert.rejects(datasets.fromFolder(new Blob([bytes])), {
        name: 'FittingRoomError',
        message: /^the archive cannot be read/,
      });
    await assert.rejects(datasets.fromFolder(/** @type {any} */ (7)), {
      message: /takes a path, a zip archive or a list/,
    });
  });

  test('with more entries or bytes than the first form of the format has places for, is read', async () => {
    const large = zip64(files);
    const { train } = await datasets.fromFolder(new Blob([large]), options);
    assert.deepEqual(train.images.data.subarray(0, 1200), pixelsOf(1));
    assert.equal(train.names.length, 3);
  });

  test('whose members are encrypted says so', async () => {
    const bytes = archive(files, 0);
    for (const name of Object.keys(files)) {
      const at = Buffer.from(bytes).lastIndexOf(name) - 46;
      bytes[at + 8] |= 1;
    }
    await assert.rejects(datasets.fromFolder(new Blob([bytes]), options), {
      message: /at least two classes are needed/,
    });
  });
});

/** A stored archive in the 64-bit form (APPNOTE 4.3.14, 4.5.3). @param {Record<string, Uint8Array>} files */
function zip64(files) {
  const u16 = (/** @type {number} */ value) => [value & 255, value >> 8];
  const u32 = (/** @type {number} */ value) => [...u16(value & 65535), ...u16(value >>> 16)];
  const u64 = (/** @type {number} */ value) => [...u32(value), 0, 0, 0, 0];
  /** @type {number[]} */
  const out = [];
  /** @type {number[]} */
  const directory = [];
  for (const [name, bytes] of Object.entries(files)) {
    const at = out.length;
    const text = [...Buffer.from(name)];
    const common = [...u16(45), 0, 0, 0, 0, 0, 0, 0, 0, ...u32(0)];
    out.push(...u32(0x04034b50), ...common, ...u32(bytes.length), ...u32(bytes.length), ...u16(text.length), 0, 0);
    out.push(...text, ...bytes);
    const extra = [
      ...u16(99),
      ...u16(2),
      7,
      7,
      ...u16(1),
      ...u16(24),
      ...u64(bytes.length),
      ...u64(bytes.length),
      ...u64(at),
    ];
    directory.push(...u32(0x02014b50), ...u16(45), ...common, ...u32(0xffffffff), ...u32(0xffffffff));
    directory.push(...u16(text.length), ...u16(extra.length), 0, 0, 0, 0, 0, 0, ...u32(0), ...u32(0xffffffff));
    directory.push(...text, ...extra);
  }
  const from = out.length;
  const count = Object.keys(files).length;
  out.push(...directory);
  const end = out.length;
  out.push(...u32(0x06064b50), ...u64(44), ...u16(45), ...u16(45), ...u32(0), ...u32(0), ...u64(count), ...u64(count));
  out.push(...u64(directory.length), ...u64(from), ...u32(0x07064b50), ...u32(0), ...u64(end), ...u32(1));
  out.push(...u32(0x06054b50), 0, 0, 0, 0, 255, 255, 255, 255, ...u32(0xffffffff), ...u32(0xffffffff), 0, 0);
  return Uint8Array.from(out);
}

describe('pictures become images', () => {
  test('of one size, in colour or grey', async () => {
    const both = [picture(1, 'a'), picture(2, 'b')];
    const whole = { validation: 0, test: 0 };
    const { train, preparation } = await datasets.fromPictures(both, { ...whole, size: [20, 10], channels: 1 });
    assert.deepEqual(train.images.shape, [2, 20, 10, 1]);
    assert.deepEqual(preparation, { size: [20, 10], channels: 1, crop: 'whole' });
    const rgb = pixelsOf(1);
    const luma = (/** @type {number} */ at) => 0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2];
    for (let i = 0; i < 200; i++) {
      const expected = (luma(6 * i) + luma(6 * i + 3)) / 2;
      assert.ok(Math.abs(train.images.data[i] - expected) <= 1.5, `pixel ${i}: ${train.images.data[i]}, ${expected}`);
    }
  });

  test('as they are, if all are equal', async () => {
    const odds = [picture(1, 'a'), picture(2, 'b'), picture(3, 'b', {}, 21)];
    const { train, refused } = await datasets.fromPictures(odds, { size: 'same', validation: 0, test: 0 });
    assert.deepEqual(train.images, { shape: [2, 20, 20, 3], data: Uint8Array.from([...pixelsOf(1), ...pixelsOf(2)]) });
    assert.deepEqual(refused, [{ name: 'b/3.png', reason: 'it has 21 × 21 pixels, and the first one 20 × 20' }]);
  });

  test('of every kind of file, turned upright', async () => {
    const files = odd().map(({ name, bytes }, i) => ({ name, label: i % 2 ? 'a' : 'b', file: fileOf(bytes, name) }));
    const { train, refused } = await datasets.fromPictures(files, { validation: 0, test: 0, crop: 'centre' });
    assert.deepEqual(refused, []);
    assert.equal(train.images.shape[0], files.length);
  });

  test('with a decoder of one’s own, a few at a time, in order', async () => {
    let [under, most, closed] = [0, 0, 0];
    const decode = async (/** @type {any} */ { name }) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, name === 'slow' ? 30 : 1));
      under--;
      const data = new Uint8Array(4 * 4 * 4).fill(255);
      return { width: 4, height: 4, rows: () => data, close: () => closed++ };
    };
    const names = ['slow', ...Array.from({ length: 19 }, (_, i) => `fast ${i}`)];
    const given = names.map((name, i) => ({ name, label: 'ab'[i % 2], file: fileOf(new Uint8Array(), name) }));
    const told = /** @type {number[]} */ ([]);
    const { train } = await datasets.fromPictures(given, {
      size: 4,
      decode,
      validation: 0,
      test: 0,
      onProgress: ({ loaded, total }) => told.push(loaded / total),
    });
    assert.deepEqual(train.names, names);
    assert.ok(most > 1 && most <= 4, `${most} at a time`);
    assert.equal(closed, 20);
    assert.deepEqual(
      told,
      Array.from({ length: 20 }, (_, i) => (i + 1) / 20),
    );
  });

  test('until it is cancelled', async () => {
    const controller = new AbortController();
    const loading = datasets.fromPictures([...several(20, 'a'), ...several(20, 'b', 50)], {
      signal: controller.signal,
      onProgress: ({ loaded }) => loaded === 3 && controller.abort(),
    });
    await assert.rejects(loading, { name: 'AbortError' });
  });
});

describe('a split', () => {
  const shares = { validation: 0.1, test: 0.2 };
  const given = [...several(50, 'a'), ...several(30, 'b', 100)];

  test('takes its share of every class, by the seed', async () => {
    const options = { size: 8, channels: /** @type {const} */ (1) };
    const first = await datasets.fromPictures(given, { ...options, seed: 1 });
    const count = (/** @type {any} */ { labels }, /** @type {number} */ label) =>
      labels.data.filter((/** @type {number} */ each) => each === label).length;
    const parts = [first.train, first.validation, first.test];
    assert.deepEqual(
      parts.map((part) => count(part, 0)),
      [35, 5, 10],
    );
    assert.deepEqual(
      parts.map((part) => count(part, 1)),
      [21, 3, 6],
    );
    assert.deepEqual(parts.flatMap(({ names }) => names).sort(), given.map(({ name }) => name).sort());
    assert.deepEqual(await datasets.fromPictures(given, { ...options, seed: 1 }), first);
    const other = await datasets.fromPictures(given, { ...options, seed: 2 });
    assert.notDeepEqual(other.test.names, first.test.names);
    // each image is still that of its picture
    for (const { images, names } of parts)
      for (const [i, name] of names.entries()) {
        const alone = await datasets.fromPictures(
          [...given.filter((each) => each.name === name), picture(999, 'other')],
          { ...options, validation: 0, test: 0 },
        );
        assert.deepEqual(images.data.subarray(i * 64, (i + 1) * 64), alone.train.images.data.subarray(0, 64), name);
      }
  });

  test('leaves what folders have divided', async () => {
    const divided = [...several(10, 'a'), ...several(10, 'b', 100)].map((each, i) => ({
      ...each,
      part: /** @type {'test' | 'train'} */ (i % 5 === 0 ? 'test' : 'train'),
    }));
    const { train, validation, test: tested } = await datasets.fromPictures(divided, { size: 8, validation: 0.25 });
    assert.deepEqual(tested.names, ['a/0.png', 'a/5.png', 'b/100.png', 'b/105.png']);
    assert.deepEqual([train.names.length, validation.names.length], [12, 4]);
  });

  test('keeps pictures that are nearly the same on one side', async () => {
    const near = (/** @type {number} */ seed, /** @type {number} */ copy) => {
      const pixels = pixelsOf(seed).map((value) => Math.min(255, value + 8 * copy));
      return { name: `${seed} ${copy}`, label: seed < 20 ? 'a' : 'b', file: fileOf(png(20, 20, 3, pixels)) };
    };
    const bursts = Array.from({ length: 40 }, (_, seed) => [0, 1, 2].map((copy) => near(seed, copy))).flat();
    const dataset = await datasets.fromPictures(bursts, { size: 16 });
    assert.equal(dataset.alike.length, 40);
    for (const { names, parts } of dataset.alike) {
      assert.equal(new Set(names.map((name) => name.split(' ')[0])).size, 1, `${names}`);
      assert.equal(new Set(parts).size, 1, `${names}: ${parts}`);
    }
    assert.ok(dataset.test.names.length >= 18 && dataset.validation.names.length >= 6);
  });

  test('leaves something of each class to learn from', () => {
    const whole = splitOf([0, 0, 0, 1], [0, 0, 0, 3], { validation: 0.4, test: 0.5 }, [0, 1, 2, 3]);
    assert.deepEqual(whole, ['train', 'train', 'train', 'train']);
    assert.deepEqual(splitOf([0, 0], [0, 1], { validation: 0.5, test: 0.5 }, [1, 0]), ['train', 'test']);
    assert.deepEqual(splitOf([], [], shares, []), []);
  });
});

test('images are alike if the mean difference of their thumbnails is small', () => {
  const next = noise(5);
  const [count, size] = [60, 24 * 24];
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const image = data.subarray(i * size, (i + 1) * size);
    if (i % 3 === 0) for (let at = 0; at < size; at++) image[at] = 40 + next() / 2;
    else image.set(data.subarray((i - 1) * size, i * size).map((value) => value + (next() % (i % 2 ? 4 : 60))));
  }
  const groups = groupAlike({ shape: [count, 24, 24, 1], data });
  const naive = naiveGroups(data, count, 24);
  assert.deepEqual([...groups], naive);
  assert.ok(new Set(naive).size > 20 && new Set(naive).size < 50, `${new Set(naive).size} groups`);
});

/** Every pair, by the definition. @param {Uint8Array} data @param {number} count @param {number} side */
function naiveGroups(data, count, side) {
  const cell = (/** @type {number} */ image, /** @type {number} */ r, /** @type {number} */ c) => {
    const [top, left] = [Math.floor((r * side) / 16), Math.floor((c * side) / 16)];
    const [bottom, right] = [Math.floor(((r + 1) * side) / 16), Math.floor(((c + 1) * side) / 16)];
    let [sum, n] = [0, 0];
    for (let y = top; y < Math.max(top + 1, bottom); y++)
      for (let x = left; x < Math.max(left + 1, right); x++, n++) sum += data[(image * side + y) * side + x];
    return sum / n;
  };
  const thumbnails = Array.from({ length: count }, (_, i) => {
    const cells = Array.from({ length: 256 }, (_cell, k) => cell(i, Math.floor(k / 16), k % 16));
    const mean = cells.reduce((a, b) => a + b) / 256;
    return cells.map((value) => value - mean);
  });
  const size = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / 256;
  const group = Array.from({ length: count }, (_, i) => i);
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < count; i++)
      for (let j = 0; j < i; j++) {
        const most = Math.min(6, 0.2 * size(thumbnails[i]), 0.2 * size(thumbnails[j]));
        if (group[i] === group[j] || size(thumbnails[i].map((value, k) => value - thumbnails[j][k])) > most) continue;
        group[i] = group[j] = Math.min(group[i], group[j]);
        again = true;
      }
  }
  return group;
}

test('rows are reordered in place as copies would be', () => {
  const next = noise(3);
  for (const count of [0, 1, 2, 7, 50]) {
    const order = Array.from({ length: count }, (_, i) => i).sort(() => next() - 128);
    const rows = { shape: [count, 3], data: Uint8Array.from({ length: count * 3 }, next) };
    const expected = rowsOf(rows, order);
    permuteRows(rows, order);
    assert.deepEqual(rows, expected);
  }
});

describe('what cannot be is refused before anything is read', () => {
  const decode = () => assert.fail('a picture was read');
  const two = [picture(1, 'a'), picture(2, 'b')];
  /** @type {[string, any, any, RegExp][]} */
  const cases = [
    ['no pictures', [], {}, /^fromPictures: at least two classes are needed, got \[\]$/],
    ['one class', [picture(1, 'a')], {}, /at least two classes are needed, got \["a"\]$/],
    [
      'a class without a name',
      [picture(1, 'a'), picture(2, '')],
      {},
      /names of classes must have 1\.\.100 characters, got ""/,
    ],
    [
      'too many classes',
      Array.from({ length: 1001 }, (_, i) => picture(0, `${i}`)),
      {},
      /at most 1000 classes, got 1001$/,
    ],
    ['no file', [{ name: 'a', label: 'a' }], {}, /^fromPictures: picture 0 must be \{ name, label, part\?, file \}/],
    ['another part', [picture(1, 'a', { part: 'exam' })], {}, /where part is train, validation, test/],
    [
      'too large',
      [...several(9000, 'a'), picture(1, 'b')],
      { size: 256 },
      /9001 images of 256 × 256 × 3 take 1688 MB; at most 1024 MB/,
    ],
    ['a size of 0', two, { size: 0 }, /^preparePicture: size must be an integer 1\.\./],
    ['a word', two, { size: 'large' }, /size must be an integer/],
    ['two channels', two, { channels: 2 }, /channels must be 1 or 3, got 2$/],
    ['a crop', two, { crop: 'left' }, /crop must be one of whole, centre, garment, cutout, got "left"$/],
    ['a share', two, { test: 1 }, /^fromPictures: test must be a number 0\.\.0\.9, got 1$/],
    ['shares', two, { test: 0.5, validation: 0.5 }, /must leave a tenth for training, got 1$/],
    ['an option', two, { sise: 3 }, /^fromPictures has no option 'sise'; it takes size,/],
  ];
  for (const [what, given, options, message] of cases)
    test(what, () => assert.rejects(datasets.fromPictures(given, { decode, ...options }), { message }));

  test('nothing that can be read', async () => {
    const broken = ['a', 'b'].map((label) => ({ name: label, label, file: fileOf(new Uint8Array(9)) }));
    await assert.rejects(datasets.fromPictures(broken), {
      message: /are needed, got \[\]; 2 pictures could not be read, such as a: /,
    });
  });
});

test('a model learns classes of one’s own', async () => {
  const tinted = (/** @type {number} */ seed, /** @type {number} */ channel) => ({
    name: `${seed}`,
    label: ['red', 'green', 'blue'][channel],
    file: fileOf(
      png(
        20,
        20,
        3,
        pixelsOf(seed).map((value, i) => (i % 3 === channel ? 128 + value / 2 : value / 2)),
      ),
    ),
  });
  const given = Array.from({ length: 90 }, (_, i) => tinted(i, i % 3));
  const { train, validation, test: tested, classNames } = await datasets.fromPictures(given, { size: 12 });
  assert.deepEqual(classNames, ['blue', 'green', 'red']);
  const model = await sequential({
    layers: [
      layers.conv2d({ inputShape: [12, 12, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    seed: 1,
  });
  model.compile({
    optimizer: { name: 'adam', learningRate: 0.02 },
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  await model.fit(train.images, train.labels, {
    epochs: 60,
    verbose: 0,
    batchSize: 8,
    validationData: [validation.images, validation.labels],
  });
  const [, accuracy] = /** @type {number[]} */ (await model.evaluate(tested.images, tested.labels));
  assert.equal(accuracy, 1);
  model.dispose();
});

test('a report tells of counts, weights, and pictures on both sides', async () => {
  const same = { file: fileOf(png(20, 20, 3, pixelsOf(500))) };
  const dataset = await datasets.fromPictures(
    [
      ...several(30, 'a').map((each) => ({ ...each, part: /** @type {const} */ ('train') })),
      ...several(10, 'b', 100).map((each) => ({ ...each, part: /** @type {const} */ ('train') })),
      picture(500, 'a', { part: 'train' }),
      picture(501, 'b', { ...same, part: 'test' }),
    ],
    { size: 8, validation: 0 },
  );
  const { classes, imbalance, classWeight, leaks, contradictions } = await datasets.report(dataset);
  assert.deepEqual(classes, [
    { name: 'a', train: 31, validation: 0, test: 0 },
    { name: 'b', train: 10, validation: 0, test: 1 },
  ]);
  assert.equal(imbalance, 3.1);
  assert.deepEqual(classWeight, { 0: 41 / 62, 1: 41 / 20 });
  assert.deepEqual(leaks, [{ names: ['a/500.png', 'b/501.png'], parts: ['train', 'test'] }]);
  assert.deepEqual(contradictions, [{ names: ['a/500.png', 'b/501.png'], labels: ['a', 'b'] }]);
});

describe('folds', () => {
  test('are of one size, with the same share of each class, and keep groups together', () => {
    const next = noise(4);
    const labels = Array.from({ length: 203 }, (_, i) => (i % 7 === 0 ? 1 : i % 50 === 3 ? 2 : 0));
    const groups = labels.map((_, i) => (i % 10 < 3 ? i - (i % 10) : i));
    const ranks = labels.map((_, i) => i).sort(() => next() - 128);
    const fold = foldsOf(labels, groups, 5, ranks);
    groups.forEach((group, i) => assert.equal(fold[i], fold[group]));
    for (const label of [0, 1]) {
      const counts = Array(5).fill(0);
      fold.forEach((each, i) => labels[groups[i]] === label && counts[each]++);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 3, `${label}: ${counts}`);
    }
  });

  test('are each predicted by a model that has not seen them', async () => {
    const images = { shape: [20, 1, 1, 1], data: Uint8Array.from({ length: 20 }, (_, i) => i) };
    const labels = { shape: [20], data: Int32Array.from({ length: 20 }, (_, i) => i % 2) };
    const seen = /** @type {number[][]} */ ([]);
    const told = /** @type {any[]} */ ([]);
    let disposed = 0;
    const probabilities = await datasets.crossPredict(
      async (some, their) => {
        const learnt = [...some.data];
        seen.push(learnt);
        assert.deepEqual(
          [...their.data],
          learnt.map((value) => value % 2),
        );
        return {
          predict: async ({ shape, data }) => {
            assert.ok(data.every((/** @type {number} */ value) => !learnt.includes(value)));
            assert.equal(learnt.length + shape[0], 20);
            return { shape: [shape[0], 2], data: new Float32Array(2 * shape[0]).fill(1) };
          },
          dispose: () => disposed++,
        };
      },
      images,
      labels,
      { folds: 4, onProgress: (done) => told.push(done) },
    );
    assert.deepEqual(probabilities.shape, [20, 2]);
    assert.deepEqual(probabilities.data, new Float32Array(40).fill(1));
    assert.equal(disposed, 4);
    assert.deepEqual(told.at(-1), { fold: 4, folds: 4 });
    assert.deepEqual(seen.flat().length, 60);
  });

  test('are refused if they cannot be', async () => {
    const images = { shape: [4, 1, 1, 1], data: new Uint8Array(4) };
    const labels = { shape: [4], data: new Int32Array(4) };
    const never = async () => assert.fail('trained');
    /** @type {[any, any, any, RegExp][]} */
    const cases = [
      [images, labels, { folds: 1 }, /folds must be an integer 2\.\.20, got 1$/],
      [images, labels, { folds: 10 }, /^crossPredict: 4 images cannot be divided into 10 folds$/],
      [images, { shape: [3], data: new Int32Array(3) }, {}, /labels must have the shape \[4\], got \[3\]$/],
      [images, labels, { groups: [1] }, /groups must have 4 numbers, got 1$/],
      [images, labels, { fold: 3 }, /has no option 'fold'/],
    ];
    const trained = async () => ({
      predict: async () => ({ shape: [1, 1], data: new Float32Array(1) }),
      dispose: () => {},
    });
    for (const [x, y, options, message] of cases)
      await assert.rejects(datasets.crossPredict(options.folds === 10 ? trained : never, x, y, options), { message });
  });
});

test('doubtful labels are those for which nothing speaks, the worst first', async () => {
  const rows = [
    [0.9, 0.1, 0], // as labelled
    [0.2, 0.8, 0], // doubtful
    [0.001, 0.9, 0.099], // worse
    [0.1, 0.9, 0],
    [0.4, 0.6, 0], // below what the other class reaches on average
    [0, 0, 1],
  ];
  const probabilities = { shape: [6, 3], data: Float32Array.from(rows.flat()) };
  const labels = { shape: [6], data: Int32Array.from([0, 0, 0, 1, 0, 2]) };
  const found = await datasets.mislabelled(labels, { ...probabilities, data: probabilities.data });
  assert.deepEqual(
    found.map(({ index, label, predicted }) => [index, label, predicted]),
    [[2, 0, 1]],
  );
  assert.ok(Math.abs(found[0].confidence - 0.9) < 1e-6);
  const fewer = await datasets.mislabelled(
    { shape: [5], data: Int32Array.from([0, 0, 0, 1, 1]) },
    { shape: [5, 3], data: Float32Array.from([rows[0], rows[1], rows[2], [0.2, 0.8, 0], [0.3, 0.7, 0]].flat()) },
  );
  assert.deepEqual(
    fewer.map(({ index }) => index),
    [2, 1],
  );
  await assert.rejects(datasets.mislabelled(labels, labels), {
    message: /must have the shape \[n, classes\], got \[6\]$/,
  });
});
