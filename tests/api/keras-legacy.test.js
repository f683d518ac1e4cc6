import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfl from '@tensorflow/tfjs-layers';
import { importModel } from '../../shim/index.js';
import { configOf, h5, names, putWeights, whole } from '../support/keras-legacy.js';
import { SMALL, teachableModel } from '../support/teachable.js';
import { jsonFile } from '../support/tfjs-files.js';
import { near, settle, toTf, uniform, useOracles } from './oracle/support.js';
import { readOrRefused } from './support.js';

/** @import { Tensor } from '@tensorflow/tfjs-core' */

/* Models as Keras saved them before .keras files: model.h5; model.to_json() and model.save_weights(). */

before(useOracles);

const SHAPE = [8, 7, 2];
const x = { shape: [2, ...SHAPE], data: uniform(2 * 8 * 7 * 2, 4) };

/** A stack of what tutorials of that time use. */
const tutorial = () =>
  tfl.sequential({
    name: 'sequential_1',
    layers: [
      tfl.layers.conv2d({ inputShape: SHAPE, filters: 4, kernelSize: 3, activation: 'relu' }),
      tfl.layers.batchNormalization(),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.dropout({ rate: 0.25 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

/** @param {tfl.LayersModel} model */
const json = (model) => jsonFile('model.json', configOf(model));

/** @param {any} files @param {tfl.LayersModel} theirs @param {typeof x} [input] */
async function readsAlike(files, theirs, input = x) {
  const back = await importModel(files);
  near(theirs.name, (await back.predict(input)).data, /** @type {Tensor} */ (theirs.predict(toTf(input))).dataSync());
  return back;
}

test('keras 2: a model in one .h5 file predicts what it did, in any of the forms that were written', async () => {
  const theirs = settle(tutorial());
  const made = await readsAlike(await whole(theirs), theirs);
  assert.equal(made.name, 'sequential_1');
  assert.deepEqual(
    made.layers.map(({ kind }) => kind),
    ['conv2d', 'batch_normalization', 'max_pooling2d', 'dropout', 'flatten', 'dense'],
  );
  await readsAlike([{ name: 'a.hdf5', bytes: await whole(theirs) }], theirs);
  const list = await whole(theirs, (config) => {
    config.config = config.config.layers; // before Keras 2.3
  });
  await readsAlike(list, theirs);
  const keras3 = await whole(theirs, ({ config }) => {
    for (const entry of config.layers) {
      Object.assign(entry, { module: 'keras.layers', registered_name: null, build_config: { input_shape: [null] } });
      entry.config.dtype = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' } };
      if (!entry.config.batch_input_shape) continue;
      entry.config.batch_shape = entry.config.batch_input_shape;
      delete entry.config.batch_input_shape;
    }
  });
  await readsAlike(keras3, theirs);
  theirs.dispose();
});

test('keras 2: model.to_json() and model.save_weights() are one model', async () => {
  const theirs = settle(tutorial());
  const weights = { name: 'model.weights.h5', bytes: await h5((file) => putWeights(file, theirs)) };
  await readsAlike([json(theirs), weights], theirs);
  await readsAlike([weights, json(theirs)], theirs);
  const later = await h5((file) => {
    const all = file.create_group('layers');
    const groups = ['conv2d', 'batch_normalization', 'max_pooling2d', 'dropout', 'flatten', 'dense'];
    theirs.layers.forEach((layer, i) => {
      const vars = all.create_group(groups[i]).create_group('vars');
      layer.weights.forEach((weight, k) => {
        const data = Float32Array.from(weight.read().dataSync());
        vars.create_dataset({ name: String(k), data, shape: /** @type {number[]} */ (weight.shape), dtype: '<f' });
      });
    });
  });
  await readsAlike([json(theirs), { name: 'model.weights.h5', bytes: later }], theirs); // of Keras 3
  for (const [files, message] of /** @type {[any, RegExp][]} */ ([
    [[json(theirs)], /model.json has the layers of a Keras model, but no weights; give the .h5 file of them with it/],
    [[weights], /model.weights.h5 holds weights, but not the layers they belong to; give the JSON of model.to_json/],
  ]))
    await assert.rejects(importModel(files), { code: 'bad-data', message });
  theirs.dispose();
});

test("keras 2: models within a model, as Teachable Machine's Keras file has them, and its labels.txt", async () => {
  const theirs = settle(teachableModel(SMALL, 2));
  const input = { shape: [1, 32, 32, 3], data: uniform(32 * 32 * 3, 4) };
  const model = { name: 'keras_model.h5', bytes: await whole(theirs) };
  await readsAlike(model.bytes, theirs, input);
  const labels = { name: 'labels.txt', bytes: new TextEncoder().encode('0 Shirt\n1 Big hat\n') };
  const back = await readsAlike([model, labels], theirs, input);
  assert.deepEqual(back.metadata, {
    classNames: ['Shirt', 'Big hat'],
    preparation: { size: [32, 32], channels: 3, crop: 'centre', range: [-1, 1] },
  });
  theirs.dispose();
});

test('keras 2: weights that are missing or others are refused by their place', async () => {
  const theirs = settle(tutorial());
  const other = tutorial();
  other.layers[0].name = 'elsewhere';
  const few = await h5((file) => {
    file.create_attribute('model_config', JSON.stringify(configOf(theirs)));
    const group = file.create_group('model_weights').create_group(theirs.layers[0].name);
    names(group, 'weight_names', ['kernel:0']);
  });
  await assert.rejects(importModel(few), /model_weights\/conv2d_\w+ must have 2 weights, got 1/);
  const away = await h5((file) => {
    file.create_attribute('model_config', JSON.stringify(configOf(theirs)));
    putWeights(file.create_group('model_weights'), other);
  });
  await assert.rejects(importModel(away), /the group model_weights\/conv2d_\w+ is missing/);
  const lambda = await whole(theirs, ({ config }) => {
    config.layers[2].class_name = 'Lambda';
  });
  await assert.rejects(importModel(lambda), /layer 2: class "Lambda" is not supported/);
});

test('keras 2: cut short or with bytes changed, a file is refused or read, and nothing else', async () => {
  const file = await whole(settle(tutorial()));
  for (let length = 8; length < file.length; length += 397) await readOrRefused(file.slice(0, length));
  const at = Buffer.from(file).indexOf('GCOL');
  assert.ok(at > 0, 'the description is in a global heap, as h5py puts it');
  for (let i = 0; i < 400; i++) {
    const changed = file.slice();
    const place = i < 100 ? at + (i % 40) : (i * 7919) % file.length;
    changed[Math.max(8, place)] = (i * 31) & 255;
    await readOrRefused(changed);
  }
});
