import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { zipSync } from 'fflate';
import { exportModel, importModel } from '../../shim/index.js';
import { preparePicture } from '../../shim/photo.js';
import { SMALL, WHOLE, teachableFiles, teachableModel } from '../support/teachable.js';
import { jsonFile } from '../support/tfjs-files.js';
import { near, settle, toTf, uniform, useOracles } from './oracle/support.js';

/** @import { Tensor } from '@tensorflow/tfjs-core' */
/** @import { NamedFile } from '../../shim/formats/described.js' */

before(useOracles);

const LABELS = ['Shirt', 'Hat', 'Nothing'];

/** @param {NamedFile[]} files */
const zipped = (files, folder = '') => ({
  name: 'tm-my-image-model.zip',
  bytes: zipSync(Object.fromEntries(files.map(({ name, bytes }) => [folder + name, bytes]))),
});

test('teachable: the whole of a model predicts what TensorFlow.js predicts', async () => {
  const theirs = settle(teachableModel(WHOLE, 3));
  const files = await teachableFiles(theirs, LABELS);
  const back = await importModel(files);
  assert.equal(back.layers.length, 157);
  assert.deepEqual(back.inputShape, [224, 224, 3]);
  const x = { shape: [1, 224, 224, 3], data: uniform(224 * 224 * 3, 4) };
  const want = /** @type {Tensor} */ (theirs.predict(toTf(x))).dataSync();
  near('teachable', (await back.predict(x)).data, want, { relative: 1e-4 });
  const again = await importModel(await exportModel(back, 'tfjs'));
  assert.deepEqual((await again.predict(x)).data, (await back.predict(x)).data);
  assert.deepEqual(again.metadata, back.metadata);
  for (const each of [back, again, theirs]) each.dispose();
});

test('teachable: a model knows its classes and how its pictures are prepared, from files or an archive', async () => {
  const theirs = settle(teachableModel(SMALL, 3));
  const files = await teachableFiles(theirs, LABELS);
  const x = { shape: [2, 32, 32, 3], data: uniform(2 * 32 * 32 * 3, 4) };
  const want = /** @type {Tensor} */ (theirs.predict(toTf(x))).dataSync();
  for (const given of [files, files.toReversed(), [zipped(files)], [zipped(files, 'my model/')]]) {
    const back = await importModel(given);
    assert.deepEqual(back.metadata, {
      classNames: LABELS,
      preparation: { size: [32, 32], channels: 3, crop: 'centre', range: [-1, 1] },
    });
    near('teachable', (await back.predict(x)).data, want);
    back.dispose();
  }
  for (const labels of [['Shirt', 'Hat', 7], ['Shirt', 'Hat', null], 'Hat', { 0: 'Hat' }]) {
    const others = [jsonFile('metadata.json', { labels }), ...files.slice(1)];
    const back = await importModel(others);
    assert.equal(back.metadata, undefined, JSON.stringify(labels));
    back.dispose();
  }
  const bare = await importModel(zipped(files.slice(1)).bytes);
  assert.equal(bare.metadata, undefined);
  bare.dispose();
  theirs.dispose();
});

test('teachable: a picture is prepared in the range that the model says', async () => {
  const data = Uint8ClampedArray.from({ length: 6 * 4 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i));
  const picture = /** @type {ImageData} */ ({ width: 6, height: 4, data });
  /** @type {import('../../shim/photo.js').Preparation} */
  const preparation = { size: [4, 4], channels: 3, crop: 'centre' };
  const plain = await preparePicture(picture, preparation);
  const ranged = await preparePicture(picture, { ...preparation, range: [-1, 1] });
  assert.ok(ranged.data instanceof Float32Array);
  assert.deepEqual(ranged.shape, plain.shape);
  for (const [i, value] of ranged.data.entries()) assert.ok(Math.abs(value - (plain.data[i] / 127.5 - 1)) < 1e-6);
  for (const range of [[1, 1], [0], [0, NaN], ['0', '1'], [null, 1], 'wide'])
    await assert.rejects(
      preparePicture(picture, { ...preparation, range: /** @type {any} */ (range) }),
      /preparePicture: range must be what 0 and 255 become, such as \[-1, 1\], got/,
    );
});
