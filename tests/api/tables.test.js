import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { preparePicture } from '../../shim/photo.js';
import { datasets } from '../../shim/index.js';
import { idx } from '../support/idx.js';
import { png } from '../support/pictures.js';
import { bar, fileOf, idxPair, pixelTable } from '../support/tables.js';
import { thing } from '../support/things.js';

/** Datasets of people's own that come as tables or as pixels: which rows and files are used, and why others are not. */

/** Everything is for training, in the order of the files. */
const WHOLE = { validation: 0, test: 0 };

/** @param {Record<string, Uint8Array | string>} files by path */
const placed = (files) =>
  Object.entries(files).map(([path, content]) => ({ path, file: fileOf(String(path.split(/[\\/]/).at(-1)), content) }));

/** A small picture, another for each number. @param {number} seed */
const picture = (seed) => thing(seed % 4, seed, 16);

/** @param {any} dataset @returns {Record<string, string>} labels by name */
const labelled = ({ classNames, train, validation, test: tested }) =>
  Object.fromEntries(
    [train, validation, tested].flatMap(({ names, labels }) =>
      names.map((/** @type {string} */ name, /** @type {number} */ i) => [name, classNames[labels.data[i]]]),
    ),
  );

/** @param {any} dataset @returns {Record<string, string>} reasons by name */
const reasons = ({ refused }) =>
  Object.fromEntries(refused.map((/** @type {any} */ { name, reason }) => [name, reason]));

/** @param {Record<string, Uint8Array | string>} files @param {object} [options] */
const folder = (files, options) => datasets.fromFolder(placed(files), { size: 8, ...WHOLE, ...options });

const PICTURES = { 'd/a.png': picture(1), 'd/b.png': picture(2), 'd/c.png': picture(3) };
const EXPECTED = { 'd/a.png': 'hat', 'd/b.png': 'shoe', 'd/c.png': 'hat' };

