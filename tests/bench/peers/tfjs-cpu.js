/**
 * TensorFlow.js trains convolutions only on its plain JavaScript backend: its WebAssembly backend lacks their
 * gradients.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { BATCH } from '../flops.js';
import { asFloats } from '../runs/pictures.js';

/** @type {tfl.Sequential | undefined} */
let model;
tfc.enableProdMode(); // without its banner

function tutorial() {
  const built = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 128, activation: 'relu' }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  built.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  return built;
}

/** Seconds per batch. */
export async function trainBatch() {
  const { pixels, classes } = await asFloats(BATCH);
  model ??= tutorial();
  const x = tfc.tensor(pixels, [BATCH, 28, 28, 1]);
  const y = tfc.oneHot(tfc.tensor1d(classes, 'int32'), 10);
  const start = performance.now();
  await model.trainOnBatch(x, y);
  const seconds = (performance.now() - start) / 1000;
  tfc.dispose([x, y]);
  return seconds;
}
