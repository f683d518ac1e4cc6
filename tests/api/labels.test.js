import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { exportModel, importModel } from '../../shim/index.js';
import { FORMATS } from '../../shim/formats/known.js';
import { decode, encode } from '../../shim/formats/onnx/messages.js';
import { headerOf } from './model-files.js';
import { smallModel } from './support.js';

/** What a model says of its classes, in files of every format: names, how pictures become images, and the threshold. */

const METADATA = {
  classNames: ['a \'b\' "c" \\', '大衣\n', '__proto__'],
  preparation: { size: [12, 12], channels: 1, crop: 'garment' },
  threshold: 0.6180339887498949,
};
const PYTHON = `{0: 'a \\'b\\' "c" \\\\', 1: "大衣\\n", 2: '__proto__'}`;

async function labelled() {
  const made = await smallModel();
  made.metadata = METADATA;
  return made;
}

const json = (/** @type {Uint8Array} */ bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** Where each format has them, for whoever reads the file. @type {Record<string, (bytes: Uint8Array) => unknown>} */
const PLACES = {
  'fitting-room': (bytes) => headerOf(bytes).metadata,
  tfjs: (bytes) => json(bytes).userDefinedMetadata,
  keras: (bytes) => json(unzipSync(bytes)['metadata.json']).fitting_room.metadata,
  onnx: (bytes) =>
    saidIn(Object.fromEntries((decode(bytes).metadata ?? []).map(({ key = '', value = '' }) => [key, value]))),
  safetensors: (bytes) =>
    saidIn(json(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)))).__metadata__),
};

/** @param {Record<string, string>} texts */
const saidIn = ({ names, preparation, threshold }) => ({
  classNames: Object.values(JSON.parse(names)),
  preparation: JSON.parse(preparation),
  threshold: JSON.parse(threshold),
});

test('every format has the classes where others look for them, and gives back all that is said of them', async () => {
  const made = await labelled();
  for (const format of /** @type {(keyof typeof FORMATS)[]} */ (Object.keys(FORMATS))) {
    const files = await exportModel(made, format);
    assert.deepEqual(PLACES[format](files[0].bytes), METADATA, format);
    const back = await importModel(files);
    assert.deepEqual(back.metadata, METADATA, format);
    back.dispose();
  }
  made.dispose();
});

/** An ONNX file that another tool has written. @param {{ key: string, value: string }[]} metadata */
async function foreign(metadata) {
  const made = await smallModel();
  const [{ bytes }] = await exportModel(made, 'onnx');
  made.dispose();
  const back = await importModel(encode({ ...decode(bytes), metadata }));
  const found = back.metadata;
  back.dispose();
  return found;
}

test('onnx: names of classes are read as other tools write them', async () => {
  const { classNames, preparation, threshold } = METADATA;
  const json = JSON.stringify;
  for (const [key, value] of [
    ['names', PYTHON],
    ['names', json({ ...classNames })],
    ['class_names', json(classNames)],
    ['labels', `[ ${json(classNames[0])},${json(classNames[1])}, '__proto__', ]`],
    ['classes', `{ "2" : "__proto__" , "0": ${json(classNames[0])}, 1: ${json(classNames[1])} }`],
  ])
    assert.deepEqual(await foreign([{ key, value }]), { classNames }, value);
  const all = { names: { ...classNames }, preparation, threshold };
  assert.deepEqual(await foreign(Object.entries(all).map(([key, value]) => ({ key, value: json(value) }))), METADATA);
});

test('onnx: what is no list of names is passed over', async () => {
  for (const value of [
    '',
    '{}',
    'a, b',
    '{0: a}',
    "{0: 'a', 2: 'c'}",
    "{0: 'a' 1: 'b'}",
    "['a', 3]",
    "['a",
    '["\\q"]',
    `[${'"'.repeat(99_999)}`,
  ])
    assert.equal(await foreign([{ key: 'names', value }]), undefined, value.slice(0, 30));
  const names = { key: 'names', value: '["a"]' };
  for (const value of ['', 'null', '[]', '{', '"0.5"', '['.repeat(50) + ']'.repeat(50)]) {
    const found = await foreign([names, { key: 'preparation', value }, { key: 'threshold', value }]);
    assert.deepEqual(found, { classNames: ['a'] }, value);
  }
});