describe('a table that lists pictures', () => {
  for (const [what, table] of Object.entries({
    'with a header': 'filename,label\na.png,hat\nb.png,shoe\nc.png,hat\n',
    'without one': 'a.png,hat\nb.png,shoe\nc.png,hat\n',
    'the label first': 'Category,Image\nhat,a.png\nshoe,b.png\nhat,c.png\n',
    'other columns beside': 'sender_id,image,label,kids\n4,a,hat,False\n4,b,shoe,True\n5,c,hat,False\n',
    'a column of another name': 'id,breed\na,hat\nb,shoe\nc,hat\n',
    'columns of other names': 'asset,kind\na.png,hat\nb.png,shoe\nc.png,hat\n',
    'names from elsewhere': 'file,label\nC:\\my\\d\\a.png,hat\nC:\\my\\d\\b.png,shoe\nC:\\my\\d\\c.png,hat\n',
    'names from the root, with backslashes': 'path;class\nd\\a.png;hat\nd\\b.png;shoe\n.\\c.png;hat\n',
    tabs: 'file\tlabel\na.png\that\nb.png\tshoe\nc.png\that\n',
    'a byte order mark, CRLF and quotes':
      '\ufeff"file","label"\r\n"a.png","hat"\r\n"b.png","shoe"\r\n"c.png","hat"\r\n\r\n',
    'old line ends': 'file,label\ra.png,hat\rb.png,shoe\rc.png,hat\r',
  }))
    test(what, async () => {
      const dataset = await folder({ ...PICTURES, 'd/labels.csv': table });
      assert.deepEqual(labelled(dataset), EXPECTED);
      assert.deepEqual(dataset.classNames, ['hat', 'shoe']);
      assert.deepEqual(dataset.refused, []);
    });

  test('in UTF-16, as spreadsheets save it', async () => {
    const table = 'file\tlabel\r\na.png\tכובע\r\nb.png\t鞋\r\nc.png\tכובע\r\n';
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(table, 'utf16le')]);
    const { classNames } = await folder({ ...PICTURES, 'd/labels.tsv': utf16 });
    assert.deepEqual(classNames, ['כובע', '鞋']);
    await assert.rejects(folder({ ...PICTURES, 'd/labels.csv': Buffer.from('a.png,h\xfct\nb.png,x\n', 'latin1') }), {
      code: 'bad-data',
      message: /^labels\.csv: it must be text in UTF-8/,
    });
  });

  test('may name labels of any kind', async () => {
    const names = ['<b>', '__proto__', 'Hat', 'hat', 'כובע', 'a "b", c\nd'];
    const files = Object.fromEntries(names.map((_, i) => [`${i}.png`, picture(i)]));
    const cells = names.map((name, i) => `${i}.png,"${name.replaceAll('"', '""')}"`);
    const dataset = await folder({ ...files, 'labels.csv': `file,label\n${cells.join('\n')}` });
    assert.deepEqual(labelled(dataset), Object.fromEntries(names.map((name, i) => [`${i}.png`, name])));
    assert.deepEqual(dataset.classNames, names.toSorted());
  });

  test('may say which part a picture is in', async () => {
    const files = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.png`, picture(i)]));
    const parts = ['train', 'Training', 'val', 'valid', 'TEST', 'test', 'train', 'exam'];
    const table = `file,label,split\n${parts.map((part, i) => `${i},${i % 2 ? 'a' : 'b'},${part}`).join('\n')}`;
    const dataset = await folder({ ...files, 'all.csv': table }, { validation: 0.3, test: 0.3 });
    assert.deepEqual(
      [dataset.train.names, dataset.validation.names, dataset.test.names],
      [
        ['0.png', '1.png', '6.png'],
        ['2.png', '3.png'],
        ['4.png', '5.png'],
      ],
    );
    assert.deepEqual(reasons(dataset), {
      7: 'its part must be train, validation or test, got "exam"',
      '7.png': 'no table names it',
    });
  });

  test('a table for each part, beside folders that are called as they are', async () => {
    const dataset = await folder({
      'd/train/0.png': picture(0),
      'd/train/1.png': picture(1),
      'd/test/0.png': picture(2),
      'd/test/1.png': picture(3),
      'd/train.csv': 'id,label\n0,a\n1,b\n',
      'd/test.csv': 'id,label\n0,b\n1,a\n',
    });
    assert.deepEqual(labelled(dataset), {
      'd/train/0.png': 'a',
      'd/train/1.png': 'b',
      'd/test/0.png': 'b',
      'd/test/1.png': 'a',
    });
    assert.deepEqual(dataset.test.names, ['d/test/0.png', 'd/test/1.png']);
    const alone = await folder({ 'test.csv': 'a,x\nb,y\n', 'a.png': picture(0), 'b.png': picture(1) });
    assert.equal(alone.train.names.length, 2, 'a table called test alone divides nothing');
  });

  test('tells which rows and which pictures are not used, and why', async () => {
    const dataset = await folder({
      'd/images/a.png': picture(1),
      'd/images/b.png': picture(2),
      'd/images/twice.png': picture(3),
      'd/images/bare.png': picture(4),
      'd/images/left.png': picture(5),
      'd/one/same.png': picture(6),
      'd/two/same.png': picture(7),
      'd/notes.txt': 'notes',
      'd/other.csv': 'x,y\n1,2\n',
      'd/labels.csv':
        'image,label\na.png,hat\nimages/b.png,shoe\ngone.png,hat\ntwice.png,hat\ntwice.png,shoe\na,hat\nbare.png,\n' +
        `../../../out.png,hat\nsame.png,hat\n,hat\nb.png,${'x'.repeat(101)}\nimages/a.jpg,hat`,
    });
    assert.deepEqual(labelled(dataset), {
      'd/images/a.png': 'hat',
      'd/images/b.png': 'shoe',
      'd/images/twice.png': 'hat',
    });
    assert.deepEqual(reasons(dataset), {
      'd/notes.txt': 'no picture',
      'd/other.csv': 'no picture',
      'gone.png': 'no file has this name',
      'images/a.jpg': 'no file has this name',
      'twice.png': 'it has two labels',
      'bare.png': 'it has no label',
      '../../../out.png': 'its path leads out of the folder',
      'same.png': 'several files have this name',
      'd/labels.csv, row 11': 'no file has this name',
      'b.png': 'its label has more than 100 characters',
      'd/images/bare.png': 'no table names it',
      'd/images/left.png': 'no table names it',
      'd/one/same.png': 'no table names it',
      'd/two/same.png': 'no table names it',
    });
  });

  test('counts instead of folders if it names at least half of the pictures, or half of it are there', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`${i % 2 ? 'x' : 'y'}/${i}.png`, picture(i)]),
    );
    const rows = (/** @type {number} */ from, /** @type {number} */ to) =>
      Array.from({ length: to - from }, (_, i) => `${from + i},${i % 2 ? 'a' : 'b'}`).join('\n');
    const classes = async (/** @type {string} */ table) =>
      (await folder({ ...files, 'labels.csv': `file,label\n${table}` })).classNames;
    assert.deepEqual(await classes(rows(0, 8)), ['a', 'b']);
    assert.deepEqual(await classes(rows(4, 100)), ['a', 'b'], 'half of the pictures');
    assert.deepEqual(await classes(rows(5, 9)), ['a', 'b'], 'most of the table');
    assert.deepEqual(await classes(rows(5, 100)), ['x', 'y']);
    assert.deepEqual(await classes('gone,a\n'), ['x', 'y']);
    assert.deepEqual(await classes(''), ['x', 'y']);
    const refused = reasons(await folder({ ...files, 'labels.csv': 'file,colour,size\n0,red,4\n' }));
    assert.deepEqual(refused, { 'labels.csv': 'no picture' });
  });

  test('has its labels in the column that is asked for', async () => {
    const files = { ...PICTURES, 'd/styles.csv': 'id,gender,articleType\na,m,hat\nb,f,shoe\nc,m,hat\n' };
    for (const labelColumn of ['articleType', 'article_type', 2, -1])
      assert.deepEqual(labelled(await folder(files, { labelColumn })), EXPECTED);
    await assert.rejects(folder(files, { labelColumn: 'colour' }), {
      message: /^styles\.csv: it has no column "colour"; its columns are id, gender, articleType$/,
    });
  });
});

/** @param {string | Record<string, string>} tables @param {object} [options] */
const csv = (tables, options) =>
  datasets.fromCsv(
    Object.entries(typeof tables === 'string' ? { 'some.csv': tables } : tables).map((each) => fileOf(...each)),
    { ...WHOLE, ...options },
  );

describe('a table of pixels', () => {
  /** @param {any} dataset @param {number} [side] */
  function assertBars({ classNames, train }, side = 8) {
    assert.deepEqual(classNames, ['0', '1', '2']);
    assert.deepEqual(train.images.shape, [train.names.length, side, side, 1]);
    for (let i = 0; i < train.names.length; i++)
      assert.deepEqual(
        train.images.data.subarray(i * side * side, (i + 1) * side * side),
        bar(train.labels.data[i], i, side),
      );
  }

  test('has a row for each image, wherever the label stands and whatever separates the cells', async () => {
    assertBars(await csv(pixelTable(30)));
    assertBars(await csv(pixelTable(30, { header: false })));
    assertBars(await csv(pixelTable(30, { last: true })));
    assertBars(await csv(pixelTable(30, { last: true, header: false }), { labelColumn: -1 }));
    for (const separator of [';', '\t', '|', ', ']) assertBars(await csv(pixelTable(30, { separator })));
    assertBars(await csv(pixelTable(30, { labelOf: (label) => `${label}.0` })));
    assertBars(await csv(`\ufeff${pixelTable(30).replaceAll('\n', '\r\n')}`));
    assertBars(await csv(pixelTable(30).replaceAll(/\d+/g, '"$&"')));
    assertBars(await csv(pixelTable(30, { side: 29 })), 29);
    const { train } = await csv(pixelTable(30));
    assert.deepEqual(train.names.slice(0, 2), ['some.csv, row 2', 'some.csv, row 3']);
  });

  test('may be in colour, the channels of a pixel together', async () => {
    const rows = ['hat', 'shoe'].map((label, k) => [label, ...Array.from({ length: 27 }, (_, i) => i + 10 * k)].join());
    const { train, preparation, classNames } = await csv(rows.join('\n'));
    assert.deepEqual(train.images.shape, [2, 3, 3, 3]);
    assert.deepEqual(
      [...train.images.data.subarray(27)],
      Array.from({ length: 27 }, (_, i) => i + 10),
    );
    assert.deepEqual(classNames, ['hat', 'shoe']);
    assert.deepEqual(preparation, { size: [3, 3], channels: 3, crop: 'whole' });
  });

  test('may have a column of numbers of rows, and one of parts', async () => {
    const lines = pixelTable(6).trim().split('\n');
    const table = lines
      .map((line, i) => (i ? `${i},${line},${i > 4 ? 'Test' : 'train'}` : `id,${line},Usage`))
      .join('\n');
    const { train, test: tested } = await csv(table);
    assert.deepEqual([train.names.length, tested.names.length], [4, 2]);
    assert.deepEqual(tested.images.data.subarray(0, 64), bar(1, 4));
  });

  test('may hold all pixels in one cell', async () => {
    const usage = ['Training', 'PublicTest', 'PrivateTest'];
    const rows = Array.from({ length: 9 }, (_, i) => `${i % 3},${[...bar(i % 3, i)].join(' ')},${usage[i % 3]}`);
    const { train, validation, test: tested } = await csv(`emotion, pixels, Usage\n${rows.join('\n')}`);
    assert.deepEqual(train.images.shape, [3, 8, 8, 1]);
    assert.deepEqual(validation.images.data.subarray(0, 64), bar(1, 1));
    assert.deepEqual([...tested.labels.data], [2, 2, 2]);
  });

  test('is divided as pictures are, the same each time', async () => {
    const [one, two] = [await csv(pixelTable(90), {}), await csv(pixelTable(90), {})];
    assert.deepEqual(one, two);
    const divided = await datasets.fromCsv(fileOf('some.csv', pixelTable(90)), { seed: 1 });
    for (const [part, count] of /** @type {const} */ ([
      ['train', 63],
      ['validation', 9],
      ['test', 18],
    ])) {
      const { names, labels, images } = divided[part];
      assert.equal(names.length, count);
      for (const label of [0, 1, 2]) assert.equal(labels.data.filter((each) => each === label).length, count / 3);
      names.forEach((name, i) => {
        const row = Number(name.split(' ').at(-1)) - 2;
        assert.deepEqual(images.data.subarray(i * 64, (i + 1) * 64), bar(labels.data[i], row));
      });
    }
  });

  test('images that are the same stay on one side, and are told', async () => {
    const lines = pixelTable(30).trim().split('\n');
    const dataset = await datasets.fromCsv(fileOf('some.csv', [...lines, ...lines.slice(1)].join('\n')), { seed: 2 });
    assert.equal(dataset.alike.length, 30);
    for (const { names, parts } of dataset.alike) assert.deepEqual([names.length, parts[0]], [2, parts[1]]);
    const { leaks, classes } = await datasets.report(dataset);
    assert.deepEqual(leaks, []);
    assert.equal(classes.length, 3);
  });

  test('of two, the one called test is for testing, or the smaller one', async () => {
    for (const names of [
      ['mine_test.csv', 'mine_train.csv'],
      ['b.csv', 'a.csv'],
    ]) {
      const dataset = await csv({ [names[0]]: pixelTable(12), [names[1]]: pixelTable(30) });
      assert.deepEqual([dataset.train.names.length, dataset.test.names.length], [30, 12]);
      assert.match(dataset.test.names[0], new RegExp(`^${names[0]}, row 2$`));
      assert.deepEqual(dataset.test.images.data.subarray(0, 64), bar(0, 0));
    }
    const three = await csv({ 'train.csv': pixelTable(30), 'val.csv': pixelTable(9), 'x.csv': pixelTable(6) });
    assert.deepEqual(
      [three.train, three.validation, three.test].map(({ names }) => names.length),
      [30, 9, 6],
    );
  });

  test('called test is divided all the same, if it is the only one', async () => {
    const { train, test: tested } = await datasets.fromCsv(fileOf('my_test.csv', pixelTable(30)));
    assert.deepEqual([train.names.length, tested.names.length], [21, 6]);
  });

  test('beside others that hold something else is used alone', async () => {
    const unlabelled = pixelTable(12).replaceAll(/^[^,]*,/gm, '');
    const dataset = await csv({ 'train.csv': pixelTable(30), 'test.csv': unlabelled, 'sample.csv': 'Id,Label\n1,0\n' });
    assert.equal(dataset.train.names.length, 30);
    assert.deepEqual(Object.keys(reasons(dataset)), ['test.csv', 'sample.csv']);
    assert.match(reasons(dataset)['test.csv'], /^it has no column of labels$/);
  });

  test('of Fashion-MNIST has its names, and pictures become images as for the garments', async () => {
    const table = pixelTable(20, { classes: 10, side: 28 });
    const { classNames, preparation } = await csv({ 'fashion-mnist_train.csv': table });
    assert.deepEqual(classNames, datasets.FASHION_MNIST.classNames);
    assert.equal(preparation, null);
    const digits = await csv({ 'mnist_train.csv': table });
    assert.deepEqual(digits.classNames, [...'0123456789']);
    assert.deepEqual(digits.preparation, { size: [28, 28], channels: 1, crop: 'whole', background: 'dark' });
  });

  test('tells its progress in bytes, is read piece by piece, and can be given up', async () => {
    const table = fileOf('some.csv', pixelTable(900, { side: 28 }));
    const told = /** @type {any[]} */ ([]);
    /** @type {number[]} */
    const asked = [];
    const slice = table.slice.bind(table);
    Object.assign(table, {
      slice: (/** @type {number} */ from, /** @type {number} */ to) => {
        asked.push(to - from);
        return slice(from, to);
      },
      arrayBuffer: () => assert.fail('it was read as a whole'),
    });
    const { train } = await datasets.fromCsv(table, { ...WHOLE, onProgress: (progress) => told.push(progress) });
    assert.equal(train.names.length, 900);
    assert.ok(asked.length > 2 && Math.max(...asked) < table.size / 2);
    assert.deepEqual(told.at(-1), { phase: 'parse', loaded: table.size, total: table.size });
    const controller = new AbortController();
    await assert.rejects(
      datasets.fromCsv(table, { signal: controller.signal, onProgress: () => controller.abort(new Error('no more')) }),
      { message: 'no more' },
    );
  });

  test('is read from disk', async () => {
    const path = await mkdtemp(join(tmpdir(), 'tables-'));
    after(() => rm(path, { recursive: true }));
    await writeFile(join(path, 'some.csv'), pixelTable(30));
    assertBars(await datasets.fromCsv(join(path, 'some.csv'), WHOLE));
    await assert.rejects(datasets.fromCsv(join(path, 'absent.csv')), { code: 'ENOENT' });
    await assert.rejects(datasets.fromCsv(path), { message: /must be a file, not a folder$/ });
  });

  test('rows that cannot be used are listed, and the rest goes on', async () => {
    const lines = pixelTable(12).trim().split('\n');
    const pixels = lines[1].split(',').slice(1);
    const changed = (/** @type {string} */ value) => ['0', ...pixels.slice(0, 4), value, ...pixels.slice(5)].join();
    const bad = {
      300: 'pixel 5 must be a whole number 0..255, got "300"',
      '-1': 'pixel 5 must be a whole number 0..255, got "-1"',
      0.5: 'pixel 5 must be a whole number 0..255, got "0.5"',
      NaN: 'pixel 5 must be a whole number 0..255, got "NaN"',
      Infinity: 'pixel 5 must be a whole number 0..255, got "Infinity"',
      '': 'pixel 5 must be a whole number 0..255, got ""',
      '<b>': 'pixel 5 must be a whole number 0..255, got "<b>"',
    };
    const table = [
      ...lines,
      ...Object.keys(bad).map(changed),
      `${lines[1]},7`,
      lines[1].slice(0, -2),
      ['', ...pixels].join(),
      ['x'.repeat(101), ...pixels].join(),
    ];
    const dataset = await csv(table.join('\n'));
    assertBars(dataset);
    assert.equal(dataset.train.names.length, 12);
    assert.deepEqual(
      dataset.refused.map(({ reason }) => reason),
      [
        ...Object.values(bad),
        'it has 66 columns instead of 65',
        'it has 64 columns instead of 65',
        'it has no label',
        'its label has more than 100 characters',
      ],
    );
    assert.equal(dataset.refused[0].name, 'some.csv, row 14');
  });

  test('that cannot be one is refused', async () => {
    /** @type {[string, string, RegExp, object?][]} */
    const cases = [
      ['nothing', '', /^some\.csv: it is empty$/],
      ['empty rows', '\n\n\r\n', /^some\.csv: it is empty$/],
      ['a header alone', `${pixelTable(0)}`, /^fromCsv: at least two classes are needed, got \[\]$/],
      ['one class', pixelTable(9, { classes: 1 }), /at least two classes are needed, got \["0"\]$/],
      [
        'no square',
        'a,1,2,3,4,5\nb,1,2,3,4,5\n',
        /a row must hold a label and the pixels of a square image.*got 6 col/,
      ],
      ['a million columns', `${'0,'.repeat(1e6)}0\n1`, /got 1000001 columns$/],
      ['a row without an end', 'x'.repeat(5e6), /^some\.csv: row 1 has more than 2097152 characters$/],
      [
        'a quote without an end',
        `"${pixelTable(9000, { side: 16 })}`,
        /^some\.csv: row 1 has more than 2097152 characters$/,
      ],
      ['a picture', Buffer.from(png(4, 4, 3, new Uint8Array(48))).toString('latin1'), /a row must hold|UTF-8/],
      [
        'shares of one',
        pixelTable(1200).replaceAll(/,\d+/g, ',0.5'),
        /^some\.csv: the first 1000 rows cannot be used; /,
      ],
      ['no such column', pixelTable(3), /^some\.csv: it has no column "kind"/, { labelColumn: 'kind' }],
      ['an option', pixelTable(3), /^fromCsv has no option 'size'; it takes labelColumn,/, { size: 3 }],
      ['a share', pixelTable(3), /^fromCsv: test must be a number/, { test: 2 }],
    ];
    for (const [what, table, message, options] of cases)
      await assert.rejects(csv(table, options), { name: 'FittingRoomError', message }, what);
    await assert.rejects(datasets.fromCsv([]), { message: 'fromCsv takes 1..16 files, got 0' });
    await assert.rejects(datasets.fromCsv(/** @type {any} */ (7)), {
      message: /takes a CSV file or a list of them, got 7/,
    });
    const packed = new File([Uint8Array.from(gzipSync(pixelTable(30)))], 'some.csv');
    await assert.rejects(datasets.fromCsv(packed), { message: 'some.csv: it is compressed; unpack it first' });
  });

  test('that would take too much memory is refused before it is read', async () => {
    const row = `1,${'0,'.repeat(65535)}0\n`;
    const text = new Blob([row.repeat(3)]);
    const huge = Object.assign(new File([text], 'huge.csv'), {
      slice: (/** @type {number} */ from, /** @type {number} */ to) =>
        from === 0
          ? new Blob([row.repeat(Math.floor((to - from) / row.length)).padEnd(to - from, '1')])
          : assert.fail(),
    });
    Object.defineProperty(huge, 'size', { value: 25000 * row.length });
    await assert.rejects(datasets.fromCsv(huge), {
      code: 'out-of-memory',
      message: /images of 256 × 256 × 1 take \d+ MB; at most 1024 MB are held/,
    });
  });
});

