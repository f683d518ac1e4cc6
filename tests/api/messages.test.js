import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FittingRoomError, exportModel, importModel, layers, loadModel, sequential, tensor } from '../../shim/index.js';
import { withPackages } from '../../shim/check.js';
import { preparePicture, preparePictures } from '../../shim/photo.js';
import { refused, wrong } from './support.js';

/** Mistakes of the first hour: the message says what to do. */

const colour = (/** @type {number} */ channels) =>
  sequential({
    layers: [layers.flatten({ inputShape: [4, 4, channels] }), layers.dense({ units: 2, activation: 'softmax' })],
  });

test('a path is no address: Node reads files with readFile', async () => {
  for (const [read, name] of /** @type {const} */ ([
    [importModel, 'importModel'],
    [loadModel, 'loadModel'],
  ])) {
    await assert.rejects(read('out/m.onnx'), {
      name: 'FittingRoomError',
      message:
        `${name}: "out/m.onnx" is no address; to read a file, give its bytes, await readFile("out/m.onnx") of ` +
        "'node:fs/promises', or a URL that begins with file:",
    });
  }
});

test('another tool’s file in loadModel: importModel reads it', async () => {
  const [{ bytes }] = await exportModel(await colour(3), 'onnx');
  await assert.rejects(
    loadModel(bytes),
    /this is not a Fitting Room model file; importModel reads those of other tools$/,
  );
});

test('a forgotten await', async () => {
  const promise = colour(3);
  for (const use of ['compile', 'fit', 'predict', 'layers', 'summary', 'dispose'])
    refused(() => wrong(promise)[use], 'this is a promise of a model; write await sequential(…)');
  const model = await promise;
  const loading = loadModel(await model.save());
  refused(() => wrong(loading).predict(), 'this is a promise of a model; write await loadModel(…)');
  assert.equal((await loading).countParams(), model.countParams());
  assert.ok(promise instanceof Promise);
  assert.equal(await promise.then(({ name }) => name).finally(() => {}), 'sequential');
  await assert.rejects(sequential({ layers: [] }), FittingRoomError);
});

test('a package that cannot be found', async () => {
  await assert.rejects(withPackages('the code for ONNX files', import(wrong('no-such-package'))), {
    name: 'FittingRoomError',
    code: 'network',
    message: /^the code for ONNX files could not be loaded \(Cannot find package .*\); .* needs an import map with/,
  });
});

describe('RGBA pixels', () => {
  const data = Uint8ClampedArray.from({ length: 6 * 5 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i));
  const rgba = { width: 6, height: 5, data };

  test('given to a model of three channels or one: the function that makes images of them', async () => {
    const x = tensor(new Uint8Array(4 * 4 * 4), [1, 4, 4, 4]);
    for (const channels of [1, 3]) {
      await assert.rejects((await colour(channels)).predict(x), {
        message:
          `x must have shape [n, 4, 4, ${channels}], got [1, 4, 4, 4]; of RGBA pixels, preparePictures of ` +
          "'fitting-room/photo' makes such images",
      });
    }
    await assert.rejects((await colour(2)).predict(x), { message: 'x must have shape [n, 4, 4, 2], got [1, 4, 4, 4]' });
  });

  test('become a batch in one line', async () => {
    const batch = await preparePictures([rgba, rgba], { size: [4, 4], channels: 3 });
    assert.deepEqual(batch.shape, [2, 4, 4, 3]);
    const one = await preparePicture(rgba, { size: [4, 4], channels: 3, crop: 'whole' });
    assert.deepEqual([...batch.data], [...one.data, ...one.data]);
    const model = await colour(3);
    assert.deepEqual((await model.predict(batch)).shape, [2, 2]);
    const floats = await preparePictures([rgba], { size: [4, 4], channels: 1, range: [-1, 1] });
    assert.ok(floats.data instanceof Float32Array && floats.data.every((value) => value >= -1 && value <= 1));
  });

  test('that are none are refused', async () => {
    await assert.rejects(preparePictures([], { size: [4, 4], channels: 1 }), {
      message: 'preparePictures takes an array of pictures, got []',
    });
    await assert.rejects(preparePictures(wrong(rgba), { size: [4, 4], channels: 1 }), /takes an array of pictures/);
    await assert.rejects(preparePicture(wrong(7), { size: [4, 4], channels: 1 }), {
      message:
        'preparePicture takes ImageData, RGBA bytes as { width, height, data }, { width, height, rows } or, in a ' +
        'browser, what a canvas can draw, got 7',
    });
  });
});
