/// <reference path="./platform.d.ts" preserve="true" />

/**
 * Fitting Room under TensorFlow.js's own names, with calls that return at once: `import * as tf from 'fitting-room/tf'`
 * instead of '@tensorflow/tfjs'.
 */

/** @import { Tensor } from './tf/tensor.js' */

export { callbacks } from './training/callbacks/index.js';
export { Callback, CustomCallback } from './tf/callbacks.js';
import './tf/chained.js';
export { regularizers } from './layers/regularizers.js';
export { SymbolicTensor } from './layers/layer.js';
export * from './tf/creation.js';
export { data } from './tf/data.js';
export { browser, image } from './tf/image.js';
export { initializers } from './tf/initializers.js';
export { io } from './tf/io/index.js';
export { LayerVariable, input, tfLayers as layers } from './tf/layers.js';
export { loadLayersModel } from './tf/load.js';
export { losses, metrics } from './tf/losses.js';
export { LayersModel, Sequential, model, sequential } from './tf/model.js';
export * from './tf/ops.js';
export { train } from './tf/optimizers.js';
export * from './tf/runtime.js';
export { Tensor, concat, tensor } from './tf/tensor.js';
export * from './tf/unsupported.js';
export { util } from './tf/util.js';