/** @param {Parameters<typeof idxPair>} given */
const pair = (...given) => Object.entries(idxPair(...given)).map((each) => fileOf(...each));

/** @param {File} file */
const gzipped = async (file) => new File([Uint8Array.from(gzipSync(await file.arrayBuffer()))], `${file.name}.gz`);

describe('pairs of IDX files', () => {
  test('of any count, size and number of classes are read', async () => {
    const files = [...pair('train', 40, { classes: 4, side: 12 }), ...pair('t10k', 16, { classes: 4, side: 12 })];
    const whole = await datasets.fromIdx(files, WHOLE);
    const { train, test: tested, validation, classNames, preparation } = whole;
    assert.deepEqual(
      [train.images.shape, tested.images.shape],
      [
        [40, 12, 12, 1],
        [16, 12, 12, 1],
      ],
    );
    assert.deepEqual(classNames, ['0', '1', '2', '3']);
    assert.deepEqual(preparation, { size: [12, 12], channels: 1, crop: 'whole', background: 'dark' });
    assert.deepEqual(train.images.data.subarray(5 * 144, 6 * 144), bar(1, 5, 12));
    assert.equal(tested.names[3], 't10k-images-idx3-ubyte, 4');
    assert.equal(validation.names.length, 0);
    const packed = await datasets.fromIdx(await Promise.all(files.toReversed().map(gzipped)), WHOLE);
    for (const part of /** @type {const} */ (['train', 'test'])) {
      assert.deepEqual(packed[part].images, whole[part].images);
      assert.deepEqual(packed[part].labels, whole[part].labels);
    }
    const divided = await datasets.fromIdx(files);
    assert.deepEqual(
      [divided.train, divided.validation, divided.test].map(({ names }) => names.length),
      [36, 4, 16],
    );
  });

  test('one pair is divided, whatever it is called', async () => {
    for (const prefix of ['train', 't10k', 'some']) {
      const { train, validation, test: tested } = await datasets.fromIdx(pair(prefix, 100), { seed: 3 });
      assert.deepEqual([train.names.length, validation.names.length, tested.names.length], [70, 10, 20]);
      train.names.forEach((name, i) => {
        const at = Number(name.split(' ').at(-1)) - 1;
        assert.deepEqual(train.images.data.subarray(i * 64, (i + 1) * 64), bar(train.labels.data[i], at));
      });
    }
  });

  test('of EMNIST lie on their side, and have letters', async () => {
    const options = { classes: 26, first: 1, turned: true };
    const letters = pair('emnist-letters-train', 52, options);
    const { train, classNames } = await datasets.fromIdx(letters, WHOLE);
    assert.equal(classNames.join(''), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    assert.deepEqual(train.images.data.subarray(64, 128), bar(1, 1));
    const called = { ...WHOLE, transposed: true };
    const other = await datasets.fromIdx(pair('train', 52, options), called);
    assert.deepEqual(other.train.images, train.images);
    assert.equal(other.classNames[0], '1');
    const upright = await datasets.fromIdx(letters, { ...WHOLE, transposed: false });
    assert.notDeepEqual(upright.train.images, train.images);
    const balanced = await datasets.fromIdx(
      pair('emnist-balanced-test', 47, { ...options, classes: 47, first: 0 }),
      WHOLE,
    );
    assert.equal(balanced.classNames.join(''), '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt');
    const japanese = await datasets.fromIdx(pair('kmnist-train', 20), WHOLE);
    assert.deepEqual(japanese.train.images.data.subarray(64, 128), bar(1, 1));
  });

  test('that are not square are turned too', async () => {
    const files = [
      fileOf(
        'images',
        idx([2, 2, 3], (i) => i),
      ),
      fileOf(
        'labels',
        idx([2], (i) => i),
      ),
    ];
    const { train } = await datasets.fromIdx(files, { ...WHOLE, transposed: true });
    assert.deepEqual(train.images.shape, [2, 3, 2, 1]);
    assert.deepEqual([...train.images.data], [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
  });

  test('have the names that a mapping or the caller gives', async () => {
    const mapping = fileOf('emnist-letters-mapping.txt', '0 65 97\r\n1 0x');
    const good = fileOf('emnist-letters-mapping.txt', '0 65 97\r\n1 128090\r\n2 <\n'.replace(' <', ' 60'));
    const files = pair('train', 9, { classes: 3 });
    assert.deepEqual((await datasets.fromIdx([...files, good], WHOLE)).classNames, ['A', '👚', '<']);
    const classNames = ['hat', 'shoe', '__proto__'];
    assert.deepEqual((await datasets.fromIdx([...files, good], { ...WHOLE, classNames })).classNames, classNames);
    assert.deepEqual(
      (await datasets.fromIdx(files, { ...WHOLE, classNames: ['a', 'a', 'b'] })).classNames,
      ['0', '1', '2'],
      'names that do not tell classes apart are no names',
    );
    await assert.rejects(datasets.fromIdx([...files, mapping], WHOLE), {
      message: /^emnist-letters-mapping\.txt: a line must hold a label and a code point, got "1 0x"$/,
    });
  });

  test('of Fashion-MNIST have its names', async () => {
    const { classNames } = datasets.FASHION_MNIST;
    const of = async (/** @type {string} */ prefix, options = {}) =>
      datasets.fromIdx(pair(prefix, 40, { side: 28, ...options }), WHOLE);
    assert.deepEqual((await of('train')).classNames, classNames);
    assert.equal((await of('train')).preparation, null);
    assert.deepEqual((await of('fashion-mine')).classNames, classNames);
    assert.deepEqual((await of('digits')).classNames, [...'0123456789']);
    assert.deepEqual((await of('train', { classes: 9 })).classNames, [...'012345678']);
    const mnist = await datasets.fromIdx(pair('t10k', 10_000, { side: 28 }), WHOLE);
    assert.deepEqual(mnist.classNames, [...'0123456789'], 'as many as Fashion-MNIST has, but not its labels');
  });

  test('that do not go together are refused', async () => {
    const [images, labels] = pair('train', 20);
    const bytes = new Uint8Array(await images.arrayBuffer());
    const bomb = gzipSync(Buffer.concat([bytes.subarray(0, 16), Buffer.alloc(5e7)]));
    const claimed = idx([20], () => 0);
    claimed.writeUInt32BE(2 ** 31 - 1, 4);
    /** @type {[any[], RegExp][]} */
    const cases = [
      [[], /^missing: the training images /],
      [[images], /^missing: .*given: train-images-idx3-ubyte$/],
      [[images, ...pair('test', 10)], /^missing: the training labels|^missing: the test labels/],
      [[images, pair('train', 19)[1]], /has 20 images, but train-labels-idx1-ubyte has 19 labels$/],
      [[images, labels, ...pair('test', 10, { side: 9 })], /has images of 8×8, but .* of 9×9$/],
      [[fileOf('cut', bytes.subarray(0, 100)), labels], /^cut: idx: the file is cut short: 20 images need 1296 bytes/],
      [[fileOf('bomb.gz', bomb), labels], /^bomb\.gz: too large: more than 1296 bytes are packed in it$/],
      [[fileOf('claims.gz', gzipSync(claimed)), images], /^claims\.gz: too large: 2147483647 labels/],
      [
        [
          fileOf(
            'large',
            idx([2, 2, 257], () => 0),
          ),
          pair('x', 2)[1],
        ],
        /images must be at most 256×256, got 2×257$/,
      ],
      [
        [
          images,
          fileOf(
            'one',
            idx([20], () => 7),
          ),
        ],
        /^fromIdx: at least two classes are needed, got \["7"\]$/,
      ],
      [[fileOf('a.png', png(2, 2, 3, new Uint8Array(12))), labels], /^a\.png must be a gzip or IDX file/],
    ];
    for (const [files, message] of cases)
      await assert.rejects(datasets.fromIdx(files), { name: 'FittingRoomError', code: 'bad-data', message });
    await assert.rejects(datasets.fromIdx([images, labels], /** @type {any} */ ({ size: 3 })), {
      message: /^fromIdx has no option 'size'/,
    });
  });
});

test('a picture with a bright background becomes an image on a dark one, if the model learnt from such', async () => {
  const paper = Uint8ClampedArray.from({ length: 16 * 16 * 4 }, (_, i) => {
    const [y, x] = [Math.floor(i / 64), Math.floor(i / 4) % 16];
    return i % 4 === 3 || y < 6 || y > 9 || x < 4 || x > 11 ? 240 : 20;
  });
  const whole = /** @type {const} */ ({ size: [8, 8], channels: 1, crop: 'whole' });
  const prepare = (/** @type {Uint8ClampedArray<ArrayBuffer>} */ data, /** @type {any} */ preparation) =>
    preparePicture({ width: 16, height: 16, data, colorSpace: 'srgb' }, preparation);
  const { data: plain } = await prepare(paper, whole);
  const { data: dark } = await prepare(paper, { ...whole, background: 'dark' });
  assert.ok(plain[0] > 200 && plain[4 * 8 + 4] < 50);
  assert.deepEqual(
    dark,
    plain.map((value) => 255 - value),
  );
  const night = paper.map((value, i) => (i % 4 === 3 ? 255 : 255 - value));
  assert.deepEqual((await prepare(night, { ...whole, background: 'dark' })).data, (await prepare(night, whole)).data);
  await assert.rejects(prepare(paper, { ...whole, background: 'red' }), {
    message: 'preparePicture: background must be one of dark, got "red"',
  });
});
