import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { zipSync } from 'fflate';
import { Sequential, exportModel, importModel, input, layers, model } from '../../shim/index.js';
import { useBuild } from '../../shim/core/loading.js';
import { BUILDS, smallData, smallModel, weightBytes, wrong } from './support.js';

before(() => useBuild(...BUILDS[0]));

/** @param {unknown} source @param {RegExp | string} message @param {string} [code] */
const refusedImport = (source, message, code = 'bad-data') =>
  assert.rejects(importModel(wrong(source)), { name: 'FittingRoomError', message, code });

test('exportModel, importModel: the own format is what save gives, and is recognised from its bytes', async () => {
  const made = await smallModel();
  made.metadata = { classNames: ['a', 'b', 'c'] };
  const [file, ...others] = await exportModel(made, 'fitting-room', { dtype: 'float16' });
  assert.deepEqual([file.name, file.bytes, others], ['model.fit', await made.save({ dtype: 'float16' }), []]);
  const [{ bytes }] = await exportModel(made, 'fitting-room');
  for (const source of [
    bytes,
    new Blob([bytes]),
    [new File([bytes], 'model.json')],
    [{ name: 'weights.bin', bytes: bytes.buffer }],
  ]) {
    const back = await importModel(source);
    assert.ok(back instanceof Sequential);
    assert.deepEqual([back.name, back.seed, back.metadata], [made.name, made.seed, made.metadata]);
    assert.deepEqual(weightBytes(back), weightBytes(made));
    const { x } = smallData(5);
    assert.deepEqual(await back.predict(x), await made.predict(x));
    back.dispose();
  }
  made.dispose();
});

test('exportModel, importModel: what they cannot take is refused', async () => {
  const made = await smallModel();
  await assert.rejects(
    exportModel(made, wrong('pickle')),
    /^FittingRoomError: exportModel: format must be one of fitting-room, tfjs, safetensors.*, got "pickle"$/,
  );
  await assert.rejects(exportModel(made, wrong('toString')), /^FittingRoomError: exportModel: format must be one of/);
  await assert.rejects(exportModel(made, 'fitting-room', wrong({ type: 1 })), {
    message: "exportModel has no option 'type'; it takes dtype",
  });
  await assert.rejects(
    exportModel(made, 'fitting-room', { dtype: 'float64' }),
    /^FittingRoomError: save: dtype must be one of float32, float16, int8, got "float64"$/,
  );
  await assert.rejects(exportModel(wrong({}), 'fitting-room'), { message: 'exportModel takes a model, got Object' });
  const { bytes } = (await exportModel(made, 'fitting-room'))[0];
  await assert.rejects(importModel(bytes, wrong({ seed: 1 })), {
    message: "importModel has no option 'seed'; it takes deterministic, threads, signal, onProgress",
  });
  made.dispose();
  await assert.rejects(exportModel(made, 'fitting-room'), { message: 'this model has been disposed' });
  await refusedImport(
    new Uint8Array(),
    /^model file: none of \["the file"\] is a model of a supported format: fitting-room, tfjs/,
  );
  await refusedImport(new TextEncoder().encode('<!doctype html>'), /^model file: none of/);
  await refusedImport([], /^model file: none of \[\] is a model of a supported format/);
  await refusedImport(
    3,
    'importModel takes a Uint8Array, an ArrayBuffer, a Blob or an address, got 3',
    'invalid-argument',
  );
  await refusedImport(
    [bytes],
    'importModel: files must be a File or { name, bytes }, got Uint8Array',
    'invalid-argument',
  );
  await refusedImport(
    [{ name: 'model.fit' }],
    'importModel takes a Uint8Array, an ArrayBuffer, a Blob or an address, got undefined',
    'invalid-argument',
  );
  await refusedImport([null], 'importModel: files must be a File or { name, bytes }, got null', 'invalid-argument');
  await refusedImport(
    'file:///nowhere/model.json',
    /^importModel: file:\/\/\/nowhere\/model.json could not be read/,
    'network',
  );
});

const FORMATS = /** @type {const} */ (['fitting-room', 'tfjs', 'safetensors', 'keras', 'onnx']);
const textFile = (/** @type {string} */ name, /** @type {unknown} */ json) => ({
  name,
  bytes: new TextEncoder().encode(JSON.stringify(json)),
});

/** As exported by Teachable Machine. */
const METADATA = textFile('metadata.json', {
  tfjsVersion: '1.3.1',
  tmVersion: '2.4.7',
  packageName: '@teachablemachine/image',
  timeStamp: '2026-01-01',
  userMetadata: {},
  modelName: 'my model',
  labels: ['a', 'b'],
  imageSize: 28,
});

