import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FittingRoomError, layers, sequential, tensor } from '../../shim/index.js';
import { tutorialLayers } from '../support/tutorial.js';
import { CLASSES, SIDE, onEveryBuild, smallData, smallLayers, smallModel, weightBytes, wrong } from './support.js';

/** Keras's table, word for word. */
const SUMMARY = `Model: "sequential"
_________________________________________________________________
 Layer (type)                 Output Shape              Param #
=================================================================
 conv2d (Conv2D)              (None, 26, 26, 32)        320
 max_pooling2d (MaxPooling2D) (None, 13, 13, 32)        0
 flatten (Flatten)            (None, 5408)              0
 dense (Dense)                (None, 128)               692352
 dropout (Dropout)            (None, 128)               0
 dense_1 (Dense)              (None, 10)                1290
=================================================================
Total params: 693,962
Trainable params: 693,962
Non-trainable params: 0
_________________________________________________________________`;

/** @param {import('../../shim/index.js').Sequential} model @param {(model: any) => unknown} use */
const refusedOnceDisposed = (model, use) =>
  assert.rejects(async () => use(model), {
    name: 'FittingRoomError',
    code: 'wrong-state',
    message: 'this model has been disposed',
  });

onEveryBuild(() => {
  test('summary prints Keras’s table', async () => {
    const model = await sequential({ layers: tutorialLayers(), seed: 1 });
    /** @type {string[]} */
    const printed = [];
    assert.equal(
      model.summary((text) => printed.push(text)),
      printed.join('\n'),
    );
    assert.equal(printed.join('\n'), SUMMARY);
    assert.equal(model.countParams(), 693962);
    model.dispose();
  });

  test('layers have names, shapes and parameter counts', async () => {
    const model = await sequential({
      layers: [
        layers.conv2d({
          inputShape: [9, 8, 2],
          filters: 5,
          kernelSize: [3, 2],
          strides: 2,
          padding: 'same',
          useBias: false,
        }),
        layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
        layers.conv2d({ filters: 3, kernelSize: 1, name: 'narrow' }),
        layers.reLU(),
        layers.flatten(),
        layers.dense({ units: 4 }),
        layers.dense({ units: 2 }),
        layers.softmax(),
      ],
      name: 'odd',
    });
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      ['conv2d', 'max_pooling2d', 'narrow', 're_lu', 'flatten', 'dense', 'dense_1', 'softmax'],
    );
    assert.deepEqual(
      model.layers.map(({ outputShape }) => outputShape),
      [
        [null, 5, 4, 5],
        [null, 3, 2, 5],
        [null, 3, 2, 3],
        [null, 3, 2, 3],
        [null, 18],
        [null, 4],
        [null, 2],
        [null, 2],
      ],
    );
    assert.deepEqual(
      model.layers.map(({ parameters }) => parameters),
      [3 * 2 * 2 * 5, 0, 5 * 3 + 3, 0, 0, 18 * 4 + 4, 4 * 2 + 2, 0],
    );
    assert.equal(model.layers[0].kind, 'conv2d');
    assert.equal(model.name, 'odd');
    assert.ok(Number.isInteger(model.seed), 'a seed is drawn where none is given');
    model.dispose();
  });

  test('names stay distinct, whichever the user gives', async () => {
    const model = await sequential({
      layers: [
        layers.dense({ units: 2, inputShape: [2], name: 'dense_1' }),
        layers.dense({ units: 2 }),
        layers.dense({ units: 2 }),
        layers.dense({ units: 2, name: 'dense_1' }),
      ],
    });
    const names = model.layers.map(({ name }) => name);
    assert.equal(new Set(names).size, 4, names.join());
    model.dispose();
  });

  test('the same seed gives the same weights, another one others', async () => {
    const [a, b, c, d] = await Promise.all([7, 7, 8, 7 + 2 ** 32].map((seed) => smallModel({ seed })));
    assert.ok(weightBytes(a).equals(weightBytes(b)));
    assert.ok(!weightBytes(a).equals(weightBytes(c)));
    assert.ok(!weightBytes(a).equals(weightBytes(d)), 'the upper half of the seed counts');
    for (const model of [a, b, c, d]) model.dispose();
  });

  test('weights come and go in Keras’s order and layout', async () => {
    const model = await smallModel();
    const weights = model.getWeights();
    assert.deepEqual(
      weights.map(({ shape }) => shape),
      [[3, 3, 1, 5], [5], [45, 12], [12], [12, CLASSES], [CLASSES]],
    );
    const count = weights.reduce((sum, { data }) => sum + data.length, 0);
    assert.equal(count, model.countParams());
    const set = weights.map(({ shape, data }) =>
      tensor(
        data.map((_, i) => i * 0.25 - 3),
        shape,
      ),
    );
    model.setWeights(set);
    assert.deepEqual(model.getWeights(), set);
    set[0].data[0] = 99;
    assert.notEqual(model.getWeights()[0].data[0], 99, 'copied');
    model.setWeights(set.map(({ shape, data }) => tensor(Float64Array.from(data), shape)));
    assert.equal(model.getWeights()[0].data[0], 99, 'any kind of numbers');
    model.dispose();
  });

  test('setWeights sets all or nothing', async () => {
    const model = await smallModel();
    const before = weightBytes(model);
    const zeros = () => model.getWeights().map(({ shape, data }) => tensor(new Float32Array(data.length), shape));
    /** @param {unknown} weights @param {string} message */
    const refused = (weights, message) => {
      assert.throws(() => model.setWeights(wrong(weights)), { name: 'FittingRoomError', message });
      assert.ok(weightBytes(model).equals(before), `changed by: ${message}`);
    };
    refused(undefined, 'setWeights takes 6 tensors, got undefined');
    refused(zeros().slice(1), 'setWeights takes 6 tensors, got 5');
    refused(
      [...zeros().slice(0, 5), tensor(new Float32Array(4), [4])],
      'setWeights: tensor 5 must have shape [3], got [4]',
    );
    refused(
      [...zeros().slice(0, 5), tensor(new Float32Array(3), [3, 1])],
      'setWeights: tensor 5 must have shape [3], got [3, 1]',
    );
    refused(
      [...zeros().slice(0, 5), [1, 2, 3]],
      'setWeights: tensor 5 must be a tensor { shape: number[], data: TypedArray }, got [1, 2, 3]',
    );
    refused(
      [...zeros().slice(0, 5), { shape: [3], data: new Float32Array(2) }],
      'setWeights: tensor 5: shape [3] needs 3 elements, the data has 2',
    );
    refused(
      [...zeros().slice(0, 5), { shape: [3], data: new BigInt64Array(3) }],
      'setWeights: tensor 5 must be a tensor { shape: number[], data: TypedArray }, got Object',
    );
    model.dispose();
  });

  test('gradients match finite differences and take no step', async () => {
    const model = await smallModel({ stack: smallLayers().filter(({ kind }) => kind !== 'dropout') });
    const { x, y } = smallData(20);
    const before = weightBytes(model);
    const { loss, gradients } = model.gradients(x, y);
    assert.ok(weightBytes(model).equals(before));
    assert.equal(loss, model.gradients(x, y).loss);
    const weights = model.getWeights();
    let compared = 0;
    for (const [index, { data }] of weights.entries()) {
      for (let i = 0; i < data.length; i += Math.ceil(data.length / 7)) {
        const was = data[i];
        const h = 2e-3;
        const [above, below] = [was + h, was - h].map((value) => {
          data[i] = value;
          model.setWeights(weights);
          return model.gradients(x, y).loss;
        });
        data[i] = was;
        const slope = (above - below) / (2 * h);
        assert.ok(
          Math.abs(gradients[index].data[i] - slope) < 2e-3,
          `tensor ${index}[${i}]: ${gradients[index].data[i]}, slope ${slope}`,
        );
        compared++;
      }
    }
    assert.ok(compared > 25, `${compared} compared`);
    model.dispose();
  });

  test('activations show each layer, by number or name; the last are the predictions', async () => {
    const model = await smallModel();
    const { x } = smallData(5);
    assert.deepEqual(model.activations(x, 0).shape, [5, 6, 6, 5]);
    assert.deepEqual(model.activations(x, 'conv2d'), model.activations(x, 0));
    const convolved = model.activations(x, 0).data;
    const pooled = model.activations(x, 'max_pooling2d').data;
    assert.equal(pooled[0], Math.max(convolved[0], convolved[5], convolved[30], convolved[35]));
    const { shape, data } = model.activations(x, 5);
    const predicted = await model.predict(x);
    assert.deepEqual(shape, predicted.shape);
    data.forEach((value, i) => assert.ok(Math.abs(value - predicted.data[i]) < 1e-6));
    for (const layer of [6, -1, 'dense_7', undefined])
      assert.throws(() => model.activations(x, wrong(layer)), {
        name: 'FittingRoomError',
        message:
          `activations: no layer ${typeof layer === 'string' ? '"dense_7"' : layer}; there are conv2d, ` +
          'max_pooling2d, flatten, dense, dropout, dense_1',
      });
    model.dispose();
  });

  test('models that cannot be are refused, in words', async () => {
    /** @param {unknown} options @param {string} message */
    const refused = (options, message) =>
      assert.rejects(sequential(wrong(options)), (error) => {
        assert.ok(error instanceof FittingRoomError);
        assert.equal(error.message, message);
        return true;
      });
    const flat = layers.flatten({ inputShape: [4, 4, 1] });
    await refused(undefined, 'sequential takes an object of options, got undefined');
    await refused(
      { layer: [flat] },
      "sequential has no option 'layer'; it takes layers, seed, name, deterministic, threads",
    );
    await refused({ layers: [] }, 'sequential: layers must be an array of at least one layer, got []');
    await refused({ layers: flat }, 'sequential: layers must be an array of at least one layer, got Layer');
    await refused({ layers: [flat, 'dense'] }, 'sequential: layer 1 must be made by layers.*, got "dense"');
    await refused({ layers: [flat, null] }, 'sequential: layer 1 must be made by layers.*, got null');
    await refused(
      { layers: [layers.dense({ units: 3 })] },
      'sequential: the first layer needs an inputShape such as [28, 28, 1]',
    );
    await refused({ layers: [flat], seed: -1 }, 'sequential: seed must be an integer 0..9007199254740991, got -1');
    await refused({ layers: [flat], seed: 0.5 }, 'sequential: seed must be an integer 0..9007199254740991, got 0.5');
    await refused(
      { layers: [layers.flatten({ inputShape: [4, 0] })] },
      'inputShape: dimension 1 must be an integer 1..67108864, got 0',
    );
    await refused(
      { layers: [layers.flatten({ inputShape: [] })] },
      'input shape: rank must be 1..3 without the batch, got 0',
    );
    await refused(
      { layers: [layers.flatten({ inputShape: [2, 2, 2, 2] })] },
      'input shape: rank must be 1..3 without the batch, got 4',
    );
    await refused({ layers: [flat] }, 'model: needs a layer besides flatten and reshape');
    await refused(
      { layers: [layers.dense({ units: 3, inputShape: [4, 4, 1] })] },
      'dense: input must be flat, got shape (4, 4, 1); put a flatten layer before it',
    );
    await refused(
      { layers: [layers.conv2d({ filters: 2, kernelSize: 5, inputShape: [4, 4, 1] })] },
      "conv2d: a window 5 high does not fit into an input 4 high with padding 'valid'",
    );
    await refused(
      { layers: [flat, layers.maxPooling2d()] },
      'maxPooling2d: input must be an image (height, width, channels), got shape (16)',
    );
    await refused(
      { layers: Array(257).fill(layers.dropout({ rate: 0, inputShape: [3] })) },
      'model: at most 256 layers',
    );
  });

  test('a disposed model refuses everything but a second dispose', async () => {
    const model = await smallModel();
    const { x, y } = smallData(4);
    model.dispose();
    model.dispose();
    await refusedOnceDisposed(model, (m) => m.compile({ optimizer: 'adam', loss: 'meanSquaredError' }));
    await refusedOnceDisposed(model, (m) => m.fit(x, y));
    await refusedOnceDisposed(model, (m) => m.evaluate(x, y));
    await refusedOnceDisposed(model, (m) => m.predict(x));
    await refusedOnceDisposed(model, (m) => m.predictClasses(x));
    await refusedOnceDisposed(model, (m) => m.getWeights());
    await refusedOnceDisposed(model, (m) => m.setWeights([]));
    await refusedOnceDisposed(model, (m) => m.gradients(x, y));
    await refusedOnceDisposed(model, (m) => m.activations(x, 0));
    assert.equal(model.layers.length, 6);
    assert.deepEqual(model.inputShape, [SIDE, SIDE, 1]);
  });
});
