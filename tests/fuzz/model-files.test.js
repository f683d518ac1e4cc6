/**
 * Model files: damaged ones, garbage, and valid headers with some values changed; without and with the training state.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { layers, loadModel, metrics, model, schedules, sequential, tensor } from '../../shim/index.js';
import { useBuild } from '../../shim/core/loading.js';
import { elementsOf } from '../../shim/tensor.js';
import { dataOf, forged, headerOf, sealed, smallFile } from '../api/model-files.js';
import { everyKind, residual } from '../api/sample-models.js';
import { BUILDS, heapInUse, isRefusal, oneHot, smallData, smallModel, wrong } from '../api/support.js';
import { alter, changes, damaged, damages } from './alter.js';
import { fuzz } from './property.js';

useBuild(...BUILDS[0]); // a core with no memory waiting to be collected

const DIGEST_BYTES = 32;
const MOST_NUMBERS = 5000; // per layer output, so that a run stays short

/** Files of models in the middle of an epoch. */
async function trainingFiles() {
  const { x, y } = smallData(12);
  const stack = [
    layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3, strides: 2, activation: 'relu' }),
    layers.batchNormalization(),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ];
  const learningRate = schedules.piecewiseConstantDecay({ boundaries: [1, 4], values: [0.01, 0.003, 0.001] });
  const slower = schedules.cosineDecay({ initialLearningRate: 0.05, decaySteps: 9 });
  const compiled = [
    {
      optimizer: { name: 'adam', useEma: true, learningRate },
      metrics: ['accuracy', metrics.sparseTopKCategoricalAccuracy({ k: 2 })],
    },
    {
      optimizer: { name: 'rmsprop', centered: true, momentum: 0.5, learningRate: slower },
      loss: 'categoricalCrossentropy',
    },
    { optimizer: 'sgd' },
  ];
  /** @type {Uint8Array[]} */
  const files = [];
  for (const compile of compiled) {
    const made = await smallModel({ stack, compile: wrong(compile) });
    const onBatchEnd = async (/** @type {number} */ batch) => {
      if (batch === 1) files.push(await made.save({ includeOptimizer: true }));
    };
    await made.fit(x, compile.loss ? oneHot(y) : y, { batchSize: 4, epochs: 1, verbose: 0, callbacks: { onBatchEnd } });
    made.dispose();
  }
  return files;
}

const made = [await sequential({ layers: everyKind(), seed: 77 }), await model(residual())];
const files = [
  await smallFile(),
  await smallFile({ dtype: 'int8' }),
  await made[0].save(),
  await made[1].save({ dtype: 'int8' }),
  await made[1].save({ dtype: 'float16' }),
];
const midst = await trainingFiles();
for (const each of made) each.dispose();

/** @param {Uint8Array} file */
const load = async (file) => {
  await loadModel(file).then((loaded) => loaded.dispose(), isRefusal);
};

let wentOn = 0;

/**
 * A loaded model predicts, continues training from its position, and can be saved again; otherwise there is a message.
 * @param {Uint8Array} file
 */
async function goOn(file) {
  const loaded = await loadModel(file).catch((error) => void isRefusal(error));
  if (!loaded) return;
  const {
    layers: built,
    inputShape,
    position: { epoch, batch },
  } = loaded;
  const numbers = [inputShape, ...built.map(({ outputShape }) => outputShape.slice(1).map(Number))].map(elementsOf);
  if (Math.max(...numbers) <= MOST_NUMBERS) {
    const samples = tensor(new Float32Array(4 * numbers[0]).fill(0.5), [4, ...inputShape]);
    const outputs = await loaded.predict(samples);
    for (const targets of [tensor(new Uint8Array(4), [4]), outputs]) {
      const options = {
        batchSize: 2,
        initialEpoch: epoch,
        initialBatch: batch,
        epochs: Math.min(epoch + 1, 1e6),
        verbose: /** @type {const} */ (0),
      };
      await loaded.fit(samples, wrong(targets), options).then(() => wentOn++, isRefusal);
    }
    await loaded.save({ includeOptimizer: true }).catch(isRefusal);
  }
  loaded.dispose();
}

let memory = 0;
const before = async () => (memory = await heapInUse());
const after = async () => assert.equal(await heapInUse(), memory, 'bytes of the heap in use');

/** A damaged file, with its checksum adjusted or not. @param {Uint8Array[]} among */
const damagedOf = (among) =>
  fc
    .tuple(fc.constantFrom(...among.map((file) => file.slice(0, -DIGEST_BYTES))), damages, fc.boolean())
    .map(([body, damage, isSealed]) => {
      const bytes = damaged(body, damage);
      return isSealed ? sealed(bytes) : new Uint8Array(Buffer.concat([bytes, Buffer.alloc(DIGEST_BYTES)]));
    });

const some = fc.array(changes, { minLength: 1, maxLength: 3 });
let altered = 0;

/** A file with an altered header; its tensors may be longer or shorter. @param {Uint8Array[]} among */
const alteredOf = (among) =>
  fc.tuple(fc.constantFrom(...among), some, fc.constantFrom(0, 0, 0, 16, -16)).map(([file, list, more]) => {
    const header = headerOf(file);
    for (const change of list) altered += alter(header, change);
    const data = dataOf(file);
    return forged(
      JSON.stringify(header),
      more < 0 ? data.subarray(0, more) : Buffer.concat([data, Buffer.alloc(more)]),
    );
  });

/** @param {() => number} count @param {number} share of all runs @param {string} what */
const atLeast = (count, share, what) => async (/** @type {number} */ runs) => {
  assert.ok(count() >= Math.floor(runs * share), `${count()} ${what} in ${runs} runs`);
  await after();
};

fuzz('damaged model file', 0.5, damagedOf(files), load, { before, after });

const garbage = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.json({ maxDepth: 4 }));

fuzz('garbage in a model file', 0.5, garbage, (header) => load(forged(header, dataOf(files[0]))), { before, after });

fuzz('altered model file', 1, alteredOf(files), load, { before, after: atLeast(() => altered, 0.5, 'changes') });

fuzz('damaged state of training', 0.5, damagedOf(midst), goOn, {
  before,
  after: atLeast(() => wentOn, 0.02, 'trainings that went on'),
});

/** Only the training state; the rest of the header is altered above. */
const ofTraining = fc.tuple(fc.constantFrom(...midst), some).map(([file, list]) => {
  const header = headerOf(file);
  for (const change of list) altered += alter(header.training, change);
  return forged(JSON.stringify(header), dataOf(file));
});

const anywhere = fc.oneof({ weight: 3, arbitrary: ofTraining }, { weight: 1, arbitrary: alteredOf(midst) });

fuzz('altered state of training', 0.5, anywhere, goOn, {
  before,
  after: atLeast(() => wentOn, 0.02, 'trainings that went on'),
});
