import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import * as tfc from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { unzipSync } from 'fflate';
import * as ort from 'onnxruntime-web/wasm';
import { importModel } from '../../shim/index.js';
import { parse } from '../support/csv.js';
import { shirt } from '../support/pictures.js';
import { poll } from '../support/polling.js';
import { drop, hook, openPage } from './page.js';

/**
 * Every file that the page offers, as the browser writes it to disk under the page's own policy, can be read by a
 * program that understands its format.
 */

const CLASSES = 10;
const NAME = 'Mäntel 大衣';
const PIXELS = Float32Array.from({ length: 784 }, (_, i) => (i % 29) / 28);

/**
 * The output of each program for the same picture.
 * @type {Record<string, (files: { name: string, bytes: Uint8Array }[]) => Promise<ArrayLike<number>>>}
 */
const READERS = {
  async tfjs(files) {
    await tfc.setBackend('cpu');
    const { modelTopology, weightsManifest } = JSON.parse(
      new TextDecoder().decode(files.find(({ name }) => name === 'model.json')?.bytes),
    );
    assert.deepEqual(weightsManifest[0].paths, ['weights.bin']);
    const weightData = Uint8Array.from(
      /** @type {Uint8Array} */ (files.find(({ name }) => name === 'weights.bin')?.bytes),
    ).buffer;
    const model = await tfl.loadLayersModel(
      tfc.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
    );
    return /** @type {tfc.Tensor} */ (model.predict(tfc.tensor(PIXELS, [1, 28, 28, 1]))).data();
  },
  async onnx([{ bytes }]) {
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const { [session.outputNames[0]]: output } = await session.run({
      [session.inputNames[0]]: new ort.Tensor('float32', PIXELS, [1, 28, 28, 1]),
    });
    return /** @type {Float32Array} */ (output.data);
  },
  async keras([{ bytes }]) {
    const members = unzipSync(bytes);
    assert.equal(JSON.parse(new TextDecoder().decode(members['config.json'])).config.name, NAME);
    assert.deepEqual([...members['model.weights.h5'].subarray(0, 4)], [0x89, 0x48, 0x44, 0x46], 'HDF5');
    return ours([{ name: 'model.keras', bytes }]);
  },
  async safetensors([{ bytes }]) {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const { __metadata__, ...tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const ends = Object.values(tensors).map(({ data_offsets: [, end] }) => end);
    assert.equal(8 + length + Math.max(...ends), bytes.length, 'the tensors fill the file');
    return ours([{ name: 'model.safetensors', bytes }]);
  },
  'fitting-room': (files) => ours(files),
};

/** @param {{ name: string, bytes: Uint8Array }[]} files */
async function ours(files) {
  const model = await importModel(files, { deterministic: true, threads: 1 });
  const { data } = await model.predict({ shape: [1, 28, 28, 1], data: PIXELS });
  const all = data.slice();
  model.dispose();
  return /** @type {Float32Array} */ (all);
}

for (const name of inBrowsers('any')) {
  describe(`downloads in ${name}`, { timeout: 180_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;
    /** @type {string} */
    let folder;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fitting-room-downloads-'));
      const profile = await mkdtemp(join(tmpdir(), 'fitting-room-profile-'));
      const preferences = {
        'browser.download.folderList': 2,
        'browser.download.dir': folder,
        'browser.download.useDownloadDir': true,
        'browser.download.always_ask_before_handling_new_types': false,
      };
      opened = await openPage(name, {
        query: 'data=synthetic&epochs=3&train-size=500&filters=8&units=32',
        browser: { profile, preferences },
      });
      if (name === 'chromium') {
        const protocol = await /** @type {import('puppeteer-core').Page} */ (opened.browser.page)
          .browser()
          .target()
          .createCDPSession();
        await protocol.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
      }
      await opened.page.loaded();
      await opened.page.click('train-start');
      await opened.page.trained('done');
      await opened.browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('save-name')],
      });
      await opened.browser.type(hook('save-name'), NAME);
      await opened.page.click('save-model');
      await opened.browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('library-item')],
      });
    });
    after(async () => {
      await opened?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /**
     * Presses a button and waits for the files that it downloads.
     * @param {string} testid @param {string[]} names
     * @returns {Promise<{ name: string, bytes: Uint8Array }[]>}
     */
    async function press(testid, names) {
      for (const each of names) await rm(join(folder, each), { force: true });
      await opened.page.click(testid);
      const whole = async () => {
        const there = await readdir(folder);
        return names.every((each) => there.includes(each)) && !there.some((each) => /\.(crdownload|part)$/.test(each));
      };
      await poll(whole, `${testid}: ${names.join(', ')}`);
      return Promise.all(
        names.map(async (each) => ({ name: each, bytes: new Uint8Array(await readFile(join(folder, each))) })),
      );
    }

    /** @param {string} testid @param {string} file */
    const text = async (testid, file) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode((await press(testid, [file]))[0].bytes);

    test('tables: a row for each epoch and each test image, numbered as the page numbers them', async () => {
      const history = parse(await text('history-csv', 'history.csv'));
      assert.deepEqual(history[0], ['epoch', 'loss', 'acc', 'val_loss', 'val_acc']);
      assert.deepEqual(
        history.slice(1).map(([epoch]) => epoch),
        ['1', '2', '3'],
      );
      for (const row of history.slice(1))
        for (const cell of row) assert.ok(cell !== '' && Number.isFinite(Number(cell)));
      const { epoch, history: columns } = JSON.parse(await text('history-json', 'history.json'));
      assert.deepEqual(epoch, [0, 1, 2], 'as Keras has it');
      assert.deepEqual(
        columns.val_acc,
        history.slice(1).map((row) => Number(row[4])),
      );
      const predictions = parse(await text('predictions-csv', 'predictions.csv'));
      assert.equal(predictions.length, 2001);
      assert.deepEqual([predictions[1][0], predictions[2000][0]], ['1', '2000']);
      const [cell] = await opened.page.cells();
      assert.equal(
        `${predictions[1][2]} (${predictions[1][1]})`,
        cell.title,
        'the first row is the first picture of the grid',
      );
      for (const row of predictions.slice(1))
        assert.ok(Math.abs(row.slice(3).reduce((sum, share) => sum + Number(share), 0) - 1) < 1e-4);
    });

    test('tables in Chinese, and names beyond ASCII, begin with a byte order mark, for spreadsheets', async () => {
      await opened.page.speak('zh-Hans');
      const predictions = await text('predictions-csv', 'predictions.csv');
      assert.equal(predictions.codePointAt(0), 0xfeff);
      assert.ok(parse(predictions.slice(1))[0].includes('连衣裙'));
      await opened.page.speak('en');
      for (const each of ['hemd-ä.png', 'shirt-2.png']) await drop(opened.browser, { ...shirt(), name: each });
      await opened.browser.waitFor(
        (/** @type {string} */ selector) =>
          [...document.querySelectorAll(selector)].filter(
            (item) => /** @type {HTMLElement} */ (item).dataset.state === 'ready',
          ).length === 2,
        { args: [hook('photo-item')] },
      );
      const photos = await text('photo-csv', 'fitting-room.csv');
      assert.equal(photos.codePointAt(0), 0xfeff);
      assert.deepEqual(
        parse(photos.slice(1)).map(([file]) => file),
        ['file', 'hemd-ä.png', 'shirt-2.png'],
      );
    });

    test('plots: drawings with a line for each series, and pictures, decodable, with those lines on them', async () => {
      const files = await press('plot-svg', ['loss.svg', 'acc.svg']);
      const blank = await opened.browser.newTab(); // whose policy lets a test parse markup
      for (const { name: file, bytes } of files) {
        const lines = await blank.evaluate((/** @type {string} */ markup) => {
          const drawing = new DOMParser().parseFromString(markup, 'image/svg+xml');
          if (drawing.querySelector('parsererror')) throw new Error(drawing.documentElement.textContent ?? '');
          return [...drawing.querySelectorAll('path')].filter(
            (path) => (path.getAttribute('d')?.split('L').length ?? 0) === 3,
          ).length;
        }, new TextDecoder().decode(bytes));
        assert.equal(lines, 2, file);
      }
      await blank.close();
      for (const { name: file, bytes } of await press('plot-png', ['loss.png', 'acc.png'])) {
        const { width, height, inks } = await opened.browser.evaluate(async (/** @type {string} */ base64) => {
          const picture = await createImageBitmap(
            new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/png' }),
          );
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
          context.drawImage(picture, 0, 0);
          const { data } = context.getImageData(0, 0, picture.width, picture.height);
          return { width: picture.width, height: picture.height, inks: new Set(new Uint32Array(data.buffer)).size };
        }, Buffer.from(bytes).toString('base64'));
        assert.ok(width >= 1000 && height >= 500, `${file}: ${width} × ${height}`);
        assert.ok(inks > 20, `${file} has ${inks} colours`);
      }
    });

    test('models: under their own name, each format read by what understands it, to the same answer', async () => {
      /** @type {ArrayLike<number> | undefined} */
      let first;
      for (const [format, extension] of [
        ['fitting-room', 'fit'],
        ['tfjs', ''],
        ['onnx', 'onnx'],
        ['keras', 'keras'],
        ['safetensors', 'safetensors'],
      ]) {
        await opened.page.choose('export-format', format);
        const dtypes = await opened.browser.evaluate(
          (/** @type {string} */ selector) =>
            [...document.querySelectorAll(`${selector} option`)].map(
              (option) => /** @type {HTMLOptionElement} */ (option).value,
            ),
          hook('export-dtype'),
        );
        for (const dtype of dtypes) {
          await opened.page.choose('export-dtype', dtype);
          const files = await press(
            'export-model',
            extension ? [`${NAME}.${extension}`] : ['model.json', 'weights.bin'],
          );
          const answer = await READERS[format](files);
          first ??= answer;
          assert.equal(answer.length, CLASSES);
          const within = dtype === 'float32' ? 1e-5 : dtype === 'float16' ? 5e-3 : 5e-2;
          for (let k = 0; k < CLASSES; k++)
            assert.ok(Math.abs(answer[k] - first[k]) < within, `${format}, ${dtype}: ${answer[k]}, not ${first[k]}`);
          const again = await importModel(files, { deterministic: true, threads: 1 });
          assert.equal(again.name, NAME, `${format}, ${dtype}`);
          again.dispose();
        }
      }
      await opened.browser.uploadFile(hook('model-input'), join(folder, `${NAME}.onnx`));
      await opened.browser.waitFor(
        (/** @type {string} */ selector) => document.querySelectorAll(selector).length === 2,
        { args: [hook('library-name')] },
      );
      assert.deepEqual(
        await opened.browser.evaluate(
          (/** @type {string} */ selector) =>
            [...document.querySelectorAll(selector)].map((field) => /** @type {HTMLInputElement} */ (field).value),
          hook('library-name'),
        ),
        [NAME, NAME],
      );
      await opened.browser.uploadFile(hook('model-input'), join(folder, 'model.json'), join(folder, 'weights.bin'));
      await opened.browser.waitFor(
        (/** @type {string} */ selector) => document.querySelectorAll(selector).length === 3,
        { args: [hook('library-name')] },
      );
      assert.equal(
        await opened.browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
          hook('library-name'),
        ),
        NAME,
        'a file called model has the name of what is in it',
      );
    });

    test('nothing was against the page’s policy', () => assert.deepEqual(opened.browser.errors, []));
  });
}
