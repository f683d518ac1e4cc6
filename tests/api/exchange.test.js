import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Sequential, exportModel, importModel } from '../../shim/index.js';
import { useBuild } from '../../shim/loading.js';
import { BUILDS, smallData, smallModel, weightBytes, wrong } from './support.js';

before(() => useBuild(...BUILDS[0]));

/** @param {unknown} source @param {RegExp | string} message @param {string} [code] */
const refusedImport = (source, message, code = 'bad-data') => assert.rejects(importModel(wrong(source)), { name: 'FittingRoomError', message, code });

test('exportModel, importModel: the own format is what save gives, and is recognised from its bytes', async () => {
  const made = await smallModel();
  made.metadata = { classNames: ['a', 'b', 'c'] };
  const [file, ...others] = await exportModel(made, 'fitting-room', { dtype: 'float16' });
  assert.deepEqual([file.name, file.bytes, others], ['model.fit', await made.save({ dtype: 'float16' }), []]);
  const [{ bytes }] = await exportModel(made, 'fitting-room');
  for (const source of [bytes, new Blob([bytes]), [new File([bytes], 'model.json')], [{ name: 'weights.bin', bytes: bytes.buffer }]]) {
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
  await assert.rejects(exportModel(made, wrong('pickle')), /^FittingRoomError: exportModel: format must be one of fitting-room, tfjs, safetensors.*, got "pickle"$/);
  await assert.rejects(exportModel(made, wrong('toString')), /^FittingRoomError: exportModel: format must be one of/);
  await assert.rejects(exportModel(made, 'fitting-room', wrong({ type: 1 })), { message: "exportModel has no option 'type'; it takes dtype" });
  await assert.rejects(exportModel(made, 'fitting-room', { dtype: 'float64' }), /^FittingRoomError: save: dtype must be one of float32, float16, int8, got "float64"$/);
  await assert.rejects(exportModel(wrong({}), 'fitting-room'), { message: 'exportModel takes a model, got Object' });
  const { bytes } = (await exportModel(made, 'fitting-room'))[0];
  await assert.rejects(importModel(bytes, wrong({ seed: 1 })), { message: "importModel has no option 'seed'; it takes deterministic, threads" });
  made.dispose();
  await assert.rejects(exportModel(made, 'fitting-room'), { message: 'this model has been disposed' });
  await refusedImport(new Uint8Array(), /^model file: none of \["the file"\] is of a format that is known here: fitting-room, tfjs/);
  await refusedImport(new TextEncoder().encode('<!doctype html>'), /^model file: none of/);
  await refusedImport([], /^model file: none of \[\] is of a format/);
  await refusedImport(3, 'importModel takes a Uint8Array, an ArrayBuffer, a Blob or an address, got 3', 'invalid-argument');
  await refusedImport([bytes], 'importModel: files are a File or { name, bytes }, got Uint8Array', 'invalid-argument');
  await refusedImport([{ name: 'model.fit' }], 'importModel takes a Uint8Array, an ArrayBuffer, a Blob or an address, got undefined', 'invalid-argument');
  await refusedImport([null], 'importModel: files are a File or { name, bytes }, got null', 'invalid-argument');
  await refusedImport('file:///nowhere/model.json', /^importModel: file:\/\/\/nowhere\/model.json could not be read/, 'network');
});
