import * as tfl from '@tensorflow/tfjs-layers';
import { jsonFile, tfjsFiles } from './tfjs-files.js';

/*
 * Image models as Teachable Machine saves them, made with TensorFlow.js in the same way: a MobileNet that is cut off
 * before its head, and global pooling, in one stack; two dense layers in another; both in a third.
 */

/** @typedef {import('../../shim/formats/described.js').NamedFile} NamedFile */

const DIVISOR = 8;

/** As MobileNet V2 rounds its numbers of filters. @param {number} value */
function rounded(value) {
  const near = Math.max(DIVISOR, Math.floor((value + DIVISOR / 2) / DIVISOR) * DIVISOR);
  return near < 0.9 * value ? near + DIVISOR : near;
}

/** Output channels, repeats and stride of each group of blocks (Sandler et al., arXiv:1801.04381, table 2). */
const GROUPS = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
];
/** Zeros that Keras puts before a convolution with stride 2. @type {[[number, number], [number, number]]} */
const MARGINS = [
  [0, 1],
  [0, 1],
];

/** @param {number} side of its input @param {number} alpha @param {number[][]} groups */
function mobileNetV2(side, alpha, groups) {
  /** @type {tfl.SymbolicTensor} */
  let x = tfl.input({ shape: [side, side, 3], name: 'input_1' });
  const inputs = x;
  /** @param {{ apply: (x: any) => any }} layer */
  const put = (layer) => (x = layer.apply(x));
  /** @param {string} name @param {boolean} relu */
  function normalized(name, relu) {
    put(tfl.layers.batchNormalization({ name: `${name}_BN`, epsilon: 1e-3, momentum: 0.999 }));
    if (relu) put(tfl.layers.reLU({ name: `${name}_relu`, maxValue: 6 }));
  }
  /** @param {string} name @param {number} filters @param {boolean} relu */
  function pointwise(name, filters, relu) {
    put(tfl.layers.conv2d({ name, filters, kernelSize: 1, padding: 'same', useBias: false }));
    normalized(name, relu);
  }
  put(tfl.layers.zeroPadding2d({ name: 'Conv1_pad', padding: MARGINS }));
  put(tfl.layers.conv2d({ name: 'Conv1', filters: rounded(32 * alpha), kernelSize: 3, strides: 2, useBias: false }));
  normalized('Conv1', true);
  let block = 0;
  for (const [channels, repeats, stride] of groups) {
    for (let i = 0; i < repeats; i++, block++) {
      const name = block ? `block_${block}` : 'expanded_conv';
      const [before, from] = [x, Number(x.shape[3])];
      if (block) pointwise(`${name}_expand`, 6 * from, true);
      const strides = i ? 1 : stride;
      if (strides === 2) put(tfl.layers.zeroPadding2d({ name: `${name}_pad`, padding: MARGINS }));
      const padding = strides === 2 ? 'valid' : 'same';
      put(tfl.layers.depthwiseConv2d({ name: `${name}_depthwise`, kernelSize: 3, strides, padding, useBias: false }));
      normalized(`${name}_depthwise`, true);
      const filters = rounded(channels * alpha);
      pointwise(`${name}_project`, filters, false);
      if (from === filters && strides === 1)
        x = /** @type {tfl.SymbolicTensor} */ (tfl.layers.add({ name: `${name}_add` }).apply([before, x]));
    }
  }
  pointwise('Conv_1', 1280, true);
  return tfl.model({ inputs, outputs: x, name: 'model1' });
}

/** Its second version, all of it: 17 blocks, 155 layers. */
export const WHOLE = { side: 224, alpha: 0.35, groups: GROUPS };
/** A small part of it, which takes no time. */
export const SMALL = { side: 32, alpha: 0.35, groups: GROUPS.slice(0, 2) };

/**
 * @param {{ side: number, alpha: number, groups: number[][] }} base
 * @param {number} classes
 * @returns {tfl.Sequential}
 */
export function teachableModel({ side, alpha, groups }, classes) {
  const base = tfl.sequential();
  base.add(mobileNetV2(side, alpha, groups));
  base.add(tfl.layers.globalAveragePooling2d({}));
  const kernelInitializer = 'varianceScaling';
  const head = tfl.sequential({
    layers: [
      tfl.layers.dense({ inputShape: [1280], units: 100, activation: 'relu', kernelInitializer, name: 'dense_Dense1' }),
      tfl.layers.dense({
        units: classes,
        activation: 'softmax',
        useBias: false,
        kernelInitializer,
        name: 'dense_Dense2',
      }),
    ],
  });
  const whole = tfl.sequential();
  whole.add(base);
  whole.add(head);
  return whole;
}

/**
 * The three files that Teachable Machine downloads.
 * @param {tfl.Sequential} model
 * @param {string[]} labels
 * @returns {Promise<NamedFile[]>}
 */
export async function teachableFiles(model, labels) {
  return [
    jsonFile('metadata.json', {
      tfjsVersion: '1.3.1',
      tmVersion: '2.4.10',
      packageVersion: '0.8.4-alpha2',
      packageName: '@teachablemachine/image',
      timeStamp: '2024-05-01T10:00:00.000Z',
      userMetadata: {},
      modelName: 'tm-my-image-model',
      labels,
      imageSize: model.inputs[0].shape[1],
    }),
    ...(await tfjsFiles(model)),
  ];
}