/** Files that begin like a model of each format but are not one. */
const OTHERS = [
  METADATA,
  textFile('group1-shard1of1.json', { weights: [] }),
  { name: 'pictures.zip', bytes: zipSync({ 'a.png': new Uint8Array(3) }) },
  {
    name: 'adapter.safetensors',
    bytes: new Uint8Array(
      Buffer.concat(
        [new BigUint64Array([2n]), Buffer.from('{}')].map((part) =>
          Buffer.from(part.buffer, part.byteOffset, part.byteLength),
        ),
      ),
    ),
  },
  { name: 'notes.onnx', bytes: Uint8Array.of(8, 8, 0x12, 1, 0x41) },
  { name: 'readme.txt', bytes: new TextEncoder().encode('nothing') },
];

test('importModel: the model is found among other files by their content, in any order, under any names', async () => {
  const made = await smallModel();
  const { x } = smallData(3);
  const want = await made.predict(x);
  for (const format of FORMATS) {
    const files = await exportModel(made, format);
    const [first, ...rest] = files;
    const renamed = [{ ...first, name: 'a' }, ...rest];
    for (const given of [
      [...OTHERS, ...files],
      [...files, ...OTHERS],
      [...rest, ...OTHERS.toReversed(), { ...first, name: 'zz.bin' }],
      [METADATA, ...renamed],
    ]) {
      const back = await importModel(given);
      assert.deepEqual(await back.predict(x), want, format);
      back.dispose();
    }
  }
  made.dispose();
});

test('importModel: weights that begin like a model of another format belong to the model that names them', async () => {
  const made = await smallModel();
  const weights = made.getWeights();
  const [json, bin] = await exportModel(made, 'tfjs');
  for (const head of [
    [8, 8, 0x3a, 0],
    [0x50, 0x4b, 3, 4],
    [1, 0, 0, 0, 0, 0, 0, 0, 0x7b],
  ]) {
    bin.bytes.set(head);
    const back = await importModel([bin, METADATA, json]);
    assert.equal(back.getWeights().length, weights.length, String(head));
    back.dispose();
  }
  made.dispose();
});

test('importModel: several models are counted and named; without one, what is there is named', async () => {
  const made = await smallModel();
  const own = (await exportModel(made, 'fitting-room'))[0];
  const tfjs = await exportModel(made, 'tfjs');
  const all = (await Promise.all(FORMATS.map((format) => exportModel(made, format)))).flat();
  const several = 'model file: 2 models are given, ["model.fit", "model.json"]; give one at a time';
  for (const files of [
    [own, ...tfjs],
    [METADATA, own, ...tfjs],
  ])
    await refusedImport(files, several);
  await refusedImport(all, /^model file: 5 models are given, \["model.fit", "model.json", .*\]; give one at a time$/);
  await refusedImport([own, own], /2 models are given/);
  await refusedImport(
    [tfjs[0], { ...tfjs[0], name: 'other.json' }, tfjs[1]],
    /2 models are given, \["model.json", "other.json"\]/,
  );
  await refusedImport(
    [METADATA, tfjs[1]],
    "model file: metadata.json is JSON, but not a model: it has no modelTopology; give the model's own file, such " +
      'as model.json',
  );
  await refusedImport(
    [METADATA, OTHERS[1]],
    /^model file: none of \["metadata.json", "group1-shard1of1.json"\] is a model of a supported format/,
  );
  await refusedImport([METADATA, tfjs[0]], 'model file: model.json: the file "weights.bin" of its weights is missing');
  const cut = { ...tfjs[0], bytes: tfjs[0].bytes.slice(0, -9) };
  await refusedImport([METADATA, cut, tfjs[1]], /^model file: model.json is not JSON/);
  made.dispose();
});

test("exportModel, importModel: the model's name comes back out of every format", async () => {
  for (const name of ['evening-run', 'Boots & bags / 2', '衣服分类', 'مصنف', '', '"quoted"', 'a/b']) {
    const stack = await smallModel();
    const picture = input({ shape: [2, 2, 1] });
    const graph = await model({
      inputs: picture,
      outputs: layers.dense({ units: 2 }).apply(layers.flatten().apply(picture)),
      seed: 3,
    });
    for (const made of [stack, graph]) {
      made.name = name;
      for (const format of FORMATS) {
        const back = await importModel(await exportModel(made, format));
        assert.equal(back.name, name, format);
        back.dispose();
      }
      made.dispose();
    }
  }
});
